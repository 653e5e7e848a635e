"""Choose the files to grade among all that was found in what a student handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from autograder.course.intake.archive import Budget
from autograder.course.intake.naming import shown
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
    similar: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)


def choose(name: str, found: Found) -> bytes | None:
    """Return the one file to grade as `name`, if any; always the same for the same submission."""
    target = PurePosixPath(name)
    same = [path for path in found.sources if PurePosixPath(path).name == target.name]
    if not same:
        return None

    def rank(path: str) -> tuple[int, int, str]:
        """Order by how many of the last folders are right, then by depth, then by name."""
        parts = PurePosixPath(path).parts
        right = 0
        for mine, theirs in zip(reversed(target.parts), reversed(parts), strict=False):
            if mine != theirs:
                break
            right += 1
        return -right, len(parts), path

    best, *others = sorted(same, key=rank)
    data = found.sources[best]
    if any(found.sources[other] != data for other in others):
        found.notes.append(
            f"{len(same)} files are named {target.name}, and they differ: took {shown(best)}. "
            "(If these are several students in one folder: --class-dir takes such a folder.)"
        )
    found.notes += [f"{shown(best)} {odd}." for odd in encoding_problems(data)]
    return data


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
