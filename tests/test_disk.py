"""autograder/disk.py: a file appears whole or not at all."""

import zipfile

import pytest

from autograder import disk


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "a.txt"
    disk.write_text(path, "ü\n")
    disk.write_text(path, "second\n")
    assert path.read_bytes() == b"second\n"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_what_stops_in_the_middle_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("first")

    def stop(temporary):
        temporary.write_text("half of the sec")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), disk.whole(path) as temporary:
        stop(temporary)
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_is_the_same_byte_by_byte_and_remembers_programs(tmp_path):
    files = [("run", b"#!/bin/sh\n"), ("b.txt", b"text")]
    for name in ("one.zip", "two.zip"):
        disk.write_zip(tmp_path / name, files, executable=["run"])
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes == {"run": 0o755, "b.txt": 0o644}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_spreadsheet_takes_a_name_for_a_formula(text):
    assert disk.harmless(text) == f"'{text}"
    assert disk.harmless(f"a{text}") == f"a{text}"
