"""autograder/markers.py: what is made of a file with answers."""

import ast
import inspect

import pytest

from autograder import exercises, locate, markers
from autograder.course.museum import packs
from autograder.course.release.stubs import skeleton
from autograder.errors import UserError

SOURCE = '''\
"""A module."""

import numpy as np

### BEGIN FAST
from kernels import quick

### END FAST


def f(x):
    """Double x."""
    ### BEGIN FAST
    if quick:
        return quick(x)

    ### END FAST
    # TODO (notebook section 2, "Doubling"): return twice x.
    ### BEGIN SOLUTION
    secret = 2 * x
    ### END SOLUTION
    return secret
'''
EVERY = pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)


def test_a_finished_file_has_all_of_it_and_no_marker():
    text = markers.finished(SOURCE, "f.py")
    assert "###" not in text
    assert "TODO" not in text
    assert "secret = 2 * x" in text
    assert text.count("quick") == 3
    compile(text, "finished", "exec")


def test_an_answer_is_plain():
    text = markers.answer(SOURCE, "f.py")
    assert "quick" not in text
    assert "secret = 2 * x" in text
    assert markers.answer(text, "f.py") == text


def test_a_stub_has_neither():
    text = markers.make_stub(SOURCE, "f.py")
    assert "quick" not in text
    assert "secret = " not in text
    assert "NotImplementedError" in text
    given = markers.make_stub(SOURCE, "f.py", ["f"])
    assert "secret = 2 * x" in given
    assert "quick" not in given


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SOURCE.replace("### BEGIN FAST\n", "", 1), "line 7: no region is open"),
        (SOURCE.replace("    ### END FAST\n", ""), "line 13: this region is never closed"),
        (SOURCE.replace("### END FAST\n", "### BEGIN FAST\n", 1), "line 8: .*line 5 is still open"),
    ],
)
def test_markers_of_fast_code_that_do_not_fit_are_named(text, message):
    with pytest.raises(UserError, match=rf"f\.py, {message}"):
        markers.answer(text, "f.py")


def functions(text):
    """Return signature and docstring of each function and method, by name."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            found[node.name] = ast.unparse(node.args), ast.get_docstring(node)
    return found


@EVERY
def test_a_skeleton_has_the_names_of_the_answers_and_no_line_of_them(exercise):
    answers = packs.solution(exercise).files
    for name, text in skeleton(exercise).items():
        source = answers[name].decode()
        assert functions(text).items() <= functions(source).items()  # an answer may have helpers
        assert "###" not in text
        lines, inside = text.splitlines(), False
        for line in source.splitlines():
            if line.strip() in (markers.BEGIN, markers.END):
                inside = line.strip() == markers.BEGIN
            elif inside and len(line.strip()) > 8 and "self." not in line:
                assert line not in lines, line


@EVERY
def test_the_finished_files_give_what_the_answers_give(exercise):
    for name in exercise.editable:
        path = locate.answers(name)
        assert markers.BEGIN in path.read_text(encoding="utf-8"), path
        compile(markers.finished(path.read_text(encoding="utf-8"), name), name, "exec")
    assert inspect.getdoc(exercise) is not None
