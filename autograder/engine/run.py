"""The one engine of checks: runs them with pytest, in this process, on one submission.

The notebook, the terminal, the class run and the tests all come through `run_checks`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.engine.plugin import CheckPlugin
from autograder.exercises.convnets import checks as checks_package
from autograder.exercises.convnets.cases.training import Trained
from autograder.judging.declare import all_checks, modules
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.judging.verdict import CheckInfo, Verdict
from autograder.show.picture import Evidence
from autograder.submission import Submission

FOLDER = Path(checks_package.__file__ or "").parent
# Off: whatever writes to the terminal or disk, or belongs to the pytest that may run around us.
PLUGINS_OFF = (
    "terminal cacheprovider capture logging warnings faulthandler junitxml pastebin doctest "
    "unittest stepwise setuponly setupplan nose unraisableexception threadexception tmpdir "
    "recwarn monkeypatch debugging assertion"
)


class EngineError(Exception):
    """The engine itself failed: no verdict on student code follows from it."""


class UnknownCheck(Exception):
    """There is no check of the name asked for."""


def list_checks() -> list[CheckInfo]:
    """Return all checks in the order of running; together they are worth 100 points."""
    return [declared.info for declared in all_checks()]


def select(names: Sequence[str] | None) -> list[CheckInfo]:
    """Return the checks whose function or id is in `names`; all of them for None.

    Raises
    ------
    UnknownCheck
        A name is neither; the message lists the functions.
    """
    infos = list_checks()
    if names is None:
        return infos
    known = {info.id for info in infos} | {info.function for info in infos}
    for name in names:
        if name not in known:
            functions = "\n".join(f"  {f}" for f in dict.fromkeys(i.function for i in infos))
            raise UnknownCheck(f"There is no check {name!r}. There are:\n{functions}")
    return [info for info in infos if info.id in names or info.function in names]


def run_checks(
    submission: Submission,
    pack: Pack,
    names: Sequence[str] | None = None,
    *,
    on_verdict: Callable[[Verdict], None] | None = None,
    on_failure: Callable[[Evidence], None] | None = None,
    on_trained: Callable[[Trained], None] | None = None,
    threads: int = 1,
    isolation: str | None = None,
) -> list[Verdict]:
    """Run checks on a submission.

    Parameters
    ----------
    submission : Submission
        The code under test; it runs in a process of its own.
    pack : Pack
        Cases and expected values.
    names : sequence of str, optional
        Functions or ids of checks; all checks if not given.
    on_verdict : callable, optional
        Called with each verdict as soon as it is there.
    on_failure : callable, optional
        Called with what a check found wrong, before its verdict; a notebook draws it.
    on_trained : callable, optional
        Called with how the student's net was trained; a report draws it.
    threads : int
        Threads for numerical libraries in the worker. Results are the same from run to run at a
        given number.
    isolation : str, optional
        One of `autograder.sandbox.levels.LEVELS`; the strongest that holds here if not given.

    Returns
    -------
    list of Verdict
        One for each check, in the order of `list_checks`.

    Raises
    ------
    UnknownCheck
        There is no check of a given name.
    EngineError
        The engine failed; there is no verdict.
    """
    chosen = {info.id for info in select(names)}
    with Session(submission, threads=threads, isolation=isolation) as session:
        plugin = CheckPlugin(
            session,
            pack,
            chosen,
            on_verdict or ignore,
            on_failure or ignore,
            on_trained or ignore,
        )
        run_pytest(plugin)
    if len(plugin.verdicts) != len(chosen):
        raise EngineError(f"{len(plugin.verdicts)} of {len(chosen)} checks gave a verdict.")
    return plugin.verdicts


def ignore(_: object) -> None:
    """Do nothing with what nobody asked for."""


def run_pytest(plugin: CheckPlugin) -> None:
    """Run the checks' modules under `plugin`, with nothing else of pytest's surroundings."""
    arguments = [
        *(str(Path(module.__file__ or "")) for module in modules()),
        *("-c", str(FOLDER / "pytest.ini"), "--rootdir", str(FOLDER), "--noconftest"),
        *(part for name in PLUGINS_OFF.split() for part in ("-p", f"no:{name}")),
    ]
    with plain_environment():
        pytest.main(arguments, plugins=[plugin])
    if isinstance(plugin.defect, KeyboardInterrupt):
        raise KeyboardInterrupt
    if plugin.defect is not None:
        raise EngineError(
            "A check failed in a way of its own; this is our defect."
        ) from plugin.defect


@contextmanager
def plain_environment() -> Iterator[None]:
    """Keep options and plugins of the user's own pytest out."""
    changes = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
