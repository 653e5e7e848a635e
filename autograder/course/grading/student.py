"""Grade one student: verdicts for the gradebook, pictures and the executed notebook to show."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from autograder import exercises
from autograder.course.forward import scores_of
from autograder.course.made_with import made_with
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks.picture import Picture
from autograder.course.pages import pictures
from autograder.course.record import Record, digest_of, key_of, notebook_digest
from autograder.engine.run import run_checks
from autograder.exercise import Changes, Exercise
from autograder.judging.evidence import Evidence
from autograder.judging.pack import Pack
from autograder.judging.trained import Trained
from autograder.judging.verdict import Verdict
from autograder.sandbox.probe import strongest
from autograder.show.text import Outcome, by_function
from autograder.submission import Submission

Shown = TypeVar("Shown", Evidence, Trained)


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
    files : dict of str to bytes
        The files that were graded, as in `Submission`.
    again : Again or None
        What of it was made anew, if it is not all.
    """

    record: Record
    pictures: list[Picture] = field(default_factory=list)
    notebook: bytes | None = b""
    files: dict[str, bytes] = field(default_factory=dict)
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
    again : dict of str to Again
        By name, the students of whom only a part is made anew.
    """

    exercise: str
    changes: Changes
    notebook_seconds: float
    again: dict[str, Again] = field(default_factory=dict)


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
    level, drawn = strongest(), Drawn()
    part = how.again.get(submission.student)
    verdicts: list[Verdict] = []
    if part is None or part.checks:
        verdicts = run_checks(
            exercise,
            submission,
            cases,
            names=part.checks if part else None,
            on_failure=drawn.failure,
            on_trained=drawn.training,
            scores=scores_of(exercise),
            isolation=level,
        )
    if part:
        return again(exercise, submission, part, how, verdicts, drawn, level)
    executed, ran, own = run_notebook(exercise, submission, verdicts, how, level)
    record = Record(
        student=submission.student,
        key=key_of(exercise, submission, cases.id),
        pack=cases.id,
        problem="",
        notes=submission.notes,
        verdicts=verdicts,
        isolation=level,
        pictures={drawing.name: drawing.text for drawing in drawn.pictures},
        notebook=ran.problem,
        submitted=submission.submitted,
        origin=submission.origin,
        notebook_seconds=ran.seconds,
        files=digest_of(submission.files),
        own_notebook=own,
        made_with=made_with(),
    )
    return Graded(record, drawn.pictures, executed, submission.files)


def again(
    exercise: Exercise,
    submission: Submission,
    part: Again,
    how: How,
    verdicts: list[Verdict],
    drawn: Drawn,
    level: str,
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
        pictures=kept | {drawing.name: drawing.text for drawing in drawn.pictures},
    )
    executed: bytes | None = None
    if part.notebook:
        executed, ran, own = run_notebook(exercise, submission, record.verdicts, how, level)
        record = replace(
            record, notebook=ran.problem, notebook_seconds=ran.seconds, own_notebook=own
        )
    return Graded(record, drawn.pictures, executed, submission.files, part)


def run_notebook(
    exercise: Exercise, submission: Submission, verdicts: list[Verdict], how: How, level: str
) -> tuple[bytes, notebook.Executed, str]:
    """Run a student's notebook, if there is one to be run; without time it is shown as it is.

    Returns
    -------
    executed : bytes
        The notebook as it ran.
    ran : Executed
        What is known of that.
    own : str
        The digest of what was handed in and run.
    """
    if not submission.notebook:
        return b"", notebook.Executed(None), ""
    ran = notebook.execute(
        exercise,
        submission.notebook,
        submission,
        outcomes(verdicts),
        seconds=how.notebook_seconds,
        isolation=level,
    )
    own = notebook_digest(submission) if how.notebook_seconds > 0 else ""
    return notebook.to_bytes(ran.notebook), ran, own


class Drawn:
    """Takes up what the checks have to show, and draws it."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []

    def failure(self, evidence: Evidence) -> None:
        """Draw what is wrong, once for each function: the later checks fail like the first."""
        function = evidence.check.partition("/")[0]
        if not any(known.name.partition("/")[0] == function for known in self.pictures):
            self._add(pictures.of_evidence, evidence)

    def training(self, trained: Trained) -> None:
        """Draw how the net was trained, and what it has learned."""
        self._add(pictures.of_training, trained)
        self._add(pictures.of_filters, trained)

    def _add(self, draw: Callable[[Shown], Picture | None], shown: Shown) -> None:
        """Add a picture, if there is one: what student code made can be more than Matplotlib draws.

        A verdict stands without it.
        """
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            drawing = draw(shown)
            if drawing is not None:
                self.pictures.append(drawing)


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    """Return what is to stand below the notebook's check of each function."""
    return {name: f"{Outcome(name, own)}\n" for name, own in by_function(verdicts).items()}
