"""Downloading, unpacking and installing CIFAR-10, against a server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import pickle
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cs231n import cifar10

N = 20  # images in a file here, instead of 10,000


@pytest.fixture(scope="module")
def fetch() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "data" / "fetch.py"
    spec = importlib.util.spec_from_file_location("fetch", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar10, "IMAGES_PER_FILE", N)
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def contents(seed: int = 0) -> dict[str, bytes]:
    """Return the files of a small data set."""
    rng = np.random.default_rng(seed)
    files = {}
    for name in (*cifar10.TRAIN_FILES, cifar10.TEST_FILE):
        data = rng.integers(256, size=(N, 3072), dtype=np.uint8)
        files[name] = pickle.dumps({"data": data, "labels": [seed % 10] * N}, protocol=2)
    files[cifar10.META_FILE] = pickle.dumps({"label_names": list("abcdefghij")}, protocol=2)
    return files


def pack(
    files: dict[str, bytes], folder: str = cifar10.FOLDER, extra: object = None, zipped: str = "gz"
) -> bytes:
    """Return a .tar.gz of some files, or one zipped otherwise, or not at all."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{zipped}") as tar:  # type: ignore[call-overload]
        top = tarfile.TarInfo(folder)
        top.type = tarfile.DIRTYPE
        tar.addfile(top)
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        if isinstance(extra, tarfile.TarInfo):
            tar.addfile(extra, io.BytesIO(bytes(extra.size)))
    return out.getvalue()


ARCHIVE = pack({**contents(), "readme.html": b"<p>"})


class Server(HTTPServer):
    """Serves one file, as well or badly as a test wants."""

    content = ARCHIVE
    ranges = True  # whether it can send a part only
    breaks_after: int | None = None  # close the connection after so many bytes
    asked: list[str | None]  # the Range of each request


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        content, asked = self.server.content, self.headers.get("Range")
        self.server.asked.append(asked)
        if self.path != "/archive":
            self.send_error(404)
            return
        start = 0
        if asked and self.server.ranges:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:][: self.server.breaks_after])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's output is enough."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(
    fetch: ModuleType,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.setattr(fetch, "MD5", hashlib.md5(ARCHIVE).hexdigest())
    return Run(fetch, f"http://127.0.0.1:{server.server_port}/archive", tmp_path / "data", capsys)


class Run:
    """Runs the command on a folder of its own."""

    def __init__(
        self, fetch: ModuleType, url: str, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.fetch, self.url, self.data, self.capsys = fetch, url, data, capsys
        self.part = data / "cifar-10-python.tar.gz.part"

    def __call__(self, *args: object) -> tuple[int, str]:
        """Return the exit status and all that was printed."""
        words = [str(arg) for arg in args]
        if "--url" not in words:
            words += ["--url", self.url]
        status: int = self.fetch.main([*words, "--into", str(self.data)])
        printed = self.capsys.readouterr()
        return status, printed.out + printed.err

    def installed(self) -> dict[str, bytes]:
        """Return the installed files, after a look that nothing else lies about."""
        assert [path.name for path in self.data.iterdir()] == [cifar10.FOLDER]
        folder = self.data / cifar10.FOLDER
        cifar10.check(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def nothing_there(self) -> bool:
        """Tell whether the folder is empty, but for a part of a download."""
        return not self.data.exists() or set(self.data.iterdir()) <= {self.part}


# ---- Downloading -------------------------------------------------------------------------------


def test_a_download_is_installed(run: Run) -> None:
    status, printed = run()
    assert status == 0, printed
    assert "CIFAR-10 is installed in" in printed
    assert "100%" in printed, "a progress bar"
    assert run.installed() == {**contents(), "readme.html": b"<p>"}


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_download_is_resumed(run: Run, server: Server, ranges: bool) -> None:
    server.ranges, server.breaks_after = ranges, 5000
    status, printed = run()
    assert status == 1
    assert "Run it again: it goes on" in printed
    assert run.nothing_there()
    assert run.part.read_bytes() == ARCHIVE[:5000]

    server.breaks_after = None
    status, printed = run()
    assert status == 0, printed
    assert server.asked == [None, "bytes=5000-"]
    assert run.installed()


def test_what_was_downloaded_whole_is_not_downloaded_again(run: Run, server: Server) -> None:
    run.data.mkdir()
    run.part.write_bytes(ARCHIVE)
    assert run()[0] == 0
    assert server.asked == []
    assert run.installed()


def test_a_part_longer_than_the_archive_is_dropped(run: Run, server: Server) -> None:
    run.data.mkdir()
    run.part.write_bytes(ARCHIVE + b"more")
    assert run()[0] == 0
    assert len(server.asked) == 2
    assert run.installed()


def test_a_wrong_checksum(run: Run, server: Server) -> None:
    server.content = pack(contents(seed=1))
    status, printed = run()
    assert status == 1
    assert "not the official archive: its md5 is" in printed
    assert run.nothing_there() and not run.part.exists()


def test_a_part_of_another_file_is_dropped_by_its_checksum(run: Run) -> None:
    run.data.mkdir()
    run.part.write_bytes(b"?" * 100)
    assert "its md5 is" in run()[1]
    assert run()[0] == 0
    assert run.installed()


def test_a_page_that_is_not_there(run: Run) -> None:
    status, printed = run("--url", run.url + "/other")
    assert status == 1
    assert "404 Not Found" in printed and "--from" in printed
    assert run.nothing_there()


def test_no_network(run: Run, server: Server) -> None:
    status, printed = run("--url", "http://127.0.0.1:9/archive")
    assert status == 1
    assert "refused" in printed and "Run it again" in printed
    assert run.nothing_there()


def test_a_server_that_never_ends(
    run: Run, fetch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MAX_ARCHIVE", 1000)
    status, printed = run()
    assert status == 1
    assert "more than CIFAR-10 has" in printed


def test_an_interrupt_keeps_what_came(
    run: Run, fetch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cifar10, "check", interrupt)
        status, printed = run()
    assert status == 130
    assert "Interrupted" in printed
    assert run.nothing_there()
    assert run()[0] == 0
    assert run.installed()


def interrupt(*args: object) -> None:
    raise KeyboardInterrupt


# ---- What is there already ---------------------------------------------------------------------


def test_what_is_installed_is_not_touched(run: Run, server: Server) -> None:
    run()
    before = {path: path.stat().st_mtime_ns for path in run.data.rglob("*")}
    status, printed = run()
    assert status == 0
    assert "Nothing was changed" in printed
    assert len(server.asked) == 1
    assert {path: path.stat().st_mtime_ns for path in run.data.rglob("*")} == before


def test_force_replaces_it(run: Run, tmp_path: Path) -> None:
    run()
    other = tmp_path / "other.tar.gz"
    other.write_bytes(pack(contents(seed=1)))
    assert run("--force", "--from", other)[0] == 0
    assert run.installed() == contents(seed=1)


def test_force_keeps_the_former_one_when_the_new_one_is_bad(run: Run, tmp_path: Path) -> None:
    run()
    (tmp_path / "bad.tar.gz").write_bytes(ARCHIVE[:-100])
    assert run("--force", "--from", tmp_path / "bad.tar.gz")[0] == 1
    assert run.installed()["data_batch_1"] == contents()["data_batch_1"]


def test_force_puts_the_former_one_back_when_the_move_fails(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    (tmp_path / "other.tar.gz").write_bytes(pack(contents(seed=1)))
    move = Path.replace

    def fail_for_the_new_one(path: Path, target: Path) -> Path:
        if path.name == cifar10.FOLDER and path.parent != run.data:
            raise OSError("the disk is full")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fail_for_the_new_one)
    status, printed = run("--force", "--from", tmp_path / "other.tar.gz")
    assert status == 1
    assert "the disk is full" in printed
    assert run.installed()["data_batch_1"] == contents()["data_batch_1"]


def test_what_is_installed_but_damaged_is_said_to_be(run: Run) -> None:
    run()
    (run.data / cifar10.FOLDER / "data_batch_2").unlink()
    status, printed = run()
    assert status == 1
    assert "data_batch_2 is missing" in printed and "--force" in printed


# ---- From this machine -------------------------------------------------------------------------


@pytest.mark.parametrize("by_environment", [True, False])
def test_from_a_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_environment: bool
) -> None:
    source = tmp_path / "source" / cifar10.FOLDER
    source.mkdir(parents=True)
    for name, content in contents().items():
        (source / name).write_bytes(content)
    (source / "notes.txt").write_text("mine")
    if by_environment:
        monkeypatch.setenv("CIFAR10_DIR", str(source.parent))
        assert run()[0] == 0
    else:
        assert run("--from", source)[0] == 0
    assert run.installed() == contents()
    assert len(list(source.iterdir())) == 8, "the source stays as it was"


def test_from_another_archive_says_that_it_is_another(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.tar.gz").write_bytes(pack(contents(seed=1)))
    status, printed = run("--from", tmp_path / "mine.tar.gz")
    assert status == 0
    assert "not the official archive (its md5 differs)" in printed
    assert run.installed() == contents(seed=1)


# How a browser or a student leaves the archive: what it is called says little of what it is.
FORMS = [
    ("cifar-10-python.tar", ""),  # Safari unzips what it fetches
    ("cifar-10-python.tar.gz", ""),  # and somebody calls that by the name it had
    ("cifar-10-python.tar", "gz"),
    ("cifar-10-python.tgz", "gz"),
    ("cifar-10-python.tar.bz2", "bz2"),
    ("cifar-10-python.tar.xz", "xz"),
    ("cifar-10-python.tar.gz.download", "gz"),
    ("cifar (1)", ""),
]


@pytest.mark.parametrize(("name", "zipped"), FORMS)
def test_an_archive_is_read_by_what_it_is(run: Run, tmp_path: Path, name: str, zipped: str) -> None:
    (tmp_path / name).write_bytes(pack(contents(seed=1), zipped=zipped))
    status, printed = run("--from", tmp_path / name)
    assert status == 0, printed
    assert run.installed() == contents(seed=1)


@pytest.mark.parametrize("added", ["._data_batch_1", ".DS_Store"])
def test_what_macos_adds_to_an_archive_is_left_out(run: Run, tmp_path: Path, added: str) -> None:
    extra = member(f"{cifar10.FOLDER}/{added}", size=100)
    (tmp_path / "mine.tar").write_bytes(pack(contents(seed=1), extra=extra, zipped=""))
    assert run("--from", tmp_path / "mine.tar")[0] == 0
    assert run.installed() == contents(seed=1)


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> object:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname = kind, size, link
    return made


BATCH = f"{cifar10.FOLDER}/data_batch_1"
BAD_ARCHIVES = {
    "truncated": (ARCHIVE[: len(ARCHIVE) // 2], "not a whole .tar.gz or .tar"),
    "empty": (b"", "not a whole .tar.gz or .tar"),
    "not an archive": (b"<html>" * 100, "not a whole .tar.gz or .tar"),
    "zipped, not an archive": (gzip.compress(b"<html>" * 100), "not a whole .tar.gz or .tar"),
    "plain and truncated": (pack(contents(), zipped="")[:20_000], "not a whole .tar.gz or .tar"),
    "bz2 and truncated": (pack(contents(), zipped="bz2")[:-900], "not a whole .tar.gz or .tar"),
    "xz and truncated": (pack(contents(), zipped="xz")[:-900], "not a whole .tar.gz or .tar"),
    "xz and damaged": (b"\xfd7zXZ\0" + bytes(900), "not a whole .tar.gz or .tar"),
    "bz2 and damaged": (b"BZh9" + bytes(900), "not a whole .tar.gz or .tar"),
    "plain, a file empty": (
        pack({**contents(), "batches.meta": b""}, zipped=""),
        "batches.meta' in it has 0 bytes",
    ),
    "a file missing": (pack(dict(list(contents().items())[1:])), "data_batch_1 is missing"),
    "a file damaged": (pack({**contents(), "test_batch": b"?"}), "test_batch is not a whole file"),
    "outside": (pack(contents(), extra=member("../evil")), "it holds '../evil'"),
    "absolute": (pack(contents(), extra=member("/tmp/evil")), "it holds '/tmp/evil'"),
    "climbing": (
        pack(contents(), extra=member(f"{cifar10.FOLDER}/../../evil")),
        "it holds 'cifar-10-batches-py/../../evil'",
    ),
    "a symbolic link": (pack({}, extra=member(BATCH, tarfile.SYMTYPE, link="/etc/passwd")), "link"),
    "a hard link": (pack({}, extra=member(BATCH, tarfile.LNKTYPE, link="/etc/passwd")), "link"),
    "a device": (pack({}, extra=member(BATCH, tarfile.CHRTYPE)), "device"),
    "the folder a link": (
        pack({}, folder="x", extra=member(cifar10.FOLDER, tarfile.SYMTYPE, link="/")),
        "it holds 'x'",
    ),
    "twice": (pack(contents(), extra=member(BATCH)), "twice"),
    "too large": (pack({}, extra=member(BATCH, size=2000)), "has 2,000 bytes"),
}


@pytest.mark.parametrize("what", BAD_ARCHIVES)
def test_a_bad_archive_leaves_nothing(
    run: Run, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, reason = BAD_ARCHIVES[what]
    if what == "too large":
        monkeypatch.setattr(cifar10, "MAX_BYTES", 1000)
    archive = tmp_path / "bad.tar.gz"
    archive.write_bytes(content)
    status, printed = run("--from", archive)
    assert status == 1
    assert reason in printed and str(archive) in printed
    assert run.nothing_there()
    assert set(tmp_path.iterdir()) <= {archive, run.data}


@pytest.mark.parametrize("zipped", ["gz", "bz2", "xz", ""])
def test_an_archive_that_unpacks_without_end(
    run: Run, fetch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zipped: str
) -> None:
    monkeypatch.setitem(fetch.unpack.__globals__, "MAX_UNPACKED", 100_000)
    (tmp_path / "mine.tar.gz").write_bytes(pack(contents(), zipped=zipped))
    status, printed = run("--from", tmp_path / "mine.tar.gz")
    assert status == 1
    assert "far more than the data set" in printed
    assert run.nothing_there()


def test_a_source_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert "does not exist" in run("--from", tmp_path / "nowhere")[1]
    assert "there is no batches.meta in it" in run("--from", tmp_path)[1]


def test_a_folder_with_a_file_missing(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / cifar10.META_FILE).write_bytes(contents()[cifar10.META_FILE])
    status, printed = run("--from", source)
    assert status == 1
    assert "data_batch_1 is missing" in printed
    assert run.nothing_there()
