"""autograder/README.md says of each attack what the tests hold each level to."""

from autograder import locate

from .arena import EVERYWHERE
from .table import count, rows, table


def test_the_readme_has_the_table():
    text = (locate.root() / "autograder" / "README.md").read_text(encoding="utf-8")
    assert table() in text, "put in what `python -m tests.sandbox.attacks.table` prints"
    assert f"{count()} attacks" in text
    assert f"{count() - sum(s != EVERYWHERE for *_, s in rows())} of them" in text


def test_there_are_many_and_no_name_is_given_twice():
    names = [name for _, name, _ in rows()]
    assert len(set(names)) == len(names)
    assert count() >= 60
