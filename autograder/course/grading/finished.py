"""What has finished of a submission, durable at once: whoever goes on repeats none of it.

There is one file for each check, and one for each run of a notebook, in a folder by the key of all
that decides what comes of it. A file is renamed into place, which every file system that machines
share does as a whole. So it is there or it is not, whatever ends the grader, and two graders that
write the same one do no harm. The files of a submission go when its record is kept.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autograder.course.notebooks.picture import Picture
from autograder.course.record import verdict_of
from autograder.disk import write_text
from autograder.judging.verdict import Verdict
from autograder.sandbox import scratch

FOLDER = "finished"  # in that of the course

Said = set[tuple[str, ...]]
Kept = TypeVar("Kept")


def place_in(course: Path) -> Path:
    """Return where a course keeps what has finished."""
    return course / FOLDER


@dataclass(frozen=True)
class Checked:
    """What came of one check.

    Attributes
    ----------
    verdict : Verdict
        How it ended.
    pictures : list of Picture
        What was drawn of it.
    said : set of tuple of str
        What had been said by then, as in `run_checks`.
    """

    verdict: Verdict
    pictures: list[Picture] = field(default_factory=list)
    said: Said = field(default_factory=set)


@dataclass(frozen=True)
class Ran:
    """What came of a notebook.

    Attributes
    ----------
    notebook : bytes
        As it ran.
    problem : str
        Why it did not run to its end, or empty.
    seconds : float
        How long it took.
    """

    notebook: bytes
    problem: str = ""
    seconds: float = 0.0


class Finished:
    """What has finished of the submissions with one key.

    Parameters
    ----------
    place : Path or None
        As from `place_in`; nothing is kept where there is none.
    key : str
        Names what decides.
    """

    def __init__(self, place: Path | None, key: str) -> None:
        self._folder = None if place is None else place / key

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else on this machine do the same meanwhile: it is done once."""
        if self._folder is None:
            yield
            return
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch.locked(self._folder.with_suffix(".lock")):
            yield

    def check(self, name: str) -> Checked | None:
        """Return what came of a check, by its id, if it has finished."""
        return self._read(name, checked_of)

    def keep_check(self, found: Checked) -> None:
        """Keep what came of a check."""
        tree = {
            "verdict": found.verdict.as_dict(),
            "pictures": [as_tree(picture) for picture in found.pictures],
            "said": sorted(found.said),
        }
        self._write(found.verdict.id, tree)

    def notebook(self, digest: str) -> Ran | None:
        """Return what came of a notebook, by the digest of all that it was made from."""
        return self._read(f"notebook/{digest}", ran_of)

    def keep_notebook(self, digest: str, ran: Ran) -> None:
        """Keep what came of a notebook."""
        tree = {**vars(ran), "notebook": ran.notebook.decode("utf-8")}
        self._write(f"notebook/{digest}", tree)

    def forget(self) -> None:
        """Remove all of it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.with_suffix(".lock").unlink(missing_ok=True)

    def _path(self, name: str) -> Path | None:
        return self._folder and self._folder / f"{name.replace('/', '.')}.json"

    def _write(self, name: str, tree: dict[str, Any]) -> None:
        if path := self._path(name):
            write_text(path, json.dumps(tree))

    def _read(self, name: str, made: Callable[[Any], Kept]) -> Kept | None:
        path = self._path(name)
        if path is None or not path.is_file():
            return None
        try:
            return made(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, KeyError):  # a disk has lost a part of it: it is done anew
            return None


def checked_of(tree: dict[str, Any]) -> Checked:
    """Return what came of a check, from JSON."""
    pictures = [picture_of(own) for own in tree["pictures"]]
    return Checked(verdict_of(tree["verdict"]), pictures, set(map(tuple, tree["said"])))


def as_tree(picture: Picture) -> dict[str, str]:
    """Return a picture as JSON has it."""
    return {**vars(picture), "png": base64.b64encode(picture.png).decode()}


def picture_of(tree: dict[str, str]) -> Picture:
    """Return a picture, from JSON."""
    return Picture(tree["name"], tree["text"], base64.b64decode(tree["png"]))


def ran_of(tree: dict[str, Any]) -> Ran:
    """Return what came of a notebook, from JSON."""
    return Ran(tree["notebook"].encode("utf-8"), tree["problem"], tree["seconds"])


def known(finished: Finished, names: Sequence[str]) -> dict[str, Checked]:
    """Return which of some checks have finished, by their ids, and what came of them."""
    found = {name: finished.check(name) for name in names}
    return {name: checked for name, checked in found.items() if checked is not None}
