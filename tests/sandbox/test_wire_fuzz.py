"""Anything at all into the grader's end of the wire: refused by name, in little memory."""

import io
import json
import struct
import tracemalloc

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.sandbox.client import Room, readable
from autograder.sandbox.worker import wire
from fuzzing import fuzzed

MOST = wire.Most(bodies=1 << 20, header=1 << 16, values=500)
MEMORY = 12 << 20  # bytes; a header of 64 KiB may hold 20,000 dictionaries before they are counted

FEW = fuzzed(100)


def read(data):
    """Read messages until the stream ends or is none; return the memory that this took."""
    stream = io.BytesIO(data)
    tracemalloc.start()
    try:
        while True:
            readable(wire.read_message(stream, MOST), Room())
    except (wire.WireError, EOFError):
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def framed(header, rest=b""):
    """Return the bytes of a message with a header made by hand."""
    return wire.MAGIC + struct.pack("<I", len(header)) + header + rest


def npy(array):
    """Return an array as ``.npy`` bytes."""
    return bytes(wire.encode(array)[1][0])


numbers = st.integers(-2, 9) | st.integers() | st.floats() | st.booleans() | st.none()
names = st.sampled_from(["$array", "$tuple", "$object", "id", "result"]) | st.text(max_size=4)
trees = st.recursive(
    numbers | st.text(max_size=8) | st.builds(lambda i: {"$array": i}, st.integers(-1, 3)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)
dtypes = st.sampled_from(["<f8", ">f4", "<f2", "<f16", "|b1", "<c16", "<i8", "|u1", "|S3", "<M8"])
shapes = st.lists(st.integers(0, 4) | st.integers(0, 10**20), max_size=4).map(tuple)


@st.composite
def bodies(draw):
    """Draw what claims to be an array."""
    if draw(st.booleans()):
        return npy(np.zeros(draw(st.integers(0, 9)), draw(st.sampled_from(["f8", "u1", "c16"]))))
    shape, order = draw(shapes), draw(st.sampled_from([True, False, 3]))
    text = f"{{'descr': '{draw(dtypes)}', 'fortran_order': {order}, 'shape': {shape}, }}\n"
    length = draw(st.just(len(text)) | st.integers(0, 99))
    return wire.NPY + struct.pack("<H", length) + text.encode() + draw(st.binary(max_size=99))


@FEW
@given(st.binary(max_size=300), st.booleans())
@example(b"\xff\xff\x00\x00" + b"[" * 65535, True)
@example(b"\xff\xff\x00\x00" + b"[" * 65534, True)
@example(struct.pack("<I", 60_000) + b'{"tree": [' + b"{}," * 19_000, True)
def test_bytes(data, begins):
    assert read(wire.MAGIC * begins + data) < MEMORY


@FEW
@given(st.text(max_size=50) | trees.map(json.dumps), st.binary(max_size=20))
@example("[" + "{}," * 20_000 + "{}]", b"")
@example("[" * 30_000 + "]" * 30_000, b"")
@example('{"tree": [' + "{}," * 20_000 + '{}], "bodies": []}', b"")
@example('{"tree": 0, "bodies": [' + "0," * 30_000 + "0]}", b"")
@example('{"tree": 0, "bodies": [' + "9" * 4000 + "]}", b"")
@example('{"tree": ' + "9" * 4000 + ', "bodies": []}', b"")
@example('{"tree": "\\ud800", "bodies": []}', b"")
def test_headers(header, rest):
    assert read(framed(header.encode("utf-8", "replace"), rest)) < MEMORY


@FEW
@given(trees, st.lists(bodies(), max_size=4), st.none() | st.lists(numbers, max_size=4))
@example([{"$array": 0}] * 200, [npy(np.zeros(1 << 16))], None)
@example({"$array": 0}, [npy(np.zeros((0, 3)))], None)
def test_messages(tree, arrays, lengths):
    lengths = [len(body) for body in arrays] if lengths is None else lengths
    header = json.dumps({"tree": tree, "bodies": lengths}).encode()
    assert read(2 * framed(header, b"".join(arrays))) < MEMORY
