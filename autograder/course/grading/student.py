"""Grade one student: verdicts for the gradebook, pictures and the executed notebook to show."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from autograder import exercises
from autograder.course.forward import scores_of
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks.picture import Picture
from autograder.course.pages import pictures
from autograder.course.record import Record, key_of
from autograder.engine.run import run_checks
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
        For the student's page.
    notebook : bytes
        The student's notebook as it ran in the sandbox; empty if none was handed in.
    files : dict of str to bytes
        The files that were graded, as in `Submission`.
    """

    record: Record
    pictures: list[Picture] = field(default_factory=list)
    notebook: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)


def grade_one(
    submission: Submission, cases: Pack, exercise_name: str, notebook_seconds: float
) -> Graded:
    """Run all checks on one submission, then its notebook, in the strongest isolation there is.

    Parameters
    ----------
    submission : Submission
        What the student handed in.
    cases : Pack
        Cases and expected values.
    exercise_name : str
        Name of the exercise; its table cannot be sent to another process.
    notebook_seconds : float
        How long the notebook may run; with 0 it is shown as it is.
    """
    exercise, level, drawn = exercises.named(exercise_name), strongest(), Drawn()
    verdicts = run_checks(
        exercise,
        submission,
        cases,
        on_failure=drawn.failure,
        on_trained=drawn.training,
        scores=scores_of(exercise),
        isolation=level,
    )
    executed, ran = b"", notebook.Executed(None)
    if submission.notebook:
        ran = notebook.execute(
            exercise,
            submission.notebook,
            submission,
            outcomes(verdicts),
            seconds=notebook_seconds,
            isolation=level,
        )
        executed = notebook.to_bytes(ran.notebook)
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
    )
    return Graded(record, drawn.pictures, executed, submission.files)


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
