"""Find out why student code is wrong: which known mistake explains what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.diagnosis.fingerprint import (
    DOUBLE_CASE,
    Known,
    Mark,
    from_plain,
    wrong_outputs,
)
from autograder.diagnosis.pattern import common
from autograder.exercise import Function
from autograder.judging.case import Case
from autograder.judging.compare import differences
from autograder.judging.operations import NumericGradient
from autograder.judging.output import RAISED, Output
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.client import Raised, WorkerError

SECONDS = 5.0  # for student code on one case, when it is run again to learn more
SMALL = 300  # values of an argument, at most, for which a numeric gradient is quick
NAMES_AT_MOST = 3  # more mistakes than this with the same results tell a student nothing

Seen = dict[Output, Mark] | None
"""What student code gets wrong on a case, by output; None if it did not answer."""


@dataclass(frozen=True)
class Explanation:
    """The known mistakes that explain what student code returns.

    Attributes
    ----------
    names, sentences : tuple of str
        Several where they all give the same results.
    by_values : bool
        Values were compared, not only exceptions, which different mistakes may share.
    """

    names: tuple[str, ...]
    sentences: tuple[str, ...]
    by_values: bool = True

    def __str__(self) -> str:
        sentences = ", or when ".join(self.sentences)
        if self.by_values:
            return f"This is exactly what comes out when {sentences}."
        return f"This exception comes up, for example, when {sentences}."


class Diagnosis:
    """Knows one submission's work on one function, on all of its cases.

    Parameters
    ----------
    function : Function
        What was written.
    session : Session
        The submission.
    pack : Pack
        The cases, and what is known of mistakes on them.
    """

    def __init__(self, function: Function, session: Session, pack: Pack) -> None:
        self._function = function
        self._session = session
        self._cases = {
            check: cases
            for check, cases in pack.cases.items()
            if check.startswith(f"{function.name}/")
        }
        self._plain = pack.known.get(function.name)
        self._stuck = False

    @cached_property
    def known(self) -> Known:
        """The known mistakes of the function."""
        return from_plain(self._plain) if self._plain else Known([], {})

    @cached_property
    def seen(self) -> dict[str, list[Seen]]:
        """What student code gets wrong on each case, by check."""
        return {check: [self._look(case) for case in cases] for check, cases in self._cases.items()}

    def _look(self, case: Case) -> Seen:
        if self._stuck or not case.operation.compared:
            return None
        try:
            return wrong_outputs(case, self._session.ask(case.op, case.payload, SECONDS).reply)
        except Raised as error:
            return {RAISED: Mark(error.summary)}
        except WorkerError:
            self._stuck = True  # too slow, or it ended the worker: not to be waited for again
            return None

    def explain(self, check: str, index: int, output: Output | None) -> Explanation | None:
        """Return the known mistakes that explain one wrong output.

        A mistake explains it if both gave the same on this case, and agree on every other case
        of the check; and if it does nothing wrong, on any case of the function, that student code
        does right. Of those that remain, the ones that explain most of the function's other
        cases are taken. Where none does, since other cases of the check show another mistake
        as well, the only one with the same values on this case is taken.

        Parameters
        ----------
        check : str
            Id of the check that failed.
        index : int
            Number of the case within the check.
        output : Output or None
            The output that is wrong; any if None.
        """
        here = self.seen[check][index]
        if not here or not self._plain:
            return None
        wrong = [name for name in here if output in (None, name)] or list(here)
        for name in wrong:
            found = self._in_words(self._best(check, index, name), by_values=name != RAISED)
            if found is not None:
                return found
        if RAISED in here:
            return self._by_other_checks(check, index)
        for name in wrong:
            if any(here[name].values):
                found = self._in_words(self._best(check, index, name, on_this_case=True))
                if found is not None and len(found.sentences) == 1:
                    return found
        return None

    def _by_other_checks(self, check: str, index: int) -> Explanation | None:
        """Explain an exception by a mistake that the values of another check show.

        It must raise an exception here too, though one that reads differently.
        """
        mistakes = self.known.cases[check][index]
        for other, by_case in self.seen.items():
            for i, seen in enumerate(by_case):
                for name in seen or ():
                    numbers = [] if name == RAISED else self._best(other, i, name)
                    if numbers and all(RAISED in mistakes[number] for number in numbers):
                        return self._in_words(numbers)
        return None

    def _in_words(self, numbers: list[int], by_values: bool = True) -> Explanation | None:
        pairs = [self.known.names[number] for number in numbers]
        sentences = tuple(dict.fromkeys(sentence for _, sentence in pairs))
        if not sentences or len(sentences) > NAMES_AT_MOST:
            return None
        return Explanation(tuple(name for name, _ in pairs), sentences, by_values)

    def _best(
        self, check: str, index: int, output: Output, on_this_case: bool = False
    ) -> list[int]:
        """Return the numbers of those mistakes that explain `output` best."""
        best: tuple[int, int] | None = None
        numbers: list[int] = []
        for number in range(len(self.known.names)):
            score = self._score(number, check, index, output, on_this_case)
            if score is None or (best is not None and score > best):
                continue
            numbers = [*numbers, number] if score == best else [number]
            best = score
        return numbers

    def _score(
        self, number: int, check: str, index: int, output: Output, on_this_case: bool
    ) -> tuple[int, int] | None:
        """Say how badly a mistake explains `output`, best is (0, -many); None if it does not."""
        unexplained, explained = 0, 0
        for other, by_case in self.seen.items():
            for i, seen in enumerate(by_case):
                mistake = self.known.cases[other][i][number]
                verdict = agreement(seen, mistake, output)
                if verdict is False and contradicts(seen, mistake, output):
                    return None
                if verdict is False and other == check and not on_this_case:
                    return None
                if verdict is not True and (other, i) == (check, index):
                    return None
                unexplained += verdict is False
                explained += verdict is True
                unexplained += elsewhere(seen, mistake, output)
        if output == RAISED and unexplained:
            return None  # an exception alone is weak evidence: all the rest must agree
        return unexplained, -explained

    def pattern(self) -> str:
        """Say what the cases that go wrong have in common, and no others."""
        tried = [
            (case, bool(seen))
            for check, by_case in self.seen.items()
            for case, seen in zip(self._cases[check], by_case, strict=True)
            if seen is not None
        ]
        return common(self._function.properties, tried)


def agreement(seen: Seen, mistake: dict[Output, Mark], output: Output) -> bool | None:
    """Return whether student code and a mistake do the same wrong; None if that says nothing."""
    if seen is None or (output not in seen and RAISED not in seen and not mistake):
        return None
    if RAISED in seen or RAISED in mistake:
        if RAISED in seen and RAISED in mistake:
            return True if seen[RAISED].same(mistake[RAISED]) else None
        # One raises where the other goes on with wrong values: a difference of style. One raises
        # where the other is right: another mistake.
        return None if seen and mistake else False
    if output not in seen and output not in mistake:
        return None
    return output in seen and output in mistake and seen[output].same(mistake[output])


def contradicts(seen: Seen, mistake: dict[Output, Mark], output: Output) -> bool:
    """Return whether a mistake gets something wrong that student code gets right."""
    if seen is None:
        return False
    if RAISED in mistake:
        return not seen
    return output in mistake and output not in seen and RAISED not in seen


def elsewhere(seen: Seen, mistake: dict[Output, Mark], output: Output) -> int:
    """Count the other outputs on which student code and a mistake differ."""
    if seen is None or RAISED in seen or RAISED in mistake:
        return 0
    names = (set(seen) | set(mistake)) - {output}
    return sum(
        not (name in seen and name in mistake and seen[name].same(mistake[name])) for name in names
    )


def own_gradient(session: Session, case: Case, output: Output, got: Any) -> str:
    """Say whether a wrong gradient is at least that of the student's own forward pass.

    Returns
    -------
    str
        A sentence, or nothing where that cannot be found out.
    """
    wrt = case.payload.get("wrt", {})
    if output != Output(output.name) or output.name not in wrt or not isinstance(got, np.ndarray):
        return ""
    forward, name = case.payload["forward"], output.name
    if forward in session.given:  # it is ours, and no place to look for the mistake
        return ""
    argument = case.args[wrt[name]]
    if got.shape != argument.shape or argument.size > SMALL or argument.dtype != np.float64:
        return ""
    request = {**case.payload, "wrt": {name: wrt[name]}, "h": 1e-5}
    try:
        slopes = session.ask(NumericGradient.name, request, SECONDS).reply[name]
    except WorkerError:
        return ""
    if slopes.shape != argument.shape or slopes.dtype != np.float64:
        return ""
    if not np.isfinite(slopes).all():
        return ""
    if not differences(slopes, np.asarray(case.expected[name], dtype=np.float64), DOUBLE_CASE):
        return (
            f"It disagrees with your own forward pass: centered differences of your {forward} "
            f"give the {name} that is expected."
        )
    if not differences(got, slopes, DOUBLE_CASE):
        return (
            f"It agrees with your own forward pass: it is the gradient of what your {forward} "
            "computes. So look for the mistake there first."
        )
    return (
        f"It disagrees with your own {forward}, and the gradient of that is not what is expected "
        "either: the forward pass comes first."
    )
