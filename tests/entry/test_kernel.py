"""autograder/entry/kernel.py: a kernel that lacks something gets it, or is told in one sentence."""

import importlib
import os
import runpy
import sys

import pytest

from autograder import locate

ROOT = locate.root()


@pytest.fixture
def kernel(monkeypatch):
    """Return the names of the file, which has prepared this process for once."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    return runpy.run_path(str(ROOT / "autograder" / "entry" / "kernel.py"))


def test_an_old_autoreload_finds_the_module_that_python_no_longer_has(kernel, monkeypatch):
    monkeypatch.delitem(sys.modules, "imp", raising=False)
    kernel["mend_autoreload"]()
    if sys.version_info >= (3, 12):
        assert sys.modules["imp"].reload is importlib.reload
    else:
        assert "imp" not in sys.modules


BROKEN = {"a colon": "def f()\n    pass\n", "a name": "x = 1\ny = nothing\n"}


@pytest.mark.parametrize("what", BROKEN)
def test_autoreload_says_in_a_few_lines_why_a_file_cannot_be_loaded(
    what, kernel, tmp_path, monkeypatch, capsys
):
    autoreload = pytest.importorskip("IPython.extensions.autoreload")
    monkeypatch.setattr(autoreload, "traceback", autoreload.traceback)
    kernel["shorten_autoreload"]()
    file = tmp_path / "edited_by_a_student.py"
    file.write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module(file.stem)
    reloader = autoreload.ModuleReloader()
    reloader.enabled = True
    reloader.mark_module_reloadable(file.stem)
    reloader.check(do_reload=False)
    file.write_text(BROKEN[what])
    os.utime(file, (2e9, 2e9))
    reloader.check()
    told = capsys.readouterr().err
    assert f'File "{file}", line' in told and "Error: " in told
    assert told.count(str(file)) == 1 and len(told.splitlines()) <= 7
    assert "Until it loads, this notebook goes on with the version before" in told
    del sys.modules[file.stem]


def test_requirements_are_read_as_they_are_written(kernel):
    assert kernel["installed"]("numpy>=1.26")
    assert kernel["installed"]("pytest >= 8.0; python_version > '3'")
    assert not kernel["installed"]("not-there-at-all[extra]>=1")
    assert kernel["missing"]() == []


def test_what_pip_cannot_install_is_told_in_one_sentence(kernel, monkeypatch):
    names = kernel["install_missing"].__globals__
    monkeypatch.setitem(names, "missing", lambda: ["numpy>=1.26"])
    monkeypatch.setitem(names, "pip", lambda *_: "error: externally-managed-environment")
    with pytest.raises(kernel["NotReady"], match=r"lacks numpy>=1.26, .* externally-managed"):
        kernel["install_missing"]()


def test_only_what_is_missing_is_installed(kernel, monkeypatch):
    asked = []
    names = kernel["install_missing"].__globals__
    monkeypatch.setitem(names, "missing", lambda: ["tqdm>=4.66"])
    monkeypatch.setitem(names, "pip", lambda *what: asked.append(what) or "")
    kernel["install_missing"]()
    assert asked == [("install", "tqdm>=4.66")]
