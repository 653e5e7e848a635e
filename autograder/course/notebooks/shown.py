"""A student's notebook for a page: what it holds, cell by cell, and nothing that acts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import nbformat


@dataclass(frozen=True)
class Output:
    """One output of a cell: text, or a picture.

    Attributes
    ----------
    text : str
        What was printed; for a picture, what is known of it.
    png : str
        A picture in base64, or empty.
    wrong : bool
        It is an error.
    """

    text: str
    png: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    kind : str
        ``"heading"``, ``"text"`` or ``"code"``.
    source : str
        What is in it; of text that was handed out, the heading only.
    outputs : list of Output
        What came of it.
    number : int
        Of a cell of code, its number among those; messages name a cell by it.
    """

    kind: str
    source: str
    outputs: list[Output] = field(default_factory=list)
    number: int = 0


def cells(executed: bytes, handed_out: bytes) -> list[Cell]:
    """Return the cells of a notebook as it ran; `handed_out` is the notebook that students got."""
    given = {cell.source for cell in nbformat.reads(handed_out.decode(), as_version=4).cells}
    notebook = nbformat.reads(executed.decode(), as_version=4)
    numbers = count(1)
    return [cell for found in notebook.cells for cell in shown(found, given, numbers)]


def shown(cell: Any, given: set[str], numbers: Iterator[int]) -> Iterator[Cell]:
    """Yield what to show of a cell: of what was handed out, only headings and code."""
    if cell.cell_type == "code":
        outputs = [output for found in cell.outputs for output in output_of(found)]
        yield Cell("code", cell.source, outputs, next(numbers))
    elif cell.source not in given:
        yield Cell("text", cell.source)
    else:
        headings = [line for line in cell.source.splitlines() if line.startswith("## ")]
        yield from (Cell("heading", line.removeprefix("## ")) for line in headings)


def output_of(output: Any) -> Iterator[Output]:
    """Yield what to show of an output."""
    if output.output_type == "stream":
        yield Output(output.text)
    elif output.output_type == "error":
        yield Output("\n".join(output.traceback) or f"{output.ename}: {output.evalue}", wrong=True)
    else:
        png, text = output.data.get("image/png", ""), output.data.get("text/plain", "")
        if is_base64(png):
            yield Output(text or "a picture", "".join(png.split()))
        elif text:
            yield Output(text)


def is_base64(text: Any) -> bool:
    """Return whether `text` is data in base64."""
    if not isinstance(text, str):
        return False
    try:
        return bool(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return False
