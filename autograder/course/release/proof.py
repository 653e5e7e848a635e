"""Prove that a release is fit to hand out: what it is worth, and that it holds no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

from autograder import locate, markers
from autograder.course.museum import packs
from autograder.course.release.stubs import check_stubs, other_exercises, skeleton
from autograder.course.seed import NAME as SEED_FILE
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.settings import Settings
from autograder.judging.verdict import Status
from autograder.show.text import total
from autograder.submission import Submission


def prove(
    exercise: Exercise, files: list[tuple[str, bytes]], settings: Settings | None = None
) -> None:
    """Raise `UserError` unless the release is fit to hand out."""
    drifted = check_stubs(exercise)
    if drifted:
        names = ", ".join(str(path) for path in drifted)
        raise UserError(f"{names} differs from the solution: run python -m autograder stubs.")
    prove_points(exercise)
    prove_secrecy(exercise, files, settings)


def prove_points(exercise: Exercise) -> None:
    """Raise `UserError` unless the solution gets all points and the skeleton none."""
    public = packs.public(exercise)
    print(
        "The solution against the public checks (this trains a net for one epoch) ...", flush=True
    )
    verdicts = run_checks(exercise, packs.solution(exercise), public)
    wrong = [v for v in verdicts if v.status is not Status.PASSED]
    if wrong:
        raise UserError(f"The solution does not pass {wrong[0].id}:\n{wrong[0].message}")
    print(f"  {total(verdicts)[0]:g} points.\nThe skeleton ...", flush=True)
    empty = {name: text.encode() for name, text in skeleton(exercise).items()}
    verdicts = run_checks(exercise, Submission("skeleton", empty), public)
    points = total(verdicts)[0]
    if points:
        raise UserError(f"The skeleton gets {points:g} points, and should get none.")
    print("  0 points.", flush=True)


def prove_secrecy(
    exercise: Exercise, files: list[tuple[str, bytes]], settings: Settings | None = None
) -> None:
    """Raise `UserError` if a passage of a solution or the secret seed is in the archive.

    Secret are the answers to the exercise itself, and to the others that the course asks for.
    """
    secrets = {"the course's seed": seed_bytes()} if seed_bytes() else {}
    still = (settings or Settings()).open
    asked = [exercise, *(other for other in other_exercises(exercise) if other.name in still)]
    passages = [passage for each in asked for passage in solution_passages(each)]
    for name, content in files:
        for what, secret in secrets.items():
            if secret in content:
                raise UserError(f"{name} contains {what}.")
        text = squeeze(readable(name, content))
        for passage in passages:
            if passage in text:
                raise UserError(f"{name} contains a passage of the solution: {passage!r}")
    print(f"No passage of the solution and no seed in {len(files)} files.", flush=True)


def seed_bytes() -> bytes:
    """Return the secret seed, if this course has one already."""
    path = locate.root() / SEED_FILE
    return path.read_bytes().strip() if path.is_file() else b""


def readable(name: str, content: bytes) -> str:
    """Return a file's text, with the cells of a notebook as the text that they hold."""
    text = content.decode("utf-8", "replace")
    if name.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        text += "".join("".join(cell["source"]) + "\n" for cell in cells)
    return text


def squeeze(text: str) -> str:
    """Return `text` without white space, which does not make a passage another one."""
    return "".join(text.split())


def solution_passages(exercise: Exercise, lines: int = 3) -> Iterator[str]:
    """Yield every `lines` consecutive lines of code of each solution region, squeezed.

    A single line such as ``N, C, H, W = x.shape`` may well stand in a given module too. The
    notebook's answers are passages too, paragraph by paragraph.
    """
    for cell in json.loads((locate.root() / exercise.notebook).read_text(encoding="utf-8"))[
        "cells"
    ]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            yield from (squeeze(paragraph) for paragraph in cell["source"] if squeeze(paragraph))
    for name in exercise.whole.editable:
        region: list[str] | None = None
        for line in secret_lines(exercise, name):
            if markers.BEGIN in line:
                region = []
            elif markers.END in line and region is not None:
                count = max(1, len(region) - lines + 1)
                yield from ("".join(region[i : i + lines]) for i in range(count))
                region = None
            elif region is not None and squeeze(line):
                region.append(squeeze(line))


def secret_lines(exercise: Exercise, name: str) -> list[str]:
    """Return the lines of a solution's file, but for those of functions that are given."""
    source = markers.answer(locate.answers(name).read_text(encoding="utf-8"), name)
    owners = markers.functions_by_line(source)
    lines = enumerate(source.splitlines(), start=1)
    return [t for n, t in lines if owners.get(n, "").partition(".")[0] not in exercise.given]
