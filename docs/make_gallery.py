"""Make the gallery's pages from checks that run now: ``python docs/make_gallery.py``.

Sphinx runs it before each build. What it makes is not kept in the repository: it cannot differ
from what the engine says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from autograder import exercises, locate  # noqa: E402
from autograder.course.museum import museum_of, packs  # noqa: E402
from autograder.course.museum.sample_class import files_of  # noqa: E402
from autograder.course.museum.submissions import with_code  # noqa: E402
from autograder.engine.run import run_checks  # noqa: E402
from autograder.exercise import Exercise  # noqa: E402
from autograder.judging.evidence import Evidence  # noqa: E402
from autograder.show.text import Outcome  # noqa: E402
from autograder.submission import Submission  # noqa: E402

MADE = HERE / "_made"
STUDENTS = (
    ("A part that is still to be written", "hana", "conv_forward_naive"),
    ("A known mistake, by its name", "chloe", "conv_backward_naive"),
    ("A mistake that only some cases show", "dmitri", "max_pool_backward_naive"),
    ("A file that cannot be loaded", "ivan", "max_pool_forward_naive"),
    ("Code that does not come to an end", "june", "max_pool_forward_naive/contract"),
    ("Code that leaves Python", "kofi", "spatial_groupnorm_forward/contract"),
)
"""Whose work is shown: a heading, a student of the sample class, a function or one check of it."""

POOLING = "max_pool_forward_naive"
UNSEEN = (
    ("A mistake that no pack knows", POOLING, "np.max(window) + (stride != height)"),
    (
        "A library that does what is to be written",
        f"{POOLING}/contract",
        "__import__('scipy.ndimage').ndimage.maximum(window)",
    ),
)
"""Mistakes in no museum: a heading, what is checked, and what replaces ``np.max(window)``."""

DRAWN = "max_pool_backward_naive"


def students(exercise: Exercise) -> Iterator[tuple[str, str, str, Submission]]:
    """Yield heading, story, function and submission of each student that is shown."""
    known = {student.name: student for student in museum_of(exercise).CLASS}
    for heading, name, function in STUDENTS:
        files = files_of(exercise, known[name])
        made = {path: content.encode() for path, content in files.items()}
        yield heading, known[name].story, function, Submission(name, made)


def unseen(exercise: Exercise) -> Iterator[tuple[str, str, str, Submission]]:
    """Yield the same of mistakes that are in no museum."""
    ways = museum_of(exercise).WAYS
    (right,) = (w for w in ways if w.functions == (POOLING,) and w.name == "four loops")
    for heading, name, wrong in UNSEEN:
        code = right.code.replace("np.max(window)", wrong)
        made = with_code(exercise, packs.solution(exercise), POOLING, code)
        yield heading, f"has `{wrong}` for `np.max(window)`", name, made


def main() -> None:
    """Run the checks, and write the page, and one of them as a notebook shows it."""
    exercise = exercises.default()
    public = packs.public(exercise)
    right = ("Right", "has all points", "conv_forward_naive", packs.solution(exercise))
    MADE.mkdir(exist_ok=True)
    sections = []
    for heading, story, name, submission in (right, *students(exercise), *unseen(exercise)):
        wrong: list[Evidence] = []
        verdicts = run_checks(exercise, submission, public, [name], on_failure=wrong.append)
        outcome = Outcome(name, verdicts, {failed.check: failed for failed in wrong})
        sections.append(f"## {heading}\n\nWho {story}:\n\n```text\n{outcome}\n```\n")
        if name == DRAWN:
            (MADE / "notebook.html").write_text(outcome._repr_html_(), encoding="utf-8")
    (MADE / "gallery.md").write_text("\n".join(sections), encoding="utf-8")
    print(f"The gallery: {len(sections)} outcomes of checks, in {MADE.relative_to(locate.root())}.")


if __name__ == "__main__":
    main()
