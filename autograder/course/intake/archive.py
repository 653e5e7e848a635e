"""Read archives from people whom nobody vouches for: in memory, within bounds, nothing on disk.

A name in an archive is only ever a name here: ``../../evil`` writes nowhere.
"""

from __future__ import annotations

import bz2
import contextlib
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_ARCHIVE = 64 << 20  # bytes of one archive, and of all that is unpacked from a submission
MAX_MEMBERS = 10_000
MAX_HEADERS = 100  # of one member of a tar file, those of the whole file included
CHUNK_OF_DIRECTORY = b"PK\x01\x02"  # begins each entry of a zip file's directory
XZ_MEMORY = 128 << 20  # bytes that an xz file may ask for to be unpacked
OTHER_KINDS = {b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip"}
ENCRYPTED = 0x1  # flag of a member of a zip file
REGULAR, UNSET = 0x8, 0x0  # Unix file types, the top bits of a mode; unset by Windows

Read = Callable[[], bytes]


class ArchiveError(Exception):
    """An archive cannot be read, or holds too much."""


@dataclass
class Budget:
    """What may still be unpacked from one submission, nested archives included."""

    members: int = MAX_MEMBERS
    size: int = MAX_ARCHIVE
    exceeded: bool = False

    def take(self, *, members: int = 0, size: int = 0) -> None:
        """Count members and bytes; raise `ArchiveError` where it gets too much."""
        self.members -= members
        self.size -= size
        if self.members < 0:
            self.exceeded = True
            raise ArchiveError(f"It holds more than {MAX_MEMBERS} files.")
        if self.size < 0:
            self.exceeded = True
            raise ArchiveError(f"Unpacked, it is larger than {MAX_ARCHIVE >> 20} MiB.")


@dataclass(frozen=True)
class Member:
    """One file in an archive.

    Attributes
    ----------
    name : str
        Its path, with forward slashes.
    size : int
        Bytes, as the archive claims.
    regular : bool
        It is a plain file, not a link or a device.
    read : callable
        Returns the content; to be called, if at all, before the next member is asked for.
    """

    name: str
    size: int
    regular: bool
    read: Read


def read_archive(data: bytes, budget: Budget) -> Iterator[Member]:
    """Yield the files in an archive, told by its content and not by its name.

    Raises
    ------
    ArchiveError
        It is damaged, encrypted or of a kind not known, or `budget` is used up.
    """
    for start, kind in OTHER_KINDS.items():
        if data.startswith(start):
            raise ArchiveError(f"It is a {kind} archive; hand in a zip file or a tar file.")
    with as_archive_errors():
        if zipfile.is_zipfile(io.BytesIO(data)):
            yield from zip_members(data, budget)
        else:
            yield from tar_members(decompressed(data, budget), budget)


@contextlib.contextmanager
def as_archive_errors() -> Iterator[None]:
    """Raise `ArchiveError` for whatever the standard library raises on a damaged archive."""
    try:
        yield
    except (ArchiveError, MemoryError):
        raise
    except Exception as error:  # zipfile and tarfile raise many kinds
        detail = " ".join(str(error).split()) or type(error).__name__
        raise ArchiveError(f"The archive is damaged or of a kind not known ({detail}).") from None


def zip_members(data: bytes, budget: Budget) -> Iterator[Member]:
    """Yield the files in a zip file."""
    # Before zipfile reads its directory, which takes 500 times the memory of one entry.
    if data.count(CHUNK_OF_DIRECTORY) > budget.members:
        budget.take(members=budget.members + 1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            budget.take(members=1)
            if info.is_dir():
                continue

            def read(info: zipfile.ZipInfo = info) -> bytes:
                if info.flag_bits & ENCRYPTED:
                    raise ArchiveError("The archive is encrypted: hand it in without a password.")
                budget.take(size=info.file_size)  # what is claimed; zipfile unpacks no more
                with as_archive_errors():
                    return archive.read(info)

            regular = info.external_attr >> 28 in (REGULAR, UNSET)
            yield Member(info.filename.replace("\\", "/"), info.file_size, regular, read)


def tar_members(data: bytes, budget: Budget) -> Iterator[Member]:
    """Yield the files in a tar file."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            budget.take(members=1)
            if len(info.pax_headers) > MAX_HEADERS:  # which tarfile copies for each member
                raise ArchiveError("The archive is damaged or of a kind not known (its headers).")
            if info.isdir():
                continue

            def read(info: tarfile.TarInfo = info) -> bytes:
                budget.take(size=info.size)  # of a sparse file more than was decompressed
                with as_archive_errors():
                    member = archive.extractfile(info)
                    return b"" if member is None else member.read()

            yield Member(info.name.replace("\\", "/"), info.size, info.isfile(), read)


def decompressed(data: bytes, budget: Budget) -> bytes:
    """Return the content of a gzip, bzip2 or xz file, or `data` if it is none."""
    most = budget.size + 1
    unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor | zlib._Decompress
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    elif data.startswith(b"BZh"):
        unpacker = bz2.BZ2Decompressor()
    elif data.startswith(b"\xfd7zXZ"):
        unpacker = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
    else:
        return data
    plain = unpacker.decompress(data, most)
    if len(plain) == most:
        budget.take(size=most)
    if not unpacker.eof:
        raise ArchiveError("The archive is damaged or of a kind not known (its end is missing).")
    return plain
