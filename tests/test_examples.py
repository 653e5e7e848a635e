"""The examples in docstrings are true: doctest runs each module that has some."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "autograder").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
SHOWN = (
    "check.check",
    "inside.case",
    "declare.check",
    "Exam",
    "Mistake",
)  # what a newcomer looks up first


def examples_of(module):
    """Return the examples in the docstrings of a module, as doctest finds them."""
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name, public_pack):
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in examples_of(importlib.import_module(name)):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_what_newcomers_look_up_has_an_example():
    found = [test.name for name in MODULES for test in examples_of(importlib.import_module(name))]
    missing = [name for name in SHOWN if not any(test.endswith(f".{name}") for test in found)]
    assert missing == []
