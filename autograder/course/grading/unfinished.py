"""A regrading that was stopped: whom it has graded anew, so that the same command goes on there."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.disk import write_text

NAME = "regrading.jsonl"


class Unfinished:
    """The list of who is done in a regrading; it is there as long as that is not finished.

    Parameters
    ----------
    root : Path
        The folder of the course.
    how : object
        What the command says, as JSON has it: another command starts from the beginning.

    Attributes
    ----------
    done : dict of str to str
        Those who were graded before it was stopped, each with the key of the record.
    goes_on : bool
        It had been begun before.
    """

    def __init__(self, root: Path, how: object) -> None:
        self._path = root / NAME
        self._first = json.dumps(how)
        first, *lines = self._read()
        self.done: dict[str, str] = {}
        self.goes_on = first == self._first
        if self.goes_on:
            self.done = dict(json.loads(line) for line in lines)

    def start(self) -> None:
        """Note that it has begun, unless it goes on."""
        if not self.goes_on:
            write_text(self._path, f"{self._first}\n")

    def _read(self) -> list[str]:
        """Return the lines that are whole."""
        text = self._path.read_text(encoding="utf-8") if self._path.is_file() else ""
        return text.split("\n")[:-1] or [""]

    def add(self, student: str, key: str) -> None:
        """Note that a student is done."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([student, key])}\n")

    def finish(self) -> None:
        """Note that all are done."""
        self._path.unlink(missing_ok=True)
