"""Mistakes that students make, and correct ways to write what is asked; never handed out.

A folder for each exercise holds the pieces: ``MISTAKES``, ``UNSEEN`` mistakes, correct ``WAYS``,
and a sample ``CLASS``. What is made of them: packs (`packs`, `fingerprints`), submissions
(`submissions`, `sample_class`), and the score of the checks themselves (`meta`). May import:
`engine` and all below it.
"""

from __future__ import annotations

import importlib
from types import ModuleType

from autograder.exercise import Exercise


def museum_of(exercise: Exercise) -> ModuleType:
    """Return the museum of an exercise."""
    return importlib.import_module(f"{__name__}.{exercise.name}")
