"""Grade one submission in Gradescope's container; started there by ``run_autograder``.

Gradescope knows a failure of the autograder, as opposed to a grade of 0, by there being no
``results.json``: it then tells the student to ask the course's staff. So a fault of the grader
leaves none, and says what happened where the instructor sees it.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from autograder import exercises
from autograder.course.exports.gradescope import results_json, summary, with_public
from autograder.course.forward import scores_of
from autograder.course.intake.collect import Unreadable, collect
from autograder.course.made_with import made_with
from autograder.course.record import Record, digest_of, key_of, without_grading
from autograder.disk import to_json, write_text
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercises.registry import ids
from autograder.judging import pack
from autograder.judging.verdict import Verdict
from autograder.sandbox import bounds, doctor, ending
from autograder.sandbox.probe import strongest

SECRET_PACK, PUBLIC_PACK = "secret.pack", "public.pack"  # in the folder source/
REQUIRE_SANDBOX = "require-sandbox"  # a file there, if nobody is to be graded without one


def grade(base: Path) -> Record:
    """Grade what lies in the folder ``submission`` below `base`.

    The public cases come first, in workers of their own, when no secret one has been near the
    submission yet: what these show is told in full, and of the secret cases nothing that student
    code has made. Nothing is trained on public images.

    Raises
    ------
    UserError
        There is no such folder, the case pack cannot be read, or the course wants a sandbox around
        student code, and there is none here.
    autograder.engine.run.EngineError
        The grader failed.
    """
    source, submitted = base / "source", base / "submission"
    exercise = exercises.default()
    cases = pack.load(source / SECRET_PACK, ids(exercise))
    public = pack.load(source / PUBLIC_PACK, ids(exercise))
    if not submitted.is_dir():
        raise UserError(f"There is no folder {submitted}.")
    if (source / REQUIRE_SANDBOX).exists():
        doctor.require_sandbox()
    (submission,) = collect(exercise, [submitted])
    if isinstance(submission, Unreadable):
        return without_grading(exercise, submission, cases.id)
    level = strongest()
    quick = [function.name for function in exercise.functions if not function.trains]
    shown = run_checks(exercise, submission, public, quick, isolation=level)
    verdicts = run_checks(
        exercise,
        submission,
        cases,
        on_verdict=tell,
        scores=scores_of(exercise),
        discreet=True,
        isolation=level,
    )
    key = key_of(exercise, submission, cases.id)
    return Record(
        submission.student,
        key,
        cases.id,
        "",
        submission.notes,
        with_public(verdicts, shown),
        level,
        files=digest_of(submission.files),
        made_with=made_with(),
    )


def tell(verdict: Verdict) -> None:
    """Print a line on one check, for the instructor who looks into a run that takes long."""
    print(f"{verdict.seconds:6.1f} s  {verdict.status:<8} {verdict.id}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade and write ``results/results.json``; the exit code is 1 if the grader failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", type=Path, help="the folder that Gradescope calls /autograder")
    base = parser.parse_args(arguments).base
    path = base / "results" / "results.json"
    path.unlink(missing_ok=True)
    ending.in_order()
    start = time.monotonic()
    try:
        record = grade(base)
        write_text(path, to_json(results_json(record)))
    except Exception:
        traceback.print_exc(file=sys.stdout)
        print("The grader failed: this submission was not graded, and there is no results.json.")
        return 1
    print(summary(record), f"Graded in {time.monotonic() - start:.0f} s.")
    versions = ", ".join(f"{name} {version}" for name, version in made_with().items())
    for line in (doctor.one_line(), f"Made with {versions}.", *record.notes):
        print(line)
    return 0


if __name__ == "__main__":
    bounds.more_memory(bounds.JUDGING_MEMORY)
    sys.exit(main())
