"""What a class handed in, in files: its notebooks and their pictures together can be gigabytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

from autograder.sandbox import scratch
from autograder.submission import OnDisk, Submission


class Files(Mapping[str, bytes]):
    """Files by their paths as in `Submission`, each read whenever it is asked for.

    Parameters
    ----------
    places : dict of str to Path
        Where each of them is.
    """

    def __init__(self, places: dict[str, Path]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> bytes:
        return self._places[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Shelf:
    """Keeps submissions in files, which go with this process."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="class-", dir=scratch.home()))
        self._numbers = count()

    def put(self, submission: Submission) -> Submission:
        """Return a submission whose files and notebook are read when they are asked for."""
        files = Files({name: self._write(data) for name, data in submission.files.items()})
        notebook = submission.notebook
        return replace(
            submission,
            files=files,
            notebook=OnDisk(self._write(bytes(notebook))) if notebook else b"",
        )

    def _write(self, data: bytes) -> Path:
        path = self._folder / str(next(self._numbers))
        path.write_bytes(data)
        return path
