"""Find out why student code is wrong: which known mistakes explain what it returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from autograder.diagnosis.by_rule import ByRule
from autograder.diagnosis.fingerprint import Known, exception_mark, from_plain, wrong_outputs
from autograder.diagnosis.fit import Cell, Fit, Seen, Shows, best
from autograder.diagnosis.pattern import common
from autograder.exercise import Function
from autograder.judging.case import Case
from autograder.judging.output import RAISED, Output
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.errors import Raised, WorkerError

SECONDS = 5.0  # for student code on one case, when it is run again to learn more
NAMES_AT_MOST = 3  # more mistakes than this with the same results tell a student nothing
EXACTLY = "This is exactly what comes out when "
FOR_ONE = "For {outputs}, this is exactly what comes out when "
ELSEWHERE = "On other inputs, exactly what you return comes out when "
EXAMPLE = "This exception comes up, for example, when "
PAIR = "Two mistakes that come together would explain all that was seen: "


@dataclass(frozen=True)
class Explanation:
    """The known mistakes that explain what student code returns.

    Attributes
    ----------
    names, sentences : tuple of str
        Several where they all give the same results.
    head : str
        What the sentence begins with: how far they explain it.
    sure : bool
        All values that can be compared are the same.
    besides : str
        What may be said after that.
    """

    names: tuple[str, ...]
    sentences: tuple[str, ...]
    head: str = EXACTLY
    sure: bool = True
    besides: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Return what tells it from others."""
        return (*self.names, str(self))

    def beside(self, other: Explanation) -> Explanation:
        """Return this one, and after it another one that is less sure, if that may be said."""
        if not other.is_said_besides:
            return self
        return replace(self, names=(*self.names, *other.names), besides=f" {other}")

    @property
    def is_said_besides(self) -> bool:
        """Whether it says something of what was seen beside a change that makes all right."""
        return self.head == EXAMPLE and len(self.sentences) == 1

    def __str__(self) -> str:
        return f"{self.head}{', or when '.join(self.sentences)}.{self.besides}"


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
        self._rules = pack.by_rule.get(function.name)
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
            return {RAISED: exception_mark(error)}
        except WorkerError:
            self._stuck = True  # too slow, or it ended the worker: not to be waited for again
            return None

    @cached_property
    def _fit(self) -> Fit | None:
        return Fit(self.known, self.seen) if self._plain else None

    def explain(self, check: str, index: int, output: Output | None) -> Explanation | None:
        """Return the known mistakes that explain what is wrong in a case.

        They must fit everything that was seen on all cases of the function, or all that was seen
        of the outputs that they touch; or two of them must, where each shows by itself.

        Parameters
        ----------
        check : str
            Id of the check that failed.
        index : int
            Number of the case within the check.
        output : Output or None
            The output that is wrong; any if None.
        """
        fit = self._fit
        if fit is None:
            return None
        here = [
            cell
            for cell in fit.wrong
            if cell.place == (check, index) and (output is None or cell.output in (output, RAISED))
        ]
        if not here:
            return None
        by_hand = self._alone(fit, here) or self._by_output(fit, here) or self._together(fit)
        return by_hand or self._by_rule

    @cached_property
    def _by_rule(self) -> Explanation | None:
        """The mistakes by rule that do the same on inputs of their own."""
        sentences = ByRule(self._rules).sentences(self._session) if self._rules else []
        if not 0 < len(sentences) <= NAMES_AT_MOST:
            return None
        return Explanation(tuple(sentences), tuple(sentences), ELSEWHERE)

    def _alone(self, fit: Fit, here: list[Cell]) -> Explanation | None:
        """Return the mistakes of which each explains all that was seen."""
        numbers = best(fit, fit.alone)
        if not numbers:
            return None
        if not any(map(fit.by_values, numbers)):
            return self._in_words(numbers, EXAMPLE, sure=False)
        same = any(fit.shows(n, cell) is Shows.SAME for n in numbers for cell in here)
        return self._in_words(numbers, EXACTLY if same else ELSEWHERE)

    def _by_output(self, fit: Fit, here: list[Cell]) -> Explanation | None:
        """Return the mistakes that explain all that is wrong with some outputs."""
        for cell in here:
            numbers = best(fit, [n for n in fit.by_output if fit.shows(n, cell) is Shows.SAME])
            kinds = {kind for number in numbers for kind in fit.kinds(number)}
            outputs = " and ".join(sorted({name for name, _ in kinds}))
            found = self._in_words(numbers, FOR_ONE.format(outputs=outputs))
            if found is not None and cell.output != RAISED:
                return found
        return None

    def _together(self, fit: Fit) -> Explanation | None:
        """Return two mistakes that explain all that was seen between them."""
        pairs = {
            tuple(dict.fromkeys(self.known.names[n][1] for n in pair)): pair for pair in fit.pairs
        }
        if len(pairs) != 1:
            return None
        ((sentences, pair),) = pairs.items()
        names = tuple(self.known.names[n][0] for n in pair)
        return Explanation(names, ("; and ".join(sentences),), PAIR, sure=False)

    def _in_words(self, numbers: list[int], head: str, *, sure: bool = True) -> Explanation | None:
        pairs = [self.known.names[number] for number in numbers]
        sentences = tuple(dict.fromkeys(sentence for _, sentence in pairs))
        if not sentences or len(sentences) > NAMES_AT_MOST:
            return None
        return Explanation(tuple(name for name, _ in pairs), sentences, head, sure)

    def pattern(self) -> str:
        """Say what the cases that go wrong have in common, and no others."""
        tried = [
            (case, bool(seen))
            for check, by_case in self.seen.items()
            for case, seen in zip(self._cases[check], by_case, strict=True)
            if seen is not None
        ]
        return common(self._function.properties, tried)
