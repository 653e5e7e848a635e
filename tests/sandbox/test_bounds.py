"""autograder/sandbox/bounds.py: on a process of ours; and the table of all bounds in the README."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from autograder import locate
from autograder.judging.session import TakesTooLong, working_at_most
from bounds_table import table

PROGRAM = """

from autograder.sandbox import bounds
bounds.more_memory(64 << 20)
held = bytearray(32 << 20)
try:
    bytearray(64 << 20)
except MemoryError:
    print("bounded")
import resource
# A worker sets a limit of its own, above ours.
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, resource.getrlimit(resource.RLIMIT_AS)[1]))
bytearray(64 << 20)
print("raised")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory")
def test_memory_is_bounded_and_can_be_given_again():
    command = [sys.executable, "-c", PROGRAM]
    env = {**os.environ, "PYTHONPATH": str(locate.root())}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.stdout.split() == ["bounded", "raised"], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no timer of work")
def test_work_is_interrupted_and_again_where_that_is_caught():
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(TakesTooLong), working_at_most(0.1):
        try:
            while True:
                pass
        except TakesTooLong:
            while True:
                pass
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def test_waiting_is_no_work():
    with working_at_most(0.1):
        time.sleep(0.5)


def test_another_thread_works_on():
    done = []

    def work():
        with working_at_most(0.05):
            done.append(sum(i for i in range(3_000_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def test_the_readme_has_the_table_of_all_bounds():
    text = (locate.root() / "autograder" / "README.md").read_text(encoding="utf-8")
    assert table() in text, "put in what `python tests/bounds_table.py` prints"
