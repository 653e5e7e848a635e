"""What a mistake is, and how one is made from correct code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One way to get a function wrong.

    Attributes
    ----------
    function : str
        What it is a version of, as in `CheckInfo.function`.
    name : str
        Short, unique among the mistakes of the function: ``"crop_from_zero"``.
    sentence : str
        For the student, as the end of "This is exactly what comes out when ...". It says what
        the code does, not what it should do. Variants of one mistake share their sentence.
    code : str
        Source of the function, with helpers if it needs any. NumPy is there as ``np``, and all
        that ``layers.py`` (or ``cnn.py``) imports.

    Examples
    --------
    >>> right = "def double(x): return 2 * x"
    >>> wrong = variant(right, ("2 * x", "2 + x"))
    >>> Mistake("double", "added", "2 is added to each element", wrong).code
    'def double(x): return 2 + x'
    """

    function: str
    name: str
    sentence: str
    code: str


def variant(base: str, *edits: tuple[str, str]) -> str:
    """Return `base` with each (old, new) edit made; each old text must be there exactly once."""
    for old, new in edits:
        count = base.count(old)
        if count != 1:
            raise ValueError(f"{old!r} is there {count} times, expected once, in:\n{base}")
        base = base.replace(old, new)
    return base


def variants(
    function: str, base: str, table: dict[str, tuple[str, list[tuple[str, str]]]]
) -> tuple[Mistake, ...]:
    """Return a mistake for each entry of `table`: by name, its sentence and its edits of `base`."""
    return tuple(
        Mistake(function, name, sentence, variant(base, *edits))
        for name, (sentence, edits) in table.items()
    )


@dataclass(frozen=True)
class Unseen:
    """A wrong function of which the pack knows nothing.

    Attributes
    ----------
    function, name, code : str
        As in `Mistake`.
    words : tuple of str
        One of these must be in the sentence that the student is told.
    """

    function: str
    name: str
    words: tuple[str, ...]
    code: str


def changed(
    function: str, base: str, table: dict[str, tuple[tuple[str, ...], list[tuple[str, str]]]]
) -> tuple[Unseen, ...]:
    """Return a wrong function for each entry of `table`: its words and its edits of `base`."""
    return tuple(
        Unseen(function, name, words, variant(base, *edits))
        for name, (words, edits) in table.items()
    )
