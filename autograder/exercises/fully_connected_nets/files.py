"""The files that students write, and what they do without."""

from __future__ import annotations

from autograder.exercise import StudentFile
from autograder.exercises.without import GRADIENTS, KERNELS, LIBRARIES, ONE_FILE

DENSE_PATH = "cs231n/dense.py"
LOSSES_PATH = "cs231n/losses.py"
OPTIM_PATH = "cs231n/optim.py"
NET_PATH = "cs231n/classifiers/fc_net.py"

NEEDED = ("numpy", "tqdm", "platformdirs", "PIL")  # by the given package
WITHOUT = {**KERNELS, **GRADIENTS, **LIBRARIES}
NOTED = frozenset(
    {
        *(name for star in (*KERNELS.values(), *GRADIENTS.values()) for name in star),
        *("affine_relu_forward", "affine_relu_backward"),
        *("linear", "cross_entropy", "multi_margin_loss", "log_softmax", "logsumexp", "l2_penalty"),
    }
)
"""Functions that do what is to be written: a call of one is noted."""

DENSE, LOSSES = (
    StudentFile(path, memory=2 << 30, without=WITHOUT, noted=NOTED, libraries=NEEDED, also=ONE_FILE)
    for path in (DENSE_PATH, LOSSES_PATH)
)
OPTIM = StudentFile(OPTIM_PATH, memory=2 << 30, without=WITHOUT, noted=NOTED, libraries=NEEDED)
FC_NET = StudentFile(
    NET_PATH,
    memory=4 << 30,
    without=LIBRARIES,
    libraries=(*NEEDED, "cs231n_kernels"),
)
