"""Rosters, fuzzed: a file is a table or an error with a sentence, and nobody is matched twice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from autograder.course.exports import lms
from autograder.course.exports.scores import Score
from autograder.course.intake import classlist
from autograder.course.intake.people import Person, keys, match
from autograder.errors import UserError
from fuzzing import fuzzed

quick = fuzzed(150)

CELLS = st.sampled_from(
    [
        *("ada", "Ada Lovelace", '"Lovelace, Ada"', "ada@uni.edu", "501", "", "=1+1", '"', "é"),
        *("Points Possible", "Student", "ID", "Section", "Identifier", "Full name", "Username"),
        *("Grade", "Email address", "First name", "Last name", "Last modified (grade)", "12,5"),
    ]
)
ROWS = st.lists(CELLS | st.text(max_size=5), max_size=7)
TEXTS = st.tuples(st.sampled_from(",;\t"), st.lists(ROWS, max_size=6)).map(
    lambda table: "\n".join(table[0].join(row) for row in table[1])
)
NAMES = st.sampled_from(
    ["ada", "Ada Lovelace", "ada@uni.edu", "501", "lovelaceada_501", "é", "participant_501"]
)


@quick
@given(TEXTS.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=200))
def test_a_file_is_a_table_or_an_error(tmp_path, data):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    try:
        known = classlist.read(path)
    except UserError as error:
        assert str(path) in str(error)
        return
    assert all(len(row) == len(known.header) for row in known.rows)
    scores = {name: Score(name, 12.0, 100.0) for name in ("ada", "Ada Lovelace", "lovelaceada_501")}
    for export in (lms.canvas, lms.moodle):
        try:
            assert export(scores, known).text
        except UserError as error:
            assert str(error)
    try:
        assert classlist.counting(known)("Ada Lovelace") >= 0
    except UserError as error:
        assert "column" in str(error)


@quick
@given(
    st.lists(NAMES, unique=True),
    st.lists(st.tuples(st.lists(NAMES, max_size=3), st.sampled_from(["", "501", "7"])), max_size=5),
)
def test_nobody_is_matched_twice_and_nobody_is_forgotten(students, rows):
    people = dict(enumerate(Person(str(n), keys(n, number)) for n, number in rows))
    found = match(students, people)
    told = Counter([*found.rows.values(), *found.nobody, *found.unclear])
    assert told == Counter(students)


@quick
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_name_is_the_same_in_both_orders(first, last):
    if "," in first + last:
        return
    assert classlist.plain(f"{last}, {first}") == classlist.plain(f"{first} {last}")
