"""The file that students write, and what they do without."""

from __future__ import annotations

from autograder.exercise import StudentFile
from autograder.exercises.without import GRADIENTS, KERNELS, LIBRARIES, ONE_FILE

NORMALIZATION = StudentFile(
    "cs231n/normalization.py",
    memory=2 << 30,
    without={**KERNELS, **GRADIENTS, **LIBRARIES},
    noted=frozenset(
        {
            *(name for star in GRADIENTS.values() for name in star),
            *("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
            *("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
            *("batch_norm", "layer_norm"),
        }
    ),
    libraries=("numpy", "tqdm", "platformdirs", "PIL"),  # what the given package needs
    also=ONE_FILE,
)
