"""Lay a submission over the given package: only the files that a student may edit are taken."""

from __future__ import annotations

from pathlib import Path

from autograder import locate
from autograder.submission import EDITABLE, Submission


def stage(submission: Submission, folder: Path) -> list[Path]:
    """Write the files of `submission` below `folder`.

    Returns
    -------
    list of Path
        The layers of the package path for a `Worker`: the submission, then what is given.
    """
    for name in EDITABLE:
        if name in submission.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(submission.files[name])
    return [folder, locate.given()]


def read_layer(student: str, folder: Path) -> Submission:
    """Return the submission that a folder with ``cs231n/layers.py`` and so on is."""
    files = {name: (folder / name).read_bytes() for name in EDITABLE if (folder / name).is_file()}
    return Submission(student, files)
