"""One verdict, followed: how many files and rooms a reader of it has to open.

``python tests/test_trip.py`` prints them in the order in which they are entered.
"""

import contextlib
import io
import sys
import tempfile
import threading
from pathlib import Path
from unittest import mock

PACKAGE = Path(__file__).resolve().parents[1] / "autograder"
MOST_FILES, MOST_ROOMS = 12, 6


def follow(call):
    """Return the files of the grader that `call` enters, in order, in all of its threads."""
    entered = {}

    def note(frame, event, argument):
        path = Path(frame.f_code.co_filename)
        if event == "call" and PACKAGE in path.parents:
            entered.setdefault(path.relative_to(PACKAGE).as_posix())

    before = sys.gettrace()
    sys.settrace(note)
    threading.settrace(note)
    try:
        call()
    finally:
        sys.settrace(before)
        threading.settrace(before)
    return list(entered)


def trip():
    """Return the files that the second of two equal checks enters."""
    from autograder.student import progress
    from autograder.student.check import check

    def once():
        with contextlib.redirect_stdout(io.StringIO()):
            check("conv_forward_naive")

    # A student who is under way: whose exercise is all done is told how to hand in, too.
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder, "progress.json"))
        with mock.patch.object(progress, "NAME", kept):
            once()
            return follow(once)


def rooms(files):
    """Return the rooms that these files are in; a file on the ground is one by itself."""
    return list(dict.fromkeys(name.partition("/")[0] for name in files))


def test_a_verdict_passes_few_files_and_rooms(public_pack):
    files = trip()
    assert "engine/run.py" in files and "judging/compare.py" in files  # it was followed
    assert len(files) <= MOST_FILES, files
    assert len(rooms(files)) <= MOST_ROOMS, rooms(files)


if __name__ == "__main__":
    sys.path.insert(0, str(PACKAGE.parent))
    sys.path[1:1] = [str(PACKAGE.parent / "solutions"), str(PACKAGE.parent / "assignment")]
    from autograder import exercises
    from autograder.course.museum import packs

    packs.public(exercises.default())
    passed = trip()
    print("\n".join(passed))
    print(f"{len(passed)} files in {len(rooms(passed))} rooms: {', '.join(rooms(passed))}")
