"""Grade one student: verdicts for the gradebook, pictures and the executed notebook to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import exercises
from autograder.course.grading.checking import check
from autograder.course.grading.finished import Finished, Ran
from autograder.course.made_with import made_with
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks.picture import Picture
from autograder.course.record import Record, digest_of, key_of, notebook_digest
from autograder.exercise import Changes, Exercise
from autograder.judging.pack import Pack
from autograder.judging.verdict import Verdict
from autograder.sandbox.probe import strongest
from autograder.show.text import Outcome, by_function
from autograder.submission import Submission


@dataclass(frozen=True)
class Graded:
    """What was made of one submission.

    Attributes
    ----------
    record : Record
        Verdicts and what goes with them.
    pictures : list of Picture
        For the student's page, but for those in the record that are kept already.
    notebook : bytes or None
        The student's notebook as it ran in the sandbox; empty if none was handed in, None if it
        stays as it was.
    files : mapping of str to bytes
        The files that were graded, as in `Submission`.
    again : Again or None
        What of it was made anew, if it is not all.
    """

    record: Record
    pictures: list[Picture] = field(default_factory=list)
    notebook: bytes | None = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    again: Again | None = None


@dataclass(frozen=True)
class Again:
    """What is made anew of a student who was graded before.

    Attributes
    ----------
    record : Record
        What is known; the rest of it stays.
    checks : tuple of str
        Names of functions or checks.
    notebook : bool
        The student's notebook is run.
    """

    record: Record
    checks: tuple[str, ...] = ()
    notebook: bool = False


@dataclass(frozen=True)
class How:
    """How a submission is graded; plain data, for another process.

    Attributes
    ----------
    exercise, changes
        The exercise's name, and what a course has otherwise.
    notebook_seconds : float
        How long the notebook may run; with 0 it is shown as it is.
    notebook_iterations : int
        After which a training in it stops; with 0, it goes on to its end.
    again : dict of str to Again
        By name, the students of whom only a part is made anew.
    finished : Path or None
        Where what finishes is kept, as from `finished.place_in`.
    """

    exercise: str
    changes: Changes
    notebook_seconds: float
    notebook_iterations: int = 0
    again: dict[str, Again] = field(default_factory=dict)
    finished: Path | None = None


def grade_one(submission: Submission, cases: Pack, how: How) -> Graded:
    """Run checks on one submission, and its notebook, in the strongest isolation there is.

    Parameters
    ----------
    submission : Submission
        What the student handed in.
    cases : Pack
        Cases and expected values.
    how : How
        What is asked, and what of it is to be done.
    """
    exercise = exercises.named(how.exercise, how.changes)
    level, part = strongest(), how.again.get(submission.student)
    names = part.checks if part else None
    finished = Finished(how.finished, digest_of_work(exercise, submission, cases.id, names))
    verdicts: list[Verdict] = []
    drawn: list[Picture] = []
    if part is None or part.checks:
        with finished.alone():
            verdicts, drawn = check(exercise, submission, cases, names, level, finished)
    if part:
        return again(exercise, submission, part, how, verdicts, drawn, level, finished)
    ran, own = run_notebook(exercise, submission, verdicts, how, level, finished)
    record = Record(
        student=submission.student,
        key=key_of(exercise, submission, cases.id),
        pack=cases.id,
        problem="",
        notes=submission.notes,
        verdicts=verdicts,
        isolation=level,
        pictures={drawing.name: drawing.text for drawing in drawn},
        notebook=ran.problem,
        submitted=submission.submitted,
        origin=submission.origin,
        notebook_seconds=ran.seconds,
        notebook_iterations=how.notebook_iterations if submission.notebook else 0,
        files=digest_of(submission.files),
        own_notebook=own,
        made_with=made_with(),
    )
    return Graded(record, drawn, ran.notebook, submission.files)


def again(
    exercise: Exercise,
    submission: Submission,
    part: Again,
    how: How,
    verdicts: list[Verdict],
    drawn: list[Picture],
    level: str,
    finished: Finished,
) -> Graded:
    """Return a student's grading of which a part was made anew, and the rest is as it was."""
    found = {verdict.id: verdict for verdict in verdicts}
    known = {verdict.id: verdict for verdict in part.record.verdicts}
    order = [*known, *(name for name in found if name not in known)]
    functions = {verdict.function for verdict in verdicts}
    kept = {
        name: text
        for name, text in part.record.pictures.items()
        if name.partition("/")[0] not in functions
    }
    record = replace(
        part.record,
        notes=submission.notes,
        verdicts=[found.get(name) or known[name] for name in order],
        pictures=kept | {drawing.name: drawing.text for drawing in drawn},
    )
    executed: bytes | None = None
    if part.notebook:
        ran, own = run_notebook(exercise, submission, record.verdicts, how, level, finished)
        executed = ran.notebook
        record = replace(
            record,
            notebook=ran.problem,
            notebook_seconds=ran.seconds,
            notebook_iterations=how.notebook_iterations,
            own_notebook=own,
        )
    return Graded(record, drawn, executed, submission.files, part)


def run_notebook(
    exercise: Exercise,
    submission: Submission,
    verdicts: list[Verdict],
    how: How,
    level: str,
    finished: Finished,
) -> tuple[Ran, str]:
    """Run a student's notebook, if there is one to be run; without time it is shown as it is.

    Returns
    -------
    ran : Ran
        What came of it.
    own : str
        The digest of what was handed in and run.
    """
    if not submission.notebook:
        return Ran(b""), ""
    shown, limits = outcomes(verdicts), (how.notebook_seconds, how.notebook_iterations)
    own = notebook_digest(submission)
    digest = digest_of({own: repr((sorted(shown.items()), limits)).encode("utf-8", "replace")})
    ran = finished.notebook(digest)
    if ran is None:
        made = notebook.execute(
            *(exercise, bytes(submission.notebook), submission, shown),
            seconds=how.notebook_seconds,
            iterations=how.notebook_iterations,
            isolation=level,
        )
        ran = Ran(notebook.to_bytes(made.notebook), made.problem, made.seconds)
        finished.keep_notebook(digest, ran)
    return ran, own if how.notebook_seconds > 0 else ""


def digest_of_work(
    exercise: Exercise, submission: Submission, pack_id: str, names: Sequence[str] | None = None
) -> str:
    """Return the digest of all that decides what comes of the checks, but for the machine's speed.

    It is more than the key of a record: that is the same where only words have changed. How lines
    end is no difference.
    """
    key = key_of(exercise, submission, pack_id)
    text = repr((key, pack_id, strongest(), sorted(made_with().items()), names))
    return digest_of({"": text.encode()})


class Works:
    """What there is to do for some submissions, which may be the same for several.

    Parameters
    ----------
    how : How
        How they are graded.
    pack_id : str
        Id of the pack.
    todo : list of Submission
        All of them.
    """

    def __init__(self, how: How, pack_id: str, todo: list[Submission]) -> None:
        exercise = exercises.named(how.exercise, how.changes)
        parts = {student: part.checks for student, part in how.again.items()}
        self._todo, self._place = todo, how.finished
        self._works = {
            item.student: digest_of_work(exercise, item, pack_id, parts.get(item.student))
            for item in todo
        }
        self._left = Counter(self._works.values())

    def same_last(self) -> list[Submission]:
        """Return the submissions, with those last whose checks are of the same files as others'.

        What was done for the first of them is there by then.
        """
        first = {self._works[item.student]: item for item in reversed(self._todo)}
        chosen = {item.student for item in first.values()}
        return sorted(self._todo, key=lambda item: item.student not in chosen)

    def settled(self, student: str) -> None:
        """Remove what was kept while a student was graded, unless another one needs it."""
        work = self._works[student]
        self._left[work] -= 1
        if not self._left[work]:
            Finished(self._place, work).forget()


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    """Return what is to stand below the notebook's check of each function."""
    return {name: f"{Outcome(name, own)}\n" for name, own in by_function(verdicts).items()}
