"""What a worker in this process has to itself while it is at work: modules, paths, streams.

A process of its own would begin with nothing but Python. So what this one has loaded is taken away
for the time, but for Python's own modules and the libraries that are there for student code, and
what student code has loaded or changed is taken away afterwards.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import sys
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import NoReturn
from unittest.mock import patch

import numpy as np

from autograder.sandbox import words

STANDARD = frozenset(sys.stdlib_module_names) | {"__main__"}
MOST_KEPT = 6000  # characters of what is printed, at its beginning and again at its end


class Printed(io.TextIOBase):
    """Keeps the beginning and the end of what is printed."""

    def __init__(self) -> None:
        self._size, self._start, self._end = 0, "", ""

    def write(self, text: str) -> int:
        """Take some text."""
        self._start += text[: max(0, MOST_KEPT - len(self._start))]
        self._end = (self._end + text)[-MOST_KEPT:]
        self._size += len(text)
        return len(text)

    def writable(self) -> bool:
        """Return that it is for writing."""
        return True

    def read_back(self) -> str:
        """Return it, at a length that can be read."""
        end = self._end if self._size > MOST_KEPT else ""
        return words.printed(words.printable(self._start), words.printable(end))


class Stage:
    """The surroundings of one worker.

    Parameters
    ----------
    home : Path
        The current folder, while it is at work.
    libraries : collection of str
        Modules that are there besides the standard library: those that are loaded stay so.
    """

    def __init__(self, home: Path, libraries: Collection[str]) -> None:
        self._home = home
        self._shared = STANDARD.union(libraries)
        self._modules: dict[str, ModuleType] = {}  # that this worker has loaded
        self._meta_path, self._path = list(sys.meta_path), list(sys.path)
        self._hook = sys.breakpointhook

    @contextlib.contextmanager
    def set(self, printed: Printed) -> Iterator[None]:
        """Set it, and leave everything as it was."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._importing())
            stack.enter_context(patch.object(builtins, "input", no_keyboard))
            stack.enter_context(patch.multiple(sys, stdout=printed, stderr=printed))
            stack.enter_context(patch.object(sys, "dont_write_bytecode", True))
            stack.enter_context(contextlib.chdir(self._home))
            stack.enter_context(patch.dict(os.environ))
            stack.enter_context(warnings.catch_warnings())
            stack.enter_context(np.errstate())
            stack.enter_context(np.printoptions())
            stack.enter_context(drawing_elsewhere())
            yield

    @contextlib.contextmanager
    def _importing(self) -> Iterator[None]:
        """Let the worker find what it has loaded and where it looks for more, and nothing else."""
        others, meta_path, path = self._taken_out(), list(sys.meta_path), list(sys.path)
        hook = sys.breakpointhook
        sys.modules.update(self._modules)
        sys.meta_path[:], sys.path[:] = self._meta_path, self._path
        sys.breakpointhook = self._hook
        try:
            yield
        finally:
            self._hook, sys.breakpointhook = sys.breakpointhook, hook
            self._meta_path, self._path = list(sys.meta_path), list(sys.path)
            sys.meta_path[:], sys.path[:] = meta_path, path
            self._modules = self._taken_out()
            sys.modules.update(others)

    def _taken_out(self) -> dict[str, ModuleType]:
        """Take all modules out that one side has to itself, and return them."""
        names = [name for name in sys.modules if name.partition(".")[0] not in self._shared]
        return {name: sys.modules.pop(name) for name in names}


@contextlib.contextmanager
def drawing_elsewhere() -> Iterator[None]:
    """Leave the random numbers of a notebook as they were: each request seeds its own."""
    ours, theirs = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)


def no_keyboard(*_: object) -> NoReturn:
    """Stand for ``input``, which meets an end of file in a worker."""
    raise EOFError("EOF when reading a line")
