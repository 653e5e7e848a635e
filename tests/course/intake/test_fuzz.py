"""Intake, fuzzed: whatever is handed in, there is an answer, and it is bounded and can be shown."""

import ast
import io
import tarfile
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.course.intake import archive, naming
from autograder.course.intake.attempts import by_student, matched, own_name
from autograder.course.intake.choose import Found, choose_all
from autograder.course.intake.collect import bounded, table_of
from autograder.course.intake.reading import add_file, read_members, wanted
from autograder.course.intake.screening import screen
from autograder.course.intake.table import exercise_of
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from fuzzing import fuzzed

# The same examples each time: `nox -s soak` is where others are looked for.
quick = fuzzed(150)

WORDS = st.sampled_from(
    [
        *("layers.py", "cnn.py", "Layers.py", "layers-1.py", "layers (1).py", "layers.py.txt"),
        *("cs231n", "classifiers", "assignment1", "..", ".", "C:", "", "__MACOSX", "._layers.py"),
        *("hw.zip", "in.tar.gz", "ConvolutionalNetworks.ipynb", "doejane_1_2_layers.py", "x\n\x1b"),
    ]
)
PATHS = st.lists(WORDS | st.text(max_size=8), min_size=1, max_size=5).map("/".join)
CONTENT = st.sampled_from([b"", b"# one", b"def conv_forward_naive(): pass", b"\0\xff"])
FILES = st.dictionaries(PATHS, CONTENT, max_size=8)
PARTS = st.sampled_from(
    [
        *("doejane", "Ada Lovelace", "_", "_LATE", "_12", "_345_", "_assignsubmission_file_"),
        *("_assignsubmission_onlinetext_", "_attempt_2026-11-20-10-11-12", "layers.py", ".zip"),
        *("Participant_", "text.html", ".txt", "-1", "9" * 30),
    ]
)
NAMES = st.lists(PARTS | st.text(max_size=4), min_size=1, max_size=8).map("".join)


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name.replace("\0", "") or "x"), data)
    return stream.getvalue()


def tarred(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as packed:
        for name, data in files.items():
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def read(data):
    """Read bytes as an archive; return what is chosen, or nothing if that is an error."""
    found = Found(EXERCISE)
    try:
        read_members(data, "", found, 2)
    except archive.ArchiveError as error:
        assert str(error).isprintable()
        return None, found
    chosen = choose_all(found)
    assert set(chosen) <= set(EXERCISE.editable)
    assert all(note.isprintable() and len(note) < 1000 for note in found.notes)
    return chosen, found


@fuzzed(40)
@given(FILES, st.sampled_from([zipped, tarred]), st.data())
def test_archives_whole_and_damaged(files, pack, data):
    whole = pack(files)
    read(whole)
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=8))
    read(whole[:cut])
    read(whole[:place] + noise + whole[place + len(noise) :])


@quick
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9"]))
def test_noise(data, start):
    read(start + data)


@fuzzed(80)
@given(FILES, st.randoms(use_true_random=False))
def test_the_choice_is_the_same_in_any_order(files, random):
    def chosen(items):
        found = Found(EXERCISE)
        for name, data in items:
            if wanted(name, found) and not name.endswith(naming.ARCHIVES):
                add_file(name, len(data), lambda data=data: data, found)
        return choose_all(found)

    items = list(files.items())
    shuffled = random.sample(items, len(items))
    assert chosen(items) == chosen(shuffled)


@quick
@given(st.lists(NAMES.filter(lambda name: "/" not in name), max_size=8, unique=True))
def test_every_entry_is_a_student_s_or_listed(names):
    found = by_student(EXERCISE, [Path("class") / name for name in names])
    told = [note for own in found.handed for note in own.notes] + found.left_out
    taken = {path.name for own in found.handed for path in own.paths}
    for name in names:
        path_name = (Path("class") / name).name
        assert path_name in taken or any(naming.shown(path_name) in line for line in told)
        own_name(name)
    students = [own.student for own in found.handed if matched(own.paths[0].name)]
    assert len(students) >= len({student.casefold() for student in students})
    assert all(line.isprintable() for line in told)


@quick
@given(st.text(max_size=300))
def test_names(name):
    safe = naming.safe(name)
    assert safe and len(safe.encode()) <= naming.MAX_NAME and not set(safe) & set('/\\:*?"<>|\0')
    assert naming.safe(safe) == safe
    assert naming.shown(name).isprintable() and len(naming.shown(name)) <= 100


LINES = st.sampled_from(
    [
        *("import torch", "from scipy import signal as s", "exec('1')", "def f():", "    pass"),
        *("    conv_forward_fast(1)", "x = f'{1}{2}'", "class A:", "import a.b.c", "\t(", "é = 1"),
        *("# coding: latin-1", "lambda: eval", "async def g():", "    import os", "\\", "'''"),
    ]
)


@quick
@given(st.lists(LINES, max_size=12).map("\n".join).map(str.encode) | st.binary(max_size=80))
def test_sources(source):
    notes = screen(EXERCISE, {LAYERS: source})
    assert all(note.isprintable() and len(note) < 500 for note in notes)
    assert notes == screen(exercise_of(table_of(EXERCISE)), {LAYERS: source})
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        assert notes == []


@quick
@given(st.lists(st.text(max_size=20), max_size=100))
def test_notes_are_bounded(notes):
    assert len(bounded(notes)) <= 41
    assert bounded(notes)[:40] == notes[:40]
