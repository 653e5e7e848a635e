"""autograder/sandbox/worker/wire.py: what is sent arrives, and nothing else does."""

import functools
import io
import itertools
import json
import struct
import tracemalloc

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


def framed(header):
    """Return the bytes of a message with a header made by hand and no arrays."""
    return wire.MAGIC + struct.pack("<I", len(header)) + header


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
        (message(1, magic=b"CNW0"), "does not begin"),
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
        (message({"$array": 0}, [GOOD], lengths=[1 << 40]), "more than 1024 MiB"),
        (message({"$array": 0}, [GOOD], lengths=[10**4000] * 99), "more than 1024 MiB"),
        (message([{"$array": 0}, {"$array": 0}], [GOOD]), "names one twice"),
        (message({"a": ({"$array": 1}, {"$tuple": [{"$array": 1}]})}, [GOOD, GOOD]), "twice"),
        (message([{"$array": 0}] * 200, [npy(np.zeros(1 << 17))]), "names one twice"),
        (message({"$array": 1}, [GOOD, GOOD]), "does not name"),
        (message({"$array": 0}, [GOOD], lengths=[-1]), "impossible"),
        (message({"$array": 0}, [GOOD], lengths=[len(GOOD) + 1]), "ends before"),
        (message({"$array": 0}, [GOOD], lengths="x"), "impossible"),
        (message({"$array": 0}, [GOOD], lengths=[True]), "impossible"),
        (message({"$array": 1}, [GOOD]), "not sent"),
        (message({"$array": 0}, [GOOD + b"\0"]), "came with 25 bytes"),
        (message({"$array": 0}, [GOOD + GOOD[-8:]]), "came with 32 bytes"),
        (message({"$array": 0}, [GOOD[:-1]]), "came with 23 bytes"),
        (message({"$array": 0}, [GOOD[:6] + b"\x02" + GOOD[7:]]), "header"),
        (message({"$array": 0}, [GOOD[:6] + b"\x00" + GOOD[7:]]), "header"),
        (message({"$array": 0}, [GOOD[:9]]), "array's header"),
        (message({"$array": 0}, [b""]), "array's header"),
        (message({"$tuple": 3}), "as a list"),
        (wire.MAGIC + b"\0\0\0", "does not begin"),
        (framed(b'{"tree": 1, "bodies": []} 2'), "header cannot be read"),
        (framed(b'{"tree": 1}'), "header cannot be read"),
        (framed(b'{"bodies": []}'), "header cannot be read"),
        (framed(b"[]"), "header cannot be read"),
    ],
    ids=itertools.count(),
)
def test_what_is_no_message_is_refused(data, match):
    with pytest.raises(wire.WireError, match=match):
        wire.read_message(io.BytesIO(data))


# The limits stand here as numbers, so that none of them is changed by accident.


def test_a_header_may_have_4_mib():
    most = 4 << 20
    text = "x" * (most - len(b'{"tree": "", "bodies": []}'))
    assert roundtrip(text) == text
    with pytest.raises(wire.WireError, match="too large"):
        wire.write_message(io.BytesIO(), text + "x")
    with pytest.raises(wire.WireError, match=f"header of {most + 1} bytes is too long"):
        wire.read_message(io.BytesIO(wire.MAGIC + struct.pack("<I", most + 1)))


def test_arrays_may_have_1_gib_all_together(monkeypatch):
    most = 1 << 30
    with pytest.raises(wire.WireError, match="ends before"):  # so much would be read
        wire.read_message(io.BytesIO(message(1, lengths=[most - 1, 1])))
    with pytest.raises(wire.WireError, match="more than 1024 MiB"):
        wire.read_message(io.BytesIO(message(1, lengths=[most, 1])))
    assert most == wire.MAX_BODIES
    monkeypatch.setattr(
        wire, "MAX_BODIES", 2 * len(GOOD)
    )  # a smaller one: to send 1 GiB takes long
    wire.write_message(io.BytesIO(), [np.zeros(3), np.zeros(3)])
    with pytest.raises(wire.WireError, match="too large"):
        wire.write_message(io.BytesIO(), [np.zeros(3), np.zeros(4)])


def test_a_reader_may_set_a_lower_limit():
    data = message([{"$array": 0}, {"$array": 1}], [GOOD, GOOD])
    size = 2 * len(GOOD)
    assert len(wire.read_message(io.BytesIO(data), wire.Most(bodies=size))) == 2
    with pytest.raises(wire.WireError, match=f"more than {size - 1} bytes"):
        wire.read_message(io.BytesIO(data), wire.Most(bodies=size - 1))
    header = struct.unpack_from("<I", data, 4)[0]
    assert len(wire.read_message(io.BytesIO(data), wire.Most(header=header))) == 2
    with pytest.raises(wire.WireError, match="too long"):
        wire.read_message(io.BytesIO(data), wire.Most(header=header - 1))


@pytest.mark.parametrize("tree", [[1, 2], {"a": {"b": 1}}, {"$tuple": [None, "x"]}, [[], {}]])
def test_a_reader_may_set_a_limit_to_the_number_of_values(tree):
    wire.read_message(io.BytesIO(message(tree)), wire.Most(values=3))
    with pytest.raises(wire.WireError, match="more than 2 values"):
        wire.read_message(io.BytesIO(message(tree)), wire.Most(values=2))
    with pytest.raises(wire.WireError, match="more than 2 values"):  # before any is read
        wire.read_message(io.BytesIO(message(tree, lengths=[0] * 3)), wire.Most(values=2))


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: (v,)])
def test_values_may_be_nested_15_times(wrap):
    tree = functools.reduce(lambda value, _: wrap(value), range(15), 1)
    assert roundtrip(tree) == tree
    with pytest.raises(wire.WireError, match="nested too deeply"):
        wire.write_message(io.BytesIO(), wrap(tree))
    sent = json.loads(json.dumps(wire.encode(tree)[0]))
    deeper = {"$tuple": [sent]} if isinstance(tree, tuple) else wrap(sent)
    with pytest.raises(wire.WireError, match="nested too deeply"):
        wire.read_message(io.BytesIO(message(deeper)))


def test_the_next_message_is_left_where_it_is():
    stream = io.BytesIO(message(1) + message({"$array": 0}, [GOOD]) + message(2))
    assert wire.read_message(stream) == 1
    np.testing.assert_array_equal(wire.read_message(stream), np.zeros(3))
    assert wire.read_message(stream) == 2
    with pytest.raises(EOFError):
        wire.read_message(stream)


def with_header(text, data=bytes(24)):
    """Return ``.npy`` bytes with a header made by hand."""
    return wire.NPY + struct.pack("<H", len(text)) + text + data


PLAIN = b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"


def test_a_header_of_an_array_is_all_of_it():
    assert wire.read_npy(with_header(PLAIN + b"  \n")).shape == (3,)
    for text in (PLAIN, PLAIN + b"\n\0", PLAIN + b"\n# more\n", b" " + PLAIN + b"\n"):
        with pytest.raises(wire.WireError, match="header cannot be read"):
            wire.read_npy(with_header(text))


@pytest.mark.parametrize("descr", [b"<M8", b"<m8", b"<U2", b"|S8", b"|V8", b"|O8", b"<f7", b"<z8"])
def test_only_numbers_are_read(descr):
    with pytest.raises(wire.WireError, match="not accepted"):
        wire.read_npy(with_header(PLAIN.replace(b"<f8", descr) + b"\n"))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        (b"(3,)", b"(" + b"9" * 40 + b",)", "came with 24 bytes"),
        (b"(3,)", b"(" + b"9" * 41 + b",)", "header cannot be read"),
        (b"(3,)", b"(" + b"9" * 41 + b", 1)", "header cannot be read"),
        (b"(3,)", b"(1, " + b"9" * 41 + b")", "header cannot be read"),
        (b"<f8", b"<f999", "not accepted"),
        (b"<f8", b"<f9999", "header cannot be read"),
    ],
    ids=itertools.count(),
)
def test_numbers_in_the_header_of_an_array_are_short(old, new, match):
    with pytest.raises(wire.WireError, match=match):
        wire.read_npy(with_header(PLAIN.replace(old, new) + b"\n"))


def test_end_of_stream():
    with pytest.raises(EOFError):
        wire.read_message(io.BytesIO())


@given(st.binary(max_size=200))
def test_noise_is_refused(noise):
    with pytest.raises((wire.WireError, EOFError)):
        wire.read_message(io.BytesIO(wire.MAGIC + noise))


def test_what_is_sent_is_not_copied():
    class Nowhere:
        def write(self, data):
            return len(data)

        def flush(self):
            pass

    whole = np.zeros((1 << 12, 1 << 12), np.uint8)
    tracemalloc.start()
    try:
        wire.write_message(Nowhere(), {"X": whole, "part": whole[: 1 << 11]})
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
