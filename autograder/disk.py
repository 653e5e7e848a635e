"""Write zip files that are the same, byte by byte, for the same content."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # one time for all members


def write(path: Path, files: Iterable[tuple[str, bytes]], executable: Collection[str] = ()) -> None:
    """Write a zip file; it appears whole or not at all.

    Parameters
    ----------
    path : Path
        The archive. Its folder is made where it is missing; an archive there is replaced.
    files : iterable of (str, bytes)
        Name and content of each member, in order.
    executable : collection of str
        Members that can be run as programs once they are unpacked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, content in files:
                member = zipfile.ZipInfo(name, EPOCH)
                member.create_system = 3  # Unix, on every system: only then are there modes
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = (0o100755 if name in executable else 0o100644) << 16
                archive.writestr(member, content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
