"""autograder/sandbox/levels.py: what each level grants, and that it is what a worker sees."""

import signal
import subprocess
import sys

import pytest

from autograder import locate
from autograder.exercises.convnets.forbidden import GIVEN
from autograder.sandbox import launch, paths
from autograder.sandbox.client import Worker
from autograder.sandbox.errors import Died
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import FORBIDDEN, Probe, probe, strongest

sys.path.append(str(launch.WORKER))
import landlock


@pytest.fixture
def layer(tmp_path):
    """Return a function that writes a layers.py and returns its folder."""

    def write(source):
        folder = tmp_path / "layer"
        (folder / "cs231n").mkdir(parents=True)
        (folder / "cs231n" / "layers.py").write_text("import os\nimport numpy as np\n" + source)
        return folder

    return write


def skip_unless(level):
    """Skip a test of a level that does not hold on this machine."""
    if not probe(level).holds:
        pytest.skip(f"{level} does not hold here: {probe(level).reason}")


def ask(worker, **args):
    request = {"module": "cs231n.layers", "function": "f", "args": args}
    return worker.request("forward", request, seconds=120)["out"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_worker_runs_under_each_level(level, layer):
    skip_unless(level)
    folder = layer("def f(x): return 2 * np.ones(int(x)), None\n")
    with Worker([folder, locate.given()], isolation=level) as worker:
        assert ask(worker, x=3).tolist() == [2, 2, 2]
        assert worker.isolation == level


@pytest.mark.parametrize("level", LEVELS)
def test_all_levels_give_the_same_numbers(level, layer):
    skip_unless(level)
    body = "    x = np.random.RandomState(3).randn(40, 40)\n    return np.tanh(x @ x) @ x, None\n"
    folder = layer(f"def f():\n{body}")
    outs = []
    for each in (level, "limits"):
        with Worker([folder, locate.given()], isolation=each) as worker:
            outs.append(ask(worker).tobytes())
    assert outs[0] == outs[1]


@pytest.mark.parametrize("level", LEVELS)
def test_several_threads_work(level, layer):
    """The filter lets threads through; BLAS has some of its own."""
    skip_unless(level)
    folder = layer(
        "import threading\n"
        "def f():\n"
        "    done = []\n"
        "    thread = threading.Thread(target=lambda: done.append(1))\n"
        "    thread.start(); thread.join()\n"
        "    x = np.ones((600, 600))\n"
        "    return np.array([len(done), (x @ x)[0, 0]]), None\n"
    )
    with Worker([folder, locate.given()], isolation=level, threads=2) as worker:
        assert ask(worker).tolist() == [1, 600]


def test_what_is_seen_in_bubblewrap(layer):
    skip_unless("bubblewrap")
    folder = layer(
        "def f():\n"
        "    seen = ' '.join(sorted(os.listdir('/') + os.listdir('/exercise')))\n"
        "    raise ValueError(f'{seen} | {os.listdir(os.getcwd())} | {dict(os.environ)}')\n"
    )
    with (
        Worker([folder, locate.given()], isolation="bubblewrap") as worker,
        pytest.raises(Exception, match="ValueError") as caught,
    ):
        ask(worker)
    text = str(caught.value)
    top, home, environment = text.split("ValueError: ")[1].split(" | ")
    allowed = {"dev", "etc", "exercise", "layer0", "layer1", "lib", "lib32", "lib64", "libx32"}
    needed = paths.needed(launch.LIBRARIES)
    parts = {path.parts[1] for path in (*needed.read, *needed.links)}
    assert set(top.split()) <= allowed | parts | {"home", "usr", "worker"}
    assert home == "[]"
    assert f"'HOME': '{launch.INSIDE_HOME}'" in environment


def test_the_home_is_all_that_can_be_written(layer):
    # Whatever is read may lie below /tmp, as the layer here: nothing beside it can be written.
    skip_unless("bubblewrap")
    folder = layer(
        "def f():\n"
        "    found = []\n"
        "    for place, _, _ in os.walk('/'):\n"
        "        try:\n"
        "            open(place + '/planted', 'w').close()\n"
        "        except OSError:\n"
        "            continue\n"
        "        found.append(place)\n"
        "    raise ValueError(found)\n"
    )
    with (
        Worker([folder, locate.given()], isolation="bubblewrap", readable=[folder]) as worker,
        pytest.raises(Exception, match="ValueError") as caught,
    ):
        ask(worker)
    assert str(caught.value).split("ValueError: ")[1].startswith(f"['{launch.INSIDE_HOME}']")


def test_without_leaves_out_what_is_unwanted(tmp_path):
    for name in ("a/b/c", "a/d", "e"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").touch()
    (tmp_path / "alias").symlink_to(tmp_path / "a" / "b")
    whole, listed = launch.without([tmp_path], {tmp_path / "a" / "b" / "c"})
    assert {str(p.relative_to(tmp_path)) for p in whole} == {"a/b/file", "a/d", "e"}
    assert {str(p.relative_to(tmp_path)) for p in listed} == {".", "a", "a/b"}
    assert launch.without([tmp_path], {tmp_path}) == ([], [])
    assert launch.without([tmp_path], set()) == ([tmp_path], [])


def test_all_files_of_a_module_are_found(tmp_path):
    (tmp_path / "cs231n" / "__pycache__").mkdir(parents=True)
    (tmp_path / "fast").mkdir()
    names = ("cs231n/fast.py", "cs231n/__pycache__/fast.cpython-311.pyc", "fast.abi3.so")
    for name in (*names, "cs231n/faster.py", "faster.so"):
        (tmp_path / name).touch()
    found = launch.files_of(["cs231n.fast", "fast"], [tmp_path])
    assert {str(path.relative_to(tmp_path)) for path in found} == {*names, "fast"}


def test_the_given_helpers_are_found_where_they_are():
    found = {path.name for path in launch.files_of(GIVEN, [locate.given()])}
    assert {"fast_layers.py", "numpy_kernels.py", "gradient_check.py"} <= found


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_landlock_asks_for_what_the_kernel_knows():
    try:
        version = landlock.call(444, None, 0, 1)
    except OSError:
        pytest.skip("this kernel has no Landlock")
    assert version >= 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs poll")
def test_a_worker_whose_wire_is_cut_ends_itself():
    """Where the system does not end it with the grader, and though it is computing."""
    source = f"""
import os, sys, threading
sys.path.insert(0, {str(launch.WORKER)!r})
import confine
threading.Thread(target=confine.watch, args=(os.dup(0),), daemon=True).start()
print("ready", flush=True)
while True: pass
"""
    worker = subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert worker.stdout.readline() == b"ready\n"
    worker.stdin.write(b"a request")
    worker.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(0.3)
    worker.stdin.close()
    assert worker.wait(60) == -signal.SIGKILL
    worker.stdout.close()


def test_the_strongest_level_that_holds_is_taken():
    level = strongest()
    assert all(not probe(other).holds for other in LEVELS[: LEVELS.index(level)])


def test_a_level_holds_only_if_it_stops_all_that_a_sandbox_must():
    must = [forbidden.name for forbidden in FORBIDDEN if forbidden.sandbox]
    assert Probe("landlock", works=True, stopped=frozenset(must)).holds
    for name in must:
        assert not Probe("landlock", works=True, stopped=frozenset(must) - {name}).holds
    assert not Probe("landlock", works=False, stopped=frozenset(must)).holds
    assert Probe("limits", works=True).holds


def test_a_worker_that_cannot_be_shut_in_does_not_run(layer, monkeypatch):
    """Student code never runs under less than what was asked for."""
    monkeypatch.setattr(launch, "landlock", lambda *_: {"read": 3, "list_only": [], "write": []})
    folder = layer("open('ran', 'w')\n")
    with Worker([folder], isolation="landlock") as worker, pytest.raises(Died):
        worker.request("load", {"module": "cs231n.layers"}, seconds=120)
