"""Case packs: the cases of all checks with their expected values.

A pack is made from the solution and a seed before any student code starts. A student's copy of
the exercise has the public pack; a class is graded with a pack from the course's secret seed.

On disk a pack is one message of the wire (``autograder/sandbox/worker/wire.py``): a JSON header,
then arrays as plain ``.npy`` bytes.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder import locate
from autograder.disk import write_bytes
from autograder.errors import UserError
from autograder.judging.case import Case
from autograder.sandbox.worker import wire

FORMAT = 6


class PackError(UserError):
    """There is no usable pack; the message says how to get one."""


@dataclass(frozen=True)
class Pack:
    """Cases with their expected values.

    Attributes
    ----------
    id : str
        Names the solution, the checks and the seed that the pack was made from.
    cases : dict of str to list of Case
        The cases of each check, by the check's id.
    known : dict of str to Any
        By function, what known mistakes do on the cases (``fingerprint.Known`` as plain data).
    ladders : dict of str to ndarray
        By function, its small inputs with the solution's replies, as `ladder.packed` has them.
    larger : dict of str to Any
        By function, or by a check's id, what is kept of a larger case (`larger.Larger.case`).
    by_rule : dict of str to Any
        By function, the mistakes that were made by rule, as `by_rule.to_plain` has them.
    readable : tuple of Path
        Files and folders that a submission's workers may read: what is too much to be sent to each.
    """

    id: str
    cases: dict[str, list[Case]]
    known: dict[str, Any] = field(default_factory=dict)
    ladders: dict[str, np.ndarray] = field(default_factory=dict)
    larger: dict[str, Any] = field(default_factory=dict)
    by_rule: dict[str, Any] = field(default_factory=dict)
    readable: tuple[Path, ...] = ()


def save(pack: Pack, path: Path) -> None:
    """Write `pack` to `path`, which either holds all of it afterwards or is as before."""
    write_bytes(path, to_bytes(pack))


def to_bytes(pack: Pack) -> bytes:
    """Return `pack` as a file holds it."""
    tree = {
        "format": FORMAT,
        "id": pack.id,
        "cases": {
            check: [{"op": c.op, "payload": c.payload, "expected": c.expected} for c in cases]
            for check, cases in pack.cases.items()
        },
        "known": pack.known,
        "ladders": pack.ladders,
        "larger": pack.larger,
        "by_rule": pack.by_rule,
    }
    stream = io.BytesIO()
    wire.write_message(stream, tree)
    return stream.getvalue()


def load(path: Path, checks: Collection[str] = ()) -> Pack:
    """Read a pack, which must have the cases of these `checks`.

    Raises
    ------
    PackError
        `path` is not there, is damaged, is of another version, or lacks a check's cases.
    """
    try:
        with path.open("rb") as file:
            tree = wire.read_message(file)
        if tree["format"] != FORMAT:
            raise PackError(f"{path} is a case pack of another version of the exercise.")
        cases = {check: [Case(**case) for case in cases] for check, cases in tree["cases"].items()}
        rest = (tree[name] for name in ("known", "ladders", "larger", "by_rule"))
        pack = Pack(tree["id"], cases, *rest)
    except FileNotFoundError:
        raise PackError(
            f"The case pack {path} is missing. It comes with the exercise's archive: unpack that "
            "again. (A course makes its own by: nox -s check)"
        ) from None
    except (wire.WireError, EOFError, KeyError, TypeError) as error:
        raise PackError(
            f"The case pack {path} is damaged ({error}). Unpack the exercise's archive again."
        ) from None
    missing = set(checks) - set(pack.cases)
    if missing:
        raise PackError(f"{path} lacks the cases of {', '.join(sorted(missing))}.")
    return pack


def public_path(exercise: str) -> Path:
    """Return where the public pack of an exercise is, by the exercise's name.

    It comes with the exercise and not with this package, which may be installed elsewhere.
    """
    return locate.root() / "autograder" / "packs" / f"{exercise}.pack"


@cache
def public(exercise: str, checks: Collection[str] = ()) -> Pack:
    """Return the public pack of an exercise; it is read once."""
    return load(public_path(exercise), checks)
