"""Archives and files: a trap is named in its student's own results, and goes no further."""

import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib

import pytest

from autograder.course.intake.collect import Unreadable, collect
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.submission import Submission

from .arena import differences, digest

SOURCE = b"import numpy as np\n"


def zipped(*members, **options):
    """Return a zip file of (name or ZipInfo, data) pairs."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(*members):
    """Return a tar file of (TarInfo, data) pairs."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def entry(name, kind=tarfile.REGTYPE, link="", mode=0o644):
    """Return a tar file's entry."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def symlink(name):
    """Return a zip file's entry for a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted(data):
    """Return a zip file with the flag of encryption set on all members."""
    out = bytearray(data)
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = out.find(magic)
        while at >= 0:
            out[at + offset] |= 1
            at = out.find(magic, at + 4)
    return bytes(out)


def overlapping():
    """Return a zip file of which two members share their data."""
    data = bytearray(zipped(("a/layers.py", SOURCE), ("b/layers.py", SOURCE)))
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def bomb(levels):
    """Return a zip file in a zip file in ..., with 10 MB of zeros ten times at the bottom."""
    data = zipped(*((f"{i}/layers.py", bytes(10 << 20)) for i in range(10)))
    for _ in range(levels):
        data = zipped(*((f"{i}.zip", data) for i in range(10)))
    return data


GOOD = ("cs231n/layers.py", SOURCE)
# The content of what is handed in, and whether there is something in it to be graded.
ARCHIVES = {
    "climbs.zip": (zipped(("../../../../tmp/layers.py", SOURCE)), True),
    "absolute.zip": (zipped(("/tmp/cs231n/layers.py", SOURCE)), True),
    "drive.zip": (zipped(("C:\\cs231n\\layers.py", SOURCE)), True),
    "backslashes.zip": (zipped(("..\\..\\cs231n\\layers.py", SOURCE)), True),
    "link.zip": (zipped((symlink("cs231n/layers.py"), "/etc/passwd")), False),
    "linkfolder.zip": (zipped((symlink("cs231n"), "/etc"), GOOD), True),
    "encrypted.zip": (encrypted(zipped(GOOD)), False),
    "truncated.zip": (zipped(GOOD)[:-30], False),
    "overlapping.zip": (overlapping(), None),
    "ratio.zip": (zipped(("cs231n/layers.py", bytes(100 << 20))), False),
    "nested.zip": (bomb(3), False),
    "count.zip": (zipped(*((f"{i}.txt", b"") for i in range(30_000))), False),
    "long.zip": (zipped(("a/" * 2500 + "layers.py", SOURCE)), True),
    "newlines.zip": (zipped(("cs231n\n\x1b[2J/layers.py", SOURCE)), True),
    "case.zip": (zipped(("cs231n/Layers.py", b"1"), GOOD), True),
    "twice.zip": (zipped(("a/layers.py", b"1"), ("b/layers.py", b"2")), True),
    "macos.zip": (zipped(("__MACOSX/cs231n/._layers.py", b"\0\5"), GOOD), True),
    "bytecode.zip": (zipped(("cs231n/__pycache__/layers.cpython-311.pyc", b"x"), GOOD), True),
    "extra.zip": (zipped(GOOD, ("cs231n/solver.py", b"x"), ("conftest.py", b"x")), True),
    "modules.zip": (zipped(GOOD, ("numpy.py", b"x"), ("sitecustomize.py", b"x")), True),
    "big.zip": (zipped(("cs231n/layers.py", b"#" * (5 << 20))), False),
    "folder.zip": (zipped(("cs231n/layers.py/", b"")), False),
    "empty.zip": (zipped(), False),
    "nothing.zip": (b"", False),
    "noise.zip": (os.urandom(1000), False),
    "really_a_tar.zip": (tarred((entry("cs231n/layers.py"), SOURCE)), True),
    "really_a_zip.tar.gz": (zipped(GOOD), True),
    "bomb.tar.gz": (zlib.compress(bytes(100 << 20), wbits=31), False),
    "climbs.tar": (tarred((entry("../../layers.py"), SOURCE)), True),
    "setuid.tar": (tarred((entry("cs231n/layers.py", mode=0o6777), SOURCE)), True),
    "links.tar": (tarred((entry("cs231n/layers.py", tarfile.SYMTYPE, "/etc/passwd"), b"")), False),
    "hard.tar": (tarred((entry("cs231n/layers.py", tarfile.LNKTYPE, "/etc/passwd"), b"")), False),
    "device.tar": (tarred((entry("cs231n/layers.py", tarfile.CHRTYPE), b"")), False),
    "pipe.tar": (tarred((entry("cs231n/layers.py", tarfile.FIFOTYPE), b"")), False),
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Take in a class in which everybody but one sets a trap; return it and what has changed."""
    folder = tmp_path_factory.mktemp("class")
    for name, (data, _) in ARCHIVES.items():
        (folder / name).write_bytes(data)
    honest = folder / "honest" / "cs231n"
    honest.mkdir(parents=True)
    (honest / "layers.py").write_bytes(SOURCE)
    trap = folder / "trap" / "cs231n"
    trap.mkdir(parents=True)
    (trap / "layers.py").symlink_to("/etc/passwd")
    os.mkfifo(trap / "cnn.py")
    outside = folder.parent
    before = digest(outside)
    found = {item.student: item for item in collect(EXERCISE, sorted(folder.iterdir()))}
    return found, differences(before, digest(outside))


def test_nothing_is_written(collected):
    assert collected[1] == []


def test_the_honest_one_is_read(collected):
    assert collected[0]["honest"].files == {LAYERS: SOURCE}


def test_links_and_pipes_in_a_folder_are_not_followed(collected):
    assert isinstance(collected[0]["trap"], Unreadable)


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_trap_is_named(collected, name):
    item = collected[0][name.partition(".")[0] if name.count(".") == 1 else name.split(".")[0]]
    gradable = ARCHIVES[name][1]
    if gradable is False:
        assert isinstance(item, Unreadable)
        assert len(item.problem) > 20
    elif gradable is True:
        assert isinstance(item, Submission)
    texts = [*item.notes, getattr(item, "problem", "")]
    assert all(text.isprintable() and len(text) < 1000 for text in texts)
    for data in getattr(item, "files", {}).values():
        assert b"root:" not in data
        assert len(data) < 2 << 20
