"""Grade a class: one folder or archive for each student, in parallel, resumable."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from autograder import doctor, locate, pack
from autograder.course import report, results, sample_class
from autograder.course.intake import Unreadable, absolute, collect
from autograder.course.pool import grade_all
from autograder.course.results import DamagedRecord, Record
from autograder.course.seed import SeedError, course_seed
from autograder.course.terminal import progress, show_table
from autograder.doctor import NoSandbox
from autograder.screening import ALLOWED, screen
from autograder.submission import Submission

NOT_STUDENTS = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems leave in folders
SAMPLE_SEED = "the sample class"  # public, so that everybody gets the same table


class UsageError(Exception):
    """The command cannot be carried out as it was given; the message says why."""


@dataclass
class Plan:
    """What is to be graded, and what stays as it is.

    Attributes
    ----------
    todo : list of Submission
        To be graded now.
    records : dict of str to Record
        Known already, by student.
    reused : list of str
        Students whose record is of these very files, this pack and this grader.
    kept : list of str
        Students whose record is of other files, another pack or another version of the grader: it
        stays without ``--regrade``.
    """

    todo: list[Submission] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def make_plan(
    collected: Sequence[Submission | Unreadable], out: Path, pack_id: str, regrade: bool
) -> Plan:
    """Decide what to do with each submission, given what was graded before.

    Raises
    ------
    DamagedRecord
        A record in `out` cannot be read.
    """
    plan = Plan()
    for path in sorted((out / "students").glob("*.json")):
        record = results.load(path)
        plan.records[record.student] = record
    for item in collected:
        student, known = item.student, plan.records.get(item.student)
        if isinstance(item, Submission):
            key = results.key_of(item, pack_id)
        else:
            empty = results.without_grading(item, pack_id)
            key = empty.key
        if known is not None and not regrade:
            (plan.reused if known.key == key else plan.kept).append(student)
        elif isinstance(item, Submission):
            plan.todo.append(item)
        else:
            store(empty, out)
            plan.records[student] = empty
    return plan


def store(record: Record, out: Path) -> None:
    """Write a record; one that it replaces is kept in the folder ``history``."""
    path = out / "students" / f"{record.student}.json"
    if path.is_file():
        history = out / "history"
        history.mkdir(parents=True, exist_ok=True)
        number = 1
        while (kept := history / f"{record.student}.{number}.json").exists():
            number += 1
        shutil.copyfile(path, kept)
    results.save(record, path)


def run(
    paths: Sequence[Path],
    out: Path,
    seed: str,
    *,
    jobs: int,
    regrade: bool = False,
    only: Sequence[str] = (),
    allowed: Collection[str] = ALLOWED,
    console: Console | None = None,
) -> tuple[list[Record], list[str]]:
    """Grade submissions and write all results into the folder `out`.

    Parameters
    ----------
    paths : sequence of Path
        A folder or an archive for each student.
    out : Path
        Folder for the results; what was graded into it before is not graded again.
    seed : str
        Gives the case pack.
    jobs : int
        Number of students graded at a time.
    regrade : bool
        Replace grades given before.
    only : sequence of str
        Names of the students to grade; all of them if empty.
    allowed : collection of str
        Modules whose import is not noted in the report.
    console : Console, optional
        Where progress is shown.

    Returns
    -------
    records : list of Record
        Of all students graded into `out`, by name.
    failures : list of str
        Students that the grader failed on; they have no new record.

    Raises
    ------
    UsageError
        No submission is of a student named in `only`.
    DamagedRecord
        A record in `out` cannot be read.
    """
    console = console or Console()
    collected = [screened(item, allowed) for item in chosen(collect(paths), only)]
    plan = make_plan(collected, out, pack.identify(seed), regrade)
    tell_plan(plan, console)
    failures = []
    if plan.todo:
        console.print("Making the case pack from the solution ...")
        cases = pack.build(seed)
        with (
            progress(console, len(plan.todo)) as done,
            contextlib.closing(grade_all(plan.todo, cases, jobs)) as graded,
        ):
            for student, outcome in graded:
                if isinstance(outcome, Exception):
                    failures.append(student)
                    done(f"{student}: could not be graded: {outcome}")
                else:
                    store(outcome, out)
                    plan.records[student] = outcome
                    done(f"{student}: {outcome.points:g} points in {outcome.seconds:.0f} s")
    records = sorted(plan.records.values(), key=lambda record: record.student)
    write_all(records, out)
    return records, failures


def screened(item: Submission | Unreadable, allowed: Collection[str]) -> Submission | Unreadable:
    """Add to a submission's notes what stands out in its source."""
    if isinstance(item, Unreadable):
        return item
    return replace(item, notes=[*item.notes, *screen(item.files, allowed)])


def chosen(
    collected: Sequence[Submission | Unreadable], only: Sequence[str]
) -> list[Submission | Unreadable]:
    """Return the submissions of the students named in `only`; all of them if it is empty."""
    known = {item.student for item in collected}
    for name in only:
        if name not in known:
            raise UsageError(f"No submission is of {name!r}. There are: {', '.join(sorted(known))}")
    return [item for item in collected if not only or item.student in only]


def tell_plan(plan: Plan, console: Console) -> None:
    """Say what is graded, and what is not."""
    console.print(f"{len(plan.todo)} to grade.")
    if plan.reused:
        console.print(f"{len(plan.reused)} graded before, with the same files and pack: reused.")
    if plan.kept:
        console.print(
            f"{len(plan.kept)} graded before, from other files, another seed or another version of "
            f"the checks: {', '.join(plan.kept)}. These grades stay; --regrade replaces them.",
            markup=False,
        )


def write_all(records: list[Record], out: Path) -> None:
    """Write the tables and pages for a class."""
    results.write_text(out / "results.json", results.results_json(records))
    results.write_text(out / "grades.csv", results.grades_csv(records))
    results.write_text(out / "timings.json", results.timings_json(records))
    results.write_text(out / "report.html", report.class_page(records))
    for record in records:
        path = out / "feedback" / f"{record.student}.html"
        results.write_text(path, report.student_page(record))


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a folder or an archive for each student; a sample class if none is given",
    )
    parser.add_argument(
        "--class-dir", type=Path, metavar="DIR", help="a folder that holds one entry a student"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for the results (default: results)"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="grade these students only"
    )
    parser.add_argument(
        "--jobs", type=int, default=default_jobs(), metavar="N", help="students at a time"
    )
    parser.add_argument(
        "--allow-import",
        nargs="+",
        default=[],
        metavar="MODULE",
        help="do not note imports of these modules in the report",
    )
    parser.add_argument("--regrade", action="store_true", help="replace grades given before")
    parser.add_argument(
        "--require-sandbox",
        action="store_true",
        help="grade nobody unless student code is kept from files, network and other processes",
    )
    parser.add_argument(
        "--seed-file", type=Path, metavar="FILE", help="holds the course's secret seed"
    )


def find_submissions(options: argparse.Namespace) -> list[Path]:
    """Return what is to be graded; an empty list stands for the sample class.

    Raises
    ------
    UsageError
        A path is not there: no student gets 0 points for a slip at the keyboard.
    """
    paths: list[Path] = list(options.paths)
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")
    if options.class_dir is not None:
        if not options.class_dir.is_dir():
            raise UsageError(f"{options.class_dir} is no folder.")
        entries = sorted(options.class_dir.iterdir())
        paths += [e for e in entries if e.name[:1] != "." and e.name not in NOT_STUDENTS]
        if not paths:
            raise UsageError(f"{options.class_dir} is empty.")
    return paths


def check_out(out: Path, paths: Sequence[Path]) -> None:
    """Make the folder for the results.

    Raises
    ------
    UsageError
        It cannot be made or written to, or lies in a submission.
    """
    if any(absolute(out) == absolute(path) for path in paths):
        raise UsageError(f"{out} is a submission: give another folder with --out.")
    try:
        (out / "students").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"Results cannot be written to {out}: {error.strerror}.") from None


def main(options: argparse.Namespace) -> int:
    """Run the command; the exit code is 0 when the run completed, whatever the grades."""
    console, start = Console(), time.monotonic()
    made = tempfile.TemporaryDirectory(prefix="convnets-sample-class-")
    try:
        if options.jobs < 1:
            raise UsageError(f"--jobs {options.jobs}: it takes at least 1.")
        paths = find_submissions(options)
        out = options.out or locate.root() / "results" / ("" if paths else "sample-class")
        check_out(out, paths)
        if options.require_sandbox:
            doctor.require_sandbox()
        console.print(doctor.one_line(), markup=False)
        if paths:
            seed = course_seed(options.seed_file)
        else:
            console.print("No submissions given: grading the sample class.")
            paths, seed = sample_class.write(Path(made.name)), SAMPLE_SEED
        records, failures = run(
            paths,
            out,
            seed,
            jobs=options.jobs,
            regrade=options.regrade,
            only=options.only,
            allowed=ALLOWED.union(options.allow_import),
            console=console,
        )
    except KeyboardInterrupt:
        print("Stopped. Who is done stays done; the same command goes on from here.")
        return 130
    except (UsageError, SeedError, DamagedRecord, NoSandbox) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Stopped: {error}. The same command goes on from here.", file=sys.stderr)
        return 2
    finally:
        made.cleanup()
    show_table(records, console)
    console.print(f"{len(records)} students in {time.monotonic() - start:.0f} s.")
    print(f"Report: {out / 'report.html'}")
    if failures:
        print(
            f"Not graded, by a fault of the grader: {', '.join(failures)}. The same command tries "
            "again.",
            file=sys.stderr,
        )
    return 1 if failures else 0
