"""The timings, by pytest-benchmark; `run.py` runs this file and reads what it measured.

Contestants take turns: all run once, then all again, as often as ``CONVNETS_BENCH_PASSES`` says. A
slow moment of the machine thus strikes all of them alike.
"""

from __future__ import annotations

import os

import contestants
import pytest
import training
from cases import CONVS, DIRECTIONS, POOLS
from quiet import await_quiet

PASSES = range(int(os.environ.get("CONVNETS_BENCH_PASSES", "5")))
ISA = os.environ.get("CONVNETS_BENCH_ISA", "")  # limits the kernels and PyTorch; set by run.py
CALLS = 6  # in one timing
THREADS = int(os.environ.get("CONVNETS_BENCH_THREADS", "2"))  # and so many cores; set by run.py
EAGER = ("compiled", "torch", "channels_last")
PEERS = EAGER[:2] if ISA else (*EAGER, "jax", "numpy", "limit", "naive")


def measure(benchmark, run, rounds: int, **info: object) -> None:
    """Time a contestant, and note who it was."""
    if run is None:
        pytest.skip("not here")
    benchmark.extra_info.update(info, isa=ISA)

    calls = CALLS if rounds > 1 else 1
    benchmark.extra_info["calls"] = calls

    def setup() -> None:
        """Wait for others, and for the threads of who ran before; then warm up."""
        await_quiet()
        if rounds > 1:
            run()

    def timed() -> None:
        """Run a few times without a pause, as training does: threads are awake for all but one."""
        for _ in range(calls):
            run()

    benchmark.pedantic(timed, setup=setup, rounds=rounds)


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("case", {**CONVS, **POOLS})
@pytest.mark.parametrize("turn", PASSES)
def bench_layer(benchmark, turn, case, direction, name):
    """Time one pass of one layer."""
    layer = {**CONVS, **POOLS}[case]
    if direction == "backward, no dx" and case in POOLS:
        pytest.skip("a pooling has no other gradient")
    if name == "naive" and (turn > 0 or THREADS == 1):
        pytest.skip("once is long enough")
    contestants.set_threads(THREADS)
    run = contestants.contestant(name, layer, direction)
    measure(
        benchmark,
        run,
        1 if name == "naive" else 5,
        case=case,
        direction=direction,
        threads=THREADS,
        name=name,
    )


@pytest.mark.skipif(ISA != "", reason="measured with all that the machine has")
@pytest.mark.parametrize("name", [*EAGER, "torch.compile", "jax"])
@pytest.mark.parametrize("turn", PASSES)
def bench_iteration(benchmark, turn, name):
    """Time training iterations."""
    contestants.set_threads(THREADS)
    measure(
        benchmark,
        training.iteration(name),
        12,
        case="iteration",
        direction="",
        threads=THREADS,
        name=name,
    )
