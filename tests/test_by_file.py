"""by_file.py: the tests of a file stay together, whatever they are called."""

from pathlib import Path

import by_file

ROOT = Path(__file__).parents[1]


def test_every_file_that_is_named_is_there():
    assert [file for file in by_file.TOGETHER if not (ROOT / file).is_file()] == []


def test_a_test_is_run_with_those_of_its_file_and_group():
    assert by_file.group_of("tests/test_x.py::test_a[b::c@d]") == "tests/test_x.py"
    together = {by_file.group_of(f"{file}::test") for file in by_file.TOGETHER}
    assert together == {"machine", "jupyter", "round"}
