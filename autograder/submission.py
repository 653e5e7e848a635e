"""What is taken from a student: the files that a student may edit, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Origin:
    """Where a submission came from, as a learning management system has named it.

    Attributes
    ----------
    name : str
        The student's, as it was written there; empty if that is not known.
    entry : str
        The name of the file or folder that was taken, or of the first of several files.
    late : bool
        It was marked there as late.
    """

    name: str = ""
    entry: str = ""
    late: bool = False


UNKNOWN = Origin()


@dataclass(frozen=True)
class OnDisk:
    """The content of a file, ``bytes(it)``, read whenever it is asked for.

    Attributes
    ----------
    path : Path
        The file, which is not empty.
    """

    path: Path

    def __bytes__(self) -> bytes:
        return self.path.read_bytes()


@dataclass(frozen=True)
class Submission:
    """One student's work.

    Attributes
    ----------
    student : str
        Identifies the student in results, grades and file names.
    files : mapping of str to bytes
        The source text found for each file that students write, by its path below the package
        path; a file not handed in is absent.
    notes : list of str
        What intake has to say about it ("two layers.py found, took ..."), for the report.
    notebook : bytes or OnDisk
        The notebook handed in beside them, as it came; empty if there is none. It is shown and
        never graded.
    submitted : str
        When it was handed in, as whoever collected it has noted; empty if that is not known.
    origin : Origin
        Where it came from.
    given : dict of str to bytes
        Files that lie below the student's and above those of ``assignment/``, by the same paths:
        the skeleton of a course that gives some of it.
    """

    student: str
    files: Mapping[str, bytes]
    notes: list[str] = field(default_factory=list)
    notebook: bytes | OnDisk = b""
    submitted: str = ""
    origin: Origin = UNKNOWN
    given: dict[str, bytes] = field(default_factory=dict)


def read_layer(student: str, folder: Path, paths: Iterable[str]) -> Submission:
    """Return the submission that a folder with ``cs231n/layers.py`` and so on is."""
    files = {path: (folder / path).read_bytes() for path in paths if (folder / path).is_file()}
    return Submission(student, files)
