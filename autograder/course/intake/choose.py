"""Choose the files to grade among all that was found in what a student handed in."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from autograder.course.intake.archive import Budget
from autograder.course.intake.attempts import own_name
from autograder.course.intake.naming import shown, undressed
from autograder.exercise import Exercise


@dataclass
class Found:
    """What is found in one submission.

    Attributes
    ----------
    exercise : Exercise
        What was asked.
    sources : dict of str to bytes
        Every file named as one that students write, by its path.
    notebooks : dict of str to bytes
        Every notebook, by its path.
    odd : dict of str to dict
        By the exercise's path: files whose name a browser or a system made of that file's name.
    similar : list of str
        Paths that look like one of them under another name.
    notes : list of str
        What was left out, and why.
    budget : Budget
        How much may still be read.
    """

    exercise: Exercise
    sources: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    odd: dict[str, dict[str, bytes]] = field(default_factory=dict)
    similar: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)


def choose_all(found: Found) -> dict[str, bytes]:
    """Return the files to grade; always the same ones for the same submission.

    They come from one folder, where there is one that holds several of them: whoever hands in
    a whole repository hands in other exercises' files of the same names too.
    """
    chosen: dict[str, str | None] = {p: best(p, found) for p in found.exercise.editable}
    if (root := package_folder(found)) is not None:
        chosen |= root
    files: dict[str, bytes] = {}
    for path, own in chosen.items():
        if own is None:
            take_odd(path, files, found)
            if path not in files:
                take_part(path, files, found)
            continue
        data = files[path] = found.sources[own]
        same = candidates(path, found)
        if any(found.sources[other] != data for other in same):
            found.notes.append(
                f"{len(same)} files are named {PurePosixPath(path).name}, and they differ: took "
                f"{shown(own)}. (If these are several students in one folder: --class-dir takes "
                "such a folder.)"
            )
        left = [odd for odd, other in found.odd.get(path, {}).items() if other != data]
        if left:
            found.notes.append(f"Took {shown(own)}, and not {listed(left)}.")
        found.notes += [f"{shown(own)} {problem}." for problem in encoding_problems(data)]
    return files


def candidates(path: str, found: Found) -> list[str]:
    """Return what has the name of one of the exercise's files."""
    name = PurePosixPath(path).name
    return [source for source in found.sources if PurePosixPath(source).name == name]


def right_parts(path: str, source: str) -> int:
    """Return how many of the last parts of `source` are those of `path`."""
    pairs = zip(
        reversed(PurePosixPath(path).parts), reversed(PurePosixPath(source).parts), strict=False
    )
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def rank(path: str, source: str, found: Found) -> tuple[int, int, int, str]:
    """Order by how many of the last folders are right, by what is in it, by depth, by name."""
    data = found.sources[source]
    functions = [f for f in found.exercise.functions if f.file.path == path]
    inside = sum(function.name.encode() in data for function in functions)
    return -right_parts(path, source), -inside, source.count("/"), source


def best(path: str, found: Found) -> str | None:
    """Return the file to grade as `path` where nothing else is known."""
    return min(candidates(path, found), key=lambda s: rank(path, s, found), default=None)


def package_folder(found: Found) -> dict[str, str] | None:
    """Return the files in the folder that holds most of the exercise's files; None if none does.

    A file may lie where it belongs below that folder, or in it with fewer of the folders between.
    Of several such folders the one counts whose files come first by `rank`.
    """
    folders: dict[tuple[str, ...], dict[str, str]] = {}
    for path in found.exercise.editable:
        for source in sorted(candidates(path, found), key=lambda s: rank(path, s, found)):
            parts = PurePosixPath(source).parts
            for right in range(1, right_parts(path, source) + 1):
                folders.setdefault(parts[:-right], {}).setdefault(path, source)
    several = [files for files in folders.values() if len(files) > 1]

    def order(files: dict[str, str]) -> tuple[int, int, int, int, list[str]]:
        right, inside, depth, _ = zip(*(rank(p, s, found) for p, s in files.items()), strict=True)
        return -len(files), sum(right), sum(inside), sum(depth), list(files.values())

    return min(several, key=order, default=None)


def take_odd(path: str, files: dict[str, bytes], found: Found) -> None:
    """Take the one file that is meant for `path` and has a name that a browser or LMS gave it."""
    odd, name = found.odd.get(path, {}), PurePosixPath(path).name
    if len(set(odd.values())) == 1:
        own, data = min(odd.items())
        files[path] = data
        found.notes.append(f"There is no {name}: took {shown(own)} for it.")
        found.notes += [f"{shown(own)} {problem}." for problem in encoding_problems(data)]
    elif odd:
        found.notes.append(f"There is no {name}, and several could be meant: {listed(odd)}.")


def take_part(path: str, files: dict[str, bytes], found: Found) -> None:
    """Take for `path` the one file that has its functions beside others, as many a course has it.

    It has to define one: a file of that name may only import them.
    """
    (file,) = (file for file in found.exercise.files if file.path == path)
    defined = [f"def {f.name}(".encode() for f in found.exercise.functions if f.file.path == path]
    whole = {
        source: data
        for source, data in found.sources.items()
        if file.also == undressed(own_name(PurePosixPath(source).name))
        and any(text in data for text in defined)
    }
    plain = [source for source in whole if PurePosixPath(source).name == file.also]
    if not plain and len(set(whole.values())) > 1:
        found.notes.append(f"There is no {file.name}, and several could be meant: {listed(whole)}.")
    elif whole:
        own = min(plain or whole, key=lambda source: rank(path, source, found))
        files[path] = whole[own]
        found.notes.append(f"There is no {file.name}: took {shown(own)}, which has its functions.")


def listed(paths: Iterable[str]) -> str:
    """Return some of the paths for a message."""
    first, *more = [shown(path) for path in sorted(paths)]
    return ", ".join([first, *more[:2]]) + (f" and {len(more) - 2} more" if more[2:] else "")


def choose_notebook(found: Found) -> bytes:
    """Return the exercise's notebook, or the only one that there is; nothing if that is unclear."""
    wanted = PurePosixPath(found.exercise.notebook).name
    named = [path for path in found.notebooks if PurePosixPath(path).name == wanted]
    candidates = sorted(named or found.notebooks, key=lambda path: (path.count("/"), path))
    if not candidates:
        return b""
    best, *others = candidates
    if any(found.notebooks[other] != found.notebooks[best] for other in others):
        if not named:
            found.notes.append(f"There are {len(candidates)} notebooks, none named {wanted}.")
            return b""
        found.notes.append(f"{len(named)} notebooks are named {wanted}: took {shown(best)}.")
    return found.notebooks[best]


def encoding_problems(data: bytes) -> list[str]:
    """Return what Python will not like about the bytes of a source file."""
    problems = ["holds null bytes: it was saved as UTF-16, or is no text"] if b"\0" in data else []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(f"is not UTF-8 text (line {line}); Python then needs a coding comment")
    return problems
