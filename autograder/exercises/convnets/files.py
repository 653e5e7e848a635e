"""The files that students write."""

from __future__ import annotations

from autograder.exercise import StudentFile
from autograder.exercises.convnets.forbidden import GIVEN, LIBRARIES, NOTED

LAYERS_PATH = "cs231n/layers.py"
CNN_PATH = "cs231n/classifiers/cnn.py"

NEEDED = ("numpy", "tqdm", "platformdirs", "PIL")  # by the given package
LAYERS = StudentFile(
    LAYERS_PATH,
    memory=2 << 30,
    without={**GIVEN, **LIBRARIES},
    noted=NOTED,
    libraries=NEEDED,
)
CNN = StudentFile(
    CNN_PATH,
    memory=8 << 30,  # an epoch needs about 2 GiB
    without=LIBRARIES,
    libraries=(*NEEDED, "cs231n_kernels"),
)
