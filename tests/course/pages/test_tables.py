"""What programs read of a grading."""

import json
from dataclasses import replace

import pytest

from autograder.course.pages.tables import found_of, results_json
from autograder.disk import to_json, write_parts
from made_up import record_of


@pytest.mark.parametrize("count", [0, 1, 3])
def test_results_are_written_part_by_part_as_they_would_be_at_once(tmp_path, count):
    odd = 'two\nlines, "quotes" and \u2028 what is no line, \x85 or \x1c either'
    made = [record_of(f"s{number}") for number in range(count)]
    records = [
        replace(record, problem=odd, verdicts=[replace(v, message=odd) for v in record.verdicts])
        for record in made
    ]
    whole = to_json({"schema": 1, "students": [found_of(record) for record in records]})
    path = tmp_path / "results.json"
    write_parts(path, results_json(records))
    assert path.read_bytes().decode() == whole
    assert [own["problem"] for own in json.loads(whole)["students"]] == [odd] * count
