"""autograder/entry/start.py: what comes before any command."""

import subprocess
import sys

from autograder import locate

START = locate.root() / "autograder" / "entry" / "start.py"


def test_ctrl_c_before_there_is_a_command_leaves_no_traceback():
    ask = (
        "import runpy, sys\n"
        "class Told:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'autograder.errors': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Told())\n"
        f"runpy.run_path({str(START)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "\nStopped.\n")
