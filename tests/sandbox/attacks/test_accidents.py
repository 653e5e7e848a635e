"""Honest accidents: a student's slip costs what it must, and says what to do about it."""

import pytest

from autograder.judging.verdict import Status
from autograder.submission import Submission

from .arena import Attack

RIGHT = "return right(x, pool_param), (x, pool_param)"
HARMLESS = {
    "prints in an inner loop": ("for i in range(20000): print('row', i, x.shape)\n", ""),
    "input()": ("try:\n    input('go on?')\nexcept EOFError:\n    pass\n", ""),
    "input modified in place": ("x += 0\n", ""),
    "relative imports": ("", "from .dense import affine_forward\nfrom . import losses\n"),
    "imports that the established exercise had": (
        "",
        "from builtins import range\nfrom builtins import object\n",
    ),
    "training at module level, for a second": (
        "",
        "W = np.random.rand(50, 50)\nfor _ in range(500): W = np.tanh(W @ W)\n",
    ),
    "writing a log": ("open('log.txt', 'a').write('called')\n", ""),
    "a seed and an error state of its own": ("np.random.seed(231)\nnp.seterr(all='raise')\n", ""),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm_costs_nothing(arena, level, name):
    body, top = HARMLESS[name]
    assert arena.run(Attack(name, body + RIGHT, top), level).points == 2


def test_a_library_costs_nothing_until_it_is_used(arena, level):
    """Whether it is installed here or not: the points are the same on every machine."""
    for library in ("matplotlib.pyplot", "a_library_that_is_not_there"):
        top = f"import {library} as lib\n"
        assert arena.run(Attack("unused", RIGHT, top), level).points == 2
        trial = arena.run(Attack("used", "lib.plot([1, 2])\n" + RIGHT, top), level)
        assert trial.points == 0
        assert f"{library}.plot cannot be used" in trial.text


COSTLY = {
    "pdb.set_trace()": ("import pdb\npdb.set_trace()\n" + RIGHT, Status.ERROR, "BdbQuit"),
    "a slip in the name of a given module": (
        "import cs231n.layerz\n" + RIGHT,
        Status.ERROR,
        "Did you mean cs231n.layers?",
    ),
    "returns nothing": ("right(x, pool_param)", None, ""),
    "returns only the output": ("return right(x, pool_param)", Status.FAILED, "(out, cache)"),
    "a generator": ("yield right(x, pool_param)", Status.FAILED, "generator"),
    "another signature": ("return right(x), None", Status.ERROR, "TypeError"),
    "varies from run to run": (
        "import time\nreturn right(x, pool_param) + time.time() % 1 + 1e-3, None",
        Status.FAILED,
        "differ",
    ),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_wrong_is_named(arena, name):
    body, status, text = COSTLY[name]
    trial = arena.run(Attack(name, body), "limits")
    assert trial.points == 0
    if status is not None:
        assert trial.verdicts[0].status is status
    assert text in trial.text


SOURCES = {
    "a byte order mark": lambda source: b"\xef\xbb\xbf" + source,
    "CRLF": lambda source: source.replace(b"\n", b"\r\n"),
    "declared Latin-1": lambda source: b"# -*- coding: latin-1 -*-\n# \xe9t\xe9\n" + source,
    "tabs": lambda source: source.replace(b"    ", b"\t"),
}
BROKEN = {
    "undeclared Latin-1": b"# \xe9t\xe9\n",
    "Python 2": b"print 'hello'\n",
    "a syntax error": b"def f(:\n",
    "null bytes": b"x = 1\0\n",
    "nothing": b"",
    "a notebook's JSON": b'{"cells": []}',
    "a million brackets": b"(" * 1_000_000,
    "an expression nested 100,000 deep": b"x = " + b"-" * 100_000 + b"1\n",
    "a literal of 50 MB": b"x = '" + b"a" * 50_000_000 + b"'\n",
    "a merge conflict": b"<<<<<<< HEAD\nx = 1\n=======\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_forms_of_source_that_work(arena, name):
    source = Attack(name, RIGHT).submission(arena.course).files["cs231n/layers.py"]
    attack = Attack(name, layers="#")
    files = {"cs231n/layers.py": SOURCES[name](source)}
    object.__setattr__(attack, "submission", lambda course: Submission("student", files))
    assert arena.run(attack, "limits").points == 2


@pytest.mark.parametrize("name", BROKEN)
def test_forms_of_source_that_do_not_are_named(arena, level, name):
    attack = Attack(name)
    files = {"cs231n/layers.py": BROKEN[name]}
    object.__setattr__(attack, "submission", lambda course: Submission("student", files))
    trial = arena.run(attack, level)
    assert trial.points == 0
    assert trial.verdicts[0].status in (Status.ERROR, Status.MISSING)
    assert "layers.py" in trial.text
