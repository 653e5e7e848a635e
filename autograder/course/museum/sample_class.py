"""A made-up class: submissions of every quality, made from the solution by named edits.

It shows what the grader does, and is graded by ``nox -s grade`` when no submissions are given.
Nothing is copied: an edit that no longer fits the solution is an error.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from autograder import locate
from autograder.course.intake.collect import NOTEBOOK
from autograder.submission import CNN, EDITABLE, LAYERS

Files = dict[str, str]


@dataclass(frozen=True)
class Student:
    """A made-up student.

    Attributes
    ----------
    name : str
        Also of the folder or archive.
    story : str
        What this student shows.
    points : float
        What the submission is worth.
    edits : tuple
        ``(file, old, new)``: each `old` stands in the solution exactly once.
    stubs : tuple of str
        The files taken from the skeleton instead.
    nested : str
        Folder in which the package lies.
    archive : str
        ``"zip"``, ``"zip in zip"``, or empty for a folder.
    notebook : bool
        The notebook was handed in too.
    extra : dict of str to str
        Further files.
    """

    name: str
    story: str
    points: float
    edits: tuple[tuple[str, str, str], ...] = ()
    stubs: tuple[str, ...] = ()
    nested: str = ""
    archive: str = ""
    notebook: bool = False
    extra: dict[str, str] = field(default_factory=dict)


CLASS = (
    Student("ada", "everything is right", 100, archive="zip", notebook=True),
    Student(
        "ben",
        "every layer is right; the net is still to be written",
        78,
        stubs=(CNN,),
        nested="assignment2/cs231n",
        archive="zip in zip",
    ),
    Student(
        "chloe",
        "crops the padding with a negative index, which fails without padding",
        76,
        edits=(
            (
                LAYERS,
                "dx = dx_padded[:, :, pad : pad + H, pad : pad + W]",
                "dx = dx_padded[:, :, pad:-pad, pad:-pad]",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "dmitri",
        "overwrites instead of adding where pooling windows overlap",
        75,
        edits=(
            (
                LAYERS,
                "dx[n, c, top + row, left + column] += dout",
                "dx[n, c, top + row, left + column] = dout",
            ),
        ),
        stubs=(CNN,),
        nested="homework",
    ),
    Student(
        "elif",
        "computes the output's width from the image's height",
        73,
        edits=(
            (
                LAYERS,
                "    W_out = 1 + (W + 2 * pad - WW) // stride\n    x_padded",
                "    W_out = H_out\n    x_padded",
            ),
            (LAYERS, "W_out = 1 + (W - width) // stride", "W_out = 1 + (H - height) // stride"),
        ),
        stubs=(CNN,),
    ),
    Student(
        "farah",
        "mixes pixels and channels by reshaping without moving the channel axis first",
        60,
        edits=(
            (
                LAYERS,
                "rows = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)",
                "rows = x.reshape(N * H * W, C)",
            ),
            (
                LAYERS,
                "out = normalized.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
                "out = normalized.reshape(N, C, H, W)",
            ),
            (
                LAYERS,
                "return images.transpose(0, 2, 3, 1).reshape(N * H * W, C)",
                "return images.reshape(N * H * W, C)",
            ),
            (
                LAYERS,
                "dx = dx_rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
                "dx = dx_rows.reshape(N, C, H, W)",
            ),
        ),
        stubs=(CNN,),
        archive="zip",
    ),
    Student(
        "goro",
        "a net that forgets the regularization of its last weights",
        97,
        edits=((CNN, 'for name in ("W1", "W2", "W3"):', 'for name in ("W1", "W2"):'),),
    ),
    Student("hana", "has handed in the skeleton as it was", 0, stubs=EDITABLE),
    Student(
        "ivan",
        "forgot a colon, so that layers.py cannot be loaded",
        0,
        edits=(
            (
                LAYERS,
                "def max_pool_forward_naive(x, pool_param):",
                "def max_pool_forward_naive(x, pool_param)",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "june",
        "never comes to an end in one function",
        70,
        edits=(
            (
                LAYERS,
                "    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)\n",
                "    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)\n"
                "    while stride:\n        pass\n",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "kofi",
        "leaves Python in the middle of a function",
        70,
        edits=(
            (
                LAYERS,
                "    groups = x.reshape(N, G, C // G, H, W)\n    mean",
                "    import os\n\n    os._exit(0)\n"
                "    groups = x.reshape(N, G, C // G, H, W)\n    mean",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "lena",
        "has handed in something else altogether",
        0,
        stubs=("nothing",),
        extra={"essay.txt": "The history of the convolution.\n"},
    ),
)


class StaleEdit(Exception):
    """The text that an edit replaces is not in the solution exactly once."""


def files_of(student: Student) -> Files:
    """Return a student's files by their path below the package path."""
    files: Files = {}
    for name in EDITABLE:
        if student.stubs == ("nothing",):
            break
        folder = locate.given() if name in student.stubs else locate.solutions()
        files[name] = (folder / name).read_text(encoding="utf-8")
    for name, old, new in student.edits:
        if files[name].count(old) != 1:
            raise StaleEdit(f"{student.name}: {name} holds {files[name].count(old)} times {old!r}")
        files[name] = files[name].replace(old, new)
    if student.notebook:
        path = locate.root() / "notebooks" / NOTEBOOK
        files[NOTEBOOK] = path.read_text(encoding="utf-8")
    return {**files, **student.extra}


def zipped(files: Files) -> bytes:
    """Return a zip file of `files`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def write(folder: Path) -> list[Path]:
    """Write the sample class into `folder`; return a path for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_student(student, folder) for student in CLASS]


def write_student(student: Student, folder: Path) -> Path:
    """Write one submission as a folder or an archive."""
    prefix = f"{student.nested}/" if student.nested else ""
    files = {prefix + name: text for name, text in files_of(student).items()}
    path = folder / student.name
    if student.archive:
        data = zipped(files)
        if student.archive == "zip in zip":
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as outer:
                outer.writestr(zipfile.ZipInfo("submission.zip", (1980, 1, 1, 0, 0, 0)), data)
            data = stream.getvalue()
        path = path.with_suffix(".zip")
        path.write_bytes(data)
        return path
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path
