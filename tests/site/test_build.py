"""autograder/course/site: what goes into the browser edition, and what is refused."""

import hashlib
import importlib.util
import json
import re
import tarfile
import zipfile

import pytest

from autograder.course.site import build, contents, fetch, pyodide, reading
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.settings import Settings

LOCK = {
    "info": {"version": pyodide.VERSION},
    "packages": {
        name: {"name": name, "depends": [], "file_name": f"{name}-1.whl"}
        for name in (*pyodide.WANTED, "unwanted")
    },
}


@pytest.fixture
def release(tmp_path):
    """Return a function that makes a release of Pyodide, as small as can be."""

    def make(lock, without=()):
        folder = tmp_path / "made"
        folder.mkdir()
        for entry in lock["packages"].values():
            (folder / entry["file_name"]).write_bytes(b"wheel")
        for name in pyodide.CORE:
            (folder / name).write_bytes(b"core")
        (folder / pyodide.LOCK).write_text(json.dumps(lock))
        for name in without:
            (folder / name).unlink()
        file = tmp_path / "pyodide.tar.bz2"
        with tarfile.open(file, "w:bz2") as archive:
            archive.add(folder, "pyodide")
        return file

    return make


def test_only_what_is_needed_is_taken_and_the_list_stays_whole(release, tmp_path):
    wheel = tmp_path / "markdown_it_py-4.3.0-py3-none-any.whl"
    wheel.write_bytes(b"more")
    names = pyodide.unpack(release(LOCK), tmp_path / "out", [wheel])
    there = {path.name for path in (tmp_path / "out").iterdir()}
    wanted = {f"{name}-1.whl" for name in pyodide.WANTED}
    assert there == {*wanted, *pyodide.CORE, pyodide.LOCK, wheel.name}
    lock = json.loads((tmp_path / "out" / pyodide.LOCK).read_text())
    assert "unwanted" in lock["packages"] and "markdown-it-py" in lock["packages"]
    assert set(names) == {*pyodide.WANTED, "markdown-it-py"}


def test_what_a_package_depends_on_comes_before_it(release, tmp_path):
    lock = json.loads(json.dumps(LOCK))
    lock["packages"]["numpy"]["depends"] = ["unwanted"]
    names = pyodide.unpack(release(lock), tmp_path / "out", [])
    assert names[:2] == ["unwanted", "numpy"]


def test_another_version_is_named_with_the_one_that_is_wanted(release, tmp_path):
    lock = {**LOCK, "info": {"version": "0.26.1"}}
    with pytest.raises(UserError, match=r"is Pyodide 0\.26\.1; wanted is Pyodide 0\.27\.7: https"):
        pyodide.unpack(release(lock), tmp_path / "out", [])


@pytest.mark.parametrize("missing", ["numpy-1.whl", "pyodide.asm.wasm"])
def test_what_a_release_lacks_is_named(release, tmp_path, missing):
    with pytest.raises(UserError, match=f"lacks {re.escape(missing)}; wanted is Pyodide"):
        pyodide.unpack(release(LOCK, [missing]), tmp_path / "out", [])


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_what_is_no_release_is_refused(tmp_path, content):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match="is no release of Pyodide"):
        pyodide.unpack(file, tmp_path / "out", [])


def test_what_is_no_site_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="is no site of this command"):
        build.build(EXERCISE, tmp_path / "file", tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_course_with_further_modules_has_no_site(tmp_path):
    settings = Settings(changes=Changes(modules=("scipy",)))
    with pytest.raises(UserError, match="may use scipy"):
        build.build(EXERCISE, tmp_path / "file", tmp_path / "site", settings)


def test_everything_that_is_fetched_has_a_digest():
    for listed in (fetch.WHEELS, fetch.TOOLS, fetch.NODE):
        for line in listed.read_text().replace("\\\n", "").splitlines()[1:]:
            assert re.fullmatch(r"[\w-]+==[\d.]+( +--hash=sha256:[0-9a-f]{64})+", line)


def test_what_pip_cannot_get_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("CONVNETS_CACHE", str(tmp_path))
    listed = tmp_path / "list.txt"
    listed.write_text("# No such file.\npluggy==1.7.0 --hash=sha256:" + 64 * "0" + "\n")
    with pytest.raises(UserError, match="pip could not get"):
        fetch.once("broken", listed, ("download", "--no-index", "--dest"))
    assert not (tmp_path / "site" / "broken").exists()


def test_the_notebook_says_where_files_are_kept_and_hands_in(unpacked_release):
    made = contents.notebook((unpacked_release / EXERCISE.notebook).read_bytes())
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(made)["cells"]}
    order = list(cells)
    assert "Your files are kept by this browser" in cells["browser"]
    assert order.index("browser") + 1 == order.index("setup")
    assert "submit()" in cells["browser-submit"]
    assert order[order.index("browser-submit") - 1].startswith("answer-")


def test_the_wheel_has_the_engine_the_pack_and_no_room_of_the_course(unpacked_release, tmp_path):
    paths = (path for path in unpacked_release.rglob("*") if path.is_file())
    released = {p.relative_to(unpacked_release).as_posix(): p.read_bytes() for p in paths}
    with zipfile.ZipFile(contents.wheel(released, tmp_path)) as archive:
        names = set(archive.namelist())
    assert "convnets/autograder/packs/convnets.pack" in names
    assert "convnets/assignment/cs231n/photos.npz" in names
    assert not any("course" in name or "solution" in name for name in names)


def test_a_picture_and_a_link_lead_to_the_site(monkeypatch):
    monkeypatch.setattr(reading, "mathml", lambda formulas, _: [f"<math>{f}" for f, _ in formulas])
    source = (
        "See $a<b$, [it](../a.py), [there](https://x.org) ![seen](figures/p.svg)\n\n$$\nc\n$$\n"
    )
    tree = {"cells": [{"cell_type": "markdown", "source": source}]}
    ((_, html),) = reading.cells(json.dumps(tree).encode(), "files/notebooks", None)
    assert '<a href="files/a.py">' in html and '<a href="https://x.org">' in html
    assert '<img src="files/notebooks/figures/p.svg" alt="seen">' in html
    assert "<math>a<b" in html and '<div class="scroll"><math>c' in html


@pytest.mark.soak
def test_a_site_is_whole_and_small_enough(site):
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    assert size <= 60_000_000
    page = (site / "read.html").read_text(encoding="utf-8")
    assert "<math" in page and "$" not in re.sub(
        r"<pre.*?</pre>|<code.*?</code>", "", page, flags=re.S
    )
    for picture in re.findall(r'<img src="([^"]+)"', page):
        assert (site / picture).is_file()
    assert not list(site.rglob("*.map"))
    lock = json.loads((site / "static" / "pyodide" / pyodide.LOCK).read_text())
    for entry in lock["packages"].values():
        path = site / "static" / "pyodide" / entry["file_name"]
        if path.is_file():
            assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.soak
def test_what_a_start_imports_is_compiled_and_ours_keeps_its_source(site):
    names = {}
    for path in (site / "static" / "pyodide").glob("*.*"):
        if path.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(path) as archive:
                names[path.name.partition("-")[0]] = set(archive.namelist())
    assert {"numpy/__init__.pyc"} < names["numpy"] and "numpy/__init__.py" not in names["numpy"]
    assert "json/__init__.pyc" in names["python_stdlib.zip"]
    assert "_pytest/runner.pyc" in names["pytest"]
    assert "fontTools/ttLib/__init__.py" in names["fonttools"]
    ours = {name for name in names["convnets"] if name.endswith(".py")}
    assert "convnets/assignment/cs231n/layers.py" in ours
    assert {importlib.util.cache_from_source(name).split(".")[0] for name in ours} == {
        name.split(".")[0] for name in names["convnets"] if name.endswith(".pyc")
    }
