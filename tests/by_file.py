"""Which tests one worker of pytest-xdist runs: all of a file, and all of some files.

What a module's fixture makes is so made once. Its own marks for groups do nothing with pytest 9.2,
and say nothing (its issue 1386).
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    # Each fills the machine, or measures what is left of it.
    "tests/sandbox/attacks/test_class.py": "machine",
    "tests/sandbox/attacks/test_hands.py": "machine",
    "tests/sandbox/attacks/test_machine.py": "machine",
    # A kernel's ports are chosen before it listens on them: one worker starts all kernels.
    "tests/notebooks/test_notebook.py": "jupyter",
    "tests/notebooks/test_setup_cell.py": "jupyter",
    "tests/site/test_in_chromium.py": "jupyter",
    "tests/test_browser.py": "jupyter",
    "tests/test_whole_course.py": "jupyter",
    # Each grades a class with as many processes as there are cores.
    "tests/test_course_toml.py": "round",
    "tests/test_round.py": "round",
}


def group_of(nodeid):
    """Return the name of the group that a test is run with: of the file, if of no other."""
    file = nodeid.partition("::")[0]
    return TOGETHER.get(file, file)


class ByFile(LoadScopeScheduling):
    """Gives workers one group after the other, the one with most tests first."""

    def _split_scope(self, nodeid):
        return group_of(nodeid)
