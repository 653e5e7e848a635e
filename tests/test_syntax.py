"""autograder/syntax.py: source is parsed in any number of threads."""

import ast
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.syntax import parse

SOURCE = "\n".join(f"def f{i}(x):\n    return [x + {i}, (x * 2) ** {i}]" for i in range(200))


def test_threads_parse_side_by_side():
    with ThreadPoolExecutor(max_workers=8) as pool:
        trees = list(pool.map(parse, [SOURCE] * 64))
    assert {ast.dump(tree) for tree in trees} == {ast.dump(ast.parse(SOURCE))}


def test_what_is_no_python_is_an_error():
    with pytest.raises(SyntaxError):
        parse("def f(:")
