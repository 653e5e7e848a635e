"""What a check found wrong, as data, for whoever wants to show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Evidence:
    """What a check found wrong: most often one array.

    Attributes
    ----------
    check : str
        Id of the check that failed.
    name : str
        What the student calls the array: ``"out"``, ``"dx"``.
    got, expected : ndarray or None
        What came back, and what should have; None where there is no pair of arrays.
    mistakes : tuple of str
        Names of the known mistakes that explain it.
    first_axis : str
        What the first axis of an array of four counts: ``"image"`` or ``"filter"``.
    index : int or None
        Which of the check's cases failed.
    called : str
        What was called, with the shapes.
    why : str
        Why it is wrong, as far as that is known: what a student should read first.
    facts : str
        What is wrong and where; of an exception, its text and the lines of code.
    advice : str
        What may help besides.
    printed : str
        What the failing call printed; kept for a student's own check only.
    """

    check: str
    name: str
    got: np.ndarray | None
    expected: np.ndarray | None
    mistakes: tuple[str, ...] = ()
    first_axis: str = "image"
    index: int | None = None
    called: str = ""
    why: str = ""
    facts: str = ""
    advice: str = ""
    printed: str = ""

    def worst(self) -> tuple[str, np.ndarray, np.ndarray] | None:
        """Return the image and channel that is most wrong: its place, what came, and what should.

        None if the two cannot be shown side by side.
        """
        got, expected = self.got, self.expected
        if got is None or expected is None or got.shape != expected.shape or got.ndim < 2:
            return None
        if got.size == 0 or got.dtype.kind not in "biuf":
            return None
        got, expected = got.astype(np.float64), expected.astype(np.float64)
        error = np.nan_to_num(np.abs(got - expected), nan=np.inf)
        place = np.unravel_index(np.argmax(error), error.shape)[:-2]
        names = self.leading_axes(got.ndim)
        where = ", ".join(f"{name} {i}" for name, i in zip(names, place, strict=True))
        return where, got[place], expected[place]

    def leading_axes(self, ndim: int) -> tuple[str, ...]:
        """Name the axes of an array before its last two."""
        if ndim == 4:
            return (self.first_axis, "channel")
        return tuple(f"index {i}" for i in range(ndim - 2))
