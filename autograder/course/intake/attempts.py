"""Who handed in what: entries as learning management systems name them, by student and attempt.

Nothing is read here. A folder or archive whose name is no system's is a student of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.intake.deadlines import NO_DEADLINES, Deadlines
from autograder.course.intake.naming import ARCHIVES, meant_for, shown, student_name
from autograder.course.intake.systems import System, matched
from autograder.exercise import Exercise
from autograder.submission import UNKNOWN, Origin

READABLE = re.compile(r"[\w .@+'’,-]+")  # what a name of a person may be made of
BESIDE = (".html", ".htm", ".txt", ".csv", ".xlsx", ".md", ".log")  # lists and receipts
ASK_ROSTER = (
    "not graded, as this may be one student or several: the class list decides, with --roster FILE."
)
STILL_SEVERAL = (
    "not graded, as the class list has this name {count}: rename the folders so that each is a "
    "student of its own, or leave all but one out."
)


@dataclass(frozen=True)
class Entry:
    """A file or folder that a system has named.

    Attributes
    ----------
    path : Path
        Where it is.
    system : System
        Whose way of naming it is.
    student : str
        Who handed it in, as far as the name says.
    number : int
        Grows with each attempt, or file.
    rest : str
        What the student called it; empty for a folder.
    late : bool
        The system has marked it as late.
    when : str
        When it came, in the zone of the course; empty where the system does not say.
    written : str
        The student's name as people write it; empty where the system has only a part of it.
    """

    path: Path
    system: System
    student: str
    number: int
    rest: str
    late: bool
    when: str = ""
    written: str = ""


@dataclass(frozen=True)
class Handed:
    """What one student handed in.

    Attributes
    ----------
    student : str
        The name.
    paths : tuple of Path
        What is read: one folder or archive, or the files of the newest attempt.
    notes : tuple of str
        Which attempts there are, and which one it is.
    others : tuple of Path
        The attempts that do not count.
    submitted : str
        When it came, if its name says so.
    origin : Origin
        Where it came from.
    """

    student: str
    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    others: tuple[Path, ...] = ()
    submitted: str = ""
    origin: Origin = UNKNOWN


@dataclass
class Sorted:
    """A class: what each student handed in, and what is no student or cannot be told to be one.

    Attributes
    ----------
    handed : list of Handed
        One for each student.
    left_out : list of str
        What is left out, a sentence each.
    unclear : list of str
        Names of which nobody can tell whether they are one student's.
    """

    handed: list[Handed] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def one(path: Path) -> Handed:
    """Return a path that is a student of its own."""
    name = student_name(path)
    return Handed(name, (path,), origin=Origin(name if READABLE.fullmatch(name) else ""))


def own_name(name: str) -> str:
    """Return what the student called a file, without what a system has put before it."""
    found = matched(name)
    return (found[1]["rest"] or "") if found else name


def by_student(
    exercise: Exercise,
    paths: Iterable[Path],
    known: Callable[[str], int] | None = None,
    deadlines: Deadlines = NO_DEADLINES,
) -> Sorted:
    """Sort entries by student; of each student's attempts the newest one in time counts.

    It is the newest of all where none is in time, or no times are known.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    paths : iterable of Path
        Files and folders; those that are named by no system come back as they are.
    known : callable, optional
        Returns how often the class list has a name.
    deadlines : Deadlines
        Until when an attempt is in time; one that the system has marked as late is not.
    """
    result, students = Sorted(), dict[tuple[System | Path, str], list[Entry]]()
    for path in paths:
        found = matched(path.name)
        if found is None and is_no_student(exercise, path):
            result.left_out.append(f"{shown(path.name)}: no submission, left out.")
        elif found is None:
            students[path, ""] = []
        elif found[1]["extra"]:
            result.left_out.append(f"{shown(path.name)}: no file of a student, left out.")
        else:
            entry = entry_of(path, *found)
            students.setdefault((entry.system, entry.student.casefold()), []).append(entry)
    for (of, _), entries in students.items():
        if isinstance(of, Path):
            result.handed.append(one(of))
        elif why := why_unclear(entries, known):
            names = ", ".join(shown(entry.path.name) for entry in entries)
            result.unclear.append(entries[0].student)
            result.left_out.append(f"{shown(entries[0].student)}: {names}: {why}")
        else:
            result.handed.append(attempt(exercise, entries, deadlines))
    return result


def why_unclear(entries: Sequence[Entry], known: Callable[[str], int] | None) -> str:
    """Return why entries of one name cannot be told to be one student's; empty if they can."""
    if not entries[0].system.namesakes or len({entry.number for entry in entries}) == 1:
        return ""
    if known is None:
        return ASK_ROSTER
    count = known(entries[0].student)
    return "" if count == 1 else STILL_SEVERAL.format(count=f"{count} times")


def entry_of(path: Path, system: System, parts: dict[str, str | None]) -> Entry:
    """Return an entry, given the parts of its name."""
    user = f"_{parts['user']}" if parts["user"] else ""
    number = int((parts["number"] or "0").replace("-", ""))
    name, rest = f"{parts['name']}{user}", parts["rest"] or ""
    when = ""
    if system.dated:
        date, clock = (parts["number"] or "")[:10], (parts["number"] or "")[11:]
        when = f"{date} {clock.replace('-', ':')}"
    written = name if system.namesakes else ""
    return Entry(path, system, name, number, rest, bool(parts["late"]), when, written)


def is_no_student(exercise: Exercise, path: Path) -> bool:
    """Return whether a file is what systems put beside submissions: a list, a page, a receipt."""
    lower = path.name.casefold()
    return lower.endswith(BESIDE) and not meant_for(exercise, path.name) and not path.is_dir()


def attempt(exercise: Exercise, entries: Sequence[Entry], deadlines: Deadlines) -> Handed:
    """Return the newest attempt in time among all entries of one student."""
    everything = sorted(entries, key=lambda entry: (entry.number, entry.path.name))
    student = everything[0].student
    in_time = [e for e in everything if not e.late and not deadlines.missed(student, e.when)]
    ordered = in_time or everything
    if ordered[0].system.files_numbered:
        taken = newest_files(exercise, ordered)
    else:
        taken = [entry for entry in ordered if entry.number == ordered[-1].number]
    others = [entry for entry in everything if entry not in taken]
    notes = []
    if others:
        used, left = (", ".join(shown(e.path.name) for e in some) for some in (taken, others))
        which = "" if len(ordered) == len(everything) else " that came in time"
        notes.append(f"The newest attempt{which} counts: {used}. Not taken: {left}.")
    if any(entry.late for entry in taken):
        notes.append("The learning management system has marked this attempt as late.")
    newest = taken[-1]
    return Handed(
        student,
        tuple(entry.path for entry in taken),
        tuple(notes),
        tuple(entry.path for entry in others),
        newest.when,
        Origin(newest.written, newest.path.name, any(entry.late for entry in taken)),
    )


def newest_files(exercise: Exercise, ordered: Sequence[Entry]) -> list[Entry]:
    """Return what counts where each file has a number: one archive, or the newest of each file.

    Loose files are an attempt if they came after the last archive. The newest notebook goes with
    either.
    """
    last: dict[str, Entry] = {}  # the newest of each: a file of the exercise, a notebook, a whole
    for entry in ordered:
        if path := meant_for(exercise, entry.rest):
            last[path] = entry
        elif entry.rest.casefold().endswith(".ipynb"):
            last[".ipynb"] = entry
        elif entry.path.is_dir() or entry.rest.casefold().endswith((*ARCHIVES, ".rar", ".7z")):
            last = {key: known for key, known in last.items() if key == ".ipynb"}
            last[""] = entry
    loose = [entry for key, entry in last.items() if key not in ("", ".ipynb")]
    whole = [last[""]] if "" in last and not loose else []
    book = [last[".ipynb"]] if ".ipynb" in last else []
    return [*loose, *whole, *book] or [ordered[-1]]
