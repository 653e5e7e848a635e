"""Where attacks are made: a small course with something to steal in it, and what to look at after.

Each attack is a submission that really tries something. Afterwards its `Trial` says whether it
got what it wanted; the tests compare that with the levels of isolation that are to stop it.
"""

from __future__ import annotations

import hashlib
import os
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import locate
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.judging.pack import Pack
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.levels import LEVELS
from autograder.submission import Submission

CANARY = "canary-5f0c2a"
MARK = "BEGIN SOLUTION"  # in the solution, and in nothing that students have
EVERYWHERE = frozenset(LEVELS)
SANDBOX = frozenset({"bubblewrap", "landlock"})
BUBBLEWRAP = frozenset({"bubblewrap"})

TEMPLATE = """\
import os, sys
import numpy as np

COURSE = {course!r}
ROOT = {root!r}

def tell(secret):
    raise RuntimeError("FOUND " + str(secret)[:200])

def right(x, pool_param):
    height, width, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5))

{top}

def max_pool_forward_naive(x, pool_param):
{body}
"""


@dataclass(frozen=True)
class Attack:
    """One thing that a submission tries.

    Attributes
    ----------
    name : str
        What it tries, in words; a row of the table in ``autograder/README.md``.
    body : str
        The code of ``max_pool_forward_naive(x, pool_param)``.
    top : str
        Code of the file before it.
    stopped : frozenset of str
        The levels of isolation that stop it.
    unsafe : bool
        Where it is not stopped it would really harm the machine that the tests run on: it is not
        run there.
    possible : callable
        Whether it can succeed on this machine where nothing stops it.
    goal : callable
        Whether, after the attack, it got what it wanted.
    checks : tuple of str
        The checks that are run.
    """

    name: str
    body: str = "return np.zeros(1), None"
    top: str = ""
    stopped: frozenset[str] = EVERYWHERE
    unsafe: bool = False
    possible: Callable[[], bool] = lambda: True
    goal: Callable[[Trial], bool] = field(default=lambda trial: trial.leaked)
    checks: tuple[str, ...] = ("max_pool_forward_naive/standard",)
    layers: str = ""
    net: str = ""

    def submission(self, course: Path) -> Submission:
        """Return the submission that makes the attack."""
        fill = {"course": str(course), "root": str(locate.root())}
        if self.layers:
            text = self.layers
        else:
            top, body = textwrap.dedent(self.top), textwrap.dedent(self.body)
            text = TEMPLATE.format(**fill, top=top, body=textwrap.indent(body, "    "))
        files = {LAYERS: text.encode()}
        if self.net:
            files[CNN] = textwrap.dedent(self.net).encode()
        return Submission("attacker", files)


@dataclass
class Trial:
    """An attack that has been made."""

    verdicts: list[Verdict]
    course: Path
    changed: list[str]

    @property
    def text(self) -> str:
        """All that the attacker gets to read."""
        return "\n".join(verdict.message for verdict in self.verdicts)

    @property
    def leaked(self) -> bool:
        """Whether a secret is in what the attacker gets to read."""
        return CANARY in self.text or MARK in self.text

    @property
    def points(self) -> float:
        """The points that the attacker got."""
        return sum(verdict.points for verdict in self.verdicts)


def gains_points(trial: Trial) -> bool:
    """Whether the attacker got points."""
    return trial.points > 0


def changes_files(trial: Trial) -> bool:
    """Whether something outside the worker was changed."""
    return bool(trial.changed)


def digest(folder: Path) -> dict[str, str]:
    """Return a digest of every file in a folder, with its mode and times."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        status = path.lstat()
        readable = path.is_file() and os.access(path, os.R_OK)
        content = hashlib.sha256(path.read_bytes()).hexdigest() if readable else ""
        found[str(path)] = f"{status.st_mode} {status.st_mtime_ns} {content}"
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the files that are new, gone, or not as they were."""
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


@dataclass(frozen=True)
class Arena:
    """A course with secrets, and a pack that attackers have never seen."""

    course: Path
    pack: Pack

    def run(self, attack: Attack, level: str) -> Trial:
        """Make an attack, and look at what came of it."""
        submission = attack.submission(self.course)
        before, cwd = digest(self.course), os.getcwd()  # noqa: PTH109
        verdicts = engine.run_checks(
            EXERCISE, submission, self.pack, attack.checks, isolation=level
        )
        assert os.getcwd() == cwd  # noqa: PTH109
        assert len(verdicts) == len(attack.checks), "the run did not complete"
        assert all(isinstance(verdict.status, Status) for verdict in verdicts)
        return Trial(verdicts, self.course, differences(before, digest(self.course)))


def judge(arena: Arena, attack: Attack, level: str) -> Trial:
    """Make an attack, and compare what came of it with what is to be seen under `level`."""
    trial = arena.run(attack, level)
    succeeded, stopped = attack.goal(trial), level in attack.stopped
    assert succeeded is not stopped, (
        f"{attack.name}: {'not ' if stopped else ''}stopped under {level}\n"
        f"{trial.verdicts}\n{trial.changed}"
    )
    if stopped:
        assert not trial.leaked
        assert not trial.changed
    return trial
