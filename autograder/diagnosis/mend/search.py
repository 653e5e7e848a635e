"""Which one edit makes student code right: tried, not guessed.

The known mistakes are those that somebody thought of. But most wrong code is right but for one
place. So its own text is edited, a small change at a time, the likeliest first, and each is run on
inputs on which the code is wrong. What makes all cases come out right is told. It is true whatever
anybody thought of: it was tried.

Only code that does nothing but compute is edited (`computing`): of all other, an edit might do more
than its author meant. It is run as always, in a worker; the worker and its folder are for this
alone: nothing that is left in them comes to a check.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from autograder.diagnosis.mend.computing import only_computes
from autograder.diagnosis.mend.edit import Edit
from autograder.diagnosis.mend.edits import applied, likeliest
from autograder.diagnosis.mend.source import Source, reached
from autograder.diagnosis.mend.words import sentence
from autograder.diagnosis.small import wrong_here
from autograder.exercise import Function
from autograder.judging.case import Case
from autograder.judging.ladder import unpacked
from autograder.judging.operation import Notes, Payload
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.client import MAX_REPLY
from autograder.sandbox.errors import Raised, WorkerError
from autograder.sandbox.inprocess import LEVEL as IN_PROCESS
from autograder.submission import Submission

MOST = 1500  # edits that are tried
BATCH = 25  # of them at a time
SECONDS = 2.0  # for a batch of them on a small input, and for one on any input
STEP = 3  # of the inputs on the ladder each third is tried: they are many
FEW = 12  # cases that tell whether a forward pass is wrong
STOPS = 2  # batches that may hang or end the worker


class Attempts:
    """Student code on some cases, as it is and edited.

    Parameters
    ----------
    session : Session
        Of the code; it is of no use to anybody else afterwards.
    function : Function
        What is wrong.
    source : Source
        The text of its file.
    functions : sequence of ast.stmt
        Functions and classes in it that are edited.
    cases : sequence of Case
        All on which it has to be right, the smallest first.
    """

    def __init__(
        self,
        session: Session,
        function: Function,
        source: Source,
        functions: Sequence[ast.stmt],
        cases: Sequence[Case],
    ) -> None:
        self._session, self._source = session, source
        self._module = function.file.module
        self._functions = functions
        self._stops = 0
        self._needed: tuple[Sequence[ast.stmt], Sequence[Case]] = (), ()
        wrong = next((case for case in cases if not self.is_right(case)), None)
        self.is_wrong = wrong is not None
        # What does not mend this one needs no other.
        self._cases = sorted(cases, key=lambda case: case is not wrong)

    def needs(self, functions: Sequence[ast.stmt], cases: Sequence[Case]) -> None:
        """Take no edit of some functions that leaves these cases wrong, or makes them so."""
        self._needed = functions, cases

    def _others(self, edits: Sequence[Edit]) -> Sequence[Case]:
        """Return all cases but the first that have to be right with some edits."""
        functions, cases = self._needed
        spans = [self._source.span(function) for function in functions]
        touched = any(start <= edit.start < end for edit in edits for start, end in spans)
        return [*self._cases[1:], *(cases if touched else ())]

    def is_right(self, case: Case) -> bool:
        """Return whether the code as it is now is right on a case."""
        try:
            return is_right(self._session, case)
        except WorkerError:
            self._stops += 1
            return False

    def first_of(self, tried: Sequence[Sequence[Edit]]) -> Sequence[Edit] | None:
        """Return the first of some edits that makes the code right on all cases."""
        first = self._cases[0]
        sources = [self._edited(edits) for edits in tried]
        try:
            replies = self._replies(first, sources)
        except WorkerError:
            self._stops += 1
            return None
        for edits, source, reply in zip(tried, sources, replies, strict=True):
            if reply is not None and not wrong_here(first, reply):
                self._ask("vary", {"module": self._module, "parts": source}, is_nothing)
                if all(map(self.is_right, self._others(edits))):
                    return edits
        return None

    def _replies(self, case: Case, sources: Sequence[list[str]]) -> list[Any]:
        """Return the reply of each source on a case; None where it raised, or is no reply."""
        noted = Notes(self._session.given)
        case.operation.run(noted, case.payload, SECONDS)
        arguments = {
            "module": self._module,
            "sources": list(sources),
            "requests": noted.requests,
        }
        replies = self._ask("variants", arguments, lambda r: is_list_of(r, len(sources)))
        fits = case.operation.fits
        return [r if r is not None and fits(case.payload, r) else None for r in replies]

    def _ask(self, name: str, arguments: Payload, fits: Callable[[Any], bool]) -> Any:
        """Have one thing done in the worker."""
        session, most = self._session, MAX_REPLY
        return session.request(name, self._module, arguments, SECONDS, fits, most).reply

    def _edited(self, edits: Sequence[Edit]) -> list[str]:
        """Return the texts of all functions that are edited at all, with these edits."""
        text = self._source.text
        return [applied(edits, text, self._source.span(f)) for f in self._functions]

    @property
    def go_on(self) -> bool:
        """Whether there is still sense in trying more."""
        return self._stops <= STOPS


def is_nothing(reply: Any) -> bool:
    """Return whether a reply says no more than that something is done."""
    return reply is None


def is_list_of(reply: Any, count: int) -> bool:
    """Return whether a reply is a list of so many things."""
    return isinstance(reply, list | tuple) and len(reply) == count


def mended(
    make: Callable[[], Session], submission: Submission, function: Function, pack: Pack
) -> str:
    """Say which one change makes student code right; nothing if none does.

    Parameters
    ----------
    make : callable
        Starts a session with the submission.
    submission : Submission
        The code.
    function : Function
        Which of its functions is wrong.
    pack : Pack
        The cases, and the ladder.
    """
    text = submission.files.get(function.file.path, b"").decode(errors="replace")
    with make() as session:
        if session.isolation == IN_PROCESS:  # in a browser it takes too long
            return ""
        edits = change_of(session, text, function, pack)
    return sentence(text, function.file.name, edits) if edits else ""


def change_of(session: Session, text: str, function: Function, pack: Pack) -> Sequence[Edit]:
    """Return the edits of some code that make it right, the first that do; none if none do."""
    try:
        source = Source(text)
    except (SyntaxError, ValueError):
        return ()
    cases = cases_of(function.name, pack)
    before = cases_before(cases, pack)
    wrong = [n for n, of in before.items() if not is_right_on(session, by_size(of)[:FEW])]
    # What is wrong may all come of these; and of what is right, the cache may be wrong.
    names = dict.fromkeys([*wrong, function.name, *before])
    functions = reached(source, *names)
    if not only_computes(source, functions):
        return ()
    attempts = Attempts(session, function, source, functions, by_size(cases))
    attempts.needs(reached(source, *before), [case for of in before.values() for case in of])
    if not attempts.is_wrong:
        return ()
    tried = likeliest(source, functions, MOST, keys_of(cases))
    for start in range(0, len(tried), BATCH):
        found = attempts.first_of(tried[start : start + BATCH])
        if found is not None:
            return found
        if not attempts.go_on:
            break
    return ()


def cases_of(name: str, pack: Pack) -> list[Case]:
    """Return all cases of a function whose outputs are compared."""
    ladder = pack.ladders.get(name)
    cases = unpacked(ladder)[::STEP] if ladder is not None else []
    for check, of in pack.cases.items():
        if check.startswith(f"{name}/"):
            cases += [case for case in of if case.operation.compared]
    return cases


def by_size(cases: Sequence[Case]) -> list[Case]:
    """Return cases in the order of their size, the smallest first."""
    return sorted(cases, key=lambda case: case.operation.numbers(case.payload))


def cases_before(cases: Sequence[Case], pack: Pack) -> dict[str, list[Case]]:
    """Return the cases of the forward passes whose caches some backward passes are given."""
    names = {case.payload["forward"] for case in cases if "forward" in case.payload}
    return {name: of for name in names if (of := cases_of(name, pack))}


def is_right(session: Session, case: Case) -> bool:
    """Return whether the code is right on a case.

    Raises
    ------
    WorkerError
        It hangs, or ends its worker.
    """
    try:
        reply = session.ask(case.op, case.payload, SECONDS).reply
    except Raised:
        return False
    return not wrong_here(case, reply)


def is_right_on(session: Session, cases: Sequence[Case]) -> bool:
    """Return whether the code is right on all of some cases."""
    try:
        return all(is_right(session, case) for case in cases)
    except WorkerError:
        return False


def keys_of(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Return the keys of each dictionary among the arguments of some cases, by its name."""
    found: dict[str, set[str]] = {}
    for case in cases:
        for name, value in case.payload.get("args", {}).items():
            if isinstance(value, dict):
                found.setdefault(name, set()).update(value)
    return {name: sorted(keys) for name, keys in found.items()}
