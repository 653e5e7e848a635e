"""The wire between grader and worker: a JSON header, then arrays as plain ``.npy`` bytes.

A message is one tree of dictionaries, lists, tuples, numbers, strings, None and NumPy arrays::

    b"CNW1" | header length (uint32, little endian) | header (JSON) | bodies (.npy bytes)

In the header each array is replaced by its number among the bodies. Nothing is ever pickled, and
what arrives is bounded and checked before memory is set aside for it, because the other end may
be lying.

The worker runs this file from its own folder, without the rest of the package: it imports the
standard library and NumPy only.
"""

from __future__ import annotations

import io
import json
import re
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

MAGIC = b"CNW1"
MAX_HEADER = 4 << 20  # bytes
MAX_BODIES = 1 << 30  # bytes, all arrays of one message together
MAX_DEPTH = 16  # of nested lists and dictionaries
MAX_AXES = 64  # of an array; NumPy has no more
NUMERIC_KINDS = "biufc"  # bool, int, unsigned, float, complex
NPY = b"\x93NUMPY\x01\x00"  # magic and version
HEADER = re.compile(
    rb"\{'descr': '([<>|=][A-Za-z]\d{0,3})', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,40}, ?)*\d{0,40},?)\), \} *\n"
)


class WireError(Exception):
    """What came over the wire is not a message."""


@dataclass(frozen=True)
class Most:
    """How much a message may hold.

    Attributes
    ----------
    bodies : int
        Bytes of its arrays, all together.
    header : int
        Bytes of all the rest.
    values : int
        Values of every kind, and arrays.
    """

    bodies: int = MAX_BODIES
    header: int = MAX_HEADER
    values: int = MAX_HEADER


@dataclass(frozen=True)
class Body:
    """An array to be sent as ``.npy`` bytes, of which no copy is made: it may be all of a data set.

    Attributes
    ----------
    header : bytes
        What comes before the array's own bytes.
    array : ndarray
        C-contiguous.
    """

    header: bytes
    array: np.ndarray

    def __len__(self) -> int:
        return len(self.header) + self.array.nbytes

    def __bytes__(self) -> bytes:
        return self.header + self.array.tobytes()


def encode(tree: Any) -> tuple[Any, list[Body]]:
    """Return `tree` with its arrays replaced by numbers, and the arrays."""
    bodies: list[Body] = []
    return _encode(tree, bodies, MAX_DEPTH), bodies


def _encode(value: Any, bodies: list[Body], depth: int) -> Any:
    if depth == 0:
        raise WireError("a value is nested too deeply to be sent")
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value, order="C")
        if array.dtype.kind not in NUMERIC_KINDS:
            raise WireError(f"an array of dtype {array.dtype} cannot be sent")
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            buffer, np.lib.format.header_data_from_array_1_0(array)
        )
        bodies.append(Body(buffer.getvalue(), array))
        return {"$array": len(bodies) - 1}
    if isinstance(value, dict):
        return {str(k): _encode(v, bodies, depth - 1) for k, v in value.items()}
    if isinstance(value, tuple):
        return {"$tuple": [_encode(v, bodies, depth - 1) for v in value]}
    if isinstance(value, list):
        return [_encode(v, bodies, depth - 1) for v in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise WireError(f"a value of type {type(value).__name__} cannot be sent")


def decode(tree: Any, bodies: list[bytes], most: int = MAX_HEADER) -> Any:
    """Undo `encode`, given the arrays' bytes; raise `WireError` on what it cannot have made.

    Each array is named once, so that what a message takes in memory is bounded by its length. At
    `most` so many values are decoded. The bytes in `bodies` are let go on the way.
    """
    waiting: dict[int, bytes] = dict(enumerate(bodies))
    bodies.clear()
    found = _decode(tree, waiting, MAX_DEPTH, _Counter(most))
    if waiting:
        raise WireError("an array was sent that the header does not name")
    return found


class _Counter:
    """Counts values, up to as many as there may be."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def add(self, count: int) -> None:
        """Count some more."""
        self._left -= count
        if self._left < 0:
            raise WireError(f"it has more than {self._most} values")


def _decode(value: Any, bodies: dict[int, bytes], depth: int, counter: _Counter) -> Any:
    if depth == 0:
        raise WireError("a value is nested too deeply")
    counter.add(1)
    if isinstance(value, list):
        return [_decode(v, bodies, depth - 1, counter) for v in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$array"}:
        index = value["$array"]
        if type(index) is not int or index not in bodies:
            raise WireError("the header names an array that was not sent, or names one twice")
        return read_npy(bodies.pop(index))
    if set(value) == {"$tuple"}:
        if not isinstance(value["$tuple"], list):
            raise WireError("a tuple must be sent as a list")
        return tuple(_decode(v, bodies, depth - 1, counter) for v in value["$tuple"])
    return {k: _decode(v, bodies, depth - 1, counter) for k, v in value.items()}


def read_header(body: bytes) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, Fortran order and dtype from the header of ``.npy`` bytes, and where it ends.

    NumPy's own function reads the header as Python code, which Python 3.11 cannot do in two threads
    at once (CPython issue 106905). What NumPy writes for plain arrays has one form only.
    """
    length = struct.unpack_from("<H", body, 8)[0] if len(body) >= 10 else 0
    found = HEADER.fullmatch(body[10 : 10 + length])
    if body[:8] != NPY or found is None:
        raise WireError("an array's header cannot be read")
    descr, fortran, shape = (part.decode() for part in found.groups())
    try:
        dtype = np.dtype(descr)
    except TypeError:
        raise WireError(f"an array of the type {descr} is not accepted") from None
    sizes = tuple(int(size) for size in shape.split(",") if size.strip())
    return sizes, fortran == "True", dtype, 10 + length


def read_npy(body: bytes) -> np.ndarray:
    """Return the array in the ``.npy`` bytes `body`: numeric, C-contiguous, a copy of its own.

    The size that the header claims is compared with the bytes that are there before anything
    is allocated.
    """
    shape, fortran, dtype, start = read_header(body)
    if dtype.kind not in NUMERIC_KINDS or dtype.hasobject:
        raise WireError(f"an array of dtype {dtype} is not accepted")
    if len(shape) > MAX_AXES:
        raise WireError(f"an array of {len(shape)} axes has an impossible shape")
    count = 1
    for size in shape:  # Python integers, since NumPy's would overflow
        count *= size
    size = len(body) - start
    if count * dtype.itemsize != size:
        raise WireError(f"an array of shape {shape} came with {size} bytes")
    flat = np.frombuffer(body, dtype=dtype, offset=start) if size else np.empty(0, dtype)
    try:
        return flat.reshape(shape, order="F" if fortran else "C").copy(order="C")
    except (ValueError, OverflowError, MemoryError):  # too many axes, or 0 x 10**30
        raise WireError(f"an array has the impossible shape {shape}") from None


def write_message(stream: BinaryIO, tree: Any) -> None:
    """Send `tree` over `stream`."""
    encoded, bodies = encode(tree)
    header = json.dumps({"tree": encoded, "bodies": [len(b) for b in bodies]}).encode()
    if len(header) > MAX_HEADER or sum(map(len, bodies)) > MAX_BODIES:
        raise WireError("the message is too large to be sent")
    stream.write(MAGIC + struct.pack("<I", len(header)) + header)
    for body in bodies:
        stream.write(body.header)
        stream.write(body.array.data)
    stream.flush()


def read_message(stream: BinaryIO, most: Most = Most()) -> Any:
    """Receive one message; raises `EOFError` at the end of `stream`, `WireError` if it is none."""
    start = stream.read(len(MAGIC) + 4)
    if not start:
        raise EOFError("the other end has closed the wire")
    if len(start) != len(MAGIC) + 4 or start[: len(MAGIC)] != MAGIC:
        raise WireError("the message does not begin as one")
    (length,) = struct.unpack("<I", start[len(MAGIC) :])
    if length > most.header:
        raise WireError(f"a header of {length} bytes is too long")
    try:
        header = json.loads(_read_exactly(stream, length))
        encoded, lengths = header["tree"], header["bodies"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError(f"the header cannot be read: {error}") from None
    plain = isinstance(lengths, list) and all(type(n) is int and n >= 0 for n in lengths)
    if not plain:
        raise WireError("the header claims arrays of impossible length")
    if sum(lengths) > most.bodies:
        raise WireError(f"its arrays have more than {in_words(most.bodies)}")
    if len(lengths) > most.values:
        raise WireError(f"it has more than {most.values} values")
    return decode(encoded, [_read_exactly(stream, n) for n in lengths], most.values)


def in_words(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size} bytes"


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise WireError("the message ends before its time")
    return data
