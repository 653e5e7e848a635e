"""An outcome as HTML, for a notebook: what helps most on top, the details folded.

It stands alone: its style is in it, for notebooks that show each output in a frame of its own. It
has colours for light and dark pages, and says in words what it shows in colour.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

import numpy as np

from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status
from autograder.show.picture import cells, panels, window
from autograder.show.text import AGAIN, WORDS, Entry, number, score, total

STYLE = Path(__file__).with_name("outcome.css")
MARKS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.ERROR: "✗",
    Status.TIMEOUT: "✗",
    Status.MISSING: "–",
}
CLOSE = 1e-6  # relative to what is expected: numbers that differ by less are not marked


def outcome(name: str, entries: Sequence[Entry], inside: str = "", note: str = "") -> str:
    """Return what a check of one function found.

    Parameters
    ----------
    name : str
        What was checked.
    entries : sequence of Entry
        Its checks.
    inside : str
        How to look inside the case that failed, if there is one: a sentence, and lines to paste.
    note : str
        What stands at the end.
    """
    first = next((entry for entry in entries if entry.first), None)
    parts = [
        f"<style>{style()}</style>",
        head(name, entries),
        diagnosis(first) if first else "",
        check_list(entries),
        to_paste(inside),
        paragraph(note, "cbh-dim"),
    ]
    return f'<div class="cbh">{"".join(parts)}</div>'


@cache
def style() -> str:
    """Return the style sheet."""
    return STYLE.read_text(encoding="utf-8")


def head(name: str, entries: Sequence[Entry]) -> str:
    """Return the function's name, and its points in words and as a bar."""
    verdicts = [entry.verdict for entry in entries]
    points, max_points = total(verdicts)
    filled = 100 * points / max_points if max_points else 0
    bar = f'<span style="width: {filled:.4g}%"></span>'
    return (
        f'<p class="cbh-head"><span>{escape(name)}: {score(verdicts)}</span>'
        f'<span class="cbh-bar" aria-hidden="true">{bar}</span></p>'
    )


def diagnosis(entry: Entry) -> str:
    """Return what is wrong with the first check that failed: what helps most comes first."""
    evidence, parts = entry.evidence, [paragraph_of(line_of(entry))]
    parts.append(said(entry.lead, "cbh-lead"))
    if evidence is not None:
        # The smallest input that fails belongs here, before the picture of a large one.
        parts += [picture(evidence), printed(evidence), said(evidence.advice), details(entry)]
    return f'<div class="cbh-diagnosis cbh-{entry.verdict.status}">{"".join(parts)}</div>'


def check_list(entries: Sequence[Entry]) -> str:
    """Return a line for each check; what is wrong is folded below it, if it is not above."""
    items = []
    for entry in entries:
        if entry.repeats or entry.first:
            more = f": {AGAIN}" if entry.repeats else ": see above"
        else:
            more = folded_up(entry) if entry.failed else ""
        items.append(f"<li>{line_of(entry)}{more}</li>")
    return f'<ul class="cbh-checks">{"".join(items)}</ul>'


def line_of(entry: Entry) -> str:
    """Return how a check ended, in a line."""
    verdict = entry.verdict
    points = f"{number(verdict.points)} of {number(verdict.max_points)}"
    state = f'<span aria-hidden="true">{MARKS[verdict.status]}</span>{WORDS[verdict.status]}'
    return (
        f'<span class="cbh-state cbh-{verdict.status}">{state}</span>, {points}: '
        f"{escape(verdict.title)}"
    )


def folded_up(entry: Entry) -> str:
    """Return what is said about a further check that failed: a diagnosis, and the rest folded."""
    evidence = entry.evidence
    if evidence is None:
        return said(entry.lead)
    shown = entry.lead if evidence.why or evidence.got is None else ""
    parts = [
        "" if shown else said(entry.lead),
        printed(evidence),
        said(evidence.advice),
        details(entry),
    ]
    return f"{said(shown)}<details><summary>More on this</summary>{''.join(parts)}</details>"


def details(entry: Entry) -> str:
    """Return the rest that is known of a check that failed: the call, the facts, the numbers."""
    evidence = entry.evidence
    if evidence is None:
        return ""
    tables = numbers(evidence)
    inner = paragraph(evidence.called) + said(entry.facts) + tables
    title = "The call, and its numbers" if tables else "The call"
    return f"<details><summary>{title}</summary>{inner}</details>" if inner else ""


def numbers(evidence: Evidence) -> str:
    """Return what came back and what was expected, as two tables, around the worst place."""
    worst = evidence.worst()
    if worst is None:
        return ""
    where, got, expected = worst
    rows, columns = window(got, expected)
    place = where or "values"
    if got.shape != got[rows, columns].shape:
        place += (
            f", rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1}"
        )
    off = ~np.isclose(got, expected, rtol=0, atol=CLOSE * max(np.abs(expected).max(), CLOSE))
    both = [
        table(f"{title}: {place}", matrix[rows, columns], marked[rows, columns])
        for title, matrix, marked in (
            ("got", got, off),
            ("expected", expected, np.zeros_like(off)),
        )
    ]
    return f'<div class="cbh-pair">{"".join(both)}</div>'


def table(caption: str, matrix: np.ndarray, marked: np.ndarray) -> str:
    """Return a matrix as a table; what is marked stands out in more ways than by colour."""
    body = []
    for texts, marks in zip(cells(matrix), marked, strict=True):
        row = [
            f'<td class="cbh-off">{text}</td>' if mark else f"<td>{text}</td>"
            for text, mark in zip(texts.split(), marks, strict=True)
        ]
        body.append(f"<tr>{''.join(row)}</tr>")
    return (
        f'<div class="cbh-scroll" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><tbody>{''.join(body)}</tbody></table></div>"
    )


def picture(evidence: Evidence) -> str:
    """Return got, expected and their difference as images, where they can be drawn."""
    worst = evidence.worst()
    if worst is None:
        return ""
    name = f"{evidence.name} at {worst[0]}" if worst[0] else evidence.name
    images = [
        f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}" '
        f'alt="{escape(f"{name}, as an image: {title}")}">'
        for title, png in panels(evidence)
    ]
    if not images:
        return ""
    caption = f'<figcaption class="cbh-dim">{escape(name)}</figcaption>'
    return f'<figure>{caption}<div class="cbh-panels">{"".join(images)}</div></figure>'


def printed(evidence: Evidence) -> str:
    """Return what the failing call printed."""
    if not evidence.printed:
        return ""
    return paragraph("The call that failed printed:") + block(evidence.printed, "What it printed")


def to_paste(inside: str) -> str:
    """Return how to look inside a case: a sentence, and lines to paste."""
    told, _, lines = inside.partition("\n")
    if not lines:
        return paragraph(told)
    stripped = "\n".join(line.strip() for line in lines.splitlines())
    return paragraph(told) + block(stripped, "Lines to paste into a cell", "cbh-wraps")


def said(text: str, kind: str = "") -> str:
    """Return what a message says: sentences first, then lines of code as they are."""
    lines = text.splitlines()
    code = [number for number, line in enumerate(lines, start=1) if line.startswith(" ")]
    end = code[-1] if code else 0
    sentences, where = "\n".join(lines[end:]), "\n".join(lines[:end])
    return paragraph(sentences, kind) + block(where, "Where in your code", "cbh-wraps")


def block(text: str, name: str, kind: str = "") -> str:
    """Return lines as they are; a keyboard can scroll them."""
    label = f'tabindex="0" role="group" aria-label="{escape(name)}"'
    return f'<pre class="{kind}" {label}>{escape(text)}</pre>' if text else ""


def paragraph(text: str, kind: str = "") -> str:
    """Return sentences, if there are any."""
    return f'<p class="cbh-lines {kind}">{escape(text)}</p>' if text else ""


def paragraph_of(inner: str) -> str:
    """Return a paragraph of what is HTML already."""
    return f"<p>{inner}</p>"
