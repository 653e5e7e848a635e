"""What an instructor sees in the terminal while a class is graded, and at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.course.gradebook.scores import Score
from autograder.course.pages import report
from autograder.course.record import Record
from autograder.engine.run import list_checks
from autograder.judging.declare import names


class progress:
    """A progress bar in a terminal, lines elsewhere; use as ``with progress(...) as done:``."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(
            TextColumn("Grading"), *columns, console=console, disable=not console.is_terminal
        )
        self._console = console
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Callable[[str], None]:
        self._bar.start()
        return self._done

    def _done(self, line: str) -> None:
        self._console.print(f"  {line}", markup=False, highlight=False)
        self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def show_table(records: Sequence[Record], console: Console) -> None:
    """Print the class as a table: students by functions."""
    most = dict.fromkeys(names(), 0.0)
    for info in list_checks():
        most[info.function] += info.max_points
    table = Table(
        title="Points, below what each part is worth",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
    )
    table.add_column("student", overflow="fold", vertical="bottom", min_width=7)
    for name, worth in {**most, "total": sum(most.values())}.items():
        words = report.short(name).replace("overfit", "over fit").split()
        heading = "\n".join([*words, f"{worth:g}"])
        table.add_column(heading, justify="right", vertical="bottom", min_width=5)
    for record in records:
        cells = [f"{reached:g}" for reached, _ in record.by_function().values()]
        table.add_row(record.student, *cells, f"{record.points:g}")
    console.print(table)


def show_changes(scores: Mapping[str, Score], console: Console) -> None:
    """Print whose score in the gradebook is not just what the checks gave."""
    for score in scores.values():
        reasons = [f"{score.penalty:g} points off for being late"] if score.penalty else []
        if score.late and not score.penalty:
            reasons.append(f"late by {timedelta(seconds=round(score.late))}, without a penalty")
        if score.changed:
            reasons.append(f"changed by hand: {', '.join(score.changed)}")
        if score.to_grade:
            reasons.append("something waits in the formgrader to be looked at")
        if reasons:
            line = f"In the gradebook, {score.student} has {score.points:g}: {'; '.join(reasons)}."
            console.print(line, markup=False, highlight=False)
