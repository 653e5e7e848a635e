"""Measure what it costs to grade a class: time, core-seconds and memory.

    python tests/benchmarks/grading.py [--plain N ...] [--trained N ...] [--before COMMIT]

Classes of N submissions are made from the museums, with a net that is still to be written and with
one that is trained, both without notebooks; `--before` grades the smallest of each by another
commit too. Classes in which all is right come first, also with notebooks: of four, and of one
alone. What is counted for a submission is what its class costs over an empty submission, for which
a pack is made too. The measure is one epoch of the same net by the package alone, on one thread,
in the same run. What one submission takes is the least of three runs, of which making the pack is
the larger part. Processes are looked at ten times a second: what lives for less is not seen. Close
other programs first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(ROOT), str(ROOT / "solutions"), str(ROOT / "assignment")]

from autograder import locate  # noqa: E402
from autograder.course.museum import museum_of, packs  # noqa: E402
from autograder.course.museum.submissions import with_code  # noqa: E402
from autograder.exercises.convnets import EXERCISE  # noqa: E402
from autograder.exercises.convnets.files import CNN_PATH, LAYERS_PATH  # noqa: E402

RIGHT = 4  # submissions in the classes of which all is right
RUNS = 3  # of one submission
EVERY = 0.1  # seconds
MEMORY_EVERY = 10  # of these
MIB = 1 << 20
ALONE = """
import time
import numpy as np
from training import make_solver
rng = np.random.default_rng(0)
X = rng.standard_normal((50_000, 3, 32, 32), dtype=np.float32)
y = rng.integers(0, 10, 50_000)
data = {"X_train": X[:49_000], "y_train": y[:49_000], "X_val": X[49_000:], "y_val": y[49_000:]}
solver = make_solver(data)
start = time.process_time()
solver.train()
print(time.process_time() - start)
"""


@dataclass
class Cost:
    """What a run took.

    Attributes
    ----------
    seconds, cores : float
        By the clock, and of all processes' cores.
    own : float
        MiB that the grader's own processes had at most, what they share counted once.
    worker : float
        MiB that any worker had at most by itself: files that it maps to read are no part of it.
    """

    seconds: float
    cores: float
    own: float
    worker: float


def measured(command: list[str], folder: Path) -> Cost:
    """Run a command in a folder, and look at all of its processes meanwhile."""
    cores: dict[tuple[int, float], float] = {}
    own = worker = 0.0
    start = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as run:
        for number in range(sys.maxsize):
            if run.poll() is not None:
                break
            shared = 0.0
            for process in processes(run.pid):
                try:
                    times = process.cpu_times()
                    cores[process.pid, process.create_time()] = times.user + times.system
                    if number % MEMORY_EVERY == 0:
                        if is_worker(process):
                            worker = max(worker, written(process))
                        else:
                            shared += process.memory_full_info().pss / MIB
                except psutil.Error:
                    continue  # it has ended
            own = max(own, shared)
            time.sleep(EVERY)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {run.returncode}.")
    return Cost(time.monotonic() - start, sum(cores.values()), own, worker)


def processes(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started, as far as they live."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def written(process: psutil.Process) -> float:
    """Return the MiB that a process has alone, and would have also beside others like it.

    Its unique set size counts a file that is mapped for all as long as nobody else maps it, and
    what is still to be written of that counts as changed by whoever maps it.
    """
    return sum(part.anonymous for part in process.memory_maps()) / MIB


def is_worker(process: psutil.Process) -> bool:
    """Return whether student code runs in a process."""
    return any(part.endswith(("/sandbox/worker", "/exercise/worker")) for part in process.cmdline())


def hand_in(folder: Path, count: int, *, trained: bool, notebook: bool, right: int = 3) -> Path:
    """Make a class of so many.

    Of `right` students the first has all right, the others have one known mistake each.
    """
    solution = packs.solution(EXERCISE)
    layers = [m for m in museum_of(EXERCISE).MISTAKES if m.function != "ThreeLayerConvNet"]
    skeleton = (locate.given() / CNN_PATH).read_bytes()
    for number, mistake in enumerate(islice(cycle(layers), count)):
        made = with_code(EXERCISE, solution, mistake.function, mistake.code)
        files = dict((solution if number % right == 0 else made).files)
        files[LAYERS_PATH] += f"\n# student {number}\n".encode()
        if not trained:
            files[CNN_PATH] = skeleton
        if notebook:  # as it was handed out
            files[Path(EXERCISE.notebook).name] = (ROOT / EXERCISE.notebook).read_bytes()
        write(folder / f"s{number:04}", files)
    return folder


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write what one student hands in."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def grade(root: Path, folder: Path, out: Path) -> Cost:
    """Grade a class with the code of a folder."""
    start = str(root / "autograder" / "entry" / "start.py")
    command = [sys.executable, "-P", start, "grade", "--class-dir", str(folder), "--out", str(out)]
    seed = out.with_suffix(".seed")
    seed.write_text("the seed of a benchmark\n")
    return measured([*command, "--seed-file", str(seed)], root)


def graded(folder: Path, out: Path, count: int) -> Cost:
    """Grade a class of `count` with the code that is here; one submission several times."""
    costs = [grade(ROOT, folder, out)]
    for number in range(1, RUNS if count == 1 else 1):
        costs.append(grade(ROOT, folder, out.with_name(f"{out.name} {number}")))
    return min(costs, key=lambda cost: cost.cores)


def epoch_alone() -> float:
    """Return the core-seconds of one epoch by the package alone, on one thread."""
    one = dict.fromkeys(("CONVNETS_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    path = os.pathsep.join([str(HERE), str(ROOT / "solutions"), str(ROOT / "assignment")])
    env = {**os.environ, **one, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", ALONE], env=env, check=True, capture_output=True)
    return float(done.stdout)


@contextmanager
def other(commit: str, folder: Path) -> Iterator[Path]:
    """Provide a folder with another commit."""
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", str(folder), commit], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def main() -> None:
    """Measure, and print a line for each class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plain", nargs="*", type=int, default=[10, 100, 1000], metavar="N")
    parser.add_argument("--trained", nargs="*", type=int, default=[10, 100], metavar="N")
    parser.add_argument("--before", metavar="COMMIT", help="grade the smallest by this one too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        table = Table(Path(made))
        for count in (1, RIGHT):
            table.add("right, plain", count, trained=False, right=1)
            table.add("right, plain, notebook", count, trained=False, notebook=True, right=1)
            table.add("right, trained, notebook", count, trained=True, notebook=True, right=1)
        for kind, counts in (("plain", options.plain), ("trained", options.trained)):
            for count in counts:
                before = options.before if count == min(counts) else None
                table.add(kind, count, trained=kind == "trained", again=True, before=before)


class Table:
    """What classes cost, a line for each.

    Parameters
    ----------
    base : Path
        A folder for classes and their results.
    """

    def __init__(self, base: Path) -> None:
        self._base, self._unit = base, epoch_alone()
        print(f"One epoch of the net by the package alone: {self._unit:.1f} core-seconds.")
        print(
            f"{'class':32} {'time':>8} {'a minute':>9} {'core-s':>8} {'over empty, each':>17} "
            f"{'epochs':>7} {'own MiB':>8} {'worker MiB':>11}"
        )
        write(base / "empty" / "nobody", {LAYERS_PATH: (locate.given() / LAYERS_PATH).read_bytes()})
        self._empty = 0.0
        self._empty = self._show("empty", 1, graded(base / "empty", base / "out-empty", 1))

    def add(
        self,
        kind: str,
        count: int,
        *,
        trained: bool,
        notebook: bool = False,
        right: int = 3,
        again: bool = False,
        before: str | None = None,
    ) -> None:
        """Make a class as in `hand_in` and grade it; `again`, and by the commit `before`."""
        name = f"{kind}, {count}"
        folder, out = self._base / name, self._base / f"out of {name}"
        hand_in(folder, count, trained=trained, notebook=notebook, right=right)
        self._show(name, count, graded(folder, out, count))
        if again:
            self._show(f"{name}, again", count, grade(ROOT, folder, out))
        if before:
            with other(before, self._base / f"before {name}") as root:
                cost = grade(root, folder, self._base / f"old {name}")
            self._show(f"{name}, before", count, cost)

    def _show(self, name: str, count: int, cost: Cost) -> float:
        """Print what a class cost; return its core-seconds."""
        each = (cost.cores - self._empty) / count
        print(
            f"{name:32} {cost.seconds:6.0f} s {60 * count / cost.seconds:9.1f} {cost.cores:8.1f} "
            f"{each:17.2f} {each / self._unit:7.2f} {cost.own:8.0f} {cost.worker:11.0f}",
            flush=True,
        )
        return cost.cores


if __name__ == "__main__":
    main()
