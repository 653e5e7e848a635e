"""autograder/sandbox/worker/wire.py: what is sent arrives, and nothing else does."""

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.worker import wire


def roundtrip(tree):
    stream = io.BytesIO()
    wire.write_message(stream, tree)
    stream.seek(0)
    return wire.read_message(stream)


def message(tree, bodies=(), lengths=None, magic=wire.MAGIC):
    """Return the bytes of a message made by hand, right or wrong."""
    lengths = [len(body) for body in bodies] if lengths is None else lengths
    header = json.dumps({"tree": tree, "bodies": lengths}).encode()
    return magic + struct.pack("<I", len(header)) + header + b"".join(bodies)


def npy(array, allow_pickle=False):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


@given(
    hnp.arrays(
        dtype=st.sampled_from(["float32", "float64", "int64", "uint8", "bool", "complex128"]),
        shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    )
)
def test_arrays_arrive_bit_for_bit(array):
    got = roundtrip({"a": array})["a"]
    assert got.dtype == array.dtype
    assert got.shape == array.shape
    assert got.tobytes() == array.tobytes()


def test_no_header_is_read_as_python_code(monkeypatch):
    def refuse(*_):
        raise AssertionError("Python 3.11 cannot do this in two threads at once")

    monkeypatch.setattr("ast.literal_eval", refuse)
    for shape in ((), (0,), (3,), (2, 1, 4)):
        assert roundtrip(np.zeros(shape)).shape == shape


@pytest.mark.parametrize("shape", ["1, " * 20_000, "1" * 60_000, "1,1", "-1", "1, 2, ", "1.0"])
def test_a_hostile_shape_is_refused_at_once(shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}\n".encode()
    body = wire.NPY + struct.pack("<H", len(header)) + header
    with pytest.raises(wire.WireError):
        wire.read_npy(body)


def test_trees_arrive():
    tree = {"a": [1, 2.5, None, True, "text"], "b": (1, (2, 3)), "c": {"d": {}}}
    assert roundtrip(tree) == tree


def test_what_arrives_is_plain_contiguous_and_writable():
    class Sly(np.ndarray):
        pass

    got = roundtrip(np.arange(6.0).reshape(2, 3).T.view(Sly))
    assert type(got) is np.ndarray
    assert got.flags.c_contiguous
    assert got.flags.writeable
    np.testing.assert_array_equal(got, np.arange(6.0).reshape(2, 3).T)


@pytest.mark.parametrize("value", [np.array([None]), np.array(["text"]), object(), b"bytes"])
def test_other_values_are_not_sent(value):
    with pytest.raises(wire.WireError):
        wire.write_message(io.BytesIO(), value)


def test_deep_nesting_is_not_sent():
    tree: list = []
    for _ in range(100):
        tree = [tree]
    with pytest.raises(wire.WireError, match="nested"):
        wire.write_message(io.BytesIO(), tree)


PICKLE = npy(np.array([{}], dtype=object), allow_pickle=True)
GOOD = npy(np.zeros(3))
CLAIMS_MORE = GOOD.replace(b"(3,)", b"(9,)")
ONE = npy(np.zeros(1))
AXES = b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"1, " * 100 + b"), }\n"
MANY_AXES = ONE[:8] + struct.pack("<H", len(AXES)) + AXES + bytes(8)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "does not begin"),
        (message(1, magic=b"CNW9"), "does not begin"),
        (wire.MAGIC + struct.pack("<I", 1 << 31), "too long"),
        (wire.MAGIC + struct.pack("<I", 5) + b"{nope", "header"),
        (wire.MAGIC + struct.pack("<I", 9) + b"{}", "ends before"),
        (message({"$array": 0}), "not sent"),
        (message({"$array": "0"}, [GOOD]), "not sent"),
        (message({"$array": True}, [GOOD]), "not sent"),
        (message({"$array": -1}, [GOOD]), "not sent"),
        (message({"$array": 0}, [PICKLE]), "not accepted"),
        (message({"$array": 0}, [b"not npy"]), "header"),
        (message({"$array": 0}, [CLAIMS_MORE]), "came with"),
        (message({"$array": 0}, [MANY_AXES]), "impossible shape"),
        (message([[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]), "nested too deeply"),
        (wire.MAGIC + struct.pack("<I", 100_000) + b"[" * 100_000, "header"),
        (wire.MAGIC + struct.pack("<I", 100_000) + b"9" * 100_000, "header"),
        (message({"$array": 0}, [GOOD], lengths=[1 << 40]), "impossible"),
        (message({"$array": 0}, [GOOD], lengths=[-1]), "impossible"),
        (message({"$array": 0}, [GOOD], lengths=[len(GOOD) + 1]), "ends before"),
        (message({"$array": 0}, [GOOD], lengths="x"), "impossible"),
    ],
)
def test_what_is_no_message_is_refused(data, match):
    with pytest.raises(wire.WireError, match=match):
        wire.read_message(io.BytesIO(data))


def test_arrays_are_bounded_all_together():
    with pytest.raises(wire.WireError, match="impossible"):
        wire.read_message(io.BytesIO(message({"$array": 0}, [GOOD, GOOD])), 2 * len(GOOD) - 1)


def test_end_of_stream():
    with pytest.raises(EOFError):
        wire.read_message(io.BytesIO())


@given(st.binary(max_size=200))
def test_noise_is_refused(noise):
    with pytest.raises((wire.WireError, EOFError)):
        wire.read_message(io.BytesIO(wire.MAGIC + noise))
