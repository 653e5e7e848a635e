"""What a Dask worker does for a grader: it keeps the pack, and has a judging process at work.

Student code never runs in this process. A grader asks who this is (`about`) before it sends
anything, brings the pack (`take`), and then one submission after the other (`grade`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import subprocess
import sys
import threading
from pathlib import Path

from autograder.course.grading.plain import answer, changes_of, line
from autograder.course.grading.pool import GraderDied
from autograder.course.grading.version import version
from autograder.course.made_with import made_with
from autograder.course.notebooks import dataset
from autograder.disk import write_bytes
from autograder.errors import UserError
from autograder.exercises import named
from autograder.sandbox import doctor, scratch

PROCESS = secrets.token_hex(8)  # names this process; another one may get its address
START = [sys.executable, "-P", str(Path(__file__).parents[2] / "entry" / "judge.py")]
IDLE = 60.0  # seconds after which a grader that asks for nothing is taken for dead
TO_END = 10.0  # seconds for a judging process to end in order


class Desk:
    """What is kept for one run of a grader: the pack, in a folder, and a judging process.

    All workers of this user on a machine share the folder, and the images that are made in it.

    Parameters
    ----------
    pack : bytes
        The pack.
    notebooks : bool
        Notebooks are run, which takes the data set.
    """

    def __init__(self, pack: bytes, notebooks: bool) -> None:
        self._judge: subprocess.Popen[bytes] | None = None
        self._stack = contextlib.ExitStack()
        digest = hashlib.sha256(pack).hexdigest()
        folder = self._stack.enter_context(scratch.together(digest[:16]))
        self._pack = folder / "cases.pack"
        with scratch.locked(folder / "pack.lock"):
            there = self._pack.read_bytes() if self._pack.is_file() else b""
            if hashlib.sha256(there).hexdigest() != digest:
                write_bytes(self._pack, pack)
            if notebooks:
                dataset.cached()

    def grade(self, request: bytes) -> bytes:
        """Have the judging process judge a submission; return its answer."""
        if self._judge is None or self._judge.poll() is not None:
            self._judge = subprocess.Popen(
                [*START, str(self._pack)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        judge, data = self._judge, b""
        assert judge.stdin is not None
        assert judge.stdout is not None
        with contextlib.suppress(OSError):
            judge.stdin.write(request)
            judge.stdin.flush()
            data = judge.stdout.readline()
        if data.endswith(b"\n"):
            if json.loads(data)["ends"]:
                self._end()
            return data
        code = judge.wait()
        self._end()
        return answer(GraderDied(f"its process ended with exit code {code}"))

    def close(self) -> None:
        """End the process, and with it the student code that it runs; leave the folder."""
        self._end()
        self._stack.close()

    def _end(self) -> None:
        """End the judging process; may be called while another thread waits for its answer."""
        judge, self._judge = self._judge, None
        if judge is not None:
            judge.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                judge.wait(TO_END)
            judge.kill()
            judge.wait()
            for stream in (judge.stdin, judge.stdout):
                with contextlib.suppress(OSError):  # what was not read any more
                    if stream is not None:
                        stream.close()


_desks: dict[str, Desk] = {}
_timers: dict[str, threading.Timer] = {}
_lock = threading.Lock()


def about(exercise: str, changes: str, store: str, token: str) -> bytes:
    """Say who this is and what it lacks.

    Parameters
    ----------
    exercise, changes
        The exercise's name, and what a course has otherwise, as JSON.
    store, token : str
        A folder, and the name of a file that is in it where that is the grader's own.
    """
    try:
        doctor.require_sandbox()
        lacks = ""
    except UserError as error:
        lacks = str(error)
    tree = {
        "process": PROCESS,
        "version": version(named(exercise, changes_of(json.loads(changes)))),
        "lacks": lacks,
        "made_with": made_with(),
        "shares": Path(store, token).is_file(),
    }
    return line(tree)


def take(run: str, pack: bytes, notebooks: bool) -> bytes:
    """Take up the pack of a run."""
    leave(run)
    _desks[run] = Desk(pack, notebooks)
    _wait(run)
    return b""


def grade(run: str, process: str, request: bytes) -> bytes:
    """Judge a submission, and return the answer; nothing where this is not who was asked."""
    desk = _desks.get(run)
    if process != PROCESS or desk is None:
        return b""
    _hold(run)
    try:
        return desk.grade(request)
    finally:
        _wait(run)


def leave(run: str) -> None:
    """End what a run has here."""
    with _lock:
        desk = _desks.pop(run, None)
    _hold(run)
    if desk is not None:
        desk.close()


def _wait(run: str) -> None:
    """Leave a run after a while, unless something is asked until then: a grader may be killed."""
    if run in _desks:
        timer = _timers[run] = threading.Timer(IDLE, leave, [run])
        timer.daemon = True
        timer.start()


def _hold(run: str) -> None:
    """Do not leave a run meanwhile."""
    timer = _timers.pop(run, None)
    if timer is not None:
        timer.cancel()
