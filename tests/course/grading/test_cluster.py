"""course/grading/cluster.py: who is handed what, whoever comes and goes; Dask itself is made up."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from asyncio import CancelledError
from types import SimpleNamespace

import pytest

from autograder.course.grading.plain import answer
from autograder.course.grading.pool import GraderDied
from autograder.course.grading.student import Graded, How
from autograder.course.made_with import made_with
from autograder.course.record import Record
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.judging.pack import Pack
from autograder.sandbox import scratch
from autograder.submission import Submission

pytest.importorskip("distributed", reason="needs the extra dask")

from distributed.protocol.pickle import dumps

from autograder.course.grading import cluster, connect, spread
from autograder.course.grading.version import version

HOW = How(EXERCISE.name, Changes(), 0)


class Future:
    """A task of a worker; `end` says what came of it."""

    def __init__(self, address, drain):
        self.address, self.status, self._drain = address, "pending", drain

    def end(self, result, status="finished"):
        self.status = status
        self._drain.ready.append((self, result))


class Drain:
    """What has come back."""

    def __init__(self, **_):
        self.ready = []

    def add(self, future):
        pass

    def next_batch(self, block):
        found, self.ready = self.ready, []
        return found


class Client:
    """A cluster; tests say who is there, and what becomes of a submission on a worker."""

    loop = None

    def __init__(self, *addresses, grade=None):
        self.there, self.left, self.about = list(addresses), [], {}
        self.begun, self._grade = [], grade or self.good
        self.drain = Drain()

    def nthreads(self):
        return dict.fromkeys(self.there, 1)

    def submit(self, call, name, *arguments, workers, **_):
        (address,) = workers
        future = Future(address, self.drain)
        if name == "about":
            usual = {"version": version(EXERCISE), "lacks": "", "made_with": made_with()}
            known = self.about.get(address, {})
            if isinstance(known, Exception):
                future.end((type(known), known, None), "error")
            else:
                usual |= {"process": "p", "shares": False, **known}
                future.end(json.dumps(usual).encode())
        elif name == "take":
            future.end(b"")
        else:
            student = json.loads(arguments[2])["submission"]["student"]
            self.begun.append((student, address))
            self._grade(student, future)
        return future

    @staticmethod
    def good(student, future):
        future.end(answer(Graded(Record(student, "key", "pack", "", [], []))))

    def cancel(self, futures):
        pass

    def run(self, call, name, *_, **options):
        self.left.append(name)


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    """Look at who is there all the time."""
    monkeypatch.setattr(cluster, "LOOK", 0)
    monkeypatch.setattr(cluster, "PAUSE", 0.001)


@pytest.fixture
def graded(monkeypatch):
    """Return a function that grades on a cluster, and returns outcomes and what is said."""

    def grade(client, *students):
        monkeypatch.setattr(cluster, "as_completed", lambda **_: client.drain)
        lines, begun = [], []
        running = SimpleNamespace(say=lines.append, started=begun.append)
        todo = [Submission(student, {}) for student in students]
        found = list(cluster.grade_all(todo, Pack("pack", {}), HOW, running, client))
        assert sorted(student for student, _ in found) == sorted(students)  # one result for each
        assert begun == list(dict.fromkeys(begun))
        return dict(found), "\n".join(lines)

    return grade


def test_each_submission_has_one_result_and_each_worker_one_submission(graded):
    waiting = []

    def later(student, future):
        assert future.address not in [other.address for _, other in waiting]
        waiting.append((student, future))
        if len(waiting) == 2:
            Client.good(*waiting.pop(0))
            Client.good(*waiting.pop(0))

    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2", grade=later)
    found, _ = graded(client, *"abcdef")
    assert all(isinstance(own, Graded) for own in found.values())
    assert client.left == ["leave"]


def test_what_a_worker_had_that_died_goes_to_another(graded):
    def dies(student, future):
        if future.address.endswith(":1"):
            client.there.remove(future.address)
        else:
            Client.good(student, future)

    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2", grade=dies)
    found, _ = graded(client, *"abc")
    assert all(isinstance(own, Graded) for own in found.values())
    assert client.begun[0] == ("a", "tcp://127.0.0.1:1")
    assert [address for student, address in client.begun if student == "a"][1:] == [
        "tcp://127.0.0.1:2"
    ]


@pytest.mark.parametrize("how", ["gone", "again", "error"])
def test_a_submission_that_kills_three_workers_is_reported_and_costs_nobody_else(graded, how):
    def kills(student, future):
        if student != "b":
            Client.good(student, future)
        elif how == "again":  # another process has the address
            future.end(b"")
        elif how == "error":  # as Dask has it where it noticed
            future.end((RuntimeError, RuntimeError("KilledWorker"), None), "error")
        else:  # the nanny starts another one
            client.there.remove(future.address)
            client.there.append(f"tcp://127.0.0.1:{len(client.begun) + 10}")

    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2", grade=kills)
    found, _ = graded(client, *"abcd")
    assert isinstance(found["b"], GraderDied)
    assert "lost 3 times (tcp://127.0.0.1:" in str(found["b"])
    assert sum(student == "b" for student, _ in client.begun) == 3
    assert all(isinstance(found[student], Graded) for student in "acd")
    assert all(sum(own == student for own, _ in client.begun) == 1 for student in "acd")


def test_a_worker_that_joins_late_is_handed_something(graded):
    def joins(student, future):
        if len(client.there) == 1:
            client.there.append("tcp://127.0.0.1:2")
            client.late = lambda: Client.good(student, future)
        else:
            Client.good(student, future)
            if student == "c":
                client.late()

    client = Client("tcp://127.0.0.1:1", grade=joins)
    graded(client, *"abc")
    assert client.begun[1:] == [
        ("b", "tcp://127.0.0.1:2"),
        ("c", "tcp://127.0.0.1:2"),
    ]


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"version": "9.9 (abc)"}, "it has version 9.9 (abc) of the project, and here is {}."),
        ({"lacks": "There is no sandbox on this machine"}, "There is no sandbox on this machine"),
    ],
)
def test_who_must_not_grade_is_named_and_handed_nothing(graded, about, reason):
    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2")
    client.about["tcp://127.0.0.1:1"] = about
    _, said = graded(client, *"abc")
    wanted = reason.format(version(EXERCISE))
    assert f"tcp://127.0.0.1:1 does not grade: {wanted}" in said
    assert {address for _, address in client.begun} == {"tcp://127.0.0.1:2"}


def test_a_worker_that_lacks_a_module_is_named(graded):
    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2")
    client.about["tcp://127.0.0.1:1"] = ModuleNotFoundError("No module named 'nbconvert'")
    _, said = graded(client, "a")
    assert "tcp://127.0.0.1:1 does not grade: ModuleNotFoundError: No module named" in said
    assert client.begun == [("a", "tcp://127.0.0.1:2")]


def test_a_scheduler_that_forgets_everything_is_no_submissions_fault(graded):
    def forgets(student, future):
        if len(client.begun) < 5:
            future.end(CancelledError(), "cancelled")
        else:
            Client.good(student, future)

    client = Client("tcp://127.0.0.1:1", grade=forgets)
    found, _ = graded(client, "a")
    assert isinstance(found["a"], Graded)


def test_a_worker_over_a_network_without_tls_is_refused(graded):
    client = Client("tcp://10.0.0.1:1", "tls://10.0.0.1:2")
    _, said = graded(client, *"abc")
    assert "tcp://10.0.0.1:1 does not grade: it is reached over a network without TLS." in said
    assert {address for _, address in client.begun} == {"tls://10.0.0.1:2"}


def test_where_all_are_refused_it_stops(graded, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.1)
    with pytest.raises(UserError, match="no worker of the cluster can grade"):
        graded(Client("tcp://10.0.0.1:1"), "a")


def test_a_worker_without_room_is_named_and_what_it_had_goes_to_another(graded):
    def full(student, future):
        if future.address.endswith(":1"):
            future.end(answer(OSError("No space left on device")))
        else:
            Client.good(student, future)

    client = Client("tcp://127.0.0.1:1", "tcp://127.0.0.1:2", grade=full)
    found, said = graded(client, *"abc")
    assert all(isinstance(own, Graded) for own in found.values())
    assert "tcp://127.0.0.1:1 does not grade: No space left on device" in said
    assert sum(address.endswith(":1") for _, address in client.begun) == 1


def test_a_worker_that_computes_otherwise_is_named_and_grades(graded):
    client = Client("tcp://127.0.0.1:1")
    client.about["tcp://127.0.0.1:1"] = {"made_with": {**made_with(), "instruction_set": "sse9"}}
    found, said = graded(client, "a")
    assert "computes with instruction set sse9, and here it is" in said
    assert isinstance(found["a"], Graded)


def test_a_scheduler_that_is_gone_stops_it(graded):
    client = Client("tcp://127.0.0.1:1")

    def gone():
        raise OSError("closed")

    client.nthreads = gone
    with pytest.raises(UserError, match=r"the scheduler is out of reach \(closed\)"):
        graded(client, "a")


def test_whoever_stops_early_tells_the_workers(monkeypatch):
    client = Client("tcp://127.0.0.1:1")
    monkeypatch.setattr(cluster, "as_completed", lambda **_: client.drain)
    running = SimpleNamespace(say=print, started=print)
    todo = [Submission(student, {}) for student in "abc"]
    found = cluster.grade_all(todo, Pack("pack", {}), HOW, running, client)
    assert next(found)[0] == "a"
    found.close()
    assert client.left == ["leave"]


def test_a_task_is_unpickled_without_the_project():
    data = dumps(cluster.on_worker())
    script = (
        "import sys; sys.modules['autograder'] = None\n"
        f"from distributed.protocol.pickle import loads; loads({data!r}); print('there')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "there\n", done.stderr


@pytest.mark.parametrize(
    ("address", "protected"),
    [
        ("tls://cluster:8786", True),
        ("tcp://127.0.0.1:8786", True),
        ("tcp://localhost:8786", True),
        ("tcp://[::1]:8786", True),
        ("tcp://cluster:8786", False),
        ("tcp://10.1.2.3:8786", False),
        ("tcp://127.0.0.1.example.org:8786", False),
        ("ws://127.0.0.1:8786", False),
        ("ucx://cluster:8786", False),
    ],
)
def test_tls_is_required_but_for_loopback(address, protected):
    assert connect.is_protected(address) == protected


def test_a_scheduler_over_a_network_without_tls_is_not_even_asked():
    start = time.monotonic()
    with pytest.raises(UserError, match="with TLS only"), spread.on_cluster("cluster:8786", 0):
        pass
    assert time.monotonic() - start < 5


def test_a_scheduler_without_a_certificate_or_that_is_not_there_is_named():
    with (
        pytest.raises(UserError, match="TLS takes a certificate"),
        spread.on_cluster("tls://cluster:8786", 0),
    ):
        pass
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with (
        pytest.raises(UserError, match=f"{address}: no connection .*refused"),
        spread.on_cluster(address, 0),
    ):
        pass


def test_a_cluster_on_this_machine_hears_no_ctrl_c_and_leaves_nothing(tmp_path, monkeypatch):
    def deaf():
        import signal

        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(scratch, "home", lambda: tmp_path / "home")
    with connect.to_this_machine(1) as client:
        assert list(client.run(deaf).values()) == [True]
        assert not deaf()
        assert [*tmp_path.glob("home/*")]
    assert [*tmp_path.glob("*/*")] == []
