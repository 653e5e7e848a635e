"""autograder/sandbox/ending.py: whatever ends the grader, nothing it started goes on or stays."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from autograder import locate
from autograder.sandbox import ending, scratch
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import probe
from hearing import hear

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

# A class of two, whose layers do not load; the command that grades does the same.
GRADER = """
import contextlib, signal
from autograder.sandbox import ending
from autograder.course.grading import pool
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.exercises.convnets import EXERCISE
from autograder.submission import Submission

HANGS = b"while True: pass"

def grade(submission, cases):
    with Session(submission, EXERCISE.files, isolation=LEVEL) as session:
        session.load("cs231n.layers")

LEVEL = {level!r}

if __name__ == "__main__":
    ending.in_order()
    todo = [Submission(name, {{"cs231n/layers.py": HANGS}}) for name in "ab"]
    with contextlib.closing(pool.grade_all(todo, Pack("pack", {{}}), 2, grade)) as graded:
        list(graded)
"""


def started(code, **how):
    """Return what became of a Python that ran some code, which any end ends."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, preexec_fn=hear, **how)


def family(text):
    """Return the processes that have `text` in their command line or environment, and children."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if text in str(process.cmdline()) or text in str(process.environ()):
                found |= {process, *process.children(recursive=True)}
    return {process for process in found if lives(process)}


def lives(process):
    """Return whether a process is there and not only waiting to be counted."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def busy(processes):
    """Return those that are workers and have been computing for a while."""
    used = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker = '"layers"' in str(process.cmdline())
            if worker and "bwrap" not in process.name() and process.cpu_times().user > 1:
                used.append(process)
    return used


def wait_for(condition):
    """Wait until something holds, as long as anybody waits for the tests."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def grading(tmp_path):
    """Return a function that starts a grader and waits until its two workers are busy."""

    def start(level, **how):
        if not probe(level).holds:
            pytest.skip(f"{level} does not hold here: {probe(level).reason}")
        folder = tmp_path / "temporary"
        folder.mkdir()
        (tmp_path / "grader.py").write_text(GRADER.format(level=level))
        environment = {**os.environ, "PYTHONPATH": str(locate.root()), "TMPDIR": str(folder)}
        command = [sys.executable, str(tmp_path / "grader.py")]
        grader = subprocess.Popen(
            command, env=environment, start_new_session=True, preexec_fn=hear, **how
        )
        wait_for(lambda: len(busy(family(str(folder)))) == 2)
        started.update(family(str(folder)))
        return grader, folder, list(started)

    started = set()
    yield start
    for process in filter(lives, started):
        process.kill()


ENDS = {
    "Ctrl-C": signal.SIGINT,
    "it is told to end": signal.SIGTERM,
    "its terminal is closed": signal.SIGHUP,
    "it is killed": signal.SIGKILL,
}


@pytest.mark.soak
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("level", LEVELS)
def test_nothing_outlives_the_grader(grading, level, end):
    grader, folder, processes = grading(level, stderr=subprocess.DEVNULL)
    if end == "its terminal is closed":
        os.killpg(grader.pid, ENDS[end])  # all that a terminal has started
    else:
        grader.send_signal(ENDS[end])
    grader.wait(120)
    wait_for(lambda: not any(map(lives, processes)))
    if end == "it is killed":
        scratch.sweep(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.soak
def test_nor_does_anything_where_all_of_it_is_killed_but_the_workers(grading):
    """A pool process that is killed, too, has no time to end its workers."""
    grader, folder, processes = grading("landlock")
    workers = busy(processes)
    for process in processes:
        if process not in workers:
            process.kill()
    grader.wait(120)
    wait_for(lambda: not any(map(lives, processes)))
    scratch.sweep(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "drops", ["weakref.ref(own, lambda _: signal.raise_signal(15))", "weakref.finalize(own, print)"]
)
def test_an_end_that_python_drops_comes_once_more(drops):
    ask = (
        "import signal, time, weakref; from autograder.sandbox import ending\n"
        "class Own:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGTERM)\n"
        "ending.in_order(); own = Own()\n"
        f"kept = {drops}\n"
        "try:\n"
        "    del own\n"
        "    print('dropped', flush=True)\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt: print('in order')"
    )
    done = started(ask, timeout=50)
    assert done.stdout.splitlines()[-2:] == ["dropped", "in order"]
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_end_of_which_another_thread_is_told_wakes_the_first(name):
    ask = (
        "import queue, signal, threading, time; from autograder.sandbox import ending\n"
        "def other():\n"
        "    time.sleep(0.2)\n"
        f"    signal.pthread_kill(threading.get_ident(), signal.{name})\n"
        "ending.in_order(); threading.Thread(target=other).start()\n"
        "try: queue.SimpleQueue().get(timeout=60)\n"
        "except KeyboardInterrupt: print('in order')"
    )
    done = started(ask, timeout=50)
    assert done.stdout == "in order\n"


def test_a_terminal_that_fails_before_it_tells_is_the_end():
    ask = (
        "import errno, os, signal, threading; from autograder.sandbox import ending\n"
        "ending.in_order()\n"
        "print(ending.told_by(OSError(errno.ENOSPC, 'full')))\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGHUP)).start()\n"
        "print(ending.told_by(OSError(errno.EIO, 'closed')))"
    )
    done = started(ask, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_another_signal_is_told_once():
    ask = (
        "import signal, time; from autograder.sandbox import ending\n"
        "ending.in_order()\n"
        "signal.signal(signal.SIGPROF, lambda *_: print('heard'))\n"
        "signal.raise_signal(signal.SIGPROF)\n"
        "signal.signal(signal.SIGPROF, signal.SIG_DFL); time.sleep(4 * ending.SOON)"
    )
    done = started(ask, check=True)
    assert done.stdout == "heard\n"


def test_of_two_signals_at_once_the_second_is_ignored_without_a_word():
    ask = (
        "import signal; from autograder.sandbox import ending\n"
        "ending.in_order(); both = {signal.SIGHUP, signal.SIGTERM}\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, both)\n"
        "for each in both: signal.raise_signal(each)\n"
        "try: signal.pthread_sigmask(signal.SIG_UNBLOCK, both)\n"
        "except KeyboardInterrupt: print('in order')"
    )
    done = started(ask, check=True)
    assert (done.stdout, done.stderr) == ("in order\n", "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_end_that_a_library_drops_is_heeded_before_the_next_student(name):
    ask = (
        "import signal; from autograder.sandbox import ending\n"
        "from autograder.course.grading.one_by_one import OneByOne\n"
        "ending.in_order(); each = OneByOne(None, None)\n"
        "with each.student('al'):\n"
        f"    try: signal.raise_signal(signal.{name})\n"
        "    except BaseException: print('dropped')\n"
        "try:\n"
        "    with each.student('bo'): print('went on')\n"
        "except KeyboardInterrupt: print('in order')"
    )
    done = started(ask, check=True)
    assert done.stdout.splitlines() == ["dropped", "in order"]


def test_a_pack_that_is_being_made_is_left_after_one_case():
    ask = (
        "import atexit, contextlib, os, signal, time, types\n"
        "from autograder.course.museum import fingerprints, packs\n"
        "from autograder.exercises.convnets import EXERCISE\n"
        "from autograder.sandbox import ending\n"
        "class Asked:\n"
        "    count, reply = 0, None\n"
        "    def ask(self, *_):\n"
        "        if not Asked.count: os.kill(os.getpid(), signal.SIGTERM)\n"
        "        while not ending._told: time.sleep(0.01)\n"
        "        Asked.count += 1; return self\n"
        "fingerprints.Session = lambda *_: contextlib.nullcontext(Asked())\n"
        "fingerprints.wrong_outputs = lambda *_: {}\n"
        "case = types.SimpleNamespace(op='', payload={})\n"
        "ending.in_order()\n"
        "atexit.register(lambda: print(Asked.count))\n"
        "with contextlib.suppress(KeyboardInterrupt):\n"
        "    cases = {'conv_forward_naive/case': [case] * 9}\n"
        "    fingerprints.collect(EXERCISE, cases, packs.solution(EXERCISE))"
    )
    done = started(ask, check=True)
    assert done.stdout == "1\n"


def test_what_is_started_unheard_hears_no_ctrl_c_and_then_leaves_it_to_its_parent():
    child = (
        "import signal; from autograder.sandbox import ending\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "ending.as_parent_says(); signal.raise_signal(signal.SIGINT)\n"
        "print(signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    )
    with ending.unheard():
        run = subprocess.Popen(
            [sys.executable, "-c", child],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=hear,
        )
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert run.communicate() == ("set()\n", None)


STARTING = """
import os, time
from pathlib import Path
from autograder.course.grading import pool
from autograder.judging.pack import Pack
from autograder.submission import Submission

def grade(submission, cases):
    raise RuntimeError

if __name__ == "__mp_main__":
    Path(__file__).with_name(f"{os.getpid()}.starting").touch()
    time.sleep(0.5)
elif __name__ == "__main__":
    for student, outcome in pool.grade_all([Submission("al", {})], Pack("pack", {}), 1, grade):
        print(student, outcome)
"""


def test_ctrl_c_costs_no_process_that_starts(tmp_path):
    (tmp_path / "grader.py").write_text(STARTING)
    command = [sys.executable, str(tmp_path / "grader.py")]
    run = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(locate.root())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear,
    )
    wait_for(lambda: [*tmp_path.glob("*.starting")] or run.poll() is not None)
    (starting,) = tmp_path.glob("*.starting")
    os.kill(int(starting.stem), signal.SIGINT)
    assert run.communicate(timeout=60) == (b"al RuntimeError: \n", b"")


def test_the_first_signal_counts_and_one_that_is_ignored_stays_so():
    ask = (
        "import signal; from autograder.sandbox import ending\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "ending.in_order(); signal.raise_signal(signal.SIGHUP)\n"
        "try: signal.raise_signal(signal.SIGTERM)\n"
        "except KeyboardInterrupt: signal.raise_signal(signal.SIGTERM); print('in order')"
    )
    done = started(ask, check=True)
    assert done.stdout == "in order\n"
