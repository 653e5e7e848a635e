"""autograder/sandbox/client.py and the worker: what a submission does stays in its process."""

import sys
import textwrap

import numpy as np
import pytest

from autograder import locate
from autograder.sandbox import client, words
from autograder.sandbox.client import Worker
from autograder.sandbox.errors import Died, Raised, TimedOut
from forge import WIRE

X = np.arange(6.0).reshape(1, 1, 2, 3)


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a worker on a layers.py of the given text."""
    workers = []

    def make(source):
        path = tmp_path / "cs231n" / "layers.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("import numpy as np\n" + textwrap.dedent(source), encoding="utf-8")
        worker = Worker([tmp_path, locate.given()])
        workers.append(worker)
        return worker

    yield make
    for worker in workers:
        worker.close()


def forward(worker, seconds=120.0, most=client.MAX_REPLY, **args):
    request = {"module": "cs231n.layers", "function": "f", "args": args or {"x": X}}
    return worker.request("forward", request, seconds=seconds, most=most)


def test_arrays_go_there_and_back(start):
    reply = forward(start("def f(x): return 2 * x, None"))
    np.testing.assert_array_equal(reply["out"], 2 * X)
    np.testing.assert_array_equal(reply["after"]["x"], X)


def test_a_changed_input_is_seen(start):
    reply = forward(start("def f(x):\n    x[:] = 7\n    return x, None"))
    assert (reply["after"]["x"] == 7).all()


def test_what_is_printed_does_not_disturb(start):
    worker = start("def f(x):\n    print('noise')\n    return x, input\n")
    assert forward(worker)["out"].shape == X.shape
    assert worker.printed() == "noise"


LOUD = """
def f(x):
    import os, sys
    if x.size == 1: print("alone", end="")
    elif x.size == 2: print("first", *range(1000), "last", sep="\\n")
    elif x.size == 3: print("first"); print("z" * 10**7); print("last")
    elif x.size == 4: print("the input is secret"); os._exit(3)
    elif x.size == 5: print("\\x1b[31mred", file=sys.stderr)
    return x, None
"""


def test_what_one_request_printed_is_kept_at_a_length_that_can_be_read(start):
    worker = start(LOUD)
    forward(worker, x=np.zeros(1))
    assert worker.printed() == "alone", "a line that was not ended"
    for size in (2, 3):
        forward(worker, x=np.zeros(size))
        lines = worker.printed().splitlines()
        assert lines[0] == "first" and lines[-1] == "last"
        assert len(lines) <= 50 and len(worker.printed()) < 10_000
        assert any("left out here" in line for line in lines)
    forward(worker, x=np.zeros(5))
    assert worker.printed() == "\N{REPLACEMENT CHARACTER}[31mred"
    forward(worker, x=np.zeros(6))
    assert worker.printed() == ""


def test_what_was_printed_last_is_no_part_of_how_a_worker_ended(start):
    worker = start(LOUD)
    with pytest.raises(Died) as caught:
        forward(worker, x=np.zeros(4))
    assert "exit code 3" in str(caught.value) and "secret" not in str(caught.value)
    assert worker.printed() == "the input is secret"


def test_an_exception_names_the_students_line(start):
    worker = start("def f(x):\n    rows = x.shape[2] / 2\n    return np.zeros(int(rows)) @ x, None")
    with pytest.raises(Raised) as caught:
        forward(worker)
    assert "cs231n/layers.py, line 4, in f" in str(caught.value)
    assert "np.zeros(int(rows)) @ x" in str(caught.value)
    assert "ValueError" in caught.value.summary
    assert "operations.py" not in str(caught.value)
    assert not caught.value.missing


def test_the_worker_goes_on_after_an_exception(start):
    worker = start("def f(x):\n    if x.sum() > 100: raise RuntimeError('no')\n    return x, None")
    with pytest.raises(Raised):
        forward(worker, x=X + 100)
    np.testing.assert_array_equal(forward(worker)["out"], X)


def test_a_syntax_error_names_its_line(start):
    with pytest.raises(Raised, match=r"(?s)layers.py, line 3.*SyntaxError"):
        forward(start("def f(x):\n    return x,, None"))


@pytest.mark.parametrize(
    "source", ["def f(x): raise NotImplementedError('f is not written yet')", "g = 1"]
)
def test_what_is_not_written_is_missing(start, source):
    with pytest.raises(Raised) as caught:
        forward(start(source))
    assert caught.value.missing


def test_a_hang_ends_in_time(start):
    worker = start("def f(x):\n    while True: pass")
    with pytest.raises(TimedOut, match="1 second"):
        forward(worker, seconds=1.0)


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("import os\ndef f(x): os._exit(3)", "exit code 3"),
        ("import os\ndef f(x): os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import ctypes\ndef f(x): ctypes.string_at(0)", "SIGSEGV"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_crash_is_described(start, source, match):
    with pytest.raises(Died, match=match):
        forward(start(source))


def test_sys_exit_is_an_exception_like_others(start):
    with pytest.raises(Raised, match="SystemExit"):
        forward(start("import sys\ndef f(x): sys.exit(0)"))


def test_garbage_on_every_descriptor_is_no_reply(start):
    worker = start(
        """
        import os
        def f(x):
            for fd in range(3, 20):
                try:
                    os.write(fd, b"CNW1" + bytes(100))
                except OSError:
                    pass
            return x, None
        """
    )
    with pytest.raises(Died, match="not a reply"):
        forward(worker)


def test_the_environment_is_scrubbed(start, monkeypatch):
    monkeypatch.setenv("CONVNETS_COURSE_SEED", "canary")
    worker = start(
        """
        import os
        def f(x): return np.array([float("canary" in str(os.environ)), 1.0]), None
        """
    )
    assert forward(worker)["out"][0] == 0.0


def test_memory_is_limited(start):
    if sys.platform != "linux":
        pytest.skip("address space can be limited on Linux only")
    with pytest.raises(Raised, match="MemoryError"):
        forward(start("def f(x): return np.ones(1 << 33), None"))


def test_closing_removes_the_folder(start):
    worker = start("def f(x): return x, None")
    forward(worker)
    assert worker.home.is_dir()
    worker.close()
    assert not worker.home.exists()
    worker.close()


def test_a_reply_made_before_its_request_is_none(start):
    worker = start(
        WIRE
        + """
def f(x):
    replies, number = pipe()
    replies.write(message({"id": number, "result": 1}) + message({"id": number, "result": 2}))
    return x, None
"""
    )
    assert forward(worker) == 1  # a forged reply: believed to be what the student returned
    with pytest.raises(Died, match="answers another request"):
        forward(worker)


def test_an_unasked_reply_waits_and_is_refused(start):
    worker = start(
        WIRE
        + """
def f(x):
    pipe()[0].write(message({"id": "", "result": 1}))
    return x, None
"""
    )
    with pytest.raises(Died, match="answers another request"):
        forward(worker)


def test_large_integers_and_odd_text_are_made_harmless(start):
    worker = start("def f(x): return 10**400, None")
    assert forward(worker)["out"] == {"$object": "an integer of more than 64 bits"}
    worker = start("def f(x): raise ValueError('a\\x1b[2J\\ud800' + 'b' * 10**6)")
    with pytest.raises(Raised) as caught:
        forward(worker)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 4000
    str(caught.value).encode()


def test_a_reply_may_be_no_larger_than_was_said(start):
    worker = start("def f(x): return np.zeros(1000), None")
    with pytest.raises(Died, match="its arrays have more than 1000 bytes"):
        forward(worker, most=1000)


@pytest.mark.parametrize(
    ("forged", "match"),
    [
        ("{'result': [0] * 30_000}", "more than 20000 values"),
        ("{'result': {str(i): 0 for i in range(30_000)}}", "more than 20000 values"),
        ("{'result': ['x' * 1000] * 200}", "more than 100000 characters"),
        ("{'result': {'x' * 1000 + str(i): 0 for i in range(200)}}", "more than 100000 characters"),
        ("{'result': 'x' * (2 << 20)}", "too long"),
        ("{'error': {'type': ['x' * 1000] * 200}}", "more than 100000 characters"),
        ("{'id': np.zeros(3), 'result': 0}", "answers another request"),
        ("{'id': np.zeros(1), 'error': 0}", "answers another request"),
    ],
)
def test_a_reply_is_bounded_in_all_that_it_holds(start, forged, match):
    worker = start(
        f"""
        import wire
        send = wire.write_message
        def forge(stream, tree):
            send(stream, {{"id": tree["id"], **{forged}}})
        wire.write_message = forge
        def f(x): return x, None
        """
    )
    with pytest.raises(Died, match=match):
        forward(worker)


ARRAYS = [np.zeros(1000)] * 50


@pytest.mark.parametrize(
    "error",
    [
        {"type": ARRAYS, "message": {"a": ARRAYS}, "frames": []},
        {"missing": True, "message": ARRAYS},
        {"message": "x", "frames": [{"file": ARRAYS, "line": ARRAYS, "function": [ARRAYS]}] * 99},
        {"type": "E", "frames": [{"text": {"x": ARRAYS}, "function": {"x": ARRAYS}}] * 6},
        {"type": "E", "frames": [{"file": "f" * 2000, "text": "t" * 2000}] * 6},
    ],
)
def test_what_is_no_text_is_not_made_text(error):
    assert len(str(client.raised_from(error))) < 4000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "after 5 seconds"), (1.2, "after 1 second"), (0.3, "less than a second"), (-3, "less")],
)
def test_nobody_is_told_of_zero_seconds(seconds, text):
    assert text in words.waited(seconds)
    assert "0 seconds" not in words.waited(seconds)


@pytest.mark.parametrize(("claimed", "end"), [(0, "ends before"), (1, "more than 64 MiB")])
def test_a_reply_may_claim_64_mib(start, claimed, end):
    worker = start(
        f"""
        import json, os, struct, sys
        def f(x):
            frame = sys._getframe()
            while "replies" not in frame.f_locals:
                frame = frame.f_back
            replies = frame.f_locals["replies"]
            tree = {{"tree": {{"$array": 0}}, "bodies": [(64 << 20) + {claimed}]}}
            header = json.dumps(tree).encode()
            replies.write(b"CNW1" + struct.pack("<I", len(header)) + header)
            replies.flush()
            os._exit(0)
        """
    )
    with pytest.raises(Died, match=end):
        forward(worker)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_worker_has_its_limits(start):
    worker = start(
        """
        import resource
        def f(x):
            names = ("CORE", "FSIZE", "CPU", "NOFILE")
            limits = [resource.getrlimit(getattr(resource, "RLIMIT_" + n)) for n in names]
            return np.array(limits, float), None
        """
    )
    limits = forward(worker)["out"]
    most = np.array([0, 64 << 20, 3600, 256])
    assert (limits >= 0).all()  # -1 is none
    assert (limits <= most[:, None]).all()  # the system may have set lower ones


def test_what_a_child_holds_open_does_not_hold_up_the_grader(tmp_path):
    (tmp_path / "cs231n").mkdir()
    source = "import os, time\ndef f(x):\n    if os.fork() == 0: time.sleep(900)\n    os._exit(0)\n"
    (tmp_path / "cs231n" / "layers.py").write_text(source)
    worker = Worker([tmp_path, locate.given()], isolation="limits")
    with pytest.raises(TimedOut):
        forward(worker, seconds=1.0)
    worker.close()  # would wait for the child's quarter of an hour


def test_an_error_reply_of_wrong_kind_is_read_safely():
    assert isinstance(client.raised_from(3), Raised)
    error = {"type": [], "message": {}, "frames": [1, {"file": None}], "missing": "yes"}
    assert not client.raised_from(error).missing
