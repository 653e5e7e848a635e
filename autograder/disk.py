"""Files that appear whole or not at all, and what goes into them."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

UNFINISHED = ".part"  # ends the name of a temporary file, which a killed process leaves
EPOCH = (1980, 1, 1, 0, 0, 0)  # one time for all members of an archive


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Provide a temporary file, which takes the place of `path` once it has been written.

    The folder of `path` is made where it is missing. Where an exception comes, `path` is as before,
    and so it is, or as wanted, whatever ends this process or the machine.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that holds all of `data` or what it held before."""
    with whole(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write a file that holds all of `text` or what it held before."""
    write_bytes(path, text.encode("utf-8"))


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """Write a file part by part, as `write_text` does: what is long need never be there whole."""
    with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)


def to_json(tree: Any) -> str:
    """Return `tree` as JSON for people and programs."""
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_zip(
    path: Path, files: Iterable[tuple[str, bytes]], executable: Collection[str] = ()
) -> None:
    """Write a zip file that is the same, byte by byte, for the same content.

    Parameters
    ----------
    path : Path
        The archive. Its folder is made where it is missing; an archive there is replaced.
    files : iterable of (str, bytes)
        Name and content of each member, in order.
    executable : collection of str
        Members that can be run as programs once they are unpacked.
    """
    with whole(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in files:
            member = zipfile.ZipInfo(name, EPOCH)
            member.create_system = 3  # Unix, on every system: only then are there modes
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o100755 if name in executable else 0o100644) << 16
            archive.writestr(member, content)
