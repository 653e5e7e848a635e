"""Run the checks of one submission that have not finished yet, and draw what they show."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

from autograder.course.forward import scores_of
from autograder.course.grading.finished import Checked, Finished, Said, known
from autograder.course.notebooks.picture import Picture
from autograder.course.pages import pictures
from autograder.engine.run import run_checks
from autograder.exercise import Exercise
from autograder.exercises.registry import select
from autograder.judging.evidence import Evidence
from autograder.judging.pack import Pack
from autograder.judging.trained import Trained
from autograder.judging.verdict import Verdict
from autograder.submission import Submission

Shown = TypeVar("Shown", Evidence, Trained)


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


def check(
    exercise: Exercise,
    submission: Submission,
    cases: Pack,
    names: Sequence[str] | None,
    level: str,
    finished: Finished,
) -> tuple[list[Verdict], list[Picture]]:
    """Return the verdicts of some checks, or of all, and the pictures; each is kept at once.

    Parameters
    ----------
    exercise, submission, cases, names
        As in `run_checks`.
    level : str
        The level of isolation.
    finished : Finished
        What has finished before, and takes up what does now.
    """
    asked = [info.id for info in select(exercise, names if names is None else tuple(names))]
    found, drawn = known(finished, asked), Drawn()
    said: Said = set()
    for before in found.values():
        drawn.pictures += before.pictures
        said |= before.said
    taken = len(drawn.pictures)

    def keep(verdict: Verdict) -> None:
        nonlocal taken
        finished.keep_check(Checked(verdict, drawn.pictures[taken:], said))
        taken = len(drawn.pictures)

    verdicts = {name: before.verdict for name, before in found.items()}
    left = [name for name in asked if name not in found]
    if left:
        fresh = run_checks(
            exercise,
            submission,
            cases,
            names=left if found else names,
            on_verdict=keep,
            on_failure=drawn.failure,
            on_trained=drawn.training,
            scores=scores_of(exercise),
            isolation=level,
            said=said,
        )
        verdicts |= {verdict.id: verdict for verdict in fresh}
    return [verdicts[name] for name in asked if name in verdicts], drawn.pictures
