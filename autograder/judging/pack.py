"""Case packs: the cases of all checks with their expected values.

A pack is made from the solution and a seed before any student code starts. A student's copy of
the exercise has the public pack; a class is graded with a pack from the course's secret seed.

On disk a pack is one message of the wire (``autograder/sandbox/worker/wire.py``): a JSON header, then
arrays as plain ``.npy`` bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder import locate
from autograder.judging.case import GRADIENTS, Case, Payload, Spec
from autograder.judging.declare import all_checks
from autograder.judging.session import Session
from autograder.sandbox.overlay import read_layer
from autograder.sandbox.worker import wire
from autograder.submission import EDITABLE

PUBLIC_SEED = "public"
PUBLIC_PACK = Path(__file__).parents[1] / "packs" / "public.pack"
REFERENCE_SECONDS = 120.0  # for one case; the solution takes far less
FORMAT = 2


class PackError(Exception):
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
    """

    id: str
    cases: dict[str, list[Case]]
    known: dict[str, Any] = field(default_factory=dict)


def identify(seed: str) -> str:
    """Return the id of the pack that `seed` gives: a digest of all that goes into it."""
    digest = hashlib.sha256()
    here = Path(__file__).parents[1]
    sources = [
        *sorted((here / "exercises" / "convnets" / "checks").glob("*.py")),
        *(
            here / name
            for name in (
                "judging/case.py",
                "exercises/convnets/cases/training.py",
                "sandbox/worker/operations.py",
            )
        ),
        *sorted((here / "course" / "museum" / "convnets" / "mistakes").glob("*.py")),
        *(here / name for name in ("diagnosis/fingerprint.py", "course/museum/fingerprints.py")),
        *(locate.solutions() / name for name in EDITABLE),
    ]
    for part in (str(FORMAT).encode(), seed.encode(), *(path.read_bytes() for path in sources)):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def generator(seed: str, check: str, index: int) -> np.random.Generator:
    """Return a random generator for one case, independent of all other cases."""
    text = json.dumps([seed, check, index])
    return np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))


def draw(seed: str) -> Iterator[tuple[str, Spec, Payload]]:
    """Yield the id of the check, the spec, and the concrete inputs of every case."""
    for declared in all_checks():
        for index, spec in enumerate(declared.specs):
            check = declared.info.id
            yield check, spec, spec.draw(generator(seed, check, index))


def build(seed: str) -> Pack:
    """Make a pack: draw the cases, and have the solution reply to them in a worker of its own.

    Raises
    ------
    autograder.locate.NotFound
        This copy of the exercise has no solution.
    """
    cases: dict[str, list[Case]] = {declared.info.id: [] for declared in all_checks()}
    solution = read_layer("solution", locate.solutions())
    with Session(solution) as session:
        for check, spec, payload in draw(seed):
            expected = reference(session, spec, payload)
            cases[check].append(Case(spec.op, payload, expected))
    # Only a course's copy has the code of the mistakes, as only it has the solution.
    from autograder.course.museum.fingerprints import collect

    return Pack(identify(seed), cases, collect(cases, solution))


def reference(solution: Session, spec: Spec, payload: Payload) -> Any:
    """Return the solution's reply, computed in float64 even where student code gets float32."""
    if spec.op == "train":
        return None  # judged by accuracy, not by comparison
    exact = in_float64(payload)
    if spec.reference != "numeric_gradient":
        reply = solution.ask(spec.op, exact, REFERENCE_SECONDS)
        return compared(reply, random_params=spec.op == "net" and payload["params"] is None)
    forward, wrt = GRADIENTS[payload["function"]]
    request = {"forward": forward, "args": exact["args"], "dout": exact["dout"], "wrt": wrt}
    return solution.ask(spec.reference, {**request, "h": 1e-5}, REFERENCE_SECONDS)


def compared(reply: dict[str, Any], random_params: bool) -> dict[str, Any]:
    """Return the part of the solution's reply that a student's is compared with."""
    left_out = {"initial", "after"} | ({"scores", "grads"} if random_params else set())
    return {name: value for name, value in reply.items() if name not in left_out}


def in_float64(value: Any) -> Any:
    """Return a copy of a payload with every float32 array, and the net's dtype, as float64."""
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return value.astype(np.float64)
    if isinstance(value, dict):
        return {k: in_float64(v) for k, v in value.items()}
    return "float64" if isinstance(value, str) and value == "float32" else value


def save(pack: Pack, path: Path) -> None:
    """Write `pack` to `path`, which either holds all of it afterwards or is as before."""
    tree = {
        "format": FORMAT,
        "id": pack.id,
        "cases": {
            check: [{"op": c.op, "payload": c.payload, "expected": c.expected} for c in cases]
            for check, cases in pack.cases.items()
        },
        "known": pack.known,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            wire.write_message(file, tree)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load(path: Path) -> Pack:
    """Read a pack.

    Raises
    ------
    PackError
        `path` is not there, is damaged, or is of another version.
    """
    try:
        with path.open("rb") as file:
            tree = wire.read_message(file)
        if tree["format"] != FORMAT:
            raise PackError(f"{path} is a case pack of another version of the exercise.")
        cases = {check: [Case(**case) for case in cases] for check, cases in tree["cases"].items()}
        pack = Pack(tree["id"], cases, tree["known"])
    except FileNotFoundError:
        raise PackError(
            f"The case pack {path} is missing. It comes with the exercise's archive: unpack that "
            "again."
        ) from None
    except (wire.WireError, EOFError, KeyError, TypeError) as error:
        raise PackError(
            f"The case pack {path} is damaged ({error}). Unpack the exercise's archive again."
        ) from None
    missing = {declared.info.id for declared in all_checks()} - set(pack.cases)
    if missing:
        raise PackError(f"{path} lacks the cases of {', '.join(sorted(missing))}.")
    return pack


@cache
def public() -> Pack:
    """Return the public pack; a course's own copy of the exercise makes it when it is stale."""
    try:
        current = identify(PUBLIC_SEED)
    except (locate.NotFound, FileNotFoundError):  # a student's copy: nothing to make it from
        return load(PUBLIC_PACK)
    if PUBLIC_PACK.is_file():
        try:
            pack = load(PUBLIC_PACK)
        except PackError:
            pack = None  # made anew below
        if pack is not None and pack.id == current:
            return pack
    pack = build(PUBLIC_SEED)
    save(pack, PUBLIC_PACK)
    return pack
