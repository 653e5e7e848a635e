"""course/intake/collect.py: what students hand in is found, and what is hostile is named."""

import gzip
import io
import os
import tarfile
import zipfile

import pytest

from autograder import exercises
from autograder.course.intake import archive, naming
from autograder.course.intake.choose import Found
from autograder.course.intake.collect import MAX_NOTEBOOK, IntakeError, collect, read_submission
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS

LAYERS_TEXT, CNN_TEXT = b"# layers\n", b"# cnn\n"


def read(path):
    return read_submission(path, Found(EXERCISE))


def zip_bytes(files, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data, **options)
    return stream.getvalue()


def tar_bytes(files, mode="w:gz", links=()):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target, kind in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return stream.getvalue()


BOTH = {"hw/cs231n/layers.py": LAYERS_TEXT, "hw/cs231n/classifiers/cnn.py": CNN_TEXT}


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_folder(tmp_path):
    for name, data in BOTH.items():
        write(tmp_path / "ada" / name, data)
    found = read(tmp_path / "ada")
    assert found.student == "ada"
    assert found.files == {LAYERS: LAYERS_TEXT, CNN: CNN_TEXT}
    assert found.notes == []


def test_one_file_with_all_functions_is_read_where_others_are_asked(tmp_path):
    normalization, dropout = map(exercises.named, ("batch_normalization", "dropout"))
    source = b"def batchnorm_forward(x): pass\n"
    write(tmp_path / "ada" / "cs231n" / "layers.py", source)
    (found,) = collect(normalization, [tmp_path / "ada"])
    assert found.files == {"cs231n/normalization.py": source}
    (found,) = collect(dropout, [tmp_path / "ada"])
    assert found.problem == "It holds no dropout.py."


def test_the_notebook_comes_along(tmp_path):
    book = {"hw/notebooks/ConvolutionalNetworks.ipynb": b"{1}", "hw/scratch.ipynb": b"{2}"}
    found = read(write(tmp_path / "ada.zip", zip_bytes({**BOTH, **book})))
    assert found.notebook == b"{1}"
    assert found.notes == []
    renamed = read(write(tmp_path / "bo.zip", zip_bytes({**BOTH, "mine.ipynb": b"{3}"})))
    assert renamed.notebook == b"{3}"
    assert read(write(tmp_path / "cy.zip", zip_bytes(BOTH))).notebook == b""


@pytest.mark.parametrize(
    ("books", "taken", "note"),
    [
        ({"a.ipynb": b"{1}", "b.ipynb": b"{2}"}, b"", "There are 2 notebooks"),
        (
            {"x/y/ConvolutionalNetworks.ipynb": b"{1}", "ConvolutionalNetworks.ipynb": b"{2}"},
            b"{2}",
            "took ConvolutionalNetworks.ipynb",
        ),
        ({"ConvolutionalNetworks.ipynb": bytes(MAX_NOTEBOOK + 1)}, b"", "larger than 16 MiB"),
        ({".ipynb_checkpoints/ConvolutionalNetworks.ipynb": b"{1}"}, b"", None),
    ],
)
def test_a_notebook_that_is_in_doubt_is_noted(tmp_path, books, taken, note):
    found = read(write(tmp_path / "ada.zip", zip_bytes({**BOTH, **books})))
    assert found.notebook == taken
    assert found.files.keys() == {LAYERS, CNN}
    assert len(found.notes) == (note is not None)
    assert note is None or note in found.notes[0]


def test_only_the_folder_of_this_exercise_counts(tmp_path):
    for exercise, text in (("ConvolutionalNetworks", b"# this"), ("other", b"# another")):
        write(tmp_path / "ada" / exercise / "layers.py", text)
    (found,) = collect(EXERCISE, [tmp_path / "ada"], "ConvolutionalNetworks")
    assert (found.student, found.files) == ("ada", {LAYERS: b"# this"})


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ada.zip", zip_bytes(BOTH)),
        ("ada.tar.gz", tar_bytes(BOTH)),
        ("ada.tgz", tar_bytes(BOTH)),
        ("ada.tar", tar_bytes(BOTH, "w")),
        ("ada.tar.bz2", tar_bytes(BOTH, "w:bz2")),
        ("ada.tar.xz", tar_bytes(BOTH, "w:xz")),
        ("ada.zip", tar_bytes(BOTH)),  # told by content
        ("ada.zip", zip_bytes({"inner.zip": zip_bytes(BOTH)})),
        ("ada.zip", zip_bytes({"inner.tar.gz": tar_bytes(BOTH)})),
        ("ada.zip", zip_bytes({"win\\cs231n\\layers.py": LAYERS_TEXT, "cnn.py": CNN_TEXT})),
    ],
)
def test_archives(tmp_path, name, data):
    found = read(write(tmp_path / name, data))
    assert found.student == "ada"
    assert found.files == {LAYERS: LAYERS_TEXT, CNN: CNN_TEXT}


def test_a_single_file(tmp_path):
    found = read(write(tmp_path / "layers.py", LAYERS_TEXT))
    assert found.files == {LAYERS: LAYERS_TEXT}
    assert "no cnn.py" in found.notes[0]


def test_the_right_place_wins_and_a_choice_is_noted(tmp_path):
    files = {
        "old/layers.py": b"# old",
        "deep/er/cs231n/layers.py": LAYERS_TEXT,
        "__MACOSX/cs231n/layers.py": b"junk",
        "x/.ipynb_checkpoints/layers.py": b"junk",
        "cs231n/classifiers/cnn.py": CNN_TEXT,
    }
    found = read(write(tmp_path / "a.zip", zip_bytes(files)))
    assert found.files == {LAYERS: LAYERS_TEXT, CNN: CNN_TEXT}
    (note,) = found.notes
    assert "2 files are named layers.py" in note
    assert "took deep/er/cs231n/layers.py" in note


def test_two_contents_of_one_name_are_noted(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed, pytest.warns(UserWarning, match="Duplicate"):
        packed.writestr("layers.py", b"first")
        packed.writestr("layers.py", b"second")
    found = read(write(tmp_path / "a.zip", stream.getvalue()))
    assert found.files == {LAYERS: b"second"}
    assert "twice" in found.notes[0]


@pytest.mark.parametrize(
    ("source", "note"), [(b"# caf\xe9", "not UTF-8 text (line 1)"), (b"a\0b", "null bytes")]
)
def test_what_python_cannot_read_is_noted(tmp_path, source, note):
    found = read(write(tmp_path / "layers.py", source))
    assert note in found.notes[0]


def test_a_wrong_name_is_pointed_out(tmp_path):
    data = zip_bytes({"hw/layers_final.py": LAYERS_TEXT, "hw/fast_layers.py": b""})
    with pytest.raises(IntakeError, match=r"It does hold hw/layers_final\.py\."):
        read(write(tmp_path / "a.zip", data))


@pytest.mark.parametrize(("start", "kind"), [(b"Rar!\x1a", "RAR"), (b"7z\xbc\xaf", "7-Zip")])
def test_other_kinds_of_archives_are_named(tmp_path, start, kind):
    with pytest.raises(IntakeError, match=f"It is a {kind} archive"):
        read(write(tmp_path / "a.zip", start + bytes(100)))


def test_a_long_header_of_a_tar_file_is_no_way_around_the_bound(tmp_path):
    info = tarfile.TarInfo("layers.py")
    info.pax_headers = {"comment": "x" * (archive.MAX_ARCHIVE + 1)}
    data = gzip.compress(info.tobuf(tarfile.PAX_FORMAT), 1)
    with pytest.raises(IntakeError, match="larger than"):
        read(write(tmp_path / "a.tgz", data))


def test_the_bound_holds_for_all_nested_archives_together(tmp_path):
    bomb = zip_bytes({"inner.tar": bytes(archive.MAX_ARCHIVE // 2 + 1)})
    data = zip_bytes({"1.zip": bomb, "2.zip": bomb, "layers.py": LAYERS_TEXT})
    with pytest.raises(IntakeError, match="larger than"):
        read(write(tmp_path / "a.zip", data))


def test_odd_names_are_shown_plainly(tmp_path):
    name = "a\nb\x1b[31m" + "x" * 5000 + "/layers.py"
    found = read(write(tmp_path / "a.zip", zip_bytes({name: b"\0"})))
    assert found.notes[0].isprintable()
    assert len(found.notes[0]) < 200


def test_one_bad_submission_does_not_keep_the_others_from_being_read(tmp_path):
    good = write(tmp_path / "good.zip", zip_bytes(BOTH))
    bad = write(tmp_path / "bad.zip", b"PK\x05\x06" + bytes(18))
    items = collect(EXERCISE, [bad, good, good])
    assert [item.student for item in items] == ["bad", "good"]
    assert items[0].problem == "It holds neither layers.py nor cnn.py."
    assert items[1].files[LAYERS] == LAYERS_TEXT


def test_paths_in_archives_write_nowhere(tmp_path):
    files = {"../../layers.py": LAYERS_TEXT, "/etc/cnn.py": CNN_TEXT}
    path = write(tmp_path / "in" / "a.zip", zip_bytes(files))
    before = sorted(tmp_path.rglob("*"))
    found = read(path)
    assert found.files == {LAYERS: LAYERS_TEXT, CNN: CNN_TEXT}
    assert sorted(tmp_path.rglob("*")) == before
    assert sum("leads out of the archive" in note for note in found.notes) == 2


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need privileges on Windows")
def test_links_are_not_followed(tmp_path):
    secret = write(tmp_path / "secret", b"secret")
    folder = tmp_path / "a"
    write(folder / "cnn.py", CNN_TEXT)
    (folder / "layers.py").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path)
    found = read(folder)
    assert found.files == {CNN: CNN_TEXT}
    assert any("symbolic link" in note for note in found.notes)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_links_in_tar_files_are_left_out(tmp_path, kind):
    data = tar_bytes({"cnn.py": CNN_TEXT}, links=[("layers.py", "/etc/passwd", kind)])
    found = read(write(tmp_path / "a.tgz", data))
    assert found.files == {CNN: CNN_TEXT}
    assert "is a link" in found.notes[0]


def test_links_in_zip_files_are_left_out(tmp_path):
    link = zipfile.ZipInfo("layers.py")
    link.external_attr = 0o120777 << 16
    data = zip_bytes({"cnn.py": CNN_TEXT})
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    found = read(write(tmp_path / "a.zip", stream.getvalue()))
    assert found.files == {CNN: CNN_TEXT}


def encrypted_zip():
    data = bytearray(zip_bytes({"layers.py": LAYERS_TEXT}))
    central = data.rindex(b"PK\x01\x02")
    data[6] |= 1  # the flag in the local header, and in the central directory
    data[central + 8] |= 1
    return bytes(data)


# Made when they are needed: some take seconds, and some differ from one import to the next.
BAD_ARCHIVES = {
    "empty": (lambda: b"", "damaged or of a kind not known"),
    "text": (lambda: b"just text", "damaged or of a kind not known"),
    "cut zip": (lambda: zip_bytes(BOTH)[:-40], "damaged or of a kind not known"),
    "cut tar": (lambda: tar_bytes(BOTH)[:60], "damaged or of a kind not known"),
    "encrypted": (encrypted_zip, "encrypted"),
    "no code": (lambda: zip_bytes({"essay.txt": b"no code"}), "neither layers.py nor cnn.py"),
    "too many": (
        lambda: zip_bytes({f"{i}.txt": b"" for i in range(archive.MAX_MEMBERS + 1)}),
        "more than",
    ),
    "too large a file": (
        lambda: zip_bytes({"layers.py": bytes(archive.MAX_ARCHIVE + 1)}),
        "neither layers.py nor cnn.py",
    ),
    "too large": (
        lambda: tar_bytes({"big.bin": bytes(archive.MAX_ARCHIVE + 1)}),
        "larger than",
    ),
}


@pytest.mark.parametrize(("make", "match"), BAD_ARCHIVES.values(), ids=BAD_ARCHIVES)
def test_bad_archives_are_named(tmp_path, make, match):
    with pytest.raises(IntakeError, match=match):
        read(write(tmp_path / "a.zip", make()))


# The limits stand here as numbers, so that none of them is changed by accident.


def test_a_source_file_may_have_1_mib(tmp_path):
    for size, taken in ((1 << 20, {LAYERS, CNN}), ((1 << 20) + 1, {CNN})):
        files = {"layers.py": b"#" * size, "cnn.py": CNN_TEXT}
        assert read(write(tmp_path / "a.zip", zip_bytes(files))).files.keys() == taken


def test_a_notebook_may_have_16_mib(tmp_path):
    for size in (16 << 20, (16 << 20) + 1):
        files = {**BOTH, "ConvolutionalNetworks.ipynb": bytes(size)}
        found = read(write(tmp_path / "a.zip", zip_bytes(files)))
        assert len(found.notebook) == (size if size == 16 << 20 else 0)


def test_archives_may_be_nested_twice(tmp_path):
    data = zip_bytes(BOTH)
    for depth in range(4):
        path = write(tmp_path / "a.zip", data)
        if depth <= 2:
            assert read(path).files == {LAYERS: LAYERS_TEXT, CNN: CNN_TEXT}
        else:
            with pytest.raises(IntakeError, match="neither"):
                read(path)
        data = zip_bytes({"inner.zip": data})


def test_a_submission_may_hold_10000_files_of_64_mib_together():
    budget = archive.Budget()
    budget.take(members=10_000, size=64 << 20)
    for more in ({"members": 1}, {"size": 1}):
        used_up = archive.Budget(budget.members, budget.size)
        with pytest.raises(archive.ArchiveError, match=r"10000 files|64 MiB"):
            used_up.take(**more)
        assert used_up.exceeded
    assert not budget.exceeded


def test_a_missing_path_is_named(tmp_path):
    (item,) = collect(EXERCISE, [tmp_path / "nobody"])
    assert (item.student, item.problem) == ("nobody", "It is neither a folder nor a file.")


def test_students_of_one_name_get_numbers(tmp_path):
    paths = [write(tmp_path / d / "ada.zip", zip_bytes(BOTH)) for d in "abc"]
    paths.append(write(tmp_path / "d" / "ADA.zip", zip_bytes(BOTH)))
    assert [s.student for s in collect(EXERCISE, paths)] == ["ada", "ada-2", "ada-3", "ADA-4"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a<b>:c", "a_b__c"), ("..", "submission"), ("Zoë Å", "Zoë Å"), ("x" * 300, "x" * 150)],
)
def test_names_are_safe_for_files(name, expected):
    assert naming.safe(name) == expected


def test_a_name_that_is_changed_is_noted(tmp_path):
    write(tmp_path / "=cmd()" / "layers.py", LAYERS_TEXT)
    (item,) = collect(EXERCISE, [tmp_path / "=cmd()"])
    assert item.student == "_cmd__"
    assert "handed in as =cmd()" in item.notes[0]
