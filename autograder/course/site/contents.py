"""What the tab finds of the exercise: a wheel that the kernel loads, and files to work in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder import disk, locate
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.settings import NAME as SETTINGS
from autograder.student import download, tab

PHOTOS = f"assignment/{locate.PACKAGE}/photos.npz"  # what `cs231n.photos` looks for beside it
IN_KERNEL = (f"assignment/{locate.PACKAGE}/", "autograder/", "pyproject.toml", SETTINGS)
IN_DRIVE = (f"assignment/{locate.PACKAGE}/", "notebooks/figures/")
ABOUT = """\
> **The browser edition.** Python runs in this tab: nothing is installed, and nothing that you \
write is sent anywhere.
>
> - **Your files are kept by this browser**, on this machine, for this page: not in a private \
window, and not if you clear its data. To keep a copy, run the cell that hands in, at the end, as \
often as you like; or right-click a file on the left and choose *Download*.
> - The links above open the editor. Save a file (Ctrl+S) before you check it.
> - A loop that never ends is stopped after some seconds. Where nothing helps: *Kernel > Restart \
Kernel*, then run the setup cell. What you have saved is kept.
> - Python is several times slower here. Training is tried on a few images, or not run at all, and \
is judged when you hand in.
"""


def wheel(released: Mapping[str, bytes], folder: Path) -> Path:
    """Write the wheel that holds the package, the engine and the public pack; return its path."""
    version = locate.version()
    path = folder / f"{tab.FOLDER}-{version}-py3-none-any.whl"
    info = f"{tab.FOLDER}-{version}.dist-info"
    files = {
        f"{tab.FOLDER}/{name}": content
        for name, content in released.items()
        if name.startswith(IN_KERNEL)
    }
    files[f"{tab.FOLDER}/{PHOTOS}"] = photos()
    about = f"Metadata-Version: 2.1\nName: {tab.FOLDER}\nVersion: {version}\n"
    files[f"{info}/METADATA"] = about.encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = b""
    disk.write_zip(path, files.items())
    return path


def photos() -> bytes:
    """Return the notebook's two photographs in the size that it shows, as small arrays."""
    found = locate.given_module("photos").load_photos()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, *found)
    return buffer.getvalue()


def files(exercise: Exercise, released: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file that a student finds in the file browser."""
    for name, content in released.items():
        if name == exercise.notebook:
            yield name, notebook(content)
        elif name.startswith(IN_DRIVE):
            yield name, content


def notebook(content: bytes) -> bytes:
    """Return the release's notebook as it is for the browser: two cells are its own."""
    tree = json.loads(content)
    cells = tree["cells"]
    places = {cell["id"]: place for place, cell in enumerate(cells)}
    ends = [place for name, place in places.items() if name.startswith("answer-")]
    if "setup" not in places or not ends:
        raise UserError("The notebook has no cell setup, or none for an answer at its end.")
    cells.insert(max(ends) + 1, code_cell("browser-submit", download.CELL))
    cells.insert(places["setup"], markdown_cell("browser", ABOUT))
    return (json.dumps(tree, indent=1, ensure_ascii=False) + "\n").encode()


def code_cell(name: str, source: str) -> dict[str, Any]:
    """Return a cell of code for a notebook."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def markdown_cell(name: str, source: str) -> dict[str, Any]:
    """Return a cell of text for a notebook."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}
