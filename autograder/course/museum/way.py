"""What a correct way is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One correct way to write one or more functions.

    Attributes
    ----------
    functions : tuple of str
        What it is a version of, as in `CheckInfo.function`.
    name : str
        What is particular about it.
    code : str
        Source of the functions, with helpers if they need any. NumPy is there as ``np``, and all
        that ``layers.py`` (or ``cnn.py``) imports.
    alone : bool
        The code is a whole file by itself, and nothing of the solution's is there.
    """

    functions: tuple[str, ...]
    name: str
    code: str
    alone: bool = False
