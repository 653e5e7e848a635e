"""What an instructor sees in the terminal while a class is graded, and at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.course.gradebook.late import Forgiven
from autograder.course.gradebook.scores import Score
from autograder.course.grading.plan import Plan
from autograder.course.intake.collect import Unreadable
from autograder.course.record import Record
from autograder.exercise import Exercise
from autograder.exercises.registry import worth
from autograder.submission import Submission

MOST_SHOWN = 4  # of those who are being graded


class Running:
    """The line that says how far a run is: what runs now, how many are done, and the time left.

    Parameters
    ----------
    bar : Progress
        Where it is shown.
    console : Console
        Where lines are printed above it.
    total : int
        How many there are.
    """

    def __init__(self, bar: Progress, console: Console, total: int) -> None:
        self._bar, self._console, self._now = bar, console, list[str]()
        self._task = bar.add_task("", total=total)

    def started(self, student: str) -> None:
        """Show that one is under way."""
        self._now.append(student)
        self._show()

    def done(self, student: str, line: str = "") -> None:
        """Show that one is done, with a line if there is one to print."""
        if line:
            self.say(f"  {line}")
        if student in self._now:
            self._now.remove(student)
        self._bar.advance(self._task)
        self._show()

    def say(self, line: str) -> None:
        """Print a line above it."""
        self._console.print(line, markup=False, highlight=False)

    def _show(self) -> None:
        shown = ", ".join(self._now[:MOST_SHOWN])
        more = f" and {len(self._now) - MOST_SHOWN} more" if len(self._now) > MOST_SHOWN else ""
        self._bar.update(self._task, description=escape(f"{shown}{more}"))


@contextmanager
def progress(console: Console, total: int) -> Iterator[Running]:
    """Show a progress bar in a terminal, lines elsewhere."""
    left = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), left, TextColumn("left"))
    now = TextColumn("{task.description}")
    # The time of one student says little of the next: that of an hour of them says more.
    with Progress(
        *(*columns, now),
        console=console,
        disable=not console.is_terminal,
        speed_estimate_period=3600,
    ) as bar:
        yield Running(bar, console, total)


def show_table(
    exercise: Exercise, records: Sequence[Record], names: Mapping[str, str], console: Console
) -> None:
    """Print the class as a table: students, by their names, and functions."""
    most = worth(exercise)
    table = Table(
        title="Points that the checks gave, below what each part is worth",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column("student", overflow="fold", vertical="bottom", min_width=7)
    heads = {exercise.by_name[name].short: points for name, points in most.items()}
    for head, points in {**heads, "total": sum(most.values())}.items():
        heading = "\n".join([*head.split(), f"{points:g}"])
        table.add_column(heading, justify="right", vertical="bottom", min_width=5)
    for record in records:
        reached = record.by_function()
        cells = [f"{reached[name][0]:g}" if name in reached else "" for name in most]
        table.add_row(
            escape(names.get(record.student, record.student)), *cells, f"{record.points:g}"
        )
    console.print(table)


def show_changes(scores: Mapping[str, Score], records: Sequence[Record], console: Console) -> None:
    """Print whose score in the gradebook is not just what the checks gave."""
    marked = {r.student for r in records if r.origin.late and not r.submitted}
    for score in scores.values():
        reasons = [f"{score.penalty:g} points off for being late"] if score.penalty else []
        if score.late and not score.penalty:
            known = score.student not in marked
            by = f" by {timedelta(seconds=round(score.late))}" if known else ""
            reasons.append(f"late{by}, without a penalty")
        if score.changed:
            reasons.append(f"changed by hand: {', '.join(score.changed)}")
        if score.to_grade:
            reasons.append("something waits in the formgrader to be looked at")
        if reasons:
            line = f"In the gradebook, {score.student} has {score.points:g}: {'; '.join(reasons)}."
            console.print(line, markup=False, highlight=False)


def tell_times(
    collected: Sequence[Submission | Unreadable], due: datetime | None, console: Console
) -> None:
    """Say for whom a date by which it is due means nothing, since no times are known."""
    unknown = [item for item in collected if not item.submitted]
    marked = [item.student for item in unknown if item.origin.late]
    if due is None or not unknown:
        if due is None and marked:
            console.print(
                f"Marked as late where it was handed in: {', '.join(marked)}. No date is set by "
                "which it is due, so that this costs nothing; --due sets one.",
                markup=False,
            )
        return
    if len(unknown) > len(marked):
        console.print(
            f"No times are known for {len(unknown) - len(marked)} of {len(collected)}, which count "
            "as handed in in time. (Blackboard's names of files and nbgrader's timestamp.txt hold "
            "one, and so does Moodle's grading worksheet, to be given with --roster.)",
            markup=False,
        )
    if marked:
        console.print(
            f"Marked as late where it was handed in, and by how much is not known: "
            f"{', '.join(marked)}.",
            markup=False,
        )


def tell_penalties(forgiven: Sequence[Forgiven], console: Console) -> None:
    """Say which penalties for being late the due date does not justify any more."""
    for one in forgiven:
        points = f"{one.before - one.after:g}"
        if one.stays:
            line = (
                f"{one.student} has {points} points off for being late that the due date does not "
                "justify. They stay, since the grade was changed by hand; --regrade --only "
                f"{one.student} takes them back."
            )
        else:
            line = f"{one.student} gets {points} points back, taken off for being late: " + (
                "it is less late by the due date as it is now."
                if one.after
                else "it is in time by the due date as it is now."
            )
        console.print(line, markup=False, highlight=False)


def tell_plan(plan: Plan, console: Console) -> None:
    """Say what is graded, and what is not."""
    notebooks = [name for name, part in plan.again.items() if part.notebook]
    console.print(f"{len(plan.todo) - len(notebooks)} to grade.")
    if notebooks:
        console.print(
            f"{len(notebooks)} with another notebook beside the same files: it is run, and the "
            f"points stay: {', '.join(notebooks)}.",
            markup=False,
        )
    if plan.halves:
        console.print(
            f"Not graded by halves: {', '.join(plan.halves)}. Other files were handed in since; "
            "--regrade --only NAME grades all of them.",
            markup=False,
        )
    if plan.reused:
        console.print(f"{len(plan.reused)} graded before, with the same files and pack: reused.")
    if plan.done:
        console.print(f"{len(plan.done)} were graded anew before that was stopped: they stay.")
    if plan.kept:
        console.print(
            f"{len(plan.kept)} graded before, from other files, another seed or another version of "
            f"the checks: {', '.join(plan.kept)}. These grades stay; --regrade replaces them.",
            markup=False,
        )


def tell_changes(changes: Mapping[str, str], console: Console) -> None:
    """Say what has changed of those who were graded before; ``history.csv`` has it too."""
    for student, text in changes.items():
        console.print(f"Changed for {student}: {text}.", markup=False, highlight=False)


def tell_ledger(differing: list[str], console: Console) -> None:
    """Say where the gradebook keeps what it had."""
    if differing:
        console.print(
            f"The gradebook has other scores of the checks for {', '.join(differing)}. They stay; "
            "--regrade replaces them.",
            markup=False,
        )


def tell_idle(idle: Sequence[str], console: Console) -> None:
    """Say who has handed in nothing."""
    if idle:
        console.print(
            f"{len(idle)} in the class have handed in nothing, as far as is known: "
            f"{'; '.join(idle)}.",
            markup=False,
        )


def tell_other_points(exercise: Exercise, records: Sequence[Record], console: Console) -> None:
    """Say who was graded by other points than there are: a run for all may have been stopped."""
    there = worth(exercise)
    names = [
        record.student
        for record in records
        if {name: most for name, (_, most) in record.by_function().items()} != there
    ]
    if names:
        console.print(
            f"Graded by other points than the exercise has now: {', '.join(names)}. --regrade "
            "--only NAME grades them by these.",
            markup=False,
        )
