"""An outcome in a terminal, as wide as that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status
from autograder.show.picture import as_text
from autograder.show.text import AGAIN, WORDS, Entry, nothing_new, number, total

MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.ERROR: ("✗", "red"),
    Status.TIMEOUT: ("✗", "red"),
    Status.MISSING: ("·", "yellow"),
}
INDENT = 4  # of what is said about a check


def head(name: str, found: Sequence[Entry]) -> RenderableType:
    """Return the function's name, and its points as a bar and in words."""
    points, max_points = total(entry.verdict for entry in found)
    row = Table.grid(padding=(0, 2))
    bar = ProgressBar(total=max_points, completed=points, width=20, finished_style="green")
    words = f"{name}: {number(points)} of {number(max_points)} points"
    row.add_row(Text(words, style="bold"), bar, Text(AGAIN if nothing_new(found) else ""))
    return row


def checks(found: Sequence[Entry]) -> Iterator[RenderableType]:
    """Yield a line for each check; below one that failed, what is wrong, unless it repeats."""
    for entry in () if nothing_new(found) else found:
        verdict = entry.verdict
        mark, colour = MARKS[verdict.status]
        points = f"{number(verdict.points)}/{number(verdict.max_points)}"
        again = f": {AGAIN}" if entry.repeats else ""
        row = Table.grid(padding=(0, 1))
        row.add_row(
            Text(f"{mark} {WORDS[verdict.status]:<8}", colour),
            Text(f"{points:>5}", "dim"),
            Text(f"{verdict.title}{again}"),
        )
        yield row
        if entry.failed and not entry.repeats:
            yield Padding(Group(*about(entry)), (0, 0, 1, INDENT))


def about(entry: Entry) -> Iterator[RenderableType]:
    """Yield what is said about a check that failed, the diagnosis first."""
    evidence = entry.evidence
    yield as_typed(entry.lead, "bold" if evidence and evidence.why else "")
    if evidence is None:
        return
    if entry.facts:
        yield as_typed(entry.facts)
    if entry.first:
        yield Numbers(evidence)
    if evidence.advice:
        yield as_typed(evidence.advice)
    if evidence.called:
        yield Text(f"Called: {evidence.called}", style="dim")
    if entry.first and evidence.printed:
        yield Text("It printed:", style="dim")
        yield Padding(as_typed(evidence.printed), (0, 0, 0, 2))


def to_paste(inside: str) -> Iterator[RenderableType]:
    """Yield a sentence, and lines to paste: not wrapped, which would end them too early."""
    for line in inside.splitlines():
        yield Text(line, no_wrap=line.startswith(" "), overflow="ignore")


def as_typed(text: str, style: str = "") -> Text:
    """Return text that came from student code, or may have: nothing in it is markup."""
    return Text(text, style=style)


class Numbers:
    """What came back beside what was expected, or above it, as the width allows."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        for line in as_text(self._evidence, options.max_width):
            yield Text(line, no_wrap=line.startswith(" "))  # the title may wrap
