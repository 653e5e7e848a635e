"""course/intake/apart.py: whatever a submission is, reading it costs its own student at most."""

import io
import os
import subprocess
import sys
import tarfile
import time

import psutil
import pytest

from autograder import locate
from autograder.course.intake import apart, archive, collect
from autograder.course.intake.apart import Apart, ApartError
from autograder.course.intake.table import table_of
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.submission import Submission

needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="limits of memory and time")


# The other process imports no tests, so it is asked for functions that it has.


def test_one_process_serves_many_calls():
    with Apart() as own:
        assert own.call(time.strftime, "%%") == "%"
        first = own._process.pid
        assert own.call(os.path.basename, "/a/é\udc80") == "é\udc80"
        assert own._process.pid == first


def test_an_exception_is_the_call_s_and_the_process_goes_on():
    with Apart() as own:
        with pytest.raises(ApartError, match="TypeError"):
            own.call(os.path.basename, 1)
        assert own.call(os.path.basename, "/a/b") == "b"


def test_a_process_that_takes_too_long_is_replaced(monkeypatch):
    monkeypatch.setattr(apart, "CLOCK", 0.5)
    with Apart() as own:
        with pytest.raises(ApartError, match="more than"):
            own.call(time.sleep, 1000)
        monkeypatch.setattr(apart, "CLOCK", 60)
        assert own.call(os.path.basename, "/a/b") == "b"


CALLER = """
import sys, time
from autograder.course.intake.apart import Apart
with Apart() as own:
    own.call(time.strftime, "%%")
    print(own._process.pid, flush=True)
    own.call(time.sleep, 1000)
"""


@needs_limits
def test_a_process_ends_with_its_caller_though_it_is_busy():
    environment = {**os.environ, "PYTHONPATH": str(locate.root())}
    command = [sys.executable, "-c", CALLER]
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    process = psutil.Process(int(caller.stdout.readline()))
    caller.kill()
    caller.wait()
    caller.stdout.close()
    process.wait(60)  # which fails if it is still there


def test_a_process_that_ends_is_replaced():
    with Apart() as own:
        with pytest.raises(ApartError, match="more than"):
            own.call(os._exit, 5)
        assert own.call(os.path.basename, "/a/b") == "b"


@needs_limits
def test_a_process_that_wants_too_much_memory_is_replaced():
    with Apart() as own:
        with pytest.raises(ApartError, match="640 MiB"):
            own.call(bytearray, apart.MEMORY)
        assert own.call(os.path.basename, "/a/b") == "b"


def class_of(tmp_path, **files):
    for name, data in files.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "layers.py").write_bytes(data)
    return sorted(tmp_path.iterdir())


LONG = b"f" * 500_000
HOSTILE = {
    "a long name": b"def " + LONG + b"():\n" + b"    import torch\n" * 20_000,
    "deep": b"x = " + b"(" * 100_000,
    "many calls": b"exec(1)\n" * 10_000,
    "long calls": b"from x import exec as " + LONG + b"\n" + LONG + b"()",
}


@needs_limits
def test_a_source_made_to_harm_costs_its_own_student_alone(tmp_path):
    paths = class_of(tmp_path, honest=b"import torch\n", **HOSTILE)
    read = collect.collect(EXERCISE, paths)
    assert all(isinstance(item, Submission) for item in read)
    found = {item.student: item for item in collect.screened(EXERCISE, read, ["numpy"])}
    assert f"{LAYERS}, line 1: imports torch" in found["honest"].notes
    for name in HOSTILE:
        assert len(found[name].notes) <= collect.MOST_NOTES + 1
        assert all(len(note) <= collect.MAX_NOTE for note in found[name].notes)


@needs_limits
def test_a_source_that_takes_too_much_is_noted_and_the_next_is_looked_through(monkeypatch):
    table = table_of(EXERCISE)
    with Apart() as own:
        own.call(os.path.basename, "/a/b")
        monkeypatch.setattr(apart, "CLOCK", 2.0)
        long = b"import " + b"a." * 450_000 + b"a"
        (note,) = collect.look_through(own, table, {LAYERS: long}, ["numpy"])
        assert "nobody has looked through it" in note or "takes too much memory" in note
        monkeypatch.setattr(apart, "CLOCK", 60.0)
        (note,) = collect.look_through(own, table, {LAYERS: b"import torch"}, ["numpy"])
        assert note == f"{LAYERS}, line 1: imports torch"


def test_a_process_that_does_not_start_is_no_student_s_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "START", "")
    with pytest.raises(UserError, match="No process starts"):
        collect.collect(EXERCISE, class_of(tmp_path, ada=b"x"))


def test_a_submission_that_takes_too_much_to_read_says_why(tmp_path, monkeypatch):
    def fail(self, task, argument):
        raise ApartError("takes more than 1 GiB of memory, or more than 20 seconds")

    monkeypatch.setattr(Apart, "call", fail)
    (item,) = collect.collect(EXERCISE, class_of(tmp_path, ada=b"x"))
    assert item.problem.startswith("It could not be read: to read it takes more than 1 GiB")


def test_notes_are_bounded_in_number(tmp_path):
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "layers.py").write_bytes(b"")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as packed:
        for number in range(3000):
            info = tarfile.TarInfo(f"{number}/layers.py")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            packed.addfile(info)
    (folder / "links.tar").write_bytes(stream.getvalue())
    (item,) = collect.collect(EXERCISE, [folder])
    assert item.files == {LAYERS: b""}
    assert len(item.notes) == collect.MOST_NOTES + 1
    assert item.notes[-1].startswith("And 29")


def test_headers_of_a_tar_file_are_bounded():
    info = tarfile.TarInfo("layers.py")
    headers = tarfile.TarInfo.create_pax_global_header({f"k{n}": "v" for n in range(50_000)})
    data = headers + info.tobuf(tarfile.PAX_FORMAT) * 400 + bytes(1024)
    with pytest.raises(archive.ArchiveError, match="headers"):
        list(archive.read_archive(data, archive.Budget()))
    few = tarfile.TarInfo.create_pax_global_header({"comment": "0" * 40})  # as git archive has it
    data = few + info.tobuf(tarfile.PAX_FORMAT) + bytes(1024)
    assert [m.name for m in archive.read_archive(data, archive.Budget())] == ["layers.py"]


@needs_limits
@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("w:", {}),
        ("w:gz", {"compresslevel": 1}),
        pytest.param("w:xz", {"preset": 0}, marks=pytest.mark.soak),  # it takes long to make
    ],
)
def test_the_largest_honest_submission_is_read_within_the_limits(tmp_path, mode, options):
    files = {"layers.py": b"x = 1\n" * 20_000, "Mine.ipynb": os.urandom(1 << 20) * 16}
    files["in.tar"] = bytes(40 << 20)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, **options) as packed:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    (tmp_path / "ada.tar").write_bytes(stream.getvalue()[: archive.MAX_ARCHIVE])
    (item,) = collect.screened(EXERCISE, collect.collect(EXERCISE, [tmp_path / "ada.tar"]), [])
    assert item.files == {LAYERS: files["layers.py"]}
    assert item.notebook == files["Mine.ipynb"]
