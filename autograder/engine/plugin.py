"""The pytest plugin that gives each check its `Exam` and turns its outcome into a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import numpy as np
import pytest

from autograder.diagnosis.explain import Diagnosis, Explanation, own_gradient
from autograder.diagnosis.fingerprint import RAISED
from autograder.exercises.convnets.cases.training import Trained
from autograder.judging.declare import Declared, declaration
from autograder.judging.exam import CheckFailed, Exam, NotWritten
from autograder.judging.pack import Pack
from autograder.judging.session import CannotLoad, Session
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.client import Raised, TimedOut, WorkerError
from autograder.show.picture import Evidence, as_text

HINTS = {
    "TypeError: 'float' object cannot be interpreted as an integer": (
        "In Python 3, / gives a float even for whole numbers. Sizes need //."
    ),
    "ModuleNotFoundError": (
        "The grader has NumPy and the given package. Remove imports that an editor added, and "
        "plot in the notebook instead."
    ),
    "ImportError": (
        "The grader has NumPy and the given package. Remove imports that an editor added, and "
        "plot in the notebook instead."
    ),
    "NameError: name 'xrange' is not defined": "This is Python 2. In Python 3, xrange is range.",
    "AttributeError: module 'numpy": (
        "This name is gone from NumPy, or was never there. np.int, np.float and np.bool are int, "
        "float and bool; np.lib.pad is np.pad."
    ),
    "SyntaxError: Missing parentheses in call to 'print'": (
        "This is Python 2. In Python 3, print is a function: print(...)."
    ),
}
"""What helps with common exceptions, by how their summary begins."""


class CheckPlugin:
    """Runs the chosen checks on one submission and collects a verdict for each.

    Parameters
    ----------
    session : Session
        The submission under test.
    pack : Pack
        Cases and expected values.
    chosen : set of str
        Ids of the checks to run.
    on_verdict : callable
        Called with each verdict as soon as it is there.
    on_failure : callable
        Called with the evidence of each failure, before its verdict.
    on_trained : callable
        Called with how the student's net was trained.
    """

    def __init__(
        self,
        session: Session,
        pack: Pack,
        chosen: set[str],
        on_verdict: Callable[[Verdict], None],
        on_failure: Callable[[Evidence], None],
        on_trained: Callable[[Trained], None],
    ) -> None:
        self.verdicts: list[Verdict] = []
        self.defect: BaseException | None = None
        self._session, self._pack, self._chosen = session, pack, chosen
        self._on_verdict, self._on_failure = on_verdict, on_failure
        self._on_trained = on_trained
        self._exam: Exam | None = None
        self._diagnoses: dict[str, Diagnosis] = {}
        self._told: list[tuple[str, Explanation]] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the chosen checks."""
        items[:] = [item for item in items if declared_by(item).info.id in self._chosen]

    @pytest.fixture
    def exam(self, request: pytest.FixtureRequest) -> Exam:
        """Provide the cases of the requesting check and a way to run student code on them."""
        declared = declaration(request.function)
        cases = self._pack.cases[declared.info.id]
        self._exam = Exam(declared, cases, self._session, self._on_trained)
        return self._exam

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Run one check, and note its verdict."""
        declared, start = declared_by(item), time.monotonic()
        try:
            status, message = yield from self._judge(declared)
            info = declared.info
            points = info.max_points if status is Status.PASSED else 0.0
            seconds = time.monotonic() - start
            verdict = Verdict(
                **{**vars(info), "seconds": seconds}, status=status, points=points, message=message
            )
            self.verdicts.append(verdict)
            self._on_verdict(verdict)
        except BaseException as error:
            self.defect = error  # a defect of ours, or Ctrl-C: never the student's
            raise

    def _judge(self, declared: Declared) -> Generator[None, None, tuple[Status, str]]:
        """Return status and message of a check, by how its function ends."""
        try:
            yield
        except NotWritten as error:
            return Status.MISSING, str(error)
        except CheckFailed as error:
            return Status.FAILED, self._explain(error, declared)
        except WorkerError as error:
            return self._describe(error, declared)
        return Status.PASSED, ""

    def _explain(self, error: CheckFailed, declared: Declared) -> str:
        """Put together what was called, what is wrong and where, why, and what may help."""
        called, remark = self._called(), self._remark()  # before diagnosis calls more
        found = self._find_mistake(declared, error.output)
        evidence = Evidence(
            declared.info.id,
            error.output or "",
            error.got if isinstance(error.got, np.ndarray) else None,
            error.expected,
            found.names if found else (),
        )
        self._on_failure(evidence)
        if found is not None and (declared.info.function, found) in self._told:
            return "\n".join(
                part for part in (called, str(error), f"Again: {found}", remark) if part
            )
        parts = [
            called,
            str(error),
            *as_text(evidence),
            str(found or self._pattern(declared)),
            self._own_gradient(error),
            remark,
            declared.hint,
        ]
        if found is not None:
            self._told.append((declared.info.function, found))
        return "\n".join(part for part in parts if part)

    def _find_mistake(self, declared: Declared, output: str | None) -> Explanation | None:
        """Look for a known mistake that explains what is wrong in the case asked last."""
        if self._exam is None or self._exam.index is None:
            return None
        return self._diagnosis(declared).explain(declared.info.id, self._exam.index, output)

    def _pattern(self, declared: Declared) -> str:
        """Say which cases go wrong, where no known mistake explains them."""
        return self._diagnosis(declared).pattern() if self._exam is not None else ""

    def _diagnosis(self, declared: Declared) -> Diagnosis:
        """Return what is known of the student's work on the function of a check."""
        function = declared.info.function
        if function not in self._diagnoses:
            self._diagnoses[function] = Diagnosis(function, self._session, self._pack)
        return self._diagnoses[function]

    def _own_gradient(self, error: CheckFailed) -> str:
        """Say whether a wrong gradient agrees with the student's own forward pass."""
        if self._exam is None or self._exam.index is None or error.output is None:
            return ""
        case = self._exam.cases[self._exam.index]
        return own_gradient(self._session, case, error.output, error.got)

    def _describe(self, error: WorkerError, declared: Declared) -> tuple[Status, str]:
        """Return the status and message for code that gave no result."""
        if isinstance(error, CannotLoad):
            status, _ = self._describe(error.cause, declared)
            return status, "\n".join([str(error), *hints_for(error.cause)])
        if isinstance(error, Raised) and error.missing:
            return Status.MISSING, str(error)
        status = Status.TIMEOUT if isinstance(error, TimedOut) else Status.ERROR
        text = str(error)
        if status is Status.TIMEOUT:
            text = f"Your code was stopped: {text}."
        called, remark = self._called(), self._remark()
        found = self._find_mistake(declared, RAISED) if status is Status.ERROR else None
        self._on_failure(Evidence(declared.info.id, "", None, None, found.names if found else ()))
        why = str(found or self._pattern(declared)) if status is Status.ERROR else ""
        parts = [called, text, why, remark, *hints_for(error)]
        return status, "\n".join(part for part in parts if part)

    def _called(self) -> str:
        return self._exam.current if self._exam else ""

    def _remark(self) -> str:
        return self._exam.remark if self._exam else ""


def declared_by(item: pytest.Item) -> Declared:
    """Return the declaration of the check that pytest collected as `item`."""
    return declaration(getattr(item, "function", item))


def hints_for(error: WorkerError) -> list[str]:
    """Return what helps with an exception that many students meet."""
    summary = error.summary if isinstance(error, Raised) else ""
    return [hint for start, hint in HINTS.items() if summary.startswith(start)]
