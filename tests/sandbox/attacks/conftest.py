"""The arena, and the levels of isolation that are tried."""

import os
import zlib

import numpy as np
import pytest

from autograder.course.museum import packs
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import all_checks
from autograder.judging import pack
from autograder.judging.case import Case
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import probe

from .arena import CANARY, EVERYWHERE, Arena

SEED = "a seed that no attacker has seen"
CHECKS = (
    "max_pool_forward_naive/standard",
    "conv_forward_naive/standard",
    "conv_forward_naive/contract",
    "conv_backward_naive/standard",
    "ThreeLayerConvNet/scores",
    "ThreeLayerConvNet/initial_loss",
    "ThreeLayerConvNet/gradients",
)


@pytest.fixture(scope="session")
def secret_pack(made_once):
    """Return a pack of a secret seed, with the cases that attacks are tried on."""
    folder = made_once("secret", lambda folder: pack.save(made_pack(), folder / "secret.pack"))
    return pack.load(folder / "secret.pack")


def made_pack():
    """Draw the cases, and have the solution reply to them."""
    cases = {declared.info.id: [] for declared in all_checks(EXERCISE)}
    with Session(packs.solution(EXERCISE), EXERCISE.files) as solution:
        for check, spec, payload in packs.draw(EXERCISE, SEED):
            if check in CHECKS:
                expected = packs.reference(solution, spec, payload)
                cases[check].append(Case(spec.op, payload, expected))
    return Pack(CANARY, cases)


@pytest.fixture(scope="session")
def course(tmp_path_factory, secret_pack):
    """Return a folder with what a course keeps from its students."""
    folder = tmp_path_factory.mktemp("course")
    (folder / ".course-seed").write_text(CANARY)
    (folder / "gradebook.db").write_bytes(b"SQLite format 3\0" + CANARY.encode())
    pack.save(secret_pack, folder / "secret.pack")
    other = folder / "submissions" / "other" / "cs231n"
    other.mkdir(parents=True)
    (other / "layers.py").write_text(f"# {CANARY}\n")
    (folder / "home" / ".ssh").mkdir(parents=True)
    (folder / "home" / ".ssh" / "id_rsa").write_text(CANARY)
    return folder


@pytest.fixture
def arena(course, secret_pack, monkeypatch):
    """Return the arena; the grader holds the seed in its environment and the gradebook open."""
    monkeypatch.setenv("CONVNETS_COURSE_SEED", CANARY)
    monkeypatch.setenv("HOME", str(course / "home"))
    state = np.geterr(), np.random.get_state()[1][:5].tolist()
    affinity = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    with (course / "gradebook.db").open("rb"):
        yield Arena(course, secret_pack)
    assert (np.geterr(), np.random.get_state()[1][:5].tolist()) == state
    if affinity is not None and os.sched_getaffinity(0) != affinity:
        os.sched_setaffinity(0, affinity)


def pytest_generate_tests(metafunc):
    """Run each test that takes a `level` under every level."""
    if "level" in metafunc.fixturenames:
        metafunc.parametrize("level", LEVELS)


def pytest_collection_modifyitems(items):
    """Leave to the soak what every level stops, but for one level each: they take turns."""
    holding = [level for level in LEVELS if probe(level).holds]
    for item in items:
        if not is_same_everywhere(item) or level_of(item) not in holding:
            continue
        name = item.nodeid.replace(level_of(item), "")
        if level_of(item) != holding[zlib.crc32(name.encode()) % len(holding)]:
            item.add_marker(pytest.mark.soak)


def level_of(item):
    """Return the level that a test is run under."""
    return item.callspec.params.get("level") if hasattr(item, "callspec") else None


def is_same_everywhere(item):
    """Return whether a test is of something that every level stops."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return "name" in params or getattr(params.get("attack"), "stopped", None) == EVERYWHERE


@pytest.fixture(autouse=True)
def skip_levels(request):
    """Skip what cannot be tried on this machine, and say why."""
    level = level_of(request.node)
    if level is None:
        return
    found = probe(level)
    if not found.holds:
        pytest.skip(f"{level} does not hold here: {found.reason or 'see the doctor'}")
    attack = request.node.callspec.params.get("attack")
    if attack is not None and level not in attack.stopped:
        if attack.unsafe:
            pytest.skip(f"not stopped by {level}: it would really harm this machine")
        if not attack.possible():
            pytest.skip(f"not stopped by {level}, but not possible on this machine either")
