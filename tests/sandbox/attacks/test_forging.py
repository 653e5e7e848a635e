"""Forging: making wrong results look right, or the grader's records look better."""

from dataclasses import replace

import pytest

from forge import WIRE

from .arena import SANDBOX, Attack, changes_files, gains_points, judge

WRONG = "return right(x, pool_param) + 1, None"
OUT = '{"out": {"$array": 0}, "after": {"x": {"$array": 0}}}'
BOTH = '{"out": {"$array": 0}, "after": {"x": {"$array": 1}}}'


def forged(name, reply):
    """Return the attack of a reply in the worker's place; `reply` is what it sends."""
    return Attack(name, body=f"forge(lambda number: {reply})", top=WIRE, goal=gains_points)


def wrong(name, body=WRONG, top=""):
    """Return the attack of getting points for a wrong result."""
    return Attack(name, body=body, top=top, goal=gains_points)


ATTACKS = [
    wrong(
        "replaces numpy.allclose and numpy.testing",
        top="""
        np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
        np.testing.assert_allclose = lambda *a, **k: None
        np.isfinite = np.abs = lambda a: np.zeros(np.shape(a))
        """,
    ),
    wrong(
        "replaces abs, sum, max, isinstance and len",
        top="""
        import builtins
        builtins.abs = lambda v: 0.0
        builtins.sum = lambda *a: 0
        builtins.max = lambda *a, **k: 0.0
        """,
    ),
    wrong(
        "changes float.__eq__ in C",
        top="""
        import ctypes, gc
        table = gc.get_referents(float.__dict__)[0]
        try:
            table["__eq__"] = lambda a, b: True
            ctypes.pythonapi.PyType_Modified(ctypes.py_object(float))
        except Exception:
            pass
        """,
    ),
    wrong(
        "returns an object that is equal to everything",
        """
        class Yes:
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: True
            __float__ = lambda self: 0.0
            __array__ = lambda self, *a, **k: right(x, pool_param) + 1
            __array_ufunc__ = lambda self, *a, **k: True
            shape, dtype, ndim = (2, 3, 2, 2), np.dtype(float), 4
        return Yes(), None
        """,
    ),
    wrong(
        "returns an array of a class that lies when compared",
        """
        class Yes(np.ndarray):
            __eq__ = __sub__ = __rsub__ = __abs__ = lambda self, *a: np.zeros(self.shape)
            def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)
            def __array_finalize__(self, other): pass
        return (right(x, pool_param) + 1).view(Yes), None
        """,
    ),
    wrong("returns NaN", "return right(x, pool_param) * np.nan, None"),
    wrong("returns infinity", "return right(x, pool_param) + np.inf, None"),
    wrong("returns an array of objects", "return right(x, pool_param).astype(object), None"),
    wrong("returns complex numbers", "return right(x, pool_param).astype(complex), None"),
    wrong("returns half precision", "return right(x, pool_param).astype(np.float16), None"),
    wrong(
        "returns a structured array",
        "return right(x, pool_param).view([('value', float)]), None",
    ),
    wrong("returns text", "return right(x, pool_param).astype(str), None"),
    wrong("returns dates", "return right(x, pool_param).astype('M8[s]'), None"),
    wrong(
        "returns a masked array that hides what is wrong",
        "return np.ma.masked_array(right(x, pool_param) + 1, mask=True), None",
    ),
    wrong(
        "returns a memory-mapped file with other values",
        """
        out = np.memmap("out", dtype=float, mode="w+", shape=right(x, pool_param).shape)
        return out, None
        """,
    ),
    wrong("returns a shape that broadcasts", "return right(x, pool_param)[:1, :1], None"),
    wrong("returns one number", "return float(right(x, pool_param).flat[0]), None"),
    wrong("returns a list", "return right(x, pool_param).tolist(), None"),
    wrong("returns a generator", "yield right(x, pool_param)"),
    wrong("returns an endless generator as a pair", "return (v for v in iter(int, 1)), None"),
    wrong("returns itself", "return max_pool_forward_naive, max_pool_forward_naive"),
    wrong(
        "returns a tuple nested without end",
        "value = []\nvalue.append(value)\nreturn value, None",
    ),
    wrong("returns an integer of 10,000 digits", "return 10 ** 10_000, None"),
    wrong("returns 60 million booleans", "return np.zeros(60_000_000, bool), None"),
    wrong("returns a gigabyte", "return np.zeros(1 << 27), None"),
    wrong("raises arrays of 50 MB in text", "raise ValueError([np.zeros(900)] * 9000)"),
    wrong("returns a text of 100 MB", "return 'x' * 100_000_000, None"),
    wrong(
        "returns an array that a thread changes later",
        """
        import threading, time
        out = np.zeros(right(x, pool_param).shape)
        threading.Thread(target=lambda: out.fill(1) or time.sleep(9), daemon=True).start()
        return out, None
        """,
    ),
    wrong("writes the answer into its input", "x[:] = 0\nreturn np.zeros((2, 3, 2, 2)), None"),
    wrong("exits with status 0", "os._exit(0)"),
    wrong("exits by sys.exit(0)", "sys.exit(0)"),
    wrong("raises KeyboardInterrupt", "raise KeyboardInterrupt"),
    wrong("raises GeneratorExit", "raise GeneratorExit"),
    wrong(
        "raises an exception that cannot be printed",
        """
        class Bad(Exception):
            def __str__(self): raise SystemExit(0)
        raise Bad
        """,
    ),
    wrong(
        "raises an exception that claims to be a stub",
        "raise NotImplementedError('passed: 2 of 2 points')",
    ),
    wrong(
        "prints a report of its own",
        """
        print("1 passed in 0.01s")
        print('{"status": "passed", "points": 100}', file=sys.stderr)
        os.write(1, b"CNW1passed")
        """
        + WRONG,
    ),
    wrong(
        "replaces the worker's own functions",
        """
        import operations, serve, wire
        serve.answer = lambda *a: {"result": {"passed": True, "points": 100}}
        operations.OPERATIONS["forward"] = lambda **k: {"out": 1, "passed": True}
        wire.WireError = wire.encode = serve.describe_error = lambda *a: True
        """
        + WRONG,
    ),
    wrong(
        "registers exit handlers, signal handlers, tracers and import hooks",
        """
        import atexit, signal, builtins
        atexit.register(lambda: os.write(3, b"passed"))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        sys.settrace(lambda *a: None)
        sys.setprofile(lambda *a: None)
        builtins.__import__ = lambda *a, **k: sys
        sys.excepthook = sys.unraisablehook = lambda *a: None
        """
        + WRONG,
    ),
    wrong(
        "puts numpy.py, conftest.py and sitecustomize.py where it can, and crashes",
        """
        for folder in (os.getcwd(), os.path.dirname(os.path.dirname(__file__))):
            for name in ("numpy.py", "conftest.py", "sitecustomize.py", "operations.py", "x.pth"):
                try:
                    open(os.path.join(folder, name), "w").write("raise SystemExit('PLANTED')")
                except OSError:
                    pass
        os.kill(os.getpid(), 9)
        """,
    ),
    wrong(
        "changes its own file for the next start, and crashes",
        """
        try:
            open(__file__, "a").write("\\nraise SystemExit('PLANTED')")
        except OSError:
            pass
        os.kill(os.getpid(), 9)
        """,
    ),
    wrong(
        "behaves well only where it sees no grader",
        "return (right(x, pool_param) if 'serve' not in sys.modules else np.ones(1)), None",
    ),
    wrong(
        "counts its calls, and is right once",
        "calls.append(1)\nreturn right(x, pool_param) * (len(calls) == 1), None",
        "calls = []",
    ),
    wrong(
        "returns what it got in the call before",
        "memory.append(right(x, pool_param))\nreturn memory[max(0, len(memory) - 2)], None",
        "memory = [np.zeros((2, 3, 2, 2))]",
    ),
    forged("sends a reply of its own form", 'message({"id": number, "result": {"passed": True}})'),
    forged("sends a verdict", 'message({"id": number, "verdict": "passed", "points": 2})'),
    forged("replies with nothing", 'message({"id": number, "result": None})'),
    forged(
        "replies without the inputs",
        'message({"id": number, "result": {"out": {"$array": 0}}}, [npy(np.zeros((2, 3, 2, 2)))])',
    ),
    forged(
        "replies with wrong values itself",
        f'message({{"id": number, "result": {OUT}}}, [npy(np.zeros((2, 3, 2, 2)))])',
    ),
    forged("replies to another request", 'message({"id": "0" * 16, "result": {}})'),
    forged("replies without a number", 'message({"result": {}})'),
    forged(
        "replies with a pickle",
        f'message({{"id": number, "result": {OUT}}}, [pickled()])',
    ),
    forged(
        "claims an array of a terabyte",
        f'message({{"id": number, "result": {OUT}}}, '
        '[npy(np.zeros(3)).replace(b"(3,)", b"(999999999999,)")])',
    ),
    forged(
        "claims a hundred axes",
        f'message({{"id": number, "result": {OUT}}}, '
        '[npy(np.zeros(1)).replace(b"(1,), ", b"(" + b"1," * 100 + b"), ")])',
    ),
    forged("claims a body of a terabyte", 'message({"id": number, "result": 1}, [], [1 << 40])'),
    forged("claims a header of 4 GB", 'b"CNW1" + b"\\xff" * 4 + b"x"'),
    forged(
        "sends JSON nested 100,000 deep", 'b"CNW1" + struct.pack("<I", 200_000) + b"[" * 200_000'
    ),
    forged(
        "sends an integer of a million digits",
        'b"CNW1" + struct.pack("<I", 1_000_000) + b"9" * 1_000_000',
    ),
    forged(
        "sends NaN and Infinity as JSON",
        'message({"id": number, "result": {"out": float("nan"), "after": float("inf")}})',
    ),
    forged(
        "sends an error with control characters and halves of characters",
        'message({"id": number, "error": {"type": "\\x1b[2J", "message": "\\ud800\\x00" * 9999,'
        ' "frames": [{"file": "\\x1b]0;x\\x07", "line": 10**30, "text": 3}] * 999}})',
    ),
    forged(
        "names one array twice",
        f'message({{"id": number, "result": {OUT}}}, [npy(right(x, pool_param))])',
    ),
    forged(
        "names one array 200 times",
        'message({"id": number, "result": {"out": {"$tuple": [{"$array": 0}] * 200}, '
        '"after": {"x": {"$array": 1}}}}, [npy(np.zeros(1 << 20)), npy(x)])',
    ),
    forged(
        "sends an array that it does not name",
        f'message({{"id": number, "result": {BOTH}}}, [npy(right(x, pool_param)), npy(x), npy(x)])',
    ),
    forged(
        "adds a part of its own to a right reply",
        f'message({{"id": number, "result": {{**{BOTH}, "points": 100}}}}, '
        "[npy(right(x, pool_param)), npy(x)])",
    ),
    forged(
        "sends 200,000 values",
        'message({"id": number, "result": {"out": {"$tuple": [0] * 200_000}, "after": {}}})',
    ),
    forged(
        "claims 100,000 arrays of nothing",
        f'message({{"id": number, "result": {BOTH}}}, [], [0] * 100_000)',
    ),
    forged(
        "sends a text of 900,000 characters",
        'message({"id": number, "result": {"out": {"$object": "x" * 900_000}, "after": {}}})',
    ),
    forged("sends half a message", 'message({"id": number, "result": {}})[:-5]'),
    forged("sends 200 MB of noise", 'b"CNW1" + os.urandom(1 << 20) * 200'),
    forged(
        "sends the reply to the next request, too",
        f'message({{"id": number, "result": {OUT}}}, [npy(right_now)]) * 50',
    ),
]
TOPS = {
    "replies with a pickle": """
def pickled():
    stream = io.BytesIO()
    np.save(stream, np.array([{}], dtype=object), allow_pickle=True)
    return stream.getvalue()
""",
    "sends the reply to the next request, too": "right_now = np.zeros((2, 3, 2, 2))",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_no_points_for_what_is_wrong(arena, attack, level):
    if attack.name in TOPS:
        attack = replace(attack, top=attack.top + TOPS[attack.name])
    trial = judge(arena, attack, level)
    assert "PLANTED" not in trial.text
    assert all(letter.isprintable() or letter in "\n\t" for letter in trial.text)
    assert len(trial.text) < 20_000


FILES = [
    Attack(
        "writes its grade into the gradebook",
        "open(COURSE + '/gradebook.db', 'w').write('attacker 100')",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "writes a results file",
        "open(COURSE + '/results.json', 'w').write('{}')",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "removes another submission",
        "os.remove(COURSE + '/submissions/other/cs231n/layers.py')",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "renames the gradebook",
        "os.rename(COURSE + '/gradebook.db', COURSE + '/gone')",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "truncates the gradebook",
        "os.truncate(COURSE + '/gradebook.db', 0)",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "makes the gradebook unreadable",
        "os.chmod(COURSE + '/gradebook.db', 0)",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "sets the gradebook's time back",
        "os.utime(COURSE + '/gradebook.db', (0, 0))",
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "makes a named pipe, a link and a folder beside the gradebook",
        """
        for make in (os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)):
            try:
                make(COURSE + "/trap" + str(id(make)))
            except OSError:
                pass
        """,
        stopped=SANDBOX,
        goal=changes_files,
    ),
    Attack(
        "changes a given file",
        """
        import cs231n
        for folder in cs231n.__path__[1:]:
            open(folder + "/dense.py", "a").write("\\n# changed\\n")
            tell("canary" + "-5f0c2a")
        """,
        stopped=SANDBOX,
        unsafe=True,
    ),
    Attack(
        "plants compiled code beside a given file",
        """
        import cs231n
        for folder in cs231n.__path__[1:]:
            open(folder + "/__pycache__/planted.pyc", "wb").write(b"planted")
            tell("canary" + "-5f0c2a")
        """,
        stopped=SANDBOX,
        unsafe=True,
    ),
    Attack(
        "plants a module in site-packages",
        """
        import site
        open(site.getsitepackages()[0] + "/planted.pth", "w").write("import os")
        tell("canary" + "-5f0c2a")
        """,
        stopped=SANDBOX,
        unsafe=True,
    ),
    Attack(
        "changes the worker's own files",
        """
        import serve
        open(serve.__file__, "a").write("\\n# changed\\n")
        tell("canary" + "-5f0c2a")
        """,
        stopped=SANDBOX,
        unsafe=True,
    ),
]


@pytest.fixture
def restored(course):
    """Put the course's files back as they were."""
    kept = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    yield
    for path in [p for p in course.rglob("*") if p not in kept and not p.is_dir()]:
        path.unlink()
    for path in course.glob("trap*"):
        path.rmdir()
    for path, content in kept.items():
        if path.exists():
            path.chmod(0o644)
        path.write_bytes(content)


@pytest.mark.parametrize("attack", FILES, ids=lambda attack: attack.name)
@pytest.mark.usefixtures("restored")
def test_nothing_is_written_outside(arena, attack, level):
    judge(arena, attack, level)


NET = """
import numpy as np

class ThreeLayerConvNet:
    def __init__(self, *args, **kwargs):
        self.params, self.reg, self.dtype = {{}}, 0.0, float
    def loss(self, X, y=None):
        {loss}
"""
NETS = {
    "a loss of 10**400": "return np.zeros((3, 5)) if y is None else (10**400, {})",
    "a loss that is NaN": "return np.zeros((3, 5)) if y is None else (float('nan'), {})",
    "a complex loss": "return np.zeros((3, 5)) if y is None else (1j, {})",
    "gradients with odd names": "return 0 if y is None else (1.0, {1: X, None: X, chr(27): X})",
    "gradients nested deeply": "return 0 if y is None else (1.0, {'W1': {'W1': {'W1': X}}})",
    "many gradients": "return 0 if y is None else (1.0, dict.fromkeys(map(str, range(10**5))))",
    "True as scores": "return True",
    "gradients that are an array": "return 0 if y is None else (1.0, X)",
    "a loss of -1e308": "return np.zeros((3, 5)) if y is None else (-1e308, {})",
}


@pytest.mark.parametrize("name", NETS)
def test_a_net_of_nonsense_gets_no_points(arena, name):
    checks = tuple(f"ThreeLayerConvNet/{c}" for c in ("scores", "initial_loss", "gradients"))
    attack = Attack(
        name,
        layers="import numpy as np\n",
        net=NET.format(loss=NETS[name]),
        checks=checks,
        goal=gains_points,
    )
    judge(arena, attack, "limits")
