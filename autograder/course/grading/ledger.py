"""Keep what was made of each student: files, the notebook for the formgrader, and the gradebook.

The files are there at once; the gradebook gets the entries of several students in one transaction.
Who is not in it when a grader is killed is entered by the next one, from the files.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from autograder.course.gradebook import autograded, entries
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.autograded import Made
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.entries import Entered, Entry
from autograder.course.gradebook.scores import Score
from autograder.course.grading.one_by_one import OneByOne
from autograder.course.grading.store import read_executed, read_graded, read_pictures, store
from autograder.course.grading.student import Again, Graded, outcomes
from autograder.course.intake.apart import Apart
from autograder.course.pages.report import pictures_by_function
from autograder.course.record import Record
from autograder.errors import for_everybody
from autograder.show.text import by_function

MOST_WAITING, MOST_SECONDS = 32, 10.0  # until entries go into the gradebook

Then = Callable[[], None]


class Ledger:
    """The files and the gradebook of a course, while a class is graded.

    Parameters
    ----------
    course : Course
        The course directory.
    regrade : bool
        Replace what the gradebook has from former checks.
    apart : Apart
        Where what students wrote is made fit for the formgrader.
    each : OneByOne
        Keeps what is raised for one student, whose entry fails, from the others.

    Attributes
    ----------
    changes : dict of str to str
        By student, what is other than it was before.
    """

    def __init__(self, course: Course, regrade: bool, apart: Apart, each: OneByOne) -> None:
        self.changes: dict[str, str] = {}
        self._course, self._regrade, self._apart, self._each = course, regrade, apart, each
        self._waiting: list[tuple[Entry, Then]] = []
        self._since = 0.0

    @contextlib.contextmanager
    def by_batches(self) -> Iterator[None]:
        """Enter what still waits for the gradebook in the end, also after Ctrl-C."""
        try:
            yield
        except KeyboardInterrupt:
            self._enter_waiting()
            raise
        self._enter_waiting()

    def settle(
        self, graded: Graded, former: Record | None = None, then: Then = lambda: None
    ) -> Record:
        """Keep everything that was made of one student, and return the record.

        Parameters
        ----------
        graded : Graded
            What was made.
        former : Record, optional
            What was known before, where it is replaced.
        then : callable
            Called when the gradebook has it.
        """
        made = self._made(self._whole(graded))
        notes = [*graded.record.notes, *made.remarks]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = replace(graded.record, notes=list(dict.fromkeys(notes)), graded=now)
        changes, again = differences(former, record), graded.again
        if again is not None:  # nobody would see later that the gradebook lacks a part
            self._enter([self._entry(record, made, self._cells(again, made), changes)])
        autograded.keep(self._course, record.student, made.notebook)
        store(replace(graded, record=record), self._course)
        if again is not None:
            then()
        else:
            self._wait(self._entry(record, made, None, changes), then)
        return record

    def is_missing(self, record: Record, score: Score | None) -> bool:
        """Return whether the gradebook, or the formgrader, has nothing of what the checks gave.

        A run may have been stopped between the record and the gradebook, and nbgrader's own
        commands may have removed what the formgrader shows.
        """
        if score is None or gradebook.lacks_scores(score, record):
            return True
        return not self._course.notebook("autograded", record.student).is_file()

    def catch_up(self, record: Record) -> None:
        """Enter a student who is missing, from what was kept."""
        made = self._made(read_graded(self._course, record))
        autograded.keep(self._course, record.student, made.notebook)
        self._wait(Entry(record, entries.answered(made.notebook)), lambda: None)

    def _whole(self, graded: Graded) -> Graded:
        """Return what was made of a student with what stays as it was."""
        if graded.again is None:
            return graded
        root, record, executed = self._course.place, graded.record, graded.notebook
        pictures = {own.name: own for own in (*read_pictures(root, record), *graded.pictures)}
        return replace(
            graded,
            pictures=list(pictures.values()),
            notebook=read_executed(root, record.student) if executed is None else executed,
        )

    def _made(self, graded: Graded) -> Made:
        verdicts = graded.record.verdicts
        return autograded.make(
            self._course,
            graded.notebook or b"",
            outcomes(verdicts),
            self._apart,
            pictures_by_function(graded.pictures, list(by_function(verdicts))),
            graded.files,
        )

    def _cells(self, again: Again, made: Made) -> set[str]:
        """Return the gradebook's cells that are entered anew, where a part was made anew."""
        cells = {name.partition("/")[0] for name in again.checks}
        if again.notebook:
            path = self._course.notebook("autograded", again.record.student)
            before = autograded.answers(path)
            now = autograded.answers_in(made.notebook)
            cells |= {name for name, text in now.items() if before.get(name) != text}
        return cells

    def _entry(self, record: Record, made: Made, only: set[str] | None, changes: str) -> Entry:
        return Entry(record, entries.answered(made.notebook), self._regrade, only, changes)

    def _wait(self, entry: Entry, then: Then) -> None:
        """Have a student wait for the gradebook, until there are some, or some seconds are over."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((entry, then))
        late = time.monotonic() > self._since + MOST_SECONDS
        if late or len(self._waiting) >= MOST_WAITING:
            self._enter_waiting()

    def _enter_waiting(self) -> None:
        """Enter all who wait; where one cannot be entered, each alone."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            self._enter([entry for entry, _ in waiting])
        except Exception as error:
            if for_everybody(error):
                raise
            for entry, then in waiting:
                with self._each.student(entry.record.student):
                    self._enter([entry])
                    then()
            return
        for _, then in waiting:
            then()

    def _enter(self, new: Sequence[Entry]) -> None:
        """Make entries in the gradebook, all of them or none, and note what has changed."""
        for entry, entered in zip(new, entries.enter(self._course, new), strict=True):
            if entered and entry.changes:
                self.changes[entry.record.student] = f"{entry.changes}; {score_told(entered)}"


def differences(before: Record | None, after: Record) -> str:
    """Return which functions have other points than before, from what to what."""
    if before is None:
        return ""
    old, new = before.by_function(), after.by_function()
    return ", ".join(
        f"{name} {told(old.get(name))} to {told(new.get(name))}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


def told(points: tuple[float, float] | None) -> str:
    """Return points with what there are, for people."""
    return "nothing" if points is None else f"{points[0]:g}/{points[1]:g}"


def score_told(entered: Entered) -> str:
    """Return what has become of a score in the gradebook, for people."""
    before, after = entered.before, entered.after
    past = "nothing" if before is None else f"{before.points:g}"
    by_hand = f"; changed by hand: {', '.join(after.changed)}" if after.changed else ""
    if past == f"{after.points:g}":
        return f"the score stays {past}{by_hand}"
    return f"the score from {past} to {after.points:g}{by_hand}"


def differing(records: Sequence[Record], scores: Mapping[str, Score]) -> list[str]:
    """Return the students whose scores of the checks are others in the gradebook."""
    return [
        record.student
        for record in records
        for checked in [scores[record.student].checked if record.student in scores else {}]
        if any(checked.get(n, p) != p for n, (p, _) in record.by_function().items())
    ]
