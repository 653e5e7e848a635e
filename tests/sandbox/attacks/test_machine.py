"""Hurting the machine: hangs, exits, memory, disk, processes that stay, and the grader's own."""

import os
import time

import pytest

from autograder.exercises.convnets import EXERCISE
from autograder.judging import session
from autograder.judging.session import Session
from autograder.sandbox.errors import Died, Raised, TimedOut

from .arena import BUBBLEWRAP, SANDBOX, Attack, gains_points, judge

resource = pytest.importorskip("resource", reason="needs a POSIX system")

HANGS = {
    "an endless loop": "while True: pass",
    "one that swallows every exception": """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
    "in C code that holds the GIL": "return 3 ** 10 ** 9, None",
    "in a regular expression": "import re\nreturn re.match('(a+)+$', 'a' * 60 + 'b'), None",
    "in a thread that is waited for": """
        import threading
        thread = threading.Thread(target=lambda: [None for _ in iter(int, 1)])
        thread.start()
        thread.join()
        """,
    "on a lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "sleeping": "import time\ntime.sleep(3600)",
    "with all signals ignored and blocked": """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True: pass
        """,
    "stopped by itself": "import signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "in a finalizer": """
        class Trap:
            def __del__(self):
                while True: pass
        trap = Trap()
        del trap
        """,
    "in the conversion of its result": """
        class Slow(np.ndarray):
            def __array_finalize__(self, other):
                while getattr(self, "ndim", 0) == 1: pass
        return np.zeros(3).view(Slow), None
        """,
    "reading a request that never comes": """
        for fd in range(3, 20):
            try:
                os.read(fd, 1 << 30)
            except OSError:
                pass
        while True: pass
        """,
    "an endless list": """
        import itertools
        for _ in itertools.count(): pass
        """,
}


@pytest.fixture
def payload(secret_pack):
    """Return a request for max pooling."""
    return secret_pack.cases["max_pool_forward_naive/standard"][0].payload


@pytest.mark.parametrize("name", HANGS)
def test_a_hang_ends_in_time(arena, payload, level, name):
    submission = Attack(name, body=HANGS[name]).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried, pytest.raises(TimedOut):
        tried.ask("forward", payload, 0.4)


TOPS = {
    "at import": "while True: pass",
    "in a decorator": "def wait(f):\n    while True: pass\n@wait\ndef f(): pass",
    "training at import": "W = np.ones((300, 300))\nwhile True: W = W @ W / 300",
    "in a metaclass": "class M(type):\n    def __new__(*a):\n        while True: pass\n"
    "class C(metaclass=M): pass",
}


@pytest.mark.parametrize("name", TOPS)
def test_a_hang_at_import_ends_in_time(arena, payload, level, name, monkeypatch):
    monkeypatch.setattr(session, "LOAD_SECONDS", 0.5)
    submission = Attack(name, top=TOPS[name]).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried:
        for _ in range(2):  # asked once, remembered afterwards
            with pytest.raises(session.CannotLoad, match="had not finished"):
                tried.ask("forward", payload, 0.4)


ENDS = {
    "sys.exit": "sys.exit(3)",
    "os._exit": "os._exit(3)",
    "os.abort": "os.abort()",
    "SIGKILL to itself": "os.kill(os.getpid(), 9)",
    "SIGKILL to its group": "os.kill(0, 9)",
    "a segmentation fault": "import ctypes\nctypes.string_at(0)",
    "a stack overflow": """
        sys.setrecursionlimit(10 ** 9)
        def f(n): return f(n + 1) + 1
        f(0)
        """,
    "a stack overflow in C": """
        class A: pass
        value = A()
        sys.setrecursionlimit(10 ** 9)
        for _ in range(10 ** 6):
            value = [value]
        repr(value)
        """,
    "closing every descriptor": "os.closerange(0, 256)",
    "closing its output": "sys.stdout.close()\nsys.stderr.close()\nraise ValueError",
    "opening more and more files": "files = [open('/dev/null') for _ in iter(int, 1)]",
    "one huge array": "return np.ones(1 << 40), None",
    "a slow leak": "leak = []\nwhile True: leak.append(np.ones(1 << 24))",
    "a huge result": "return np.broadcast_to(np.zeros(1), (1 << 15, 1 << 15)), None",
    "a result larger than a reply": "return np.zeros(10_000_000), None",
    "a huge list": "return [0.0] * 10 ** 8, None",
    "a file of a terabyte": "f = open('sparse', 'wb')\nf.seek(1 << 40)\nf.write(b'x')\nf.flush()",
    "removing its working directory": "import shutil\nshutil.rmtree(os.getcwd())\nos.getcwd()",
    "a broken standard output": "sys.stdout = sys.stderr = None\nraise ValueError",
    "thousands of threads": """
        import threading, time
        threads = [threading.Thread(target=time.sleep, args=(99,), daemon=True)
                   for _ in range(3000)]
        for thread in threads:
            thread.start()
        """,
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_the_submissions_own(arena, payload, level, name):
    """It gets no array of the right form, whatever it does; and the session goes on."""
    submission = Attack(name, body=ENDS[name]).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried:
        for _ in range(2):
            try:
                reply = tried.ask("forward", payload, 1).reply
            except (Died, Raised, TimedOut):
                continue
            assert getattr(reply["out"], "shape", None) != (2, 3, 2, 2)


def test_what_is_printed_is_bounded(arena, payload, level):
    body = "for _ in range(300): print('x' * (1 << 20))\nreturn np.ones(1), None"
    submission = Attack("prints 300 MB", body=body).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried:
        with pytest.raises((Raised, Died)) as caught:
            tried.ask("forward", payload, 120)
        assert len(str(caught.value)) < 5000


def test_a_reply_flood_does_not_fill_the_grader(arena, payload, level):
    body = """
    import threading
    frame = sys._getframe()
    while "replies" not in frame.f_locals:
        frame = frame.f_back
    pipe = frame.f_locals["replies"].fileno()
    message = b'{"tree": 1, "bodies": []}'
    while True: os.write(pipe, b"CNW1" + len(message).to_bytes(4, "little") + message)
    """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    submission = Attack("floods", body=body).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried, pytest.raises(Died):
        tried.ask("forward", payload, 120)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 50 << 10  # KiB


def marked(trial):
    """Return whether something that went on after the end has left its mark, soon after."""
    time.sleep(1.5)
    mark = trial.course / "mark"
    there = mark.exists()
    mark.unlink(missing_ok=True)
    return there


def changed_limits(_):
    """Return whether the grader's own limit on core files has been lowered to 7."""
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 7


LEAVE_A_MARK = """
    import time
    os.closerange(0, 100)
    time.sleep(0.7)
    open(COURSE + "/mark", "w").close()
    os._exit(0)
"""
ATTACKS = [
    Attack(
        "leaves a daemon behind: two forks and a session of its own",
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:"
        + LEAVE_A_MARK.replace("\n    ", "\n        ")
        + "\n    os._exit(0)\nos._exit(0)",
        stopped=SANDBOX,
        goal=marked,
    ),
    Attack(
        "leaves a child behind in its own group",
        "if os.fork() == 0:" + LEAVE_A_MARK + "\nos._exit(0)",
        goal=marked,
    ),
    Attack(
        "leaves a child that holds the pipes",
        """
        if os.fork() == 0:
            import time
            os.setsid()
            time.sleep(1)
            os._exit(0)
        os._exit(0)
        """,
        goal=gains_points,
    ),
    Attack(
        "is a fork bomb",
        """
        while True:
            os.fork()
        """,
        stopped=SANDBOX,
        unsafe=True,
        goal=gains_points,
    ),
    Attack("kills the grader", "os.kill(os.getppid(), 9)", stopped=SANDBOX, unsafe=True),
    Attack("stops the grader", "os.kill(os.getppid(), 19)", stopped=SANDBOX, unsafe=True),
    Attack("kills everything it may", "os.kill(-1, 9)", stopped=SANDBOX, unsafe=True),
    Attack(
        "changes the resource limits of the grader",
        """
        import resource
        resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (7, resource.RLIM_INFINITY))
        """,
        stopped=SANDBOX,
        goal=changed_limits,
    ),
    Attack(
        "lifts its own limits",
        """
        import resource
        for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
            resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        tell("canary" + "-5f0c2a")
        """,
    ),
    Attack(
        "makes a device file of the disk, and reads it",
        """
        import stat
        numbers = [line.split()[:2] for line in open("/proc/partitions").readlines()[2:]]
        os.mknod("disk", stat.S_IFBLK | 0o600, os.makedev(*map(int, numbers[0])))
        tell("canary" + "-5f0c2a: " + str(open("disk", "rb").read(10)))
        """,
    ),
    Attack(
        "moves the grader to one processor",
        "os.sched_setaffinity(os.getppid(), {min(os.sched_getaffinity(0))})",
        stopped=SANDBOX,
        possible=lambda: len(os.sched_getaffinity(0)) > 1 and os.geteuid() != 0,
        goal=lambda trial: len(os.sched_getaffinity(0)) == 1,
    ),
    Attack(
        "fills the disk",
        """
        for i in range(10):
            with open(f"part{i}", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, 60 << 20)
        tell("canary" + "-5f0c2a: 600 MB")
        """,
        stopped=BUBBLEWRAP,
    ),
    Attack(
        "leaves a file in shared memory",
        """
        try:
            open("/dev/shm/convnets-attack", "w").close()
            tell("canary" + "-5f0c2a")
        finally:
            if os.path.exists("/dev/shm/convnets-attack"):
                os.remove("/dev/shm/convnets-attack")
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "leaves a System V shared memory segment",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        number = libc.shmget(0, 4096, 0o1600)
        if number >= 0:
            libc.shmctl(number, 0, None)  # removed again
            tell("canary" + "-5f0c2a")
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "makes namespaces of its own, to be root in them",
        """
        import ctypes
        if ctypes.CDLL(None).unshare(0x10000000) == 0:
            tell("canary" + "-5f0c2a: a user namespace")
        """,
        stopped=SANDBOX,
        unsafe=True,  # whether it succeeds depends on the system
    ),
    Attack(
        "sets LD_PRELOAD and starts itself again",
        """
        os.environ["LD_PRELOAD"] = "/tmp/evil.so"
        os.execv(sys.executable, [sys.executable, "-c", f"open({COURSE + '/made'!r}, 'w')"])
        """,
        stopped=SANDBOX,
        goal=lambda trial: bool(trial.changed),
    ),
]


@pytest.fixture
def own_limits():
    """Put the limits of this process back."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
@pytest.mark.usefixtures("own_limits")
def test_nothing_is_hurt(arena, attack, level):
    judge(arena, attack, level)


RESIST = {
    "locked folders": "os.makedirs('a/b/c')\nos.chmod('a/b', 0)\nos.chmod('a', 0)",
    "20,000 files": "for i in range(20000): open(str(i), 'w').close()",
    "folders 1,500 deep": "for i in range(1500):\n    os.mkdir('d')\n    os.chdir('d')",
    "names that cannot be read": "open(b'\\xff\\xfe\\n', 'w').close()",
}


@pytest.mark.parametrize("name", RESIST)
def test_its_folder_is_removed(arena, payload, level, name):
    submission = Attack(name, body=RESIST[name]).submission(arena.course)
    with Session(submission, EXERCISE.files, isolation=level) as tried:
        try:
            tried.ask("forward", payload, 120)
        except Raised as error:
            assert "Error" in error.summary  # a sandbox allows no chmod
        homes = [worker.home for worker in tried._workers.values()]
    assert homes
    assert not any(home.exists() for home in homes)


def test_settings_of_one_check_do_not_reach_the_next(arena, level):
    """Seeds, NumPy's error state, warnings, the environment: each reply is as if it were alone."""
    top = """
    import random, warnings
    draws = []
    """
    body = """
    draws.append((np.random.rand(), random.random(), np.random.randn()))
    np.random.seed(len(draws))
    random.seed(len(draws))
    np.seterr(all="raise")
    warnings.simplefilter("error")
    os.environ["OMP_NUM_THREADS"] = "64"
    os.nice(5)
    if len(set(draws)) > 1:
        raise ValueError("drew something else")
    return right(x, pool_param), (x, pool_param)
    """
    honest = Attack("draws", body, top, checks=("max_pool_forward_naive/standard",))
    assert arena.run(honest, level).points == 2
