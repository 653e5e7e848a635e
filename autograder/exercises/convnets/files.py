"""The files that students write."""

from __future__ import annotations

from autograder.exercise import StudentFile
from autograder.exercises.convnets.forbidden import GIVEN, LIBRARIES, NOTED

LAYERS_PATH = "cs231n/layers.py"
CNN_PATH = "cs231n/classifiers/cnn.py"

LAYERS = StudentFile(LAYERS_PATH, memory=2 << 30, without={**GIVEN, **LIBRARIES}, noted=NOTED)
CNN = StudentFile(CNN_PATH, memory=8 << 30, without=LIBRARIES)  # an epoch needs about 2 GiB
