"""Stand-ins for modules that a student's own code has to do without, here or on any machine.

While layers are checked, the given fast layers would do what the exercise asks the student to
write, and so would SciPy or PyTorch. Others are on one machine and not on the next. All of these
can be imported, since an import that is not used is no mistake; whoever uses what is in them is
told why that cannot be. So a submission is worth the same wherever it is graded, whatever an
editor or an old starter has put on top of it.

An import that is tried (``try: import numba``, with an ``except`` for its failure) fails instead:
what comes then is what its author has written for a machine like this one.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import linecache
import pkgutil
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

PACKAGE = "cs231n"
SCREEN = frozenset({"tkinter", "_tkinter", "turtle", "turtledemo", "idlelib"})
STANDARD = sys.stdlib_module_names
THERE = frozenset({*STANDARD, "numpy", "tqdm", PACKAGE, f"{PACKAGE}_kernels"}) - SCREEN
"""What layers and a net are graded with, on every machine."""

CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
# Frames that are no importer themselves, and files whose imports are their own affair.
MACHINERY = ("<frozen importlib", importlib.__file__)
TRUSTED = (str(Path(linecache.__file__).parent), str(Path(__file__).parent))
TO_WRITE = (
    "cannot be called from here: what it does is for you to write. The layers are checked "
    "without it."
)
NOT_THERE = (
    "cannot be used: your code is graded with Python's standard library, {there} and the given "
    "package, and nothing else."
)
NOT_HERE = (
    "cannot be used: a notebook runs here with what the exercise itself needs, and nothing else."
)
NO_SCREEN = "cannot be used: there is no screen where your code is graded."
NOT_GIVEN = "cannot be used: the given package has no such module."
XRANGE = " In Python 3, xrange is range."


class Unavailable(Exception):
    """Student code used what it is to do without."""


class StandIn:
    """Stands for anything that a module may have in it; can be named, but not used."""

    def __init__(self, name: str, why: str) -> None:
        self._name, self._why = name, why

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        hint = XRANGE if self._name.endswith(".xrange") else ""
        raise Unavailable(f"{self._name} {self._why}{hint}")

    __call__ = __mro_entries__ = __iter__ = __array__ = __len__ = __contains__ = _refuse
    __setitem__ = __enter__ = __float__ = __int__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = _refuse
    __matmul__ = __rmatmul__ = __mod__ = __neg__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse

    # What a type may be asked for by an annotation, and what is true of any array.

    def __getitem__(self, _: object) -> StandIn:
        return StandIn(f"{self._name}[...]", self._why)

    def __or__(self, _: object) -> StandIn:
        return self

    __ror__ = __or__

    def __instancecheck__(self, _: object) -> bool:
        return False

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self._name}.{name}", self._why)


class StandInModule(ModuleType):
    """A module in which every name is a `StandIn`."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name)
        self._why = why

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}", self._why)


class Finder(MetaPathFinder, Loader):
    """Finds a `StandInModule`, before others look, for what is not to be used where it is there.

    Parameters
    ----------
    names : mapping of str to sequence of str
        Modules that are for the student to do without, with what is below them; and what a star
        import of each brings.
    libraries : collection of str
        Modules that are there besides the standard library.
    modules : sequence of str
        What the course lets student code use besides.

    Attributes
    ----------
    installed : bool
        They are there for student code, too, but for `names`: as for a notebook.
    """

    def __init__(
        self,
        names: Mapping[str, Sequence[str]],
        libraries: Collection[str] = (),
        modules: Sequence[str] = (),
    ) -> None:
        self._names = names
        self._libraries = frozenset(libraries)
        self._there = THERE.union(modules)
        self.installed = False

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        parts = fullname.split(".")
        if any(".".join(parts[: i + 1]) in self._names for i in range(len(parts))):
            return self.stand_in(fullname, TO_WRITE)
        if parts[0] in self._there or (parts[0] in self._libraries and self.installed):
            return None
        if of_library(*importer()):  # what is not for it, `ListedFinder` does not find
            return None
        return self.stand_in(fullname, why_missing(parts[0]))

    def stand_in(self, fullname: str, why: str) -> ModuleSpec:
        """Return what makes a stand-in; fail where the import is one that may fail."""
        if may_fail(*importer()):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return ModuleSpec(fullname, self, loader_state=why, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        star = self._names.get(module.__name__)
        if star:
            vars(module)["__all__"] = star


class ListedFinder(MetaPathFinder):
    """Finds modules where they are, but none that is installed for others.

    To the given package and to libraries these are not there: where it is grading, a machine is as
    good as any other, and their files may be there and not readable.

    Parameters
    ----------
    libraries : collection of str
        As `Finder` has them.
    """

    def __init__(self, libraries: Collection[str]) -> None:
        self._listed = {*STANDARD, *libraries, PACKAGE}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        # The standard library has modules that are named after the machine.
        if top in self._listed or top.startswith("_sysconfig"):
            return PathFinder.find_spec(fullname, path, target)
        return None

    # What is told of distributions, and what is forgotten, is as ever.
    @staticmethod
    def find_distributions(*context: Any) -> Any:
        """Do as `PathFinder`, from which some libraries take this away."""
        from importlib.metadata import MetadataPathFinder

        return MetadataPathFinder.find_distributions(*context)

    invalidate_caches = staticmethod(PathFinder.invalidate_caches)


class MissingFinder(Finder):
    """Finds a `StandInModule`, after all others have looked, for what is not there at all."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        *parents, name = fullname.split(".")
        top, parent = fullname.partition(".")[0], ".".join(parents)
        if of_library(*importer()) or (top in self._there and top != PACKAGE):
            return None
        if top != PACKAGE:
            return self.stand_in(fullname, why_missing(top))
        paths = getattr(sys.modules.get(parent), "__path__", ())
        given = [module.name for module in pkgutil.iter_modules(paths)]
        for meant in difflib.get_close_matches(name, given, n=1, cutoff=0.8):
            raise ModuleNotFoundError(
                f"No module named {fullname!r}. Did you mean {parent}.{meant}?", name=fullname
            )
        return self.stand_in(fullname, NOT_GIVEN) if parent else None


def why_missing(top: str) -> str:
    """Return why student code cannot use a module that is not for it."""
    if top in SCREEN:
        return NO_SCREEN
    if finder and finder.installed:
        return NOT_HERE
    return NOT_THERE.format(there=", ".join(["NumPy", *also_there]))


def importer() -> tuple[str, int]:
    """Return the file and the line of the import that is under way."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith((__file__, *MACHINERY)):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def of_library(file: str, _: int) -> bool:
    """Return whether an import stands in what is installed or given, and not in student code."""
    installed = "site-packages" in file or "dist-packages" in file
    return installed or file.startswith(trusted)


def may_fail(file: str, line: int) -> bool:
    """Return whether the import in a line is tried, with a way out if it fails."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            caught = {n for handler in node.handlers for n in names_in(handler.type)}
            catches = caught & CATCHING or any(not handler.type for handler in node.handlers)
        elif isinstance(node, ast.With):
            caught = {n for item in node.items for n in names_in(item.context_expr)}
            catches = "suppress" in caught and caught & CATCHING
        else:
            continue
        first, last = node.body[0], node.body[-1]
        if catches and first.lineno <= line <= (last.end_lineno or last.lineno):
            return True
    return False


def names_in(tree: ast.AST | None) -> set[str]:
    """Return the names in an expression, attributes included."""
    nodes = ast.walk(tree) if tree else ()
    return {str(getattr(node, "id", getattr(node, "attr", ""))) for node in nodes}


trusted: tuple[str, ...] = TRUSTED
also_there: tuple[str, ...] = ()  # modules that the course lets student code use
finder: Finder | None = None


def install(
    names: Mapping[str, Sequence[str]],
    given: Sequence[str],
    libraries: Collection[str],
    modules: Sequence[str],
) -> None:
    """Let every later import that needs one give a stand-in.

    Parameters
    ----------
    names, libraries, modules
        As `Finder` has them.
    given : sequence of str
        Folders with the given package and others, which may import what they need.
    """
    global finder, trusted, also_there
    trusted = (*TRUSTED, *given)
    also_there = tuple(modules)
    finder = Finder(names, libraries, modules)
    listed = ListedFinder(libraries)
    sys.meta_path[:] = [listed if each is PathFinder else each for each in sys.meta_path]
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(MissingFinder({}, modules=modules))


def use_installed() -> None:
    """Let libraries be used that are there, but for what student code has to do without."""
    if finder:
        finder.installed = True
