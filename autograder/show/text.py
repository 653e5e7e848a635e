"""Verdicts summed up: the points, and what there is to say of each check, once.

An `Outcome` is plain text wherever nothing better is at hand; `html` and `terminal` are.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status, Verdict
from autograder.show.picture import as_text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

WIDTH = 83  # letters in a line of a message; with its indent it fits a notebook's page
AGAIN = "the same as above"
NUMBERS = re.compile(r"(?<!line )\b\d+")  # all but those of lines: of shapes, most of all
WORDS = {
    Status.PASSED: "right",
    Status.FAILED: "wrong",
    Status.ERROR: "error",
    Status.TIMEOUT: "too slow",
    Status.MISSING: "to do",
}


def by_function(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts on each function, in the order in which they came."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.function, []).append(verdict)
    return grouped


def total(verdicts: Iterable[Verdict]) -> tuple[float, float]:
    """Return the points reached and the points there are."""
    verdicts = list(verdicts)
    return sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)


def number(points: float) -> str:
    """Write points without a needless fraction."""
    return f"{points:g}"


def score(verdicts: Iterable[Verdict]) -> str:
    """Say how many points are reached, and of how many."""
    points, max_points = total(verdicts)
    return f"{number(points)} of {number(max_points)} points"


@dataclass(frozen=True)
class Entry:
    """One check.

    Attributes
    ----------
    verdict : Verdict
        Its outcome.
    evidence : Evidence or None
        What it found wrong, where that is known.
    repeats : bool
        What there is to say has been said above.
    first : bool
        It is the first that is not right, and no repetition: what is to be mended first.
    """

    verdict: Verdict
    evidence: Evidence | None
    repeats: bool
    first: bool

    @property
    def failed(self) -> bool:
        """Return whether it is not right."""
        return self.verdict.status is not Status.PASSED

    @property
    def lead(self) -> str:
        """Return what to read first: why it is wrong or, where that is unknown, what is."""
        if self.evidence is None:
            return self.verdict.message
        return self.evidence.why or self.evidence.facts

    @property
    def facts(self) -> str:
        """Return what is wrong, where the `lead` does not say it already."""
        return self.evidence.facts if self.evidence and self.evidence.why else ""


def entries(
    verdicts: Iterable[Verdict], evidence: Mapping[str, Evidence], told: Iterable[str] = ()
) -> list[Entry]:
    """Return what is to be shown of each verdict, in their order.

    Parameters
    ----------
    verdicts : iterable of Verdict
        On one function.
    evidence : mapping of str to Evidence
        What is known of those that failed, by the check's id.
    told : iterable of str
        Gists of what has been said before.
    """
    found: list[Entry] = []
    said = set(told)
    for verdict in verdicts:
        known = evidence.get(verdict.id)
        key = gist(verdict, known)
        first = bool(key) and key not in said and not any(entry.first for entry in found)
        found.append(Entry(verdict, known, repeats=key in said, first=first))
        if key:
            said.add(key)
    return found


def gist(verdict: Verdict, evidence: Evidence | None) -> str:
    """Return what two checks have in common that have one cause, as far as can be seen.

    That is the mistake that is named, the same exception from the same line, the same thing instead
    of an array, or the same message.
    """
    if evidence is None:
        return verdict.message
    if evidence.why:
        return evidence.why
    same_but_for_numbers = verdict.status is Status.ERROR or evidence.got is None
    return NUMBERS.sub("#", evidence.facts) if same_but_for_numbers else evidence.facts


@dataclass(frozen=True)
class Outcome:
    """What a check of one function found.

    Attributes
    ----------
    name : str
        What was checked.
    verdicts : sequence of Verdict
        On that.
    evidence : mapping of str to Evidence
        What is known of the checks that failed, by their ids.
    inside : str
        How to look inside the case that failed, if there is one.
    note : str
        What stands at the end: how far the whole exercise has come.
    told : frozenset of str
        Why no function of a file could be checked, where another outcome has just said so.
    """

    name: str
    verdicts: Sequence[Verdict]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    inside: str = ""
    note: str = ""
    told: frozenset[str] = frozenset()

    @property
    def entries(self) -> list[Entry]:
        """Return what is to be shown of each check."""
        return entries(self.verdicts, self.evidence, self.told)

    @property
    def unloadable(self) -> frozenset[str]:
        """Return why a file cannot be loaded, as this outcome says it or one before: for `told`."""
        errors = [v for v in self.verdicts if v.status is Status.ERROR]
        return self.told | {v.message for v in errors if v.id not in self.evidence}

    def __str__(self) -> str:
        head = f"{self.name}: {score(self.verdicts)}"
        told = self.entries
        lines = [f"{head}, {AGAIN}"] if nothing_new(told) else [head, *map(line_of, told)]
        return "\n".join(filter(None, (*lines, self.inside, self.note)))

    __repr__ = __str__  # beside the HTML, for what shows text only

    def _repr_html_(self) -> str:
        from autograder.show import html  # each form is loaded where it is shown

        return html.outcome(self.name, self.entries, self.inside, self.note)

    def __rich_console__(self, _: Console, __: ConsoleOptions) -> Iterator[RenderableType]:
        from autograder.show import terminal

        yield terminal.head(self.name, self.entries)
        yield from terminal.checks(self.entries)
        yield from terminal.to_paste(self.inside)
        if self.note:
            yield terminal.as_typed(self.note)

    def show(self) -> None:
        """Show it on standard output, as that can best."""
        if sys.stdout.isatty() and sys.stdout.encoding.lower().startswith("utf"):
            from rich.console import Console

            Console(highlight=False).print(self, crop=False)
        else:
            print(self, flush=True)


def nothing_new(told: Sequence[Entry]) -> bool:
    """Return whether all that there is to say has been said of another function."""
    return bool(told) and all(entry.repeats for entry in told)


def line_of(entry: Entry) -> str:
    """Return the line of a check, and below it what is wrong, unless it repeats."""
    verdict = entry.verdict
    points = f"{number(verdict.points)}/{number(verdict.max_points)}"
    line = f"  {WORDS[verdict.status]:<8} {points:>5}  {verdict.title}"
    if entry.repeats:
        return f"{line}: {AGAIN}"
    return "\n".join([line, *indented("\n".join(said(entry)))])


def said(entry: Entry) -> list[str]:
    """Return what is said about a check, the diagnosis first; all of it for the first only."""
    evidence = entry.evidence
    if evidence is None:
        return [entry.verdict.message]
    numbers = as_text(evidence) if entry.first else []
    parts = [entry.lead, entry.facts, *numbers, evidence.advice, f"Called: {evidence.called}"]
    if entry.first and evidence.printed:
        parts += ["It printed:", textwrap.indent(evidence.printed, "  ")]
    return [part for part in parts if part]


def indented(message: str) -> list[str]:
    """Return the lines of a message under their check; long ones are wrapped, but not numbers."""
    lines = []
    for line in message.splitlines():
        as_it_is = len(line) <= WIDTH or line.startswith(" ")  # a table, or a line of code
        lines += [line] if as_it_is else textwrap.wrap(line, WIDTH)
    return [f"{'':17}{line}" if line else "" for line in lines]
