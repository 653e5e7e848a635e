"""The file that students write, and what they do without."""

from __future__ import annotations

from autograder.exercise import StudentFile
from autograder.exercises.without import GRADIENTS, KERNELS, LIBRARIES, ONE_FILE

DROPOUT = StudentFile(
    "cs231n/dropout.py",
    memory=2 << 30,
    without={**KERNELS, **GRADIENTS, **LIBRARIES},
    noted=frozenset({*(name for star in GRADIENTS.values() for name in star), "Dropout"}),
    libraries=("numpy", "tqdm", "platformdirs", "PIL"),  # what the given package needs
    also=ONE_FILE,
)
