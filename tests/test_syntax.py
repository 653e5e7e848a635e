"""autograder/syntax.py: source is parsed in any number of threads."""

import ast
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.syntax import parse

SOURCE = "\n".join(f"def f{i}(x):\n    return [x + {i}, (x * 2) ** {i}]" for i in range(50))


@pytest.fixture
def busy_collector():
    """Let the garbage collector come often, and give way to another thread each time."""

    def give_way(*_):
        time.sleep(0)

    before = gc.get_threshold()
    gc.callbacks.append(give_way)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(give_way)


def test_threads_parse_side_by_side(busy_collector):
    with ThreadPoolExecutor(max_workers=4) as pool:
        trees = list(pool.map(parse, [SOURCE] * 16))
    assert {ast.dump(tree) for tree in trees} == {ast.dump(ast.parse(SOURCE))}


def test_what_is_no_python_is_an_error():
    with pytest.raises(SyntaxError):
        parse("def f(:")
