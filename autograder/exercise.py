"""What the engine may know of an exercise: a table, which it is given.

The tables themselves are in ``exercises/``, and no room below the doors at which people come in
(``student``, ``course``) imports one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

Property = tuple[str, Callable[[Any], bool]]
"""Something that a case may have, in words that follow "where", and whether it has."""


@dataclass(frozen=True)
class StudentFile:
    """A file that students write. Everything else in the package is given.

    Attributes
    ----------
    path : str
        Below the package path: ``"cs231n/layers.py"``.
    memory : int
        Bytes of address space for the process that runs it.
    without : mapping of str to tuple of str
        Modules that it has to do without, since they do what is to be written, and what a star
        import of each brings.
    noted : frozenset of str
        Functions whose call in it is noted for the instructor.
    libraries : tuple of str
        Modules that are there for it and for what it imports of the package, besides the standard
        library.
    modules : tuple of str
        Modules that it may use beside Python's own, NumPy and the given package.
    also : str
        Name of the one file that holds its functions where others lay the same package out. Empty
        if there is none.
    """

    path: str
    memory: int
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    noted: frozenset[str] = frozenset()
    libraries: tuple[str, ...] = ("numpy",)
    modules: tuple[str, ...] = ()
    also: str = ""

    def allowing(self, modules: tuple[str, ...]) -> StudentFile:
        """Return the file as it is where it may use these modules too."""
        without = {name: star for name, star in self.without.items() if name not in modules}
        return replace(self, without=without, modules=modules)

    @cached_property
    def name(self) -> str:
        """Return its name without the folders."""
        return self.path.rpartition("/")[2]

    @cached_property
    def module(self) -> str:
        """Return the name by which it is imported."""
        return self.path.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True)
class Trial:
    """A training made small, to be tried where the whole one takes too long.

    Attributes
    ----------
    about : str
        What it is tried on, in words: ``"20 images"``.
    payload : callable
        Makes its payload from that of the whole one.
    """

    about: str
    payload: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Function:
    """Something that students write and checks are grouped by: a function, a class, a training.

    Attributes
    ----------
    name : str
        As in `CheckInfo.function`.
    short : str
        For the head of a table.
    file : StudentFile
        Where it stands.
    axes : mapping of str to str
        What the first axis of an array counts, where that is not images.
    trains : bool
        It takes minutes, and is judged by what a net has learned.
    trial : Trial or None
        What of a training is tried where a browser is all that there is; nothing if None.
    section : int
        Of the notebook; the ids of its cells there begin with ``s`` and this, in two digits.
    properties : tuple of Property
        How its cases differ, the most telling first.
    """

    name: str
    short: str
    file: StudentFile
    axes: Mapping[str, str] = field(default_factory=dict, hash=False)
    trains: bool = False
    trial: Trial | None = None
    section: int = 0
    properties: tuple[Property, ...] = ()


def no_ladder(_: str) -> tuple[Any, ...]:
    """Return the small inputs of a function that has none."""
    return ()


@dataclass(frozen=True)
class Changes:
    """What a course asks otherwise than an exercise's own table: plain data, for other processes.

    Attributes
    ----------
    points, seconds : mapping of str to float
        What checks are worth and how long they may take, by the check's id.
    bars : mapping of str to float
        Accuracies that a trained net has to reach, by the function's name.
    given : tuple of str
        Functions that students are given.
    modules : tuple of str
        As in `StudentFile`.
    """

    points: Mapping[str, float] = field(default_factory=dict, hash=False)
    seconds: Mapping[str, float] = field(default_factory=dict, hash=False)
    bars: Mapping[str, float] = field(default_factory=dict, hash=False)
    given: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Exercise:
    """What is asked of students.

    Attributes
    ----------
    name : str
        Of its folder in ``exercises/``, and of its museum.
    assignment : str
        What nbgrader calls it; also the name of its notebook.
    files : tuple of StudentFile
        What students write; the first one holds most of the functions.
    functions : tuple of Function
        In the order in which they are checked and reported.
    checks : tuple of str
        Names of the modules that hold the checks, in that order; those of functions that are not
        asked for do not count.
    ladder : callable
        Gives the small inputs (`judging.case.Spec`) of a function, the smallest first.
    installed : tuple of str
        Distributions that are there for its notebook, with all that they require.
    aim : str
        What students are going to write, as a sentence to them.
    changes : Changes
        What is in this table since a course has asked for it.
    original : Exercise or None
        The exercise by itself, where there are changes.
    """

    name: str
    assignment: str
    files: tuple[StudentFile, ...]
    functions: tuple[Function, ...]
    checks: tuple[str, ...]
    ladder: Callable[[str], tuple[Any, ...]] = no_ladder
    installed: tuple[str, ...] = ("numpy", "ipython", "matplotlib")
    aim: str = "You are going to write a part of a neural network in plain NumPy."
    changes: Changes = field(default_factory=Changes)
    original: Exercise | None = None

    @cached_property
    def notebook(self) -> str:
        """Return the path of its notebook, below the root."""
        return f"notebooks/{self.assignment}.ipynb"

    @cached_property
    def editable(self) -> tuple[str, ...]:
        """Return the paths of what students write."""
        return tuple(file.path for file in self.files)

    @cached_property
    def by_name(self) -> dict[str, Function]:
        """Return each function by its name."""
        return {function.name: function for function in self.functions}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return what can be checked by name."""
        return tuple(self.by_name)

    @property
    def whole(self) -> Exercise:
        """Return the exercise by itself, without a course's changes."""
        return self.original or self

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Return the functions that students are given instead of asked for."""
        return self.changes.given

    def changed(self, changes: Changes) -> Exercise:
        """Return the exercise as a course has it.

        A file in which nothing is left to write is given, and so is what only trains its code.
        """
        left = [f for f in self.functions if f.name not in changes.given]
        written = {f.file.path for f in left if not f.trains}
        files = {f.path: f.allowing(changes.modules) for f in self.files if f.path in written}
        functions = [replace(f, file=files[f.file.path]) for f in left if f.file.path in files]
        return replace(
            self,
            files=tuple(files.values()),
            functions=tuple(functions),
            changes=changes,
            original=self.whole,
        )

    @cached_property
    def what_to_write(self) -> str:
        """Return the names of what students write, for a sentence."""
        *first, last = [file.name for file in self.files]
        return f"{', '.join(first)} and {last}" if first else last
