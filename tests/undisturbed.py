"""What a class that was graded under kills is compared with: that of an undisturbed run."""

from pathlib import Path

from autograder.disk import UNFINISHED

ROOT = Path(__file__).resolve().parents[1]
DRIVER = ROOT / "tests" / "killed.py"
PATHS = [str(ROOT / name) for name in ("", "tests", "solutions", "assignment")]


def class_of(folder, count):
    """Hand in for so many students; the last one has what the first one has."""
    for number in range(count):
        path = folder / f"s{number:02}" / "layers.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"# of student {number % (count - 1)}\n")
    return folder


def what_is_there(out):
    """Return what a run leaves for people, by name, and what is kept of it."""
    names = ["*.json", "*.csv", "*.html", "*.ipynb", "*.png"]
    return {path.relative_to(out): path.read_bytes() for name in names for path in out.rglob(name)}


def untimed(lines):
    """Return lines of a history without their first column."""
    return {line.partition(b",")[2] for line in lines}


def expect_the_same(out, quiet):
    """Fail unless a run that was killed has led to what the quiet one has, and nothing else."""
    found, wanted = what_is_there(out), what_is_there(quiet)
    # A line stands there twice where a grader was killed just before the gradebook had it.
    lines = [set(files.pop(Path("history.csv")).splitlines()) for files in (found, wanted)]
    assert untimed(lines[0]) == untimed(lines[1])
    assert set(found) == set(wanted)
    assert [name for name in found if found[name] != wanted[name]] == []
    assert [*out.rglob(f"*{UNFINISHED}")] == []
    assert not (out / "finished").exists()


def expect_nothing_twice(log):
    """Fail if a check began again that was durable."""
    durable = set()
    for event, work in (line.split() for line in log.read_text().splitlines()):
        assert event == "durable" or work not in durable
        if event == "durable":
            durable.add(work)
