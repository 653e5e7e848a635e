"""Make the archive that a student hands in, after a look at what is in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import disk as zipped
from autograder import locate
from autograder.engine.run import run_checks
from autograder.judging import pack
from autograder.judging.case import Case
from autograder.judging.declare import names
from autograder.judging.pack import Pack
from autograder.judging.session import LOAD_SECONDS, NETS, CannotLoad, Session
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.client import WorkerError
from autograder.student import check as api
from autograder.submission import CNN, EDITABLE, LAYERS, Submission

NAME = "submission.zip"
NOTEBOOK = "notebooks/ConvolutionalNetworks.ipynb"
TRAINING = ("overfit_small_data", "one_epoch")  # takes minutes, and is not what is looked for here


@dataclass
class Findings:
    """What a look at a submission has found.

    Attributes
    ----------
    problems : list of str
        Why it is not fit to be handed in: a file that is missing or cannot be loaded.
    unwritten, wrong : list of str
        Functions that are still to be written, and those that are not right yet.
    """

    problems: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def look_at(submission: Submission, cases: Pack) -> Findings:
    """Find out whether the files are there and load, and what is still to be done in them.

    Everything that runs student code is done in a worker, as for a check.
    """
    findings = Findings()
    for path in EDITABLE:
        if path not in submission.files:
            findings.problems.append(f"{path} is missing: there is no {api.source_of(path)}.")
    if not findings.problems:
        findings.problems = loading_problems(submission, cases)
    if not findings.problems:
        verdicts = run_checks(submission, cases, [n for n in names() if n not in TRAINING])
        findings.unwritten, findings.wrong = unfinished(verdicts)
    return findings


def loading_problems(submission: Submission, cases: Pack) -> list[str]:
    """Return for each file that cannot be imported what happens, the traceback included."""
    problems: list[str] = []
    with Session(submission) as session:
        for path in (LAYERS, CNN):
            case = a_case_for(path, cases)
            try:
                session.ask(case.op, case.payload, LOAD_SECONDS)
            except CannotLoad as error:
                problems.append(str(error))
            except WorkerError:
                pass  # it was loaded; whether it is right is for the checks to say
    return problems


def a_case_for(path: str, cases: Pack) -> Case:
    """Return a case that uses the file at `path`, and does not train."""
    for known in cases.cases.values():
        for case in known:
            if case.op != "train" and (case.op in NETS) == (path == CNN):
                return case
    raise pack.PackError(f"The case pack has no case for {path}.")


def unfinished(verdicts: Sequence[Verdict]) -> tuple[list[str], list[str]]:
    """Return the functions still to be written, and those that are written but not right."""
    statuses: dict[str, set[Status]] = {}
    for verdict in verdicts:
        statuses.setdefault(verdict.function, set()).add(verdict.status)
    unwritten = [name for name, found in statuses.items() if Status.MISSING in found]
    wrong = [n for n, found in statuses.items() if found != {Status.PASSED} and n not in unwritten]
    return unwritten, wrong


def tell(submission: Submission, findings: Findings) -> None:
    """Print what was found."""
    for path in submission.files:
        size = len(submission.files[path])
        print(f"  {path:<37} {size:>9,} bytes, from {api.source_of(path)}")
    if submission.notebook:
        size = len(submission.notebook)
        print(f"  {NOTEBOOK:<37} {size:>9,} bytes, as it was last saved")
    for problem in findings.problems:
        print(f"\n{problem}")
    if findings.problems:
        return
    if findings.unwritten:
        print(f"Still to be written: {', '.join(findings.unwritten)}.")
    if findings.wrong:
        print(f"Not right yet: {', '.join(findings.wrong)}.")
        print(f"To see why: python -m autograder check {findings.wrong[0]}")
    if not findings.unwritten and not findings.wrong:
        print("All layers and the net are right on the public checks. (Training was not tried.)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"the archive (default: {NAME})")
    parser.add_argument("--force", action="store_true", help="replace an archive that is there")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="make the archive even if a file is missing or cannot be loaded",
    )


def main(options: argparse.Namespace) -> int:
    """Run the command; the exit code is 0 when there is an archive to hand in."""
    path = options.out or locate.root() / NAME
    if path.is_dir():
        print(f"{path} is a folder: give the archive's name too, with --out.", file=sys.stderr)
        return 1
    if path.exists() and not options.force:
        print(
            f"{path} is there already, and was left as it is. To replace it: python -m nox -s "
            "submit -- --force. To make another one: the same with --out FILE.",
            file=sys.stderr,
        )
        return 1
    try:
        submission = replace(api.current_submission(), notebook=read_notebook())
        return hand_in(submission, path, anyway=options.anyway)
    except OSError as error:
        print(f"No archive was made: {error}", file=sys.stderr)
        return 1


def read_notebook() -> bytes:
    """Return the notebook as it was last saved: with the answers in it, and for the feedback."""
    path = locate.root() / NOTEBOOK
    return path.read_bytes() if path.is_file() else b""


def hand_in(submission: Submission, path: Path, *, anyway: bool) -> int:
    """Look at a submission, say what is found, and write its archive unless that speaks against."""
    print("Looking at what you are going to hand in ...", flush=True)
    findings = look_at(submission, pack.public())
    tell(submission, findings)
    if not submission.files:
        print("\nNo archive was made: there is nothing to put into it.", file=sys.stderr)
        return 1
    if findings.problems and not anyway:
        print(
            "\nNo archive was made. Mend this first, or hand it in as it is with --anyway.",
            file=sys.stderr,
        )
        return 1
    files = dict(submission.files)
    if submission.notebook:
        files[NOTEBOOK] = submission.notebook
    zipped.write(path, files.items())
    print(f"To hand in: {path.resolve()}")
    return 0
