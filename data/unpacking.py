"""Unpack an archive of CIFAR-10: its files and nothing else, within bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from cs231n import cifar10

OTHER_MEMBERS = ("readme.html",)  # in the official archive, of no use here
MAX_UNPACKED = 512 * 2**20
ZIPPED: dict[bytes, Callable[[Path], io.BufferedIOBase]] = {  # by how such a file begins
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError)


class FetchError(Exception):
    """CIFAR-10 could not be installed; the message says why and what to do."""


def unpack(archive: Path, stage: Path) -> None:
    """Unpack the files of the data set, and nothing else, to ``stage/cifar-10-batches-py``."""
    (stage / cifar10.FOLDER).mkdir()
    try:
        with (
            opened(archive) as content,
            tarfile.open(fileobj=cast(BinaryIO, Limited(content)), mode="r|") as tar,
        ):
            for member in tar:
                unpack_member(tar, member, stage)
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # that is the disk; what cannot be unzipped has no number
        raise FetchError(
            f"{archive} is not a whole .tar.gz or .tar archive ({error}). Fetch it again."
        ) from None
    except FetchError as error:
        raise FetchError(f"{archive} is not CIFAR-10: {error}. Nothing was installed.") from None


def opened(archive: Path) -> io.BufferedIOBase:
    """Open an archive for reading, unzipped if it is zipped.

    What it is, its first bytes say and not its name: Safari unzips what it fetches, and calls it
    by another name; others call it anything.
    """
    with archive.open("rb") as file:
        start = file.read(6)
    for magic, unzip in ZIPPED.items():
        if start.startswith(magic):
            return unzip(archive)
    return archive.open("rb")


def unpack_member(tar: tarfile.TarFile, member: tarfile.TarInfo, stage: Path) -> None:
    """Write one file of the archive, if it is one of the data set's."""
    name = member.name.removeprefix("./")
    if name in (".", cifar10.FOLDER) and member.isdir():
        return
    if name.rpartition("/")[2].startswith(("._", ".DS_Store")):  # what macOS adds to an archive
        return
    folder, _, file_name = name.partition("/")
    if folder != cifar10.FOLDER or file_name not in (*cifar10.FILES, *OTHER_MEMBERS):
        raise FetchError(f"it holds {member.name!r}")
    if not member.isreg():
        raise FetchError(f"{member.name!r} in it is a link or a device, not a file")
    target = stage / folder / file_name
    if target.exists():
        raise FetchError(f"it holds {member.name!r} twice")
    if not 0 < member.size <= cifar10.MAX_BYTES:
        raise FetchError(f"{member.name!r} in it has {member.size:,} bytes")
    content = tar.extractfile(member)
    assert content is not None  # it is a regular file
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)


class Limited:
    """A file to read that fails after `MAX_UNPACKED` bytes: archives can hold endless zeros."""

    def __init__(self, content: io.BufferedIOBase) -> None:
        self._content, self._count = content, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most `size`."""
        content = self._content.read(size)
        self._count += len(content)
        if self._count > MAX_UNPACKED:
            raise FetchError("it unpacks to far more than the data set")
        return content
