"""sandbox/paths.py: what a worker reads is a list; what others have installed is not on it."""

import subprocess
import sys
from pathlib import Path

import machine
import pytest

from autograder import locate
from autograder.course.notebooks.run import libraries_of
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS
from autograder.sandbox import launch, paths
from autograder.sandbox.client import Worker
from autograder.sandbox.probe import probe

SANDBOXES = ("bubblewrap", "landlock")
linux = pytest.mark.skipif(sys.platform != "linux", reason="a sandbox needs Linux")


def test_links_are_followed_as_the_system_does(tmp_path):
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "file").touch()
    (tmp_path / "folder").symlink_to("real/deep")
    (tmp_path / "one").symlink_to(tmp_path / "folder" / ".." / "file")
    (tmp_path / "circle").symlink_to("circle")
    links = {}
    base = tmp_path.resolve()
    assert paths.real(base / "one", links) == base / "real" / "file"
    assert links == {
        base / "one": str(tmp_path / "folder" / ".." / "file"),
        base / "folder": "real/deep",
    }
    with pytest.raises(OSError, match="too many"):
        paths.real(base / "circle", {})


def test_what_is_no_part_of_the_standard_library_is_foreign(tmp_path):
    own = ("os.py", "json/__init__.py", "lib-dynload/_ssl.so", "config-3.11/Makefile")
    own += ("__pycache__/os.cpython-311.pyc", "_sysconfigdata__linux_.py", "_ssl.cpython-311.so")
    others = ("site-packages/scipy.py", "dist-packages/torch.py", "yaml/__init__.py", "six.py")
    others += ("__pycache__/six.cpython-311.pyc", "sitecustomize.py", "EXTERNALLY-MANAGED")
    for name in (*own, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = set(paths.foreign(tmp_path))
    for name in own:
        assert not found & {tmp_path / name, *(tmp_path / name).parents}
    for name in others:
        assert found & {tmp_path / name, *(tmp_path / name).parents}


def test_a_module_is_found_however_it_is_installed(tmp_path, monkeypatch):
    """By a line in a ``.pth`` file, in parts, as one file: where it is, and where to look."""
    for name in ("source/editable", "first/parts", "second/parts"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "source" / "editable" / "__init__.py").touch()
    (tmp_path / "source" / "alone.py").touch()
    for name in ("source", "first", "second"):
        monkeypatch.syspath_prepend(str(tmp_path / name))
    paths.places_of.cache_clear()
    assert paths.places_of("editable") == [tmp_path / "source" / "editable"]
    assert paths.places_of("alone") == [tmp_path / "source" / "alone.py"]
    assert set(paths.places_of("parts")) == {
        tmp_path / name / "parts" for name in ("first", "second")
    }
    assert paths.places_of("nowhere_to_be_found") == []
    assert paths.elsewhere(("editable", "alone")) == (tmp_path / "source",)
    paths.places_of.cache_clear()


@linux
@pytest.mark.skipif(not machine.can_link(), reason="needs a C compiler and the C library")
def test_shared_libraries_are_found_where_the_linker_finds_them(tmp_path, monkeypatch):
    """As in conda: in one folder for all packages, by a link and a way up from the extension."""
    prefix = tmp_path.resolve()
    package, lib = prefix / "lib" / "site-packages" / "fast", prefix / "lib"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    source = prefix / "nothing.c"
    source.write_text("int nothing(void) { return 0; }\n")
    compiled = ("gcc", "-shared", "-fPIC", str(source))
    library = lib / "libnothing.so.1.2"
    subprocess.run([*compiled, "-Wl,-soname,libnothing.so.1", "-o", library], check=True)
    (lib / "libnothing.so.1").symlink_to("libnothing.so.1.2")
    (lib / "libother.so").touch()
    way = ("-Wl,--no-as-needed", str(library), "-Wl,-rpath,$ORIGIN/../..")
    subprocess.run([*compiled, *way, "-o", package / "fast.so"], check=True)
    monkeypatch.syspath_prepend(str(package.parent))
    needed = paths.needed(("fast",))
    assert {package, library} <= set(needed.read)
    assert needed.links[lib / "libnothing.so.1"] == "libnothing.so.1.2"
    assert not {lib, lib / "libother.so"} & set(needed.read)


def test_distributions_are_there_with_all_that_they_require():
    found = paths.modules_of(("matplotlib", "a-package-that-nobody-has"))
    assert {"matplotlib", "mpl_toolkits", "numpy", "PIL", "dateutil"} <= set(found)
    assert not {"pytest", "nbgrader", "autograder"} & set(found)


@linux
def test_no_folder_is_granted_that_others_install_into():
    """Whatever a package is called, its files are granted by its own name or not at all."""
    shared = {*paths.packages(), Path("/"), Path("/usr"), Path("/usr/lib"), Path("/usr/local")}
    shared |= {Path(sys.prefix), Path(sys.base_prefix), Path.home(), locate.root(), Path.cwd()}
    for modules in (LAYERS.libraries, launch.LIBRARIES):
        needed = paths.needed(modules)
        for folder in {path.resolve() for path in shared}:
            for path in needed.read:
                assert path != folder
                assert path not in folder.parents or any(
                    each == folder or each in folder.parents for each in needed.hidden
                )


READ = """
import importlib
import numpy as np

def read(names):
    found = []
    for name in names:
        try:
            open(name, "rb").close()
        except OSError:
            continue
        found.append(name)
    raise ValueError(f"{len(found)} files: {found[:5]}")

def load(names):
    for name in names:
        importlib.import_module(name)
    return np.ones(1), None
"""


def of_others():
    """Return files that are installed here and no part of what layers need."""
    known = set(paths.modules_of(LAYERS.libraries)) | set(LAYERS.libraries)
    folders = [*paths.packages(), Path("/usr/lib/python3/dist-packages")]
    folders += Path(sys.base_prefix).glob("lib*/python3*/*-packages")
    found = [path for folder in folders for path in folder.glob("*/__init__.py")]
    return [str(path) for path in found if path.parent.name not in known] + [
        *("/usr/bin/env", "/etc/passwd", "/etc/hosts", __file__),
        *map(str, Path("/usr/lib").glob("*/libX11.so*")),
    ]


@pytest.mark.parametrize("level", SANDBOXES)
def test_what_others_have_installed_cannot_be_read(level, tmp_path):
    if not probe(level).holds:
        pytest.skip(f"{level} does not hold here: {probe(level).reason}")
    files = of_others()
    assert len(files) > 20
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "layers.py").write_text(READ)
    layers = [tmp_path, locate.given()]
    with Worker(layers, isolation=level, libraries=LAYERS.libraries) as worker:
        request = {"module": "cs231n.layers", "function": "read", "args": {"names": files}}
        with pytest.raises(Exception, match="0 files"):
            worker.request("forward", request, seconds=60)
        # What is on the list can be used, with the shared libraries that it needs.
        names = [
            "ssl",
            "sqlite3",
            "lzma",
            "zoneinfo",
            "cs231n.data_utils",
            "PIL.Image",
            "numpy.fft",
        ]
        request = {"module": "cs231n.layers", "function": "load", "args": {"names": names}}
        assert worker.request("forward", request, seconds=60)["out"].tolist() == [1]


def test_a_notebook_has_what_it_plots_with():
    found = libraries_of(EXERCISE)
    assert {"numpy", "cs231n_kernels", "IPython", "matplotlib", "PIL"} <= set(found)
    assert len(set(found)) == len(found)
