"""Grade on the machines of a Dask cluster: each submission is one task, and has one result.

This side decides who does what; Dask carries it there and back. A worker is handed one submission
at a time, so that its death is nobody else's. What it did then goes to another, three times.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from distributed import Client, Future, as_completed

from autograder import exercises
from autograder.course.grading.member import About, Member, otherwise, refusal
from autograder.course.grading.plain import asked, outcome_of
from autograder.course.grading.pool import GraderDied, Outcome
from autograder.course.grading.student import How
from autograder.course.grading.terminal import Running
from autograder.course.grading.version import version
from autograder.errors import UserError
from autograder.judging import pack
from autograder.judging.pack import Pack
from autograder.submission import Submission

DEATHS = 3  # of workers that a submission may cost
PAUSE = 0.05  # seconds between two looks at what has come back
LOOK = 1.0  # seconds between two looks at who is there
PATIENCE = 60.0  # seconds to wait for another worker where all are refused
TO_LEAVE = 20.0  # seconds for all workers to end what they do

Settled = tuple[str, Outcome]


def on_worker() -> Callable[..., Any]:
    """Return a function that calls one of `machine`, by its name, wherever it is called.

    It is pickled by its code, as what is defined in a function is: the scheduler, which unpickles
    tasks too, need not have this project.
    """

    def call(name: str, *arguments: Any) -> Any:
        import importlib

        machine = importlib.import_module("autograder.course.grading.machine")
        return getattr(machine, name)(*arguments)

    return call


def grade_all(
    todo: Sequence[Submission], cases: Pack, how: How, running: Running, client: Client
) -> Generator[Settled, None, None]:
    """Grade submissions on all workers that can; closing the generator ends what still runs.

    Parameters
    ----------
    todo, cases, how
        What is graded, with what, and how.
    running : Running
        Is told what is begun, and who is refused.
    client : Client
        Of the cluster.

    Yields
    ------
    (str, Graded or GraderDied)
        As from `pool.grade_all`.

    Raises
    ------
    UserError
        The scheduler is gone, or all workers are refused.
    """
    run = Run(todo, cases, how, running, client)
    try:
        yield from run.settled()
    finally:
        run.end()


class Run:
    """One class, spread over a cluster; parameters as of `grade_all`."""

    def __init__(
        self, todo: Sequence[Submission], cases: Pack, how: How, running: Running, client: Client
    ) -> None:
        self._running, self._client, self._call = running, client, on_worker()
        self._name, self._left, self._waiting = secrets.token_hex(8), len(todo), deque(todo)
        self._notebooks = how.notebook_seconds > 0 and any(item.notebook for item in todo)
        self._pack = pack.to_bytes(cases)
        self._version = version(exercises.named(how.exercise, how.changes))
        self._how = replace(how, finished=how.finished and how.finished.absolute())
        if self._how.finished:
            self._how.finished.mkdir(parents=True, exist_ok=True)
            self._token(self._how.finished).touch()
        self._members: dict[str, Member] = {}
        self._jobs: dict[Future[Any], Member] = {}
        self._lost: dict[str, list[str]] = defaultdict(list)
        self._drain = as_completed(loop=client.loop, with_results=True, raise_errors=False)
        self._looked = 0.0
        self._useful = time.monotonic()  # when there was somebody last who grades, or may
        self._said: set[str] = set()
        self._begun: set[str] = set()

    def _token(self, folder: Path) -> Path:
        """Return the file by which a worker knows that it sees the grader's own folder."""
        return folder / f"run-{self._name}"

    def settled(self) -> Generator[Settled, None, None]:
        """Yield each student's outcome, as soon as it is there."""
        while self._left:
            found = [*self._look(), *self._take_back()]
            self._left -= len(found)
            self._hand_out()
            yield from found
            if not found:
                time.sleep(PAUSE)

    def end(self) -> None:
        """End what still runs on the workers."""
        self._client.cancel([*self._jobs])
        addresses = [m.address for m in self._members.values() if m.state in ("ready", "grading")]
        options = {"workers": addresses, "on_error": "ignore"}
        told = threading.Thread(
            target=self._client.run,
            args=(self._call, "leave", self._name),
            kwargs=options,
            daemon=True,
        )
        if addresses:
            told.start()
            told.join(TO_LEAVE)  # who does not hear it ends by itself, after a while
        if self._how.finished:
            self._token(self._how.finished).unlink(missing_ok=True)

    def _look(self) -> list[Settled]:
        """See who is there: ask those who are new, and give up those who are gone."""
        now = time.monotonic()
        if now - self._looked < LOOK:
            return []
        self._looked, found = now, []
        try:
            there = set(self._client.nthreads())
        except OSError as error:
            raise UserError(
                f"Stopped: the scheduler is out of reach ({error}). The same command goes on."
            ) from None
        for address in set(self._members) - there:
            found += self._gone(self._members[address])
        for address in sorted(there - set(self._members)):
            self._ask(Member(address))
        if not self._members or any(m.state != "refused" for m in self._members.values()):
            self._useful = now
        elif now - self._useful > PATIENCE:
            raise UserError(
                "Stopped: no worker of the cluster can grade; why stands above. The same command "
                "goes on from here."
            )
        if not self._members:
            self._say("No worker is there: waiting for one.")
        return found

    def _say(self, text: str) -> None:
        """Print a line, once."""
        if text not in self._said:
            self._said.add(text)
            self._running.say(text)

    def _submit(self, member: Member, state: str, name: str, *arguments: Any) -> None:
        """Have a worker do something, and nobody else."""
        member.state = state
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # the pack, once to each
            future = self._client.submit(
                *(self._call, name, *arguments), workers=[member.address], pure=False, retries=0
            )
        self._jobs[future] = member
        self._drain.add(future)

    def _ask(self, member: Member) -> None:
        """Ask a worker who it is."""
        self._members[member.address] = member
        changes = json.dumps(asdict(self._how.changes))
        store = str(self._how.finished or "")
        name = self._token(Path()).name
        self._submit(member, "asked", "about", self._how.exercise, changes, store, name)

    def _admit(self, member: Member, about: About) -> None:
        """Bring the pack to a worker, if it can grade."""
        reason = refusal(member.address, about, self._version)
        if reason:
            self._refuse(member, reason)
            return
        for text in otherwise(about):
            self._running.say(f"{member.address} computes with {text}.")
        if not about["shares"] and self._how.finished:
            self._say(
                f"There are workers that do not see {self._how.finished}: what they have under way "
                "is done anew if the grader is ended."
            )
        member.process = about["process"]
        member.how = self._how if about["shares"] else replace(self._how, finished=None)
        self._submit(member, "taking", "take", self._name, self._pack, self._notebooks)

    def _refuse(self, member: Member, reason: str) -> None:
        """Hand nothing to a worker."""
        member.state = "refused"
        self._running.say(f"{member.address} does not grade: {reason}")

    def _hand_out(self) -> None:
        """Hand a submission to each worker that has none."""
        for member in self._members.values():
            if member.state == "ready" and self._waiting:
                submission = member.submission = self._waiting.popleft()
                if submission.student not in self._begun:
                    self._begun.add(submission.student)
                    self._running.started(submission.student)
                assert member.how is not None
                request = asked(submission, member.how)
                arguments = self._name, member.process, request
                self._submit(member, "grading", "grade", *arguments)

    def _take_back(self) -> list[Settled]:
        """Take what has come back."""
        found = []
        for future, result in self._drain.next_batch(block=False):
            member = self._jobs.pop(future, None)  # none of a worker that was given up
            if member is None:
                continue
            if future.status == "finished":
                found += self._heard(member, result)
            elif member.state != "grading" and future.status == "error":
                self._refuse(member, f"{type(result[1]).__name__}: {result[1]}")
            else:  # the worker is gone, or was; or the scheduler has forgotten everything
                found += self._gone(member, blamed=future.status == "error")
        return found

    def _heard(self, member: Member, data: bytes) -> list[Settled]:
        """Take up what a worker has answered."""
        if member.state == "asked":
            self._admit(member, json.loads(data))
        elif member.state == "taking":
            member.state = "ready"
        elif not data:  # another process at the same address
            return self._gone(member)
        else:
            return self._graded(member, data)
        return []

    def _graded(self, member: Member, data: bytes) -> list[Settled]:
        """Take up what was made of a submission."""
        submission = member.submission
        assert submission is not None
        assert member.how is not None
        outcome = outcome_of(data, submission, member.how)
        if isinstance(outcome, OSError):
            found = self._gone(member)
            self._members[member.address] = member
            self._refuse(member, str(outcome))
            return found
        member.state, member.submission = "ready", None
        return [(submission.student, outcome)]

    def _gone(self, member: Member, *, blamed: bool = True) -> list[Settled]:
        """Give a worker up; what it had is for another one, or was one too many."""
        del self._members[member.address]
        own = [future for future, known in self._jobs.items() if known is member]
        for future in own:
            del self._jobs[future]
        self._client.cancel(own)
        submission, member.submission = member.submission, None
        if submission is None:
            return []
        lost = self._lost[submission.student]
        if blamed:
            lost.append(member.address)
        if len(lost) < DEATHS:
            self._waiting.append(submission)
            return []
        where = ", ".join(lost)
        text = f"the worker that had it was lost {DEATHS} times ({where})"
        return [(submission.student, GraderDied(text))]
