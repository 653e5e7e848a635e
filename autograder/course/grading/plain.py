"""What a judging process on another machine is asked, and what it answers: lines of JSON.

No pickle crosses between machines that holds anything of a submission's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.course.grading.finished import as_tree, picture_of
from autograder.course.grading.pool import GraderDied, Outcome
from autograder.course.grading.student import Again, Graded, How
from autograder.course.record import record_of, tree_of
from autograder.exercise import Changes
from autograder.submission import Origin, Submission

Tree = dict[str, Any]


def line(tree: Tree) -> bytes:
    """Return a tree as one line."""
    return json.dumps(tree).encode("ascii") + b"\n"


def asked(submission: Submission, how: How) -> bytes:
    """Return the line that asks for a grading; of `how` it has what is about this student."""
    again = how.again.get(submission.student)
    tree = {
        "submission": {
            **vars(submission),
            "files": in_text(submission.files),
            "given": in_text(submission.given),
            "notebook": base64.b64encode(bytes(submission.notebook)).decode(),
            "origin": vars(submission.origin),
        },
        "how": {
            **vars(how),
            "changes": asdict(how.changes),
            "again": again and {**vars(again), "record": tree_of(again.record)},
            "finished": how.finished and str(how.finished),
        },
    }
    return line(tree)


def task_of(data: bytes) -> tuple[Submission, How]:
    """Return what a line asks for."""
    tree = json.loads(data)
    own, how = tree["submission"], tree["how"]
    submission = Submission(
        **{
            **own,
            "files": in_bytes(own["files"]),
            "given": in_bytes(own["given"]),
            "notebook": base64.b64decode(own["notebook"]),
            "origin": Origin(**own["origin"]),
        }
    )
    again = how["again"] and again_of(how["again"])
    known = {
        "changes": changes_of(how["changes"]),
        "again": {submission.student: again} if again else {},
        "finished": how["finished"] and Path(how["finished"]),
    }
    return submission, How(**{**how, **known})


def answer(outcome: Outcome, ends: bool = False) -> bytes:
    """Return the line that says what was made of a submission, and whether the process ends."""
    tree: Tree = {"ends": ends}
    if isinstance(outcome, Graded):
        tree["graded"] = {
            "record": tree_of(outcome.record),
            "pictures": [as_tree(picture) for picture in outcome.pictures],
            "notebook": None
            if outcome.notebook is None
            else base64.b64encode(outcome.notebook).decode(),
        }
    elif isinstance(outcome, OSError):
        tree["sick"] = str(outcome)
    else:
        tree["died"] = str(outcome)
    return line(tree)


def outcome_of(data: bytes, submission: Submission, how: How) -> Outcome:
    """Return what was made of a submission; an `OSError` would come of any on that machine."""
    tree = json.loads(data)
    if "sick" in tree:
        return OSError(tree["sick"])
    if "died" in tree:
        return GraderDied(tree["died"])
    own = tree["graded"]
    return Graded(
        record_of(own["record"]),
        [picture_of(picture) for picture in own["pictures"]],
        None if own["notebook"] is None else base64.b64decode(own["notebook"]),
        submission.files,
        how.again.get(submission.student),
    )


def changes_of(tree: Tree) -> Changes:
    """Return a course's changes, from JSON."""
    made: dict[str, Any] = {
        name: tuple(own) if isinstance(own, list) else own for name, own in tree.items()
    }
    return Changes(**made)


def again_of(tree: Tree) -> Again:
    """Return what is made anew of a student, from JSON."""
    return Again(record_of(tree["record"]), tuple(tree["checks"]), tree["notebook"])


def in_text(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return files as JSON has them."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def in_bytes(files: dict[str, str]) -> dict[str, bytes]:
    """Return files, from JSON."""
    return {name: base64.b64decode(text) for name, text in files.items()}
