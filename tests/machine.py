"""What this machine can do, for tests that need it."""

import importlib.util
import shutil
import subprocess

import pytest

HAS_KERNELS = importlib.util.find_spec("cs231n_kernels") is not None
compiled = pytest.mark.skipif(
    not HAS_KERNELS, reason="the fast layers are not compiled here, and say so in each process"
)


def can_link():
    """Return whether the C compiler makes shared libraries: Debian's alone has no C library."""
    if shutil.which("gcc") is None:
        return False
    command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", "/dev/null"]
    return subprocess.run(command, input=b"", stderr=subprocess.DEVNULL).returncode == 0
