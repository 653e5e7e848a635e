"""Random numbers for cases: the same for the same seed, whatever else is drawn."""

from __future__ import annotations

import hashlib
import json

import numpy as np


def generator(seed: str, check: str, index: int) -> np.random.Generator:
    """Return a random generator for one case, independent of all other cases."""
    text = json.dumps([seed, check, index])
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
