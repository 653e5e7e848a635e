"""constraints.txt: a version for everything that grading installs, on every system."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def constraints():
    """Return the constraints, by name; a name may have several, for one Python each."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            wanted = Requirement(line)
            found.setdefault(plain(wanted.name), []).append(wanted)
    return found


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements():
    """Return what pyproject.toml asks for, where something is graded: here and on Gradescope."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["course"], *extras["dask"], *extras["sandbox"]]
    return [Requirement(line) for line in lines]


def test_every_version_is_one_version():
    for name, own in constraints().items():
        for wanted in own:
            assert re.fullmatch(r"==[\w.+]+", str(wanted.specifier)), name
        assert len(own) == 1 or all(wanted.marker for wanted in own)


def test_they_are_versions_that_the_project_works_with():
    known = constraints()
    for needed in requirements():
        assert plain(needed.name) in known, needed.name
        for wanted in known[plain(needed.name)]:
            (version,) = (part.version for part in wanted.specifier)
            assert needed.specifier.contains(version), f"{needed} is not {version}"


def test_nothing_that_is_installed_with_them_is_left_to_the_day():
    known, seen, waiting = constraints(), set(), list(requirements())
    while waiting:
        needed = waiting.pop()
        name = plain(needed.name)
        if (name, *needed.extras) in seen:
            continue
        seen.add((name, *needed.extras))
        assert name in known, f"{name}: see docs/instructors.md on how to make the file anew"
        try:
            inside = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # it is for another system
        for line in inside:
            further = Requirement(line)
            extras = [{"extra": extra} for extra in (*needed.extras, "")]
            if further.marker is None or any(further.marker.evaluate(e) for e in extras):
                waiting.append(further)
    assert len(seen) > 50
