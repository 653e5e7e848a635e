"""The one engine of checks: runs them with pytest, in this process, on one submission.

The notebook, the terminal, the class run and the tests all come through `run_checks`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from functools import cached_property
from pathlib import Path
from unittest.mock import patch

import pytest

from autograder.diagnosis.ladder import Climber
from autograder.engine.discreet import Discreet
from autograder.engine.messages import MAX_MESSAGE, TOO_MUCH, Messages, attempt, shortened
from autograder.engine.plain import PLAIN, PLUGINS_OFF, SETTINGS
from autograder.exercise import Exercise, Function
from autograder.exercises.registry import by_test, larger_cases, modules, more_seconds, select
from autograder.judging.declare import Declared
from autograder.judging.evidence import Evidence
from autograder.judging.exam import CheckFailed, Exam, NotWritten, Scores
from autograder.judging.larger import Asked
from autograder.judging.pack import Pack
from autograder.judging.session import LOAD_SECONDS, Budget, Session, TakesTooLong, working_at_most
from autograder.judging.trained import Trained
from autograder.judging.verdict import CheckInfo, Status, Verdict
from autograder.sandbox import inprocess
from autograder.sandbox.errors import WorkerError
from autograder.submission import Submission

QUICK_SECONDS = 120.0  # for all checks on one file that train nothing; right code takes one
JUDGING_SECONDS = 20.0  # of the grader's own work on one check; it usually takes less than one


class EngineError(Exception):
    """The engine itself failed: no verdict on student code follows from it."""


def run_checks(
    exercise: Exercise,
    submission: Submission,
    pack: Pack,
    names: Sequence[str] | None = None,
    *,
    on_verdict: Callable[[Verdict], None] | None = None,
    on_failure: Callable[[Evidence], None] | None = None,
    on_trained: Callable[[Trained], None] | None = None,
    scores: Scores | None = None,
    discreet: bool = False,
    threads: int = 1,
    isolation: str | None = None,
    hears: bool = False,
    said: set[tuple[str, ...]] | None = None,
) -> list[Verdict]:
    """Run checks on a submission.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    submission : Submission
        The code under test; it runs in a process of its own.
    pack : Pack
        Cases and expected values.
    names : sequence of str, optional
        Functions or ids of checks; all checks if not given.
    on_verdict : callable, optional
        Called with each verdict as soon as it is there.
    on_failure : callable, optional
        Called with what a check found wrong, before its verdict; a notebook draws it.
    on_trained : callable, optional
        Called with how the student's net was trained; a report draws it.
    scores : Scores, optional
        Judges a trained net by its parameters; the student's own code does if not given.
    discreet : bool
        The cases are secret: nothing that student code has made is in a message (`Discreet`).
    threads : int
        Threads for numerical libraries in the worker. Results are the same from run to run at a
        given number.
    isolation : str, optional
        As for a `Session`; the process of a grader has to be another one.
    hears : bool
        Let the evidence have what student code printed. For its author and public cases only: of
        a secret case, the inputs could be printed.
    said : set of tuple of str, optional
        As in `Messages`; what these checks say is added.

    Returns
    -------
    list of Verdict
        One for each check, in the order in which they are declared.

    Raises
    ------
    UserError
        There is no check of a given name.
    EngineError
        The engine failed; there is no verdict.
    """
    if isolation == inprocess.LEVEL and (discreet or scores is not None):
        raise ValueError("Nothing is graded by a worker that is no process of its own.")
    chosen = {info.id for info in select(exercise, names if names is None else tuple(names))}
    with Session(
        *(submission, exercise.files),
        given=exercise.given,
        threads=threads,
        isolation=isolation,
        hears=hears,
        readable=pack.readable,
    ) as session:
        plugin = CheckPlugin(
            *(exercise, session, pack, chosen),
            *(on_verdict or ignore, on_failure or ignore, on_trained or ignore),
            lambda: Climber(exercise, submission, pack, threads, isolation),
            scores=scores,
            secretive=submission if discreet else None,
            said=set() if said is None else said,
        )
        run_pytest(plugin)
    if len(plugin.verdicts) != len(chosen):
        raise EngineError(f"{len(plugin.verdicts)} of {len(chosen)} checks gave a verdict.")
    return plugin.verdicts


def ignore(_: object) -> None:
    """Do nothing with what nobody asked for."""


def run_pytest(plugin: CheckPlugin) -> None:
    """Run the checks under `plugin`, with nothing else of pytest's surroundings."""
    switched_off = (part for name in PLUGINS_OFF.split() for part in ("-p", f"no:{name}"))
    with patch.dict(os.environ, PLAIN):
        pytest.main(["-c", str(SETTINGS), "--noconftest", *switched_off], plugins=[plugin])
    if isinstance(plugin.defect, KeyboardInterrupt):
        raise KeyboardInterrupt
    if plugin.defect is not None:
        raise EngineError(
            "A check failed in a way of its own; this is our defect."
        ) from plugin.defect


class CheckPlugin:
    """The pytest plugin that gives each chosen check its `Exam`, and makes its outcome a verdict.

    Parameters
    ----------
    exercise, pack, on_verdict, on_failure, on_trained, scores, said
        As in `run_checks`.
    session : Session
        The submission under test.
    chosen : set of str
        Ids of the checks to run.
    climber : callable
        Makes what finds the smallest input on which the submission is wrong.
    secretive : Submission or None
        The submission, where messages are to be discreet.
    """

    def __init__(
        self,
        exercise: Exercise,
        session: Session,
        pack: Pack,
        chosen: set[str],
        on_verdict: Callable[[Verdict], None],
        on_failure: Callable[[Evidence], None],
        on_trained: Callable[[Trained], None],
        climber: Callable[[], Climber],
        *,
        scores: Scores | None,
        secretive: Submission | None,
        said: set[tuple[str, ...]],
    ) -> None:
        self.verdicts: list[Verdict] = []
        self.defect: BaseException | None = None
        self._exercise, self._session, self._pack = exercise, session, pack
        self._chosen = chosen
        self._on_verdict, self._on_trained = on_verdict, on_trained
        self._on_failure, self._climber = on_failure, climber
        self._scores, self._secretive, self._said = scores, secretive, said
        self._declared: dict[pytest.Item, Declared] = {}
        self._exam: Exam | None = None
        self._larger: dict[str, Asked] = {}
        self._quick = {
            file.module: Budget(
                f"the checks of {file.path}", QUICK_SECONDS + more_seconds(exercise, file)
            )
            for file in exercise.files
        }

    @cached_property
    def _messages(self) -> Messages:
        """What puts messages together, from the first failure on."""
        given = self._exercise, self._session, self._pack, self._on_failure, self._climber()
        if self._secretive:
            return Discreet(*given, self._said, submission=self._secretive)
        return Messages(*given, self._said)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect the chosen checks from their modules.

        pytest is given no names of files: it would read brackets, colons and dollar signs in the
        name of a folder as its own.
        """
        known = by_test(self._exercise)
        for module in modules(self._exercise):
            node = pytest.Module.from_parent(session, path=Path(module.__file__ or ""))
            node.obj = module
            for item in (item for item in node.collect() if isinstance(item, pytest.Function)):
                declared = known.get(item.function)
                if declared is not None and declared.info.id in self._chosen:
                    self._declared[item] = declared
        session.items = list(self._declared)
        session.testscollected = len(session.items)
        return True

    @pytest.fixture
    def exam(self, request: pytest.FixtureRequest) -> Exam:
        """Provide the cases of the requesting check and a way to run student code on them."""
        declared = self._declared[request.node]
        function = self._exercise.by_name[declared.info.function]
        self._session.budget = self._budget_of(declared.info, function)
        self._exam = Exam(
            declared,
            function,
            self._pack.cases[declared.info.id],
            self._session,
            lambda trained: attempt(lambda: self._on_trained(trained), None),
            self._scores,
            self._larger_of(declared.info),
        )
        return self._exam

    def _larger_of(self, info: CheckInfo) -> Asked | None:
        """Return the larger case that a check asks for: its own, or that of its function."""
        name = info.id if info.id in self._pack.larger else info.function
        if (kept := self._pack.larger.get(name)) and name not in self._larger:
            self._larger[name] = Asked(larger_cases(self._exercise)[name], kept)
        return self._larger.get(name)

    def _budget_of(self, info: CheckInfo, function: Function) -> Budget:
        """Return what time there is for a check with all that explains it.

        However often student code hangs, the quick checks on one file end within one time. A
        training has its own.
        """
        if function.trains:
            return Budget(f"{info.function}, loading it too", info.seconds + 2 * LOAD_SECONDS)
        return self._quick[function.file.module]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Run one check, and note its verdict."""
        info, start = self._declared[item].info, time.monotonic()
        try:
            # The images of a training are made meanwhile, which may take half a minute.
            trains = self._exercise.by_name[info.function].trains
            most = info.seconds if trains else JUDGING_SECONDS
            status, message, mistakes = yield from self._judge(most)
            wrong = status in (Status.FAILED, Status.ERROR)
            told = self._messages.smallest_within(JUDGING_SECONDS, info.function) if wrong else ""
            verdict = Verdict(
                *(info.id, info.function, info.title, status),
                points=info.max_points if status is Status.PASSED else 0.0,
                max_points=info.max_points,
                message=shortened(message) if len(message) > MAX_MESSAGE else message,
                seconds=time.monotonic() - start,
                mistakes=mistakes,
                smallest=told,
            )
            self.verdicts.append(verdict)
            self._on_verdict(verdict)
        except BaseException as error:
            self.defect = error  # a defect of ours, or Ctrl-C: never the student's
            raise

    def _judge(self, seconds: float) -> Generator[None, None, tuple[Status, str, tuple[str, ...]]]:
        """Return status, message and known mistakes of a check, within bounds on our own work."""
        try:
            with working_at_most(seconds):
                return (yield from self._outcome())
        except (TakesTooLong, MemoryError):
            return Status.ERROR, TOO_MUCH.format(seconds), ()

    def _outcome(self) -> Generator[None, None, tuple[Status, str, tuple[str, ...]]]:
        """Return status, message and known mistakes of a check, by how its function ends."""
        try:
            yield
        except NotWritten as error:
            return Status.MISSING, str(error), ()
        except CheckFailed as error:
            return Status.FAILED, *self._messages.explain(error, self._exam)
        except WorkerError as error:
            return self._messages.describe(error, self._exam)
        return Status.PASSED, "", ()
