"""The compiled kernels of the fast layers; `cs231n.fast_layers` is how to use them.

Two environment variables are read when the package is imported: ``CONVNETS_THREADS``, the number of
threads (by default, the number of cores that this process may use), and ``CONVNETS_ISA``, the
instruction set (by default, the best that the machine has).
"""

import math
import os
from pathlib import Path

from cs231n_kernels._kernels import (
    ISAS,
    adam,
    available_isas,
    conv_backward,
    conv_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
    get_isa,
    get_threads,
    l2_penalty,
    matmul,
    max_pool_backward,
    max_pool_forward,
    relu_backward,
    relu_forward,
    rmsprop,
    set_isa,
    set_threads,
    sgd_momentum,
)

__all__ = [
    "ISAS",
    "adam",
    "available_isas",
    "conv_backward",
    "conv_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "get_isa",
    "get_threads",
    "l2_penalty",
    "matmul",
    "max_pool_backward",
    "max_pool_forward",
    "relu_backward",
    "relu_forward",
    "rmsprop",
    "set_isa",
    "set_threads",
    "sgd_momentum",
]


def _quota() -> float:
    """Return how many cores' time this process's control group may use; infinite if it has none."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            folder = Path("/sys/fs/cgroup/cpu")
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return math.inf
    if quota in ("max", "-1"):
        return math.inf
    return int(quota) / int(period)


def _threads() -> int:
    """Return how many threads to use: as asked for, else one for each core that we may use."""
    asked = os.environ.get("CONVNETS_THREADS", "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise ValueError(f"CONVNETS_THREADS must be a whole number from 1 on, got {asked!r}")
        return int(asked)
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        cores = os.cpu_count() or 1
    return max(1, min(cores, math.ceil(_quota())) if _quota() < cores else cores)


set_threads(_threads())
set_isa(os.environ.get("CONVNETS_ISA") or available_isas()[0])
