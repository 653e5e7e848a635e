"""A class of submissions each of which would cost others something, and of honest students.

An attacker's layers are the solution's with a function replaced: so it is seen that the other
functions keep their points. The net is mostly the skeleton's, which trains nothing.
"""

import base64
import copy
import io
import json
import tarfile
import textwrap
import zipfile
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from autograder import locate
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from forge import WIRE

HONEST = ("ada", "ben", "chloe", "dmitri", "hana", "ivan", "kofi")  # of the sample class
BOOK = EXERCISE.notebook.rpartition("/")[2]
GIVEN = json.loads((locate.root() / EXERCISE.notebook).read_text(encoding="utf-8"))
PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
    b"\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
).decode()


@dataclass(frozen=True)
class Hostile:
    """One submission.

    Attributes
    ----------
    name : str
        The student's.
    says : str
        What has to stand in a message, a note or a remark on it: a regular expression.
    points : float
        What the checks give.
    files : dict of str to bytes
        What is handed in, by path.
    archive : bytes
        What is handed in instead, as an archive.
    suffix : str
        Of that archive.
    links : int
        So many symbolic links besides.
    """

    name: str
    says: str
    points: float
    files: dict[str, bytes] = field(default_factory=dict)
    archive: bytes = b""
    suffix: str = ".zip"
    links: int = 0

    def write(self, folder):
        """Hand it in: write it into the folder of a class."""
        if self.archive:
            (folder / f"{self.name}{self.suffix}").write_bytes(self.archive)
            return
        for name, data in self.files.items():
            path = folder / self.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for number in range(self.links):
            place = folder / self.name / f"d{number}"
            place.mkdir()
            (place / "layers.py").symlink_to("/etc/passwd")


def source(path, where):
    """Return one of the exercise's files, as the solution or the skeleton has it."""
    return (where / path).read_text(encoding="utf-8")


RIGHT = source(LAYERS, locate.solutions())
NET = source(CNN, locate.solutions())
BLANK = {LAYERS: source(LAYERS, locate.given()), CNN: source(CNN, locate.given())}
ALL_LAYERS = 78.0  # points of right layers without a net


def layers(code, *, net=BLANK[CNN]):
    """Return right layers with more code at their end, and a net."""
    text = f"{RIGHT}\n\n{textwrap.dedent(code)}\n"
    return {LAYERS: text.encode(), CNN: net.encode()}


def text_of(text):
    """Return layers of this text alone."""
    return {LAYERS: text.encode(), CNN: BLANK[CNN].encode()}


def pool(body, top=""):
    """Return layers in which one pass of pooling does something else."""
    inner = textwrap.indent(textwrap.dedent(body), "    ")
    return layers(f"{textwrap.dedent(top)}\ndef max_pool_forward_naive(x, pool_param):\n{inner}")


def forged(result, bodies="()", before=""):
    """Return layers in which one pass writes a reply of its own making to the wire."""
    reply = f"message({{'id': number, 'result': {result}}}, {bodies})"
    return pool(f"{before}\nforge(lambda number: {reply})", WIRE)


def net(body):
    """Return right layers and a net, with a replaced method or more at the end of its class."""
    return {LAYERS: RIGHT.encode(), CNN: f"{NET}\n\n{textwrap.dedent(body)}\n".encode()}


LOSS = """
_loss = ThreeLayerConvNet.loss
def loss(self, X, y=None):
    found = _loss(self, X, y)
    if y is None:
        return found
    loss, grads = found
    {change}
    return loss, grads
ThreeLayerConvNet.loss = loss
"""


def zipped(files):
    """Return files as a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tar_with_headers(headers, members):
    """Return a tar archive with global headers that each hold for all members."""
    body = b"".join(
        b"%d %s" % (len(line) + 3, line) for line in (b"x%06d=y\n" % i for i in range(headers))
    )
    stream = io.BytesIO()
    info = tarfile.TarInfo("pax_global_header")
    info.type, info.size = tarfile.XGLTYPE, len(body)
    stream.write(info.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % 512))
    for number in range(members):
        member = tarfile.TarInfo(f"m{number}/layers.py")
        member.size = 1
        stream.write(member.tobuf(tarfile.USTAR_FORMAT) + b"#" + bytes(511))
    return stream.getvalue() + bytes(1024)


def book(change, code=""):
    """Return right layers and a notebook, which a function of its cells has changed."""
    tree = copy.deepcopy(GIVEN)
    found = change(tree["cells"])
    tree["cells"] = tree["cells"] if found is None else found
    return with_book(json.dumps(tree).encode(), code)


def with_book(data, code=""):
    """Return right layers and what is called a notebook."""
    return {**layers(code), BOOK: data}


def answer(cells):
    """Return the first cell for an answer."""
    about = (cell["metadata"].get("nbgrader", {}) for cell in cells)
    return next(
        cell
        for cell, own in zip(cells, about, strict=True)
        if own.get("solution") and own.get("grade")
    )


def checking(cells):
    """Return the first cell with a check."""
    return next(cell for cell in cells if "check(" in "".join(cell["source"]))


def markdown(text):
    """Return a change of a notebook: a text in the cell for an answer."""

    def change(cells):
        answer(cells)["source"] = text

    return change


def first_code(text):
    """Return a change of a notebook: a cell of code before all others."""

    def change(cells):
        made = {"cell_type": "code", "source": text, "metadata": {}, "outputs": []}
        cells.insert(0, {**made, "execution_count": None})

    return change


def strip(cells):
    for cell in cells:
        cell["metadata"] = {}


def double(cells):
    cell = checking(cells)
    cells.insert(cells.index(cell), copy.deepcopy(cell))
    answer(cells)["source"] = "THE ANSWER: BLAS."


def split(cells):
    cell = answer(cells)
    other = copy.deepcopy(cell)
    cell["source"], other["source"] = "THE ANSWER: BLAS is fast,", "as it blocks for the cache."
    cells.insert(cells.index(cell) + 1, other)


def paste(cells):
    cell = answer(cells)
    cell["source"] = "As the plot shows: ![plot](attachment:plot.png)"
    cell["attachments"] = {"plot.png": {"image/png": PNG}}


def half(cells):
    for cell in cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["checksum"] = "\ud800"


NOTEBOOK_WIRE = """
import sys
import numpy as np
{wire}
shown = {{"outputs": [{{"kind": {{"$array": 0}}, "data": {{"$array": 1}}}}], "error": None}}
bodies = npy(np.zeros(3)), npy(np.zeros(3, np.uint8))
forge(lambda number: message({{"id": number, "result": shown}}, bodies))
"""

MUCH = """
import matplotlib.pyplot as plt
import numpy as np
for _ in range(100):
    plt.figure(figsize=(12, 12))
    plt.imshow(np.random.rand(900, 900, 3))
    plt.show()
"""


def paste_many(cells):
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG", quality=50)
    data = base64.b64encode(stream.getvalue()).decode()
    pictures = {f"{number}.jpeg": {"image/jpeg": data} for number in range(15)}
    answer(cells)["source"] = " ".join(f"![x](attachment:{name})" for name in pictures)
    answer(cells)["attachments"] = pictures


# What the notebook comes to stands beside the points of right layers.
NO_CELL = "has no cell"

HOSTILE = (
    # 1: notebooks without what the grading looks for
    Hostile("nb-stripped", NO_CELL, ALL_LAYERS, book(strip)),
    Hostile("nb-format-3", "format 4", ALL_LAYERS, with_book(b'{"nbformat": 3, "worksheets": []}')),
    Hostile("nb-html", "not JSON", ALL_LAYERS, with_book(b"<!DOCTYPE html><title>404</title>")),
    Hostile("nb-conflict", "not JSON", ALL_LAYERS, with_book(b'<<<<<<< HEAD\n{"nbformat": 4}')),
    Hostile("nb-deleted", NO_CELL, ALL_LAYERS, book(lambda cells: cells[:3])),
    Hostile("nb-nul", "not JSON", ALL_LAYERS, with_book(bytes(1000))),
    Hostile("nb-int", "not JSON", ALL_LAYERS, with_book(b'{"nbformat": ' + b"9" * 5000 + b"}")),
    Hostile("nb-deep", "not JSON", ALL_LAYERS, with_book(b"[" * 1_000_000)),
    Hostile("nb-5", "format 4", ALL_LAYERS, with_book(b'{"nbformat": 5, "cells": []}')),
    Hostile("nb-large", "larger than 16 MiB", ALL_LAYERS, with_book(b" " * (17 << 20))),
    Hostile("nb-lines", "more than 1000000 values", ALL_LAYERS, book(markdown(["x"] * 1_000_000))),
    # 2: honest notebooks that are not as they were handed out
    Hostile("nb-doubled", "", ALL_LAYERS, book(double)),
    Hostile("nb-split", "more than one cell", ALL_LAYERS, book(split)),
    Hostile("nb-picture", "", ALL_LAYERS, book(paste)),
    # 3: reading and screening
    Hostile(
        "read-name",
        "more like these",
        ALL_LAYERS,
        layers(f"def {'f' * 500_000}():\n" + "    import os\n" * 20_000),
    ),
    Hostile(
        "read-dots", "too much memory|takes more than", 0, text_of("import a" + ".a" * 520_000)
    ),
    Hostile(
        "read-dots-2",
        "too much memory|takes more than",
        0,
        text_of("from b" + ".b" * 500_000 + " import c"),
    ),
    Hostile("read-tar", "its headers", 0, archive=tar_with_headers(50_000, 400), suffix=".tar"),
    Hostile("read-fstring", "20 seconds", 0, text_of("x = f'" + "{x}" * 340_000 + "'")),
    Hostile(
        "read-fstring-2",
        "20 seconds|cannot be loaded",
        0,
        text_of("x = f'''" + "{x:{x}}\n" * 120_000 + "'''"),
    ),
    Hostile("read-nested", "cannot be loaded", 0, text_of("x = " + "(" * 100_000)),
    Hostile("read-unary", "cannot be loaded", 0, text_of("x = " + "-" * 900_000 + "1")),
    Hostile("read-links", "more notes", ALL_LAYERS, layers(""), links=2000),
    Hostile(
        "read-zip",
        "larger than 64 MiB",
        0,
        archive=zipped({f"d{i}/layers.py": bytes(1 << 20) for i in range(100)}),
    ),
    # 4: replies that are more than they should be
    Hostile("reply-bool", "more than 16 MiB", 70, pool("return np.zeros(60_000_000, bool), None")),
    Hostile(
        "reply-float",
        "16 MiB|not finished|MemoryError",
        70,
        pool("return np.zeros(10**9 // 8), None"),
    ),
    Hostile("reply-axes", "Its shape is", 70, pool("return np.zeros((1,) * 32), None")),
    Hostile(
        "reply-named",
        "names one twice",
        70,
        forged('{"out": [{"$array": 0}] * 200, "after": {}}', "[npy(np.zeros(1 << 20))]"),
    ),
    Hostile(
        "reply-values",
        "values|reply",
        70,
        forged('{"out": {"$tuple": [0] * 200_000}, "after": {}}'),
    ),
    Hostile(
        "reply-error",
        "not finished|ValueError",
        70,
        pool("raise ValueError([np.zeros(1000)] * 5000)", "np.set_printoptions(threshold=10**9)"),
    ),
    Hostile("reply-text", "ValueError", 70, pool("raise ValueError('x' * 150_000_000)")),
    Hostile("reply-lines", "ValueError", 70, pool("raise ValueError('\\n' * 50_000_000)")),
    # 5: what cannot be drawn, and forms that are none
    Hostile("form-loss", "loss", 91, net(LOSS.format(change="loss = -1e308"))),
    Hostile(
        "form-grads", "instead of the pair", 83, net(LOSS.format(change="grads = np.zeros(3)"))
    ),
    Hostile(
        "form-param",
        "no array W1",
        85,
        net(LOSS.format(change="grads = {('a', 1): np.zeros(1)}")),
    ),
    Hostile("form-nan", "differ|shape", 70, pool("return np.full(x.shape, -1e308), None")),
    Hostile("form-half", NO_CELL, ALL_LAYERS, book(half)),
    Hostile(
        "form-kind",
        "cell 1",
        ALL_LAYERS,
        book(first_code(NOTEBOOK_WIRE.format(wire=WIRE))),
    ),
    # 6: time
    Hostile(
        "time-sleeps",
        "120 seconds",
        0,
        text_of(
            "import time\n"
            + "".join(
                f"def {name}(*args):\n    time.sleep(10**6)\n\n"
                for name in EXERCISE.names
                if EXERCISE.by_name[name].file.path == LAYERS
            )
        ),
    ),
    Hostile("time-loading", "20 seconds|not finished", 0, text_of("while True: pass")),
    Hostile("time-notebook", "300|time", ALL_LAYERS, book(first_code("while True: pass"))),
    Hostile("time-blank", "", ALL_LAYERS, layers((" " * 900 + "\n") * 500)),
    Hostile("time-blank-book", "", ALL_LAYERS, book(first_code("x\n" + " " * 90_000 + "\ny"))),
    Hostile("time-stars", "", ALL_LAYERS, book(markdown("*a_ " * 24_000))),
    Hostile("time-brackets", "", ALL_LAYERS, book(markdown("[" * 9_999))),
    Hostile("time-links", "", ALL_LAYERS, book(markdown("![a](<b" * 1_400))),
    Hostile("time-train", "", 82, net(LOSS.format(change="import time; time.sleep(10**6)"))),
    # names
    Hostile("name-control", "", ALL_LAYERS, {"a\x1b[31m\n\r\u202e/layers.py": layers("")[LAYERS]}),
    Hostile("name-markup", "", ALL_LAYERS, {"[red]<script>/layers.py": layers("")[LAYERS]}),
    # space: what a notebook shows, and what was pasted into it
    Hostile("space-shown", "", ALL_LAYERS, book(first_code(MUCH))),
    Hostile("space-printed", "", ALL_LAYERS, book(first_code("print('x' * 50_000_000)"))),
    Hostile("space-pasted", "", ALL_LAYERS, book(paste_many)),
    # 7: the instructor's own hand
    Hostile(
        "hand-script",
        "",
        ALL_LAYERS,
        book(markdown(r"[the derivation](javascript\:void($('.full-credit').click()))")),
    ),
    Hostile("hand-logout", "", ALL_LAYERS, book(markdown("![x](/logout) <img src=//a.b/c>"))),
    Hostile(
        "hand-raw",
        "",
        ALL_LAYERS,
        book(
            lambda cells: cells.append(
                {"cell_type": "raw", "metadata": {"format": "text/html"}, "source": "<script>"}
            )
        ),
    ),
)
