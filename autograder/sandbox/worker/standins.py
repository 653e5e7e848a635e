"""Stand-ins for modules that a student's own code has to do without.

While layers are checked, the given fast layers would do what the exercise asks the student to
write, and so would SciPy or PyTorch. Such modules can still be imported, since an import that is
not used is no mistake; whoever calls what is in them is told to write it themselves.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn


class Unavailable(Exception):
    """Student code called what it was to write itself."""


class StandIn:
    """Stands for anything that a module may have in it; can be named, but not used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise Unavailable(
            f"{self._name} cannot be called from here: what it does is for you to write. The "
            "layers are checked without it."
        )

    __call__ = __mro_entries__ = __getitem__ = __iter__ = __array__ = _refuse

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self._name}.{name}")


class StandInModule(ModuleType):
    """A module in which every name is a `StandIn`."""

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")


class Finder(MetaPathFinder, Loader):
    """Finds a `StandInModule` for each module of `names`, and for what is below it.

    `names` says too what a star import of each brings.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        parts = fullname.split(".")
        if any(".".join(parts[: i + 1]) in self._names for i in range(len(parts))):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        star = self._names.get(module.__name__)
        if star:
            vars(module)["__all__"] = star


def install(names: Mapping[str, Sequence[str]]) -> None:
    """Let every later import of a module of `names` give a stand-in."""
    if names:
        sys.meta_path.insert(0, Finder(names))
