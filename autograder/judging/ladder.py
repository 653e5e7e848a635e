"""The ladder of a function: small inputs, the smallest first, packed until a failure asks for them.

A pack holds it with the solution's replies. It is made from the public seed in every pack, so that
whatever is shown of it tells nothing of a class's own cases.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

import numpy as np

from autograder.judging.case import Case
from autograder.sandbox.worker import wire


def packed(cases: Sequence[Case]) -> np.ndarray:
    """Return cases as bytes."""
    buffer = io.BytesIO()
    tree = [{"op": c.op, "payload": c.payload, "expected": c.expected} for c in cases]
    wire.write_message(buffer, tree)
    return np.frombuffer(zlib.compress(buffer.getvalue(), 9), dtype=np.uint8)


def unpacked(content: np.ndarray) -> list[Case]:
    """Undo `packed`."""
    message = io.BytesIO(zlib.decompress(content.tobytes()))
    return [Case(**case) for case in wire.read_message(message)]
