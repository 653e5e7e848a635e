"""Run all known mistakes on the cases of a pack, and keep what is needed to recognize each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from autograder.course.museum.convnets.mistakes import MISTAKES, Mistake
from autograder.course.museum.submissions import file_of
from autograder.diagnosis.fingerprint import RAISED, Known, Mark, to_plain, wrong_outputs
from autograder.judging.case import Case, Payload
from autograder.judging.session import Session
from autograder.sandbox.client import Raised
from autograder.submission import CNN, Submission

SECONDS = 60.0  # for one mistake on one case; they take far less


def collect(cases: dict[str, list[Case]], solution: Submission) -> dict[str, Any]:
    """Return, by function and as plain data, what is known of its mistakes on `cases`."""
    functions = list(dict.fromkeys(mistake.function for mistake in MISTAKES))
    with ThreadPoolExecutor(max_workers=2) as pool:  # each thread waits for a worker of its own
        found = list(pool.map(lambda name: known_of(name, cases, solution), functions))
    return {name: to_plain(known) for name, known in zip(functions, found, strict=True)}


def known_of(function: str, cases: dict[str, list[Case]], solution: Submission) -> Known:
    """Run the mistakes of one function on all of its cases."""
    mistakes = [mistake for mistake in MISTAKES if mistake.function == function]
    with Session(all_in_one(solution, mistakes)) as session:
        marks = {
            check: [
                [marks_on(session, case, number) for number in range(len(mistakes))]
                for case in listed
            ]
            for check, listed in cases.items()
            if check.startswith(f"{function}/")
        }
    return Known([(mistake.name, mistake.sentence) for mistake in mistakes], marks)


def all_in_one(solution: Submission, mistakes: Sequence[Mistake]) -> Submission:
    """Return a submission that has all `mistakes`, so that one worker can run them.

    Mistake number 7 in a layer is there as ``mistake_7``. The net's are made by
    ``ThreeLayerConvNet(mistake=7, ...)``.
    """
    files = {path: content.decode() for path, content in solution.files.items()}
    for number, mistake in enumerate(mistakes):
        files[file_of(mistake.function)] += (
            f"\n\ndef make_{number}():\n{textwrap.indent(mistake.code, '    ')}\n"
            f"    return {mistake.function}\n\n\nmistake_{number} = make_{number}()\n"
        )
    files[CNN] += (
        "\n\ndef ThreeLayerConvNet(mistake, **settings):\n"
        '    return globals()[f"mistake_{mistake}"](**settings)\n'
    )
    return Submission("mistakes", {path: text.encode() for path, text in files.items()})


def marks_on(session: Session, case: Case, number: int) -> dict[str, Mark]:
    """Return the marks of what a mistake gets wrong on `case`."""
    try:
        reply = session.ask(case.op, asking_for(case, number), SECONDS)
    except Raised as error:
        return {RAISED: Mark(error.summary)}
    return wrong_outputs(case, reply)


def asking_for(case: Case, number: int) -> Payload:
    """Return the payload of `case`, asking for a mistake instead of the function itself."""
    if case.op == "net":
        return {**case.payload, "settings": {**case.payload["settings"], "mistake": number}}
    return {**case.payload, "function": f"mistake_{number}"}
