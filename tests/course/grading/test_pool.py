"""course/grading/pool.py: students are graded side by side, and a crash costs one of them."""

import errno
import multiprocessing
import os
import sys
import threading
import time

import pytest

from autograder.course.grading.pool import GraderDied, grade_all
from autograder.course.grading.student import Graded
from autograder.course.record import Record
from autograder.judging.pack import Pack
from autograder.sandbox.bounds import JUDGING_MEMORY
from autograder.submission import Submission

CASES = Pack("the pack", {})
HEAVY = {"nbgrader", "lark"}  # each takes seconds to import, and judging needs neither


def submissions(*names):
    return [Submission(name, {}) for name in names]


kept = []


def fake_grade(submission, cases):
    if submission.student == "crash":
        os._exit(7)
    if submission.student == "defect":
        raise RuntimeError("broken")
    if submission.student == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    if submission.student == "full below":
        raise RuntimeError("a check") from OSError(errno.ENOSPC, "No space left on device")
    if submission.student == "greedy":
        bytearray(2 * JUDGING_MEMORY)
    if submission.student == "keeps":
        kept.append(bytearray(JUDGING_MEMORY // 2))
    if submission.student == "threads":
        together = threading.Barrier(41)

        def hold():
            assert [bytes(600) for _ in range(100)]  # more than Python takes from stock of its own
            together.wait()

        for _ in range(40):
            threading.Thread(target=hold, daemon=True).start()
        together.wait()
    if submission.student == "endless":
        time.sleep(1000)  # longer than anybody waits for the tests
    notes = [str(os.getpid()), *(HEAVY & sys.modules.keys())]
    return Graded(Record(submission.student, "key", cases.id, "", notes, []))


@pytest.fixture(scope="module")
def class_of_all_kinds():
    """Grade once, one after the other: return who was begun, and what was made of each."""
    names = ["a", "greedy", "b", "full", "full below", "defect", "threads", "crash", "c"]
    begun = []
    return begun, list(grade_all(submissions(*names), CASES, 1, fake_grade, begun.append))


def test_each_process_has_bounded_memory_besides_what_it_starts_with(class_of_all_kinds):
    graded = dict(class_of_all_kinds[1])
    if sys.platform == "linux":
        assert "MemoryError" in str(graded["greedy"])
    assert all(isinstance(graded[name], Graded) for name in "ab")


def test_what_one_submission_took_is_there_for_the_next():
    names = ["keeps", "b", "keeps", "c"]
    graded = list(grade_all(submissions(*names), CASES, 1, fake_grade))
    assert all(isinstance(made, Graded) for _, made in graded)
    processes = [made.record.notes[0] for _, made in graded]
    if sys.platform == "linux":
        assert processes[0] != processes[1] == processes[2] != processes[3]


def test_many_threads_are_no_want_of_memory(class_of_all_kinds):
    assert isinstance(dict(class_of_all_kinds[1])["threads"], Graded)


def test_everybody_is_graded_in_a_few_processes():
    names = [f"s{i}" for i in range(8)]
    graded = dict(grade_all(submissions(*names), CASES, 2, fake_grade))
    assert sorted(graded) == names
    assert all(made.record.pack == "the pack" for made in graded.values())
    processes = {made.record.notes[0] for made in graded.values()}
    assert len(processes) <= 2
    assert str(os.getpid()) not in processes


def test_a_process_that_judges_starts_with_what_that_needs(class_of_all_kinds):
    (pid,) = dict(class_of_all_kinds[1])["a"].record.notes
    assert pid.isdigit()


def test_a_crash_or_defect_costs_one_student(class_of_all_kinds):
    graded = dict(class_of_all_kinds[1])
    assert isinstance(graded["crash"], GraderDied)
    assert "exit code 7" in str(graded["crash"])
    assert "RuntimeError: broken" in str(graded["defect"])
    assert all(isinstance(graded[name], Graded) for name in "abc")


def test_a_full_disk_is_no_student_s_fault(class_of_all_kinds):
    graded = dict(class_of_all_kinds[1])
    assert graded["full"].errno == graded["full below"].errno == errno.ENOSPC
    assert isinstance(graded["threads"], Graded)


def test_it_says_when_each_is_begun(class_of_all_kinds):
    begun, graded = class_of_all_kinds
    assert begun == [name for name, _ in graded]


def test_closing_ends_what_still_runs():
    graded = grade_all(submissions("a", "endless", "never"), CASES, 1, fake_grade)
    assert next(graded)[0] == "a"
    graded.close()
    assert multiprocessing.active_children() == []
