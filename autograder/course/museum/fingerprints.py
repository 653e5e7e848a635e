"""Run all known mistakes on the cases of a pack, and keep what is needed to recognize each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from autograder.course.museum import museum_of
from autograder.course.museum.mistake import Mistake
from autograder.diagnosis.fingerprint import Known, Mark, exception_mark, to_plain, wrong_outputs
from autograder.exercise import Exercise
from autograder.judging.case import Case
from autograder.judging.output import RAISED, Output
from autograder.judging.session import Session
from autograder.sandbox import ending
from autograder.sandbox.errors import Raised
from autograder.submission import Submission

SECONDS = 60.0  # for one mistake on one case; they take far less


def collect(
    exercise: Exercise, cases: dict[str, list[Case]], solution: Submission
) -> dict[str, Any]:
    """Return, by function and as plain data, what is known of its mistakes on `cases`."""
    by_function: dict[str, list[Mistake]] = {}
    for mistake in museum_of(exercise).MISTAKES:
        by_function.setdefault(mistake.function, []).append(mistake)

    def known(function: str) -> Known:
        return known_of(exercise, by_function[function], cases, solution)

    with ThreadPoolExecutor(max_workers=2) as pool:  # each thread waits for a worker of its own
        found = list(pool.map(known, by_function))
    return {name: to_plain(known) for name, known in zip(by_function, found, strict=True)}


def known_of(
    exercise: Exercise,
    mistakes: Sequence[Mistake],
    cases: dict[str, list[Case]],
    solution: Submission,
) -> Known:
    """Run the mistakes of one function on all of its cases."""
    function = exercise.by_name[mistakes[0].function]
    made = all_in_one(solution, function.file.path, mistakes)
    with Session(made, exercise.files) as session:
        marks = {
            check: [
                [marks_on(session, case, number) for number in range(len(mistakes))]
                for case in listed
            ]
            for check, listed in cases.items()
            if check.startswith(f"{function.name}/")
        }
    return Known([(mistake.name, mistake.sentence) for mistake in mistakes], marks)


def all_in_one(solution: Submission, path: str, mistakes: Sequence[Mistake]) -> Submission:
    """Return a submission that has all `mistakes`, so that one worker can run them.

    Mistake number 7 is there as ``mistake_7``.
    """
    text = solution.files[path].decode()
    for number, mistake in enumerate(mistakes):
        text += (
            f"\n\ndef make_{number}():\n{textwrap.indent(mistake.code, '    ')}\n"
            f"    return {mistake.function}\n\n\nmistake_{number} = make_{number}()\n"
        )
    return Submission("mistakes", {**solution.files, path: text.encode()})


def marks_on(session: Session, case: Case, number: int) -> dict[Output, Mark]:
    """Return the marks of what a mistake gets wrong on `case`."""
    ending.heed()  # Ctrl-C comes in another thread, which waits for this one
    payload = {**case.payload, "function": f"mistake_{number}"}
    try:
        return wrong_outputs(case, session.ask(case.op, payload, SECONDS).reply)
    except Raised as error:
        return {RAISED: exception_mark(error)}
