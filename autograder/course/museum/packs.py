"""Make case packs: draw the cases, have the solution reply, and note what known mistakes do.

Only a course's own copy can do this: it takes the solution and the museum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder import exercises, locate, markers
from autograder.course.museum.fingerprints import collect
from autograder.course.museum.rule import inputs, table
from autograder.course.museum.seeds import generator
from autograder.diagnosis import by_rule
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.registry import all_checks, ids, larger_cases
from autograder.judging import pack
from autograder.judging.case import Case, Spec
from autograder.judging.ladder import packed
from autograder.judging.larger import Larger, digest
from autograder.judging.operation import Payload
from autograder.judging.operations import OPERATIONS
from autograder.judging.pack import FORMAT, Pack, PackError
from autograder.judging.session import Session
from autograder.submission import Submission

PUBLIC_SEED = "public"
REFERENCE_SECONDS = 120.0  # for one case; the solution takes far less
PACKAGE = Path(__file__).parents[2]
ROOMS = ("judging", "sandbox/worker")
"""What decides with an exercise which cases are in a pack, below ``autograder/``."""


def solution(exercise: Exercise) -> Submission:
    """Return the solution of an exercise.

    Raises
    ------
    autograder.locate.NotFound
        This copy of the exercise has none.
    """
    sources = {name: locate.answers(name).read_text("utf-8") for name in exercise.whole.editable}
    files = {name: markers.answer(source, name).encode() for name, source in sources.items()}
    return Submission("solution", files)


def identify(exercise: Exercise, seed: str) -> str:
    """Return the id of the pack that `seed` gives: digests of all that goes into it.

    The first part is of the cases, the second of what is known of mistakes, which decides no
    verdict.
    """
    cases = [PACKAGE / room for room in (*ROOMS, f"exercises/{exercise.name}")]
    cases += sorted((PACKAGE / "exercises").glob("*.py"))
    cases += [locate.answers(name) for name in exercise.whole.editable]
    known = [PACKAGE / "diagnosis", PACKAGE / "course" / "museum" / exercise.name]
    known += Path(__file__).parent.glob("*.py")
    known += [table.path_of(exercise), *(Path(str(m.__file__)) for m in (inputs, table))]
    return f"{digest_of([*cases, Path(__file__)], seed)}-{digest_of(known, seed)}"


def digest_of(places: Iterable[Path], seed: str) -> str:
    """Return a digest of the modules in files and folders, with the seed."""
    sources = [path for place in places for path in sorted({place, *place.rglob("*.py")})]
    digest = hashlib.sha256()
    contents = (path.read_bytes() for path in sources if path.is_file())
    for part in (str(FORMAT).encode(), seed.encode(), *contents):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def draw(exercise: Exercise, seed: str) -> Iterator[tuple[str, Spec, Payload]]:
    """Yield the id of the check, the spec, and the concrete inputs of every case."""
    for declared in all_checks(exercise.whole):
        for index, spec in enumerate(declared.specs):
            check = declared.info.id
            yield check, spec, spec.draw(generator(seed, check, index))


def build(exercise: Exercise, seed: str) -> Pack:
    """Make a pack: draw the cases, and have the solution reply to them in a worker of its own.

    Raises
    ------
    autograder.locate.NotFound
        This copy of the exercise has no solution.
    """
    exercise = exercise.whole  # what a course leaves out does no harm in a pack
    right = solution(exercise)
    cases = with_replies(exercise, seed, right)
    known = collect(exercise, cases, right)
    larger = larger_with_replies(exercise, seed, right)
    return Pack(
        *(identify(exercise, seed), cases, known, ladders(exercise, right), larger),
        by_rule=rules(exercise, right),
    )


def with_replies(exercise: Exercise, seed: str, right: Submission) -> dict[str, list[Case]]:
    """Return the cases of each check, with the replies of a solution."""
    cases: dict[str, list[Case]] = {declared.info.id: [] for declared in all_checks(exercise)}
    with Session(right, exercise.files) as session:
        for check, spec, payload in draw(exercise, seed):
            cases[check].append(Case(spec.op, payload, reference(session, spec, payload)))
    return cases


def ladders(exercise: Exercise, right: Submission) -> dict[str, np.ndarray]:
    """Return the ladder of each function that has one: the public seed's, in every pack."""
    made = {}
    with Session(right, exercise.files) as session:
        for name in exercise.names:
            cases = []
            for index, spec in enumerate(exercise.ladder(name)):
                payload = spec.draw(generator(PUBLIC_SEED, f"{name}/ladder", index))
                cases.append(Case(spec.op, payload, reference(session, spec, payload)))
            if cases:
                made[name] = packed(cases)
    return made


def rules(exercise: Exercise, right: Submission) -> dict[str, Any]:
    """Return what packs have of the mistakes by rule: those that are named by no one else."""
    found = {}
    with Session(right, exercise.files) as session:
        for name, of in table.tables(exercise).items():
            cases = [
                Case(spec.op, payload, reference(session, spec, payload))
                for spec, payload in table.probes(exercise, name)
            ]
            told = [
                (one.sentence, one.marks)
                for one in of.behaviours
                if not one.hand and of.can_tell(one)
            ]
            found[name] = by_rule.to_plain(cases, of.marks, told)
    return found


def larger_with_replies(exercise: Exercise, seed: str, right: Submission) -> dict[str, Any]:
    """Return what a pack keeps of the larger case of each function that has one."""
    found = {}
    with Session(right, exercise.files) as session:
        for name, larger in larger_cases(exercise).items():
            drawn = hashlib.sha256(json.dumps([seed, name, "larger"]).encode()).hexdigest()
            replies = reference(session, larger, larger.payload(drawn))
            expected = {output: digest(np.asarray(value)) for output, value in replies.items()}
            found[name] = {"seed": drawn, "expected": expected}
    return found


def reference(session: Session, spec: Spec | Larger, payload: Payload) -> Any:
    """Return the solution's reply, computed in float64 even where student code gets float32."""

    def ask(op: str, asked: Payload) -> Any:
        return session.ask(op, asked, REFERENCE_SECONDS).reply

    found = OPERATIONS[spec.op].reference(in_float64(payload), ask)
    for name, value in found.items() if isinstance(found, dict) else ():
        if isinstance(value, dict) and "$object" in value:
            raise UserError(
                f"The solution's {payload['function']} returned for {name} {value['$object']}: "
                f"no case of the operation {spec.op!r} can be made with it."
            )
    return found


def in_float64(value: Any) -> Any:
    """Return a copy of a payload with every float32 array, and the net's dtype, as float64."""
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return value.astype(np.float64)
    if isinstance(value, dict):
        return {k: in_float64(v) for k, v in value.items()}
    return "float64" if isinstance(value, str) and value == "float32" else value


def public(exercise: Exercise) -> Pack:
    """Return the public pack of an exercise, made anew where it is stale or missing."""
    current = identify(exercise, PUBLIC_SEED)
    path = pack.public_path(exercise.name)
    try:
        found = pack.public(exercise.name, ids(exercise))
    except PackError:
        found = None
    if found is None or found.id != current:
        pack.save(build(exercise, PUBLIC_SEED), path)
        pack.public.cache_clear()
    return pack.public(exercise.name, ids(exercise))


if __name__ == "__main__":
    public(exercises.default())  # so that it is there for a notebook, which cannot make it
