"""Tables in Markdown, aligned to be read as text too."""

from __future__ import annotations

from collections.abc import Sequence


def as_markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table: names in the first column, numbers in the others.

    Examples
    --------
    >>> print(as_markdown(("function", "named"), [("relu", "12"), ("all", "12")]))
    | function | named |
    | -------- | ----: |
    | `relu`   |    12 |
    | **all**  |    12 |
    """
    table = [head, *((f"`{r[0]}`" if r[0] != "all" else "**all**", *r[1:]) for r in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    lines = []
    for row in table:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    rule = ["-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return "\n".join(lines)
