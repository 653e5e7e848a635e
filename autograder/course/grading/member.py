"""A worker of a cluster as the grader sees it: what it says of itself, and whether it may grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.course.grading.connect import is_protected
from autograder.course.grading.student import How
from autograder.course.made_with import made_with
from autograder.submission import Submission

About = dict[str, Any]
"""What `machine.about` says."""


@dataclass
class Member:
    """A worker of the cluster.

    Attributes
    ----------
    address : str
        Where it is.
    state : str
        "asked" who it is, "taking" the pack, "ready", "grading", or "refused".
    process : str
        Names the process that was asked.
    how : How or None
        How it grades: where it keeps what finishes.
    submission : Submission or None
        What it grades now.
    """

    address: str
    state: str = "asked"
    process: str = ""
    how: How | None = None
    submission: Submission | None = None


def refusal(address: str, about: About, version: str) -> str:
    """Return why a worker must not grade, or nothing.

    Parameters
    ----------
    address : str
        Where it is.
    about : About
        What it says.
    version : str
        Of the grader.
    """
    if not is_protected(address):
        return "it is reached over a network without TLS."
    if about["version"] != version:
        return f"it has version {about['version']} of the project, and here is {version}."
    return str(about["lacks"])


def otherwise(about: About) -> list[str]:
    """Return in what a worker computes otherwise than this machine."""
    return [
        f"{name.replace('_', ' ')} {about['made_with'].get(name)}, and here it is {own}"
        for name, own in made_with().items()
        if about["made_with"].get(name) != own
    ]
