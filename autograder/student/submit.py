"""Make the archive that a student hands in, after a look at what is in it."""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder import disk, exercises, locate
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.registry import ids
from autograder.judging import pack
from autograder.judging.pack import Pack
from autograder.judging.session import CannotLoad, Session
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.errors import WorkerError
from autograder.show.text import by_function
from autograder.student import tab
from autograder.student.check import current_submission, source_of
from autograder.student.commands import typed
from autograder.submission import Submission

NAME = "submission.zip"
RENAME = "If your answers are there, give it that name, and run this again."


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


def look_at(exercise: Exercise, submission: Submission, cases: Pack) -> Findings:
    """Find out whether the files are there and load, and what is still to be done in them.

    Everything that runs student code is done in a worker, as for a check.
    """
    findings = Findings()
    for file in exercise.files:
        if file.path not in submission.files:
            findings.problems.append(f"{file.path} is missing: there is no {source_of(file)}.")
    if not findings.problems:
        findings.problems = loading_problems(exercise, submission)
    if not findings.problems:
        # What trains takes minutes, and is not what is looked for here.
        quick = [function.name for function in exercise.functions if not function.trains]
        verdicts = run_checks(exercise, submission, cases, quick, isolation=tab.isolation())
        findings.unwritten, findings.wrong = unfinished(verdicts)
    return findings


def loading_problems(exercise: Exercise, submission: Submission) -> list[str]:
    """Return for each file that cannot be imported what happens, the traceback included."""
    problems: list[str] = []
    with Session(submission, exercise.files, isolation=tab.isolation()) as session:
        for file in exercise.files:
            try:
                session.load(file.module)
            except CannotLoad as error:
                problems.append(str(error))
            except WorkerError:
                pass  # a stub by itself; what is still to be written is for the checks to say
    return problems


def unfinished(verdicts: Sequence[Verdict]) -> tuple[list[str], list[str]]:
    """Return the functions still to be written, and those that are written but not right."""
    statuses = {n: {v.status for v in own} for n, own in by_function(verdicts).items()}
    unwritten = [name for name, found in statuses.items() if Status.MISSING in found]
    wrong = [n for n, found in statuses.items() if found != {Status.PASSED} and n not in unwritten]
    return unwritten, wrong


def tell(exercise: Exercise, submission: Submission, findings: Findings) -> None:
    """Print what was found."""
    for file in exercise.files:
        if file.path in submission.files:
            size = len(submission.files[file.path])
            print(f"  {file.path:<37} {size:>9,} bytes, from {source_of(file).resolve()}")
    for problem in findings.problems:
        print(f"\n{problem}")
    if findings.problems:
        return
    if findings.unwritten:
        print(f"Still to be written: {', '.join(findings.unwritten)}.")
    if findings.wrong:
        print(f"Not right yet: {', '.join(findings.wrong)}.")
        print(f"To see why: {typed('check', findings.wrong[0])}")
    if not findings.unwritten and not findings.wrong:
        if any(function.trains for function in exercise.functions):
            print(
                "All layers and the net are right on the public checks. (Training was not tried.)"
            )
        else:  # the net is given
            print("All that you write is right on the public checks.")


def told_of_notebooks(name: str, root: Path, content: bytes) -> str:
    """Say which notebook is handed in, and which ones are not: answers may stand in those.

    Parameters
    ----------
    name : str
        The path of the exercise's notebook, below `root`.
    root : Path
        The folder of the exercise.
    content : bytes
        The notebook as it is handed in; nothing if there is none.
    """
    path = root / name
    others = [other for other in sorted(path.parent.glob("*.ipynb")) if other.name != path.name]
    if content:
        since = path.stat().st_mtime
        later = [other.name for other in others if other.stat().st_mtime > since]
        told = f"The notebook is {name}, last saved {datetime.fromtimestamp(since):%d %B, %H:%M}."
        if later:
            told += f"\nNot handed in, though saved later: {', '.join(later)}. {RENAME}"
        return told
    what = f"{name} is empty" if path.is_file() else f"There is no {name}"
    told = f"{what}, so no answers to its questions are handed in."
    if others:
        names = ", ".join(other.name for other in others)
        told += f"\nBeside it there is {names}. {RENAME}"
    return told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"the archive (default: {NAME})")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="make the archive even if a file is missing or cannot be loaded",
    )


def main(options: argparse.Namespace) -> int:
    """Run the command; the exit code is 0 when there is an archive to hand in."""
    exercise = exercises.default()
    path = options.out or locate.root() / NAME
    if path.is_dir():
        raise UserError(f"{path} is a folder: give the archive's name too, with --out.")
    if path.exists() and not is_ours(exercise, path):
        raise UserError(
            f"{path} is there already, and was left as it is, since it is no archive that this "
            f"command has made. Move it away, or give another name: "
            f"{typed('submit', '--out', 'FILE.zip')}"
        )
    try:
        submission = replace(current_submission(exercise), notebook=read_notebook(exercise))
        return hand_in(exercise, submission, path, anyway=options.anyway)
    except OSError as error:
        raise UserError(f"No archive was made: {error}") from error


def read_notebook(exercise: Exercise) -> bytes:
    """Return the notebook as it was last saved: with the answers in it, and for the feedback."""
    path = tab.kept() / exercise.notebook
    return path.read_bytes() if path.is_file() else b""


def hand_in(exercise: Exercise, submission: Submission, path: Path, *, anyway: bool) -> int:
    """Look at a submission, say what is found, and write its archive unless that speaks against."""
    print("Looking at what you are going to hand in ...", flush=True)
    findings = look_at(exercise, submission, pack.public(exercise.name, ids(exercise)))
    tell(exercise, submission, findings)
    print(told_of_notebooks(exercise.notebook, locate.root(), bytes(submission.notebook)))
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
        files[exercise.notebook] = bytes(submission.notebook)
    former = keep_former(path)
    disk.write_zip(path, files.items())
    if former and former.read_bytes() == path.read_bytes():
        former.unlink()
    elif former:
        print(f"The archive that you made before is now {former.name}.")
    print(f"To hand in: {path.resolve()}")
    return 0


def is_ours(exercise: Exercise, path: Path) -> bool:
    """Return whether a file is an archive that this command has made."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False
    names = {*exercise.editable, exercise.notebook}
    return bool(members) and all(
        member.filename in names and member.date_time == disk.EPOCH for member in members
    )


def keep_former(path: Path) -> Path | None:
    """Copy the archive that is there, if there is one, to the first free name beside it."""
    if not path.exists():
        return None
    names = (path.with_name(f"{path.stem}-{i}{path.suffix}") for i in itertools.count(1))
    free = next(name for name in names if not os.path.lexists(name))
    shutil.copy2(path, free)  # with its time: that of the former archive
    return free
