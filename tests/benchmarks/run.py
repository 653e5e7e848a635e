"""Measure the fast layers beside the naive ones, NumPy, BLAS, copies of memory, PyTorch and JAX.

    python tests/benchmarks/run.py [--output FOLDER] [--passes N] [--epoch [STARTS]]

prints a table of milliseconds and says of each bar whether it holds; writes the same to
``benchmark.md``, all timings to ``benchmark.json`` and a picture to ``benchmark.png``. Close other
programs first: what runs beside it is measured too. Each timing waits for a quiet moment,
but for no more than ``CONVNETS_BENCH_PATIENCE`` seconds (120) in all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(ROOT / "solutions"), str(ROOT / "assignment")]

from bars import Results, bars  # noqa: E402
from cases import CONVS, DIRECTIONS, POOLS  # noqa: E402
from contestants import cs231n_kernels, kernel_conv, set_threads  # noqa: E402
from peers import jax, torch  # noqa: E402

AVX2 = {  # limits the kernels, PyTorch's convolutions, its loops, and its matrix products
    "CONVNETS_BENCH_ISA": "avx2",
    "CONVNETS_ISA": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}
THREADS = (1, 2)
OTHERS = {
    "torch": "PyTorch",
    "channels_last": "channels_last",
    "torch.compile": "torch.compile",
    "jax": "JAX",
    "numpy": "NumPy",
    "limit": "BLAS or copy",
}
BUSY = "while True: pass"


def measure(results: Results, passes: int, threads: int, **env: str) -> None:
    """Run the timings in a process of their own, on so many cores, and add them to the results."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += [str(HERE / "bench_layers.py"), "-o", "python_files=bench_*.py"]
        command += ["-o", "python_functions=bench_*", "-o", "addopts=", "--benchmark-quiet"]
        command += [f"--benchmark-json={report}", f"--rootdir={ROOT}"]
        path = os.pathsep.join([*map(str, (HERE, ROOT / "solutions", ROOT / "assignment"))])
        environment = {**os.environ, **env, "PYTHONPATH": path}
        environment["CONVNETS_BENCH_PASSES"] = str(passes)
        environment["CONVNETS_BENCH_THREADS"] = str(threads)
        try:
            os.sched_setaffinity(0, cores[-threads:])  # the process inherits it
            subprocess.run(command, env=environment, cwd=ROOT, check=True)
        finally:
            os.sched_setaffinity(0, cores)
        for record in json.loads(report.read_text())["benchmarks"]:
            results.add(record)


def busy_ratio() -> float | None:
    """Return the time of a convolution on 2 threads over that on 1, while all cores are at work."""
    if cs231n_kernels is None:
        return None
    run = kernel_conv(cs231n_kernels, CONVS["d"], "backward")
    others = [
        subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(len(os.sched_getaffinity(0)))
    ]
    try:
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(12):
            for threads, taken in times.items():
                set_threads(threads)
                start = time.perf_counter()
                run()
                taken.append(time.perf_counter() - start)
    finally:
        for other in others:
            other.kill()
            other.wait()
    return statistics.median(times[2]) / statistics.median(times[1])


def memory(case: str) -> tuple[float, float] | None:
    """Return the most memory that both passes take beside their results: in images, in MiB."""
    code = f"""
import cases, contestants as c
def status(name):
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))
case = cases.CONVS[{case!r}]
x, w, b, dout = cases.arrays(case, case.x, case.w, case.w[:1], case.out)
c.set_threads(2)
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
before = status("VmRSS")
results = [c.cs231n_kernels.conv_forward(x, w, b, case.stride, case.pad)]
results += c.cs231n_kernels.conv_backward(dout, x, w, case.stride, case.pad)
extra = status("VmHWM") - before - sum(array.nbytes for array in results)
print(extra / max(x[0].nbytes, dout[0].nbytes), extra / 2**20)
"""
    if cs231n_kernels is None or not Path("/proc/self/status").is_file():
        return None
    path = os.pathsep.join(map(str, (HERE, ROOT / "solutions", ROOT / "assignment")))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    images, mebibytes = map(float, done.stdout.split())
    return images, mebibytes


def machine() -> str:
    """Return one line that says what was measured on, and with."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
    import numpy as np

    kernels = "none" if cs231n_kernels is None else cs231n_kernels.get_isa()
    peers = ", ".join(
        f"{name} {'not installed' if peer is None else peer.__version__}"
        for name, peer in (("PyTorch", torch), ("JAX", jax))
    )
    blas = os.environ.get("OPENBLAS_CORETYPE", "unset")
    return (
        f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python "
        f"{platform.python_version()}, NumPy {np.__version__}, {peers}; "
        f"kernels for {kernels}; OPENBLAS_CORETYPE {blas}"
    )


def cell(value: float | None) -> str:
    """Return a number with three digits, or a dash."""
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(results: Results) -> list[str]:
    """Return the timings as a Markdown table."""
    lines = [
        "Milliseconds, least of all turns; in brackets, ours over theirs.",
        "",
        "| case | pass | threads | ours | GFLOP/s | " + " | ".join(OTHERS.values()) + " | naive |",
        "|---" * (len(OTHERS) + 6) + "|",
    ]
    rows = [(case, d) for case in (*CONVS, *POOLS) for d in DIRECTIONS] + [("iteration", "")]
    for (case, d), threads in itertools.product(rows, THREADS):
        ours = results.least(case, d, threads, "compiled")
        if ours is None:
            continue
        flops = CONVS[case].flops * (2 if d == "backward" else 1) if case in CONVS else 0
        cells = [cell(ours), f"{flops / ours / 1e6:.0f}" if flops else "-"]
        for name in (*OTHERS, "naive"):
            theirs = results.least(case, d, threads, name)
            cells.append("-" if theirs is None else f"{cell(theirs)} ({ours / theirs:.2f})")
        lines.append(f"| {case} | {d} | {threads} | " + " | ".join(cells) + " |")
    lines += ["", *(f"- {case}: {layer}" for case, layer in {**CONVS, **POOLS}.items())]
    return lines


def save(results: Results, about: str, path: Path) -> None:
    """Write all timings, in seconds, as JSON."""
    names = ("case", "pass", "threads", "name", "isa")
    timings = [
        {**dict(zip(names, key, strict=True)), "seconds": times}
        for key, times in results.times.items()
    ]
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps({"machine": about, "timings": timings}, indent=1))
    temporary.replace(path)


def draw(results: Results, path: Path) -> None:
    """Draw the kernels' times, as shares of the best peer's."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = [(case, d) for case in (*CONVS, *POOLS) for d in DIRECTIONS[:2]] + [("iteration", "")]
    rows = [row for row in rows if results.ratio(*row, 2) is not None]
    if not rows:
        return
    figure, axes = plt.subplots(figsize=(9, 0.38 * len(rows) + 1.6), layout="constrained")
    for offset, threads in ((-0.2, 1), (0.2, 2)):
        axes.barh(
            [y + offset for y in range(len(rows))],
            [results.ratio(*row, threads) or 0 for row in rows],
            0.38,
            label=f"{threads} thread{'s' if threads > 1 else ''}",
        )
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(range(len(rows)), [f"{case} {d}" for case, d in rows])
    axes.invert_yaxis()
    axes.set_xlabel("time of the fast layers over the best peer's (less is better)")
    axes.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def epochs(count: int) -> list[str]:
    """Train the exercise's epoch by each, from `count` starts; return what to say about it."""
    from training import epoch

    from cs231n.data_utils import get_CIFAR10_data

    data: dict[str, Any] = get_CIFAR10_data()
    set_threads(len(os.sched_getaffinity(0)))
    lines = [
        "",
        f"One epoch of the exercise ({len(data['X_train']):,} images, batches of 50, Adam); mean "
        f"and range of {count} start(s):",
        "",
        "| by | seconds | training accuracy | validation accuracy |",
        "|---|---|---|---|",
    ]
    found: dict[str, list[dict[str, float]]] = {"compiled": [], "torch": []}
    for seed in range(count):
        for name, known in found.items():  # they take turns
            result = epoch(name, data, seed)
            known += [] if result is None else [result]
    for name, known in found.items():
        if known:
            cells = [spread([result[part] for result in known]) for part in known[0]]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def spread(values: list[float]) -> str:
    """Return the mean of some values, and their range."""
    return f"{statistics.mean(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main() -> int:
    """Run the command; return 1 if a bar that was measured is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "benchmark")
    parser.add_argument("--passes", type=int, default=5, help="turns of each contestant (5)")
    parser.add_argument(
        "--epoch",
        nargs="?",
        type=int,
        const=1,
        default=0,
        metavar="STARTS",
        help="also train one epoch by each, from so many starts (1)",
    )
    options = parser.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    results, about = Results(), machine()
    avx2 = cs231n_kernels is not None and "avx2" in cs231n_kernels.available_isas()
    for limits, threads in itertools.product(({}, AVX2) if avx2 else ({},), THREADS):
        measure(results, options.passes, threads, **limits)
        save(results, about, options.output / "benchmark.json")
    lines = [about, "", *table(results), ""]
    found = list(bars(results, busy_ratio()))
    lines += ["```", *map(str, found), "```", ""]
    for case in CONVS:
        extra = memory(case)
        if extra is not None:
            lines.append(
                f"- memory of convolution {case} beside its results, on 2 threads: "
                f"{extra[1]:.1f} MiB, {extra[0]:.0f} images' worth"
            )
    if options.epoch:
        lines += epochs(options.epoch)
    text = "\n".join(lines) + "\n"
    print(text)
    (options.output / "benchmark.md").write_text(text, encoding="utf-8")
    draw(results, options.output / "benchmark.png")
    print(f"Written to {options.output}.")
    return int(any(bar.holds is False for bar in found))


if __name__ == "__main__":
    sys.exit(main())
