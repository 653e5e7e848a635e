"""Reading what it must not: the attacker puts what it finds into an error message."""

import contextlib
import os
import socket
import tempfile
import threading
from pathlib import Path

import pytest

from .arena import CANARY, SANDBOX, Attack, gains_points, judge


def may_trace():
    """Return whether this system lets a worker look into its parent.

    One of root's has given up the right to; one of a user's never needed any.
    """
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    return os.geteuid() != 0 and (not scope.exists() or scope.read_text().strip() == "0")


ATTACKS = [
    Attack(
        "opens the solution",
        """
        text = open(ROOT + "/solutions/cs231n/layers.py").read()
        tell(text[text.index("BEGIN SOLUTION"):])
        """,
        stopped=SANDBOX,
    ),
    Attack("opens the gradebook", "tell(open(COURSE + '/gradebook.db').read())", stopped=SANDBOX),
    Attack(
        "opens the course's seed", "tell(open(COURSE + '/.course-seed').read())", stopped=SANDBOX
    ),
    Attack(
        "opens a case pack on disk",
        """
        data = open(COURSE + "/secret.pack", "rb").read()
        tell(data[data.index(b"canary"):][:20])
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "opens another submission",
        "tell(open(COURSE + '/submissions/other/cs231n/layers.py').read())",
        stopped=SANDBOX,
    ),
    Attack("opens an SSH key", "tell(open(COURSE + '/home/.ssh/id_rsa').read())", stopped=SANDBOX),
    Attack("reads a canary in HOME", "tell(open(os.path.expanduser('~/.ssh/id_rsa')).read())"),
    Attack("reads its environment", "tell(dict(os.environ))"),
    Attack(
        "reads the environment of all processes",
        """
        found = b""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                found += open(f"/proc/{pid}/environ", "rb").read()
            except OSError:
                pass
        if b"PYTEST" in found or b"HOME=" in found.replace(os.environ["HOME"].encode(), b""):
            tell("canary-5f0c2a: the environment of another process")
        """,
        stopped=SANDBOX,
        possible=lambda: os.geteuid() != 0,
    ),
    Attack(
        "reads the grader's memory",
        """
        with open(f"/proc/{os.getppid()}/maps") as maps, \\
                open(f"/proc/{os.getppid()}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if "rw" not in rights or "[v" in line:
                    continue
                low, high = (int(part, 16) for part in span.split("-"))
                try:
                    memory.seek(low)
                    data = memory.read(min(high - low, 1 << 26))
                except (OSError, ValueError, OverflowError):
                    continue
                if (at := data.find(b"canary" + b"-")) >= 0:
                    tell(data[at:at + 20])
        """,
        stopped=SANDBOX,
        possible=may_trace,
    ),
    Attack(
        "reads the grader's open files",
        """
        folder = f"/proc/{os.getppid()}/fd"
        for name in os.listdir(folder):
            if os.path.isfile(f"{folder}/{name}"):
                data = open(f"{folder}/{name}", "rb").read(1000)
                if b"canary" in data:
                    tell(data)
        """,
        stopped=SANDBOX,
        possible=lambda: os.geteuid() != 0,
    ),
    Attack(
        "attaches a debugger to the grader",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(16, os.getppid(), None, None) == 0:  # PTRACE_ATTACH
            tell("canary-5f0c2a: attached")
        """,
        stopped=SANDBOX,
        unsafe=True,
    ),
    Attack(
        "reads what it has inherited: every descriptor",
        """
        import fcntl
        found = []
        for fd in range(3, 256):
            try:
                fcntl.fcntl(fd, fcntl.F_SETFL, os.O_NONBLOCK)
                found.append(os.read(fd, 1 << 16))
            except OSError:
                pass
        tell([data for data in found if b"canary" in data])
        """,
    ),
    Attack(
        "walks the frames for expected values",
        """
        frame, found = sys._getframe(), []
        while frame:
            found += [repr(frame.f_locals), repr(list(frame.f_globals))]
            frame = frame.f_back
        text = "".join(found)
        tell([word for word in ("canary", "rtol", "max_points") if word in text])
        """,
        goal=lambda trial: "FOUND []" not in trial.text,
    ),
    Attack(
        "walks all objects for expected values",
        """
        import gc
        arrays = [o for o in gc.get_objects() if isinstance(o, np.ndarray)]
        arrays += [v for o in gc.get_objects() if isinstance(o, dict)
                   for v in list(o.values()) if isinstance(v, np.ndarray)]
        for out in arrays:
            if out.shape == right(x, pool_param).shape and np.allclose(out, right(x, pool_param)):
                return out, None
        return np.zeros(1), None
        """,
        goal=gains_points,
    ),
    Attack(
        "imports the solution by its path",
        """
        import importlib.util
        spec = importlib.util.spec_from_file_location("ref", ROOT + "/solutions/cs231n/layers.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.max_pool_forward_naive(x, pool_param)
        """,
        stopped=SANDBOX,
        goal=gains_points,
    ),
    Attack(
        "puts the solution on its path",
        """
        import importlib
        import cs231n
        cs231n.__path__.insert(0, ROOT + "/solutions/cs231n")
        del sys.modules["cs231n.layers"]
        layers = importlib.import_module("cs231n.layers")
        assert layers.__file__ != __file__
        return layers.max_pool_forward_naive(x, pool_param)
        """,
        stopped=SANDBOX,
        goal=gains_points,
    ),
    Attack(
        "imports the modules 'solutions' and 'autograder'",
        """
        from solutions.cs231n.layers import max_pool_forward_naive as answer
        from autograder.judging import pack
        return answer(x, pool_param)
        """,
        goal=gains_points,
    ),
    Attack(
        "imports the autograder by its folder, past the stand-ins",
        """
        import importlib.machinery as own
        sys.meta_path[:] = [own.BuiltinImporter, own.FrozenImporter, own.PathFinder]
        sys.modules.pop("autograder", None)
        sys.path.insert(0, ROOT)
        from autograder import locate
        # Not in one piece: a line that raises is shown to its author.
        mark = "BEGIN " + "SOLUTION"
        tell(mark + locate.solutions().joinpath("cs231n/layers.py").read_text()[-100:])
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "opens the gradebook through a symbolic link",
        """
        os.symlink(COURSE + "/gradebook.db", "innocent.txt")
        tell(open("innocent.txt").read())
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "opens the gradebook through a hard link",
        """
        os.link(COURSE + "/gradebook.db", "innocent.txt")
        tell(open("innocent.txt").read())
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "opens the gradebook by many steps up",
        "tell(open('../' * 40 + COURSE + '/gradebook.db').read())",
        stopped=SANDBOX,
    ),
    Attack(
        "opens the gradebook through /proc/self/root",
        "tell(open('/proc/self/root' + COURSE + '/gradebook.db').read())",
        stopped=SANDBOX,
    ),
    Attack(
        "opens the gradebook by a system call of its own",
        """
        import ctypes
        libc = ctypes.CDLL(None)
        fd = libc.open((COURSE + "/gradebook.db").encode(), 0)
        buffer = ctypes.create_string_buffer(100)
        libc.read(fd, buffer, 100)
        tell(buffer.raw)
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "has another program open the gradebook",
        """
        import subprocess
        tell(subprocess.run(["/bin/cat", COURSE + "/gradebook.db"], capture_output=True).stdout)
        """,
        stopped=SANDBOX,
    ),
    Attack(
        "becomes another program that opens the gradebook",
        """
        os.dup2(os.open(COURSE + "/gradebook.db", os.O_RDONLY), 0)
        os.execv("/bin/sh", ["sh", "-c", f"/bin/cat > {COURSE}/copy"])
        """,
        stopped=SANDBOX,
        goal=lambda trial: bool(trial.changed),
    ),
    Attack(
        "lists the folder of submissions",
        "tell('canary' + '-5f0c2a: ' + str(os.listdir(COURSE + '/submissions')))",
        stopped=SANDBOX,
    ),
]


# These need a server to talk to, or a second run; see their tests below.
TCP, UNIX = "connects to a server over TCP", "connects to a UNIX socket by its path"
ABSTRACT, UDP = "connects to an abstract UNIX socket", "sends a datagram"
NOTES = "leaves notes for its next run in a shared folder"
OTHERS = dict.fromkeys((TCP, UNIX, ABSTRACT, UDP, NOTES), SANDBOX)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_secret_is_read(arena, attack, level):
    judge(arena, attack, level)


@contextlib.contextmanager
def serving(server):
    """Give a canary to whoever connects."""

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                connection.sendall(CANARY.encode())
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    with server:
        yield
        server.close()


def test_no_tcp(arena, level):
    server = socket.create_server(("127.0.0.1", 0))
    body = f"""
    import socket
    with socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), timeout=2) as s:
        tell(s.recv(100))
    """
    with serving(server):
        judge(arena, Attack(TCP, body, stopped=SANDBOX), level)


def test_no_unix_sockets(arena, level, tmp_path):
    path = str(tmp_path / "agent")
    body = f"""
    import socket
    s = socket.socket(socket.AF_UNIX)
    s.connect({path!r})
    tell(s.recv(100))
    """
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    with serving(server):
        judge(arena, Attack(UNIX, body, stopped=SANDBOX), level)


def test_no_abstract_sockets(arena, level):
    server = socket.socket(socket.AF_UNIX)
    name = f"convnets-attack-{level}-{os.getpid()}"  # of this run only
    server.bind(f"\0{name}")
    server.listen()
    body = f"""
    import socket
    s = socket.socket(socket.AF_UNIX)
    s.connect("\\0{name}")
    tell(s.recv(100))
    """
    with serving(server):
        judge(arena, Attack(ABSTRACT, body, stopped=SANDBOX), level)


def test_no_udp(arena, level):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.3)
        body = f"""
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.sendto(b"inputs", ("127.0.0.1", {receiver.getsockname()[1]}))
        """

        def received(_):
            try:
                return receiver.recv(100) == b"inputs"
            except TimeoutError:
                return False

        judge(arena, Attack(UDP, body, stopped=SANDBOX, goal=received), level)


def test_what_a_run_leaves_is_not_there_for_the_next(arena, level):
    notes = Path(tempfile.gettempdir(), "convnets-attack-notes")
    body = f"""
    for path in ({str(notes)!r}, os.path.expanduser("~/notes")):
        if os.path.exists(path) and open(path).read() != RUN:
            tell("canary" + "-5f0c2a: notes of the last run")
        try:
            open(path, "w").write(RUN)
        except OSError:
            pass
    """
    attack = Attack(NOTES, body, top="RUN = os.urandom(8).hex()", stopped=SANDBOX)
    try:
        arena.run(attack, level)
        judge(arena, attack, level)
    finally:
        notes.unlink(missing_ok=True)
