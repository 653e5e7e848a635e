"""A made-up class, graded by a process that is killed at a place in the code that writes.

``python tests/killed.py FOLDER OUT LOG JOBS`` grades what is in FOLDER. Checks are made up (they
take no time and need no sandbox), all the rest is as ever. The file LOG gets a line when a check
begins and another when it is durable. With 0 for JOBS, all is done in one process.

With ``tcp://HOST:PORT`` for JOBS, it is graded on a Dask cluster. Its workers have loaded
`killed_worker`: their judging processes are ``python tests/killed.py judge PACK``. With
``CONVNETS_TEST_PACK`` in the environment, checks are not made up, but run with the pack in that
file; only the times of their verdicts are made up.

``python tests/killed.py FOLDER BASE PATTERN ...`` does so in copies of this process: undisturbed,
in BASE/quiet; and for each place that writes, in a folder of its own, once to be ended at that
place as by ``kill -9``, and once to its end. Places are printed, those that fit a pattern, or all.
With ``CONVNETS_TEST_SIGNAL`` in the environment, it is told to end by the signal of that name; with
``CONVNETS_TEST_FULL``, it is not ended there: from there on the disk is full.
"""

import contextlib
import errno
import hashlib
import io
import os
import re
import signal
import sys
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console

from autograder.course.gradebook.course import open_course
from autograder.course.grading import checking, classroom, ledger, process, spread, student
from autograder.course.grading.holder import held
from autograder.course.museum import packs
from autograder.disk import UNFINISHED
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import select
from autograder.judging import pack
from autograder.judging.pack import Pack
from autograder.judging.trained import Trained
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox import ending

ROOT = Path(__file__).resolve().parents[1]
WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "sqlite3.connect"}
TAKE_SPACE = {"open", "os.mkdir", "sqlite3.connect"}
LOG, PACK, FULL = "CONVNETS_TEST_LOG", "CONVNETS_TEST_PACK", "CONVNETS_TEST_FULL"
SIGNAL = "CONVNETS_TEST_SIGNAL"
STOPPED, HALF_WRITTEN = 130, 131  # exit codes; the first is that of the command
real_checks = checking.run_checks


def note(line):
    """Add a line to the log, in one write."""
    with Path(os.environ[LOG]).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def run_checks(exercise, submission, cases, names, *, on_verdict, on_trained, said, **_):
    """Make verdicts up: the same ones for the same files, and for what has been said before."""
    made = []
    for info in select(exercise, names if names is None else tuple(names)):
        work = hashlib.sha256(f"{sorted(submission.files.items())} {info.id}".encode()).hexdigest()
        note(f"begun {work}")
        right = int(work, 16) % 3 > 0
        said.add(("checked", info.id))
        if info.function == "one_epoch" and right:
            curve = np.linspace(2, 1, 5)
            on_trained(Trained("one_epoch", curve, curve[:2] / 9, curve[:2] / 8))
        points = info.max_points if right else 0.0
        status = Status.PASSED if right else Status.FAILED
        message = "" if right else f"{len(said)} were said."
        verdict = Verdict(info.id, info.function, info.title, status, points, info.max_points)
        made.append(Verdict(**{**vars(verdict), "message": message, "seconds": 1.0}))
        on_verdict(made[-1])
        note(f"durable {work}")
    return made


def noted_checks(exercise, submission, cases, names, *, on_verdict, **options):
    """Run checks; note which, and when each is durable. As is said then, each took a second."""

    def work(name):
        return hashlib.sha256(f"{sorted(submission.files.items())} {name}".encode()).hexdigest()

    def timeless(verdict):
        return replace(verdict, seconds=1.0)

    def kept(verdict):
        on_verdict(timeless(verdict))
        note(f"durable {work(verdict.id)}")

    for info in select(exercise, names if names is None else tuple(names)):
        note(f"begun {work(info.id)}")
    made = real_checks(exercise, submission, cases, names, on_verdict=kept, **options)
    return [timeless(verdict) for verdict in made]


def grade(submission, cases, how):
    """Grade one submission by checks that are made up, or noted."""
    checking.run_checks = noted_checks if PACK in os.environ else run_checks
    return student.grade_one(submission, cases, how)


def here(todo, cases, jobs, grade, started):
    """Grade in this process, so that there is one to be killed."""
    for submission in todo:
        started(submission.student)
        yield submission.student, grade(submission, cases)


class Frozen(datetime):
    """A clock that stands still: records and pages are the same whenever they are made."""

    @classmethod
    def now(cls, tz=None):
        """Return a time of the past."""
        return datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def place():
    """Return which line of ours is about to write."""
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if ROOT / "autograder" in path.parents and path.name != "disk.py":
            return f"{path.relative_to(ROOT)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def watch(out, wanted, report):
    """Report each place that writes below a folder; end, or be full, at the one that is wanted."""
    met, busy, full = set(), [], []

    def hook(event, arguments):
        if busy or not writes(event, arguments, out):
            return
        busy.append(event)
        at = f"{place()} {event}"
        if at not in met:
            met.add(at)
            report(at)
        if at == wanted and FULL not in os.environ:
            os.kill(os.getpid(), signal.Signals[os.environ.get(SIGNAL, "SIGKILL")])
        full.extend([at] if at == wanted else [])
        busy.clear()
        if full and event in TAKE_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(hook)


def writes(event, arguments, out):
    """Return whether something that Python is about to do writes below a folder."""
    if event == "open":
        path, _, flags = arguments
        if not flags & (os.O_WRONLY | os.O_RDWR):
            return False
    elif event in WRITES:
        path = arguments[0]
    else:
        return False
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(out)


def main(folder, out, log, jobs=0, wanted="", met=print, scheduler=""):
    """Grade the class, on a cluster if there is a scheduler."""
    os.environ[LOG] = str(log)
    cases = pack.load(Path(os.environ[PACK])) if PACK in os.environ else Pack("seed", {})
    packs.build = lambda *_: cases
    packs.identify = lambda *_: cases.id
    ledger.datetime = Frozen
    spread.grade_one = grade
    if not jobs and not scheduler:
        watch(str(out), wanted, met)
        spread.grade_all = here
    Path(out, "students").mkdir(parents=True, exist_ok=True)
    handed = sorted(Path(folder).iterdir())
    with held(Path(out)), contextlib.ExitStack() as stack:
        course = open_course(EXERCISE, Path(out))
        where = spread.here(jobs)
        if scheduler:
            where = stack.enter_context(spread.on_cluster(scheduler, 0))
        how = classroom.Settings("seed", notebook_seconds=0, spread=where)
        console = Console(file=None if sys.stdout.isatty() else io.StringIO())
        classroom.run(handed, course, how, console)


def copied(*arguments, **options):
    """Grade the class in a copy of this process; return how that ended."""
    child = os.fork()
    if child == 0:
        ending.in_order()
        try:
            main(*arguments, **options)
        except KeyboardInterrupt:
            os._exit(HALF_WRITTEN if [*arguments[1].rglob(f"*{UNFINISHED}")] else STOPPED)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def sweep(folder, base, words):
    """Grade the class undisturbed, and with an end at each place."""
    places = Path(base, "places")

    def met(place):
        with places.open("a", encoding="utf-8") as file:
            file.write(f"{place}\n")

    assert copied(folder, Path(base, "quiet"), Path(base, "quiet.log"), met=met) == 0
    every = [place for place in places.read_text(encoding="utf-8").splitlines() if place[0] != " "]
    chosen = [p for p in every if not words or any(re.search(word, p) for word in words)]
    for number, place in enumerate(chosen):
        run = folder, Path(base, f"{number}"), Path(base, f"{number}.log")
        ended = copied(*run, wanted=place, met=len)
        print(f"{number} {place} {ended} {copied(*run, met=len)}", flush=True)


if __name__ == "__main__":
    first, second, *rest = sys.argv[1:]
    if first == "judge":
        process.grade_one = grade
        process.main(Path(second))
    elif len(rest) == 2 and rest[1].startswith("tcp://"):
        main(first, second, rest[0], scheduler=rest[1])
    elif len(rest) == 2 and rest[1].isdigit():
        ending.in_order()
        main(first, second, rest[0], int(rest[1]))
    else:
        sweep(first, second, rest)
