"""How a check is declared: a pytest function that says with `check` what it is worth, and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.exercise import Changes
from autograder.judging.case import Spec
from autograder.judging.verdict import CheckInfo

USUAL_SECONDS = 5.0  # for a check that trains nothing


@dataclass(frozen=True)
class Declared:
    """A check as declared.

    Attributes
    ----------
    info : CheckInfo
        What reports need.
    specs : tuple of Spec
        The cases on which student code is tried, in order.
    hint : str
        One question or pointer for the student whose code fails.
    test : callable
        The pytest function.
    bar : float or None
        The accuracy that a trained net has to reach.
    """

    info: CheckInfo
    specs: tuple[Spec, ...]
    hint: str
    test: Callable[..., None]
    bar: float | None = None

    def changed(self, changes: Changes) -> Declared:
        """Return the check as a course has it."""
        info = self.info
        bar = changes.bars.get(info.function, self.bar)
        made = replace(
            info,
            title=title_of(self.test, bar),
            max_points=changes.points.get(info.id, info.max_points),
            seconds=changes.seconds.get(info.id, info.seconds),
        )
        return replace(self, info=made, bar=bar)


def title_of(test: Callable[..., None], bar: float | None) -> str:
    """Return the first line of a check's docstring, in which ``{bar}`` stands for that."""
    title = (test.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    return title if bar is None else title.format(bar=accuracy(bar))


def accuracy(share: float) -> str:
    """Write an accuracy with two digits after the point, or more if it has more."""
    two = f"{share:.2f}"
    return two if float(two) == share else f"{share:g}"


def check(
    function: str,
    *,
    points: float,
    cases: Sequence[Spec],
    hint: str,
    seconds: float = USUAL_SECONDS,
    bar: float | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a pytest function a check; its docstring's first line is the check's title.

    Parameters
    ----------
    function : str
        What the student wrote, as in `CheckInfo.function`.
    points : float
        What passing is worth.
    cases : sequence of Spec
        The cases, in order.
    hint : str
        Shown to the student whose code fails.
    seconds : float
        Time limit for the student's code, in seconds, over all cases.
    bar : float, optional
        The accuracy that a trained net has to reach; it stands in the title for ``{bar}``.

    Examples
    --------
    The cases are recipes: a random generator makes each one concrete when a pack is made.

    >>> def draw(rng):
    ...     args = {"x": rng.normal(size=(2, 3))}
    ...     return {"module": "cs231n.layers", "function": "relu_forward", "args": args}
    >>> @check(
    ...     "relu_forward", points=2, cases=[Spec("forward", draw)], hint="What is below zero?"
    ... )
    ... def test_values(exam):
    ...     "What is negative becomes zero."
    ...     exam.expect_forward()
    >>> declaration(test_values).info  # doctest: +NORMALIZE_WHITESPACE
    CheckInfo(id='relu_forward/values', function='relu_forward',
              title='What is negative becomes zero', max_points=2, seconds=5.0)
    """

    def declare(test: Callable[..., None]) -> Callable[..., None]:
        name = test.__name__.removeprefix("test_")
        title = title_of(test, bar)
        info = CheckInfo(f"{function}/{name}", function, title, points, seconds)
        vars(test)["check"] = Declared(info, tuple(cases), hint, test, bar)
        return test

    return declare


def declaration(test: Any) -> Declared:
    """Return what `check` has noted on a pytest function."""
    declared = vars(test).get("check")
    if not isinstance(declared, Declared):
        raise TypeError(f"{test.__qualname__} is no check: it lacks the decorator @check(...)")
    return declared
