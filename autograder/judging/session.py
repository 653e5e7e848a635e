"""One submission under test: its worker, and what is known of it so far."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercises.convnets.forbidden import GIVEN, LIBRARIES
from autograder.judging.case import Payload
from autograder.sandbox import launch, probe
from autograder.sandbox.client import Died, Raised, TimedOut, Worker, WorkerError
from autograder.sandbox.overlay import stage
from autograder.sandbox.replies import fits
from autograder.submission import Submission

LOAD_SECONDS = 20.0  # for importing one of the student's files
LAYERS = "cs231n.layers"
CNN = "cs231n.classifiers.cnn"
NETS = (
    "net",
    "train",
    "predict",
)  # operations on the student's net; all others are on single layers
MAX_MEMORY = {LAYERS: 2 << 30, CNN: launch.MAX_MEMORY}  # bytes of address space
WITHOUT = {LAYERS: (*GIVEN, *LIBRARIES), CNN: LIBRARIES}  # what each file has to do without


class CannotLoad(WorkerError):
    """One of the student's files cannot be imported; holds for every check on it."""

    def __init__(self, path: str, cause: WorkerError) -> None:
        super().__init__(f"{path} cannot be loaded: {cause}")
        self.cause = cause


class Session:
    """Runs requests on one submission, each within its time, in workers that are replaced at need.

    Single layers and the net have a worker each, since the net may use given layers that the
    student's own layers must do without.

    Parameters
    ----------
    submission : Submission
        The code under test.
    threads : int
        Threads for numerical libraries in the worker.
    isolation : str, optional
        One of `autograder.sandbox.levels.LEVELS`; the strongest that holds here if not given.
    """

    def __init__(
        self, submission: Submission, *, threads: int = 1, isolation: str | None = None
    ) -> None:
        self.isolation = isolation or probe.strongest()
        self._threads = threads
        self._folder = tempfile.TemporaryDirectory(prefix="convnets-submission-")
        self._layers = stage(submission, Path(self._folder.name))
        self._workers: dict[str, Worker] = {}  # by the module that they are for
        self._loaded: set[str] = set()
        self._unloadable: dict[str, CannotLoad] = {}
        self._stuck: dict[str, WorkerError] = {}
        self.remark = ""
        self.seconds = 0.0

    def ask(self, op: str, payload: Payload, seconds: float) -> Any:
        """Carry out one operation on the student's code and return its reply.

        Afterwards `remark` says what a student should know about how the reply came about, and
        `seconds` how long the operation itself took, without loading and preparing.

        Raises
        ------
        WorkerError
            The code could not be loaded, raised, crashed, or took longer than `seconds`.
        """
        self.remark = ""
        self._load(CNN if op in NETS else LAYERS)
        if op == "backward":
            payload = self._prepare(payload, seconds)
        start = time.monotonic()
        if op == "train":
            reply = self._train(payload, seconds)
        else:
            reply = self._request(op, payload, seconds)
        self.seconds = time.monotonic() - start
        return reply

    def _train(self, payload: Payload, seconds: float) -> Any:
        """Train the student's net, and have it predict what it was not trained on.

        Only the parameters go from one to the other: a worker of its own predicts, so that a net
        cannot remember the images that it was trained on, instead of learning from them.
        """
        deadline = time.monotonic() + seconds
        unlabelled = payload["unlabelled"]
        trained = self._request(
            "train", {k: v for k, v in payload.items() if k != "unlabelled"}, seconds
        )
        params = {k: v for k, v in trained["params"].items() if isinstance(v, np.ndarray)}
        self._workers.pop(CNN).close()
        self._loaded.discard(CNN)
        self._load(CNN)
        request = {key: payload[key] for key in ("settings", "draw", "mean")}
        request |= {"params": params, "unlabelled": unlabelled}
        predicted = self._request("predict", request, deadline - time.monotonic())
        return {**predicted, "history": trained["history"], "filters": params.get("W1")}

    def _prepare(self, payload: Payload, seconds: float) -> Payload:
        """Have the student's forward pass make the cache; say so in `remark` where it cannot."""
        forward, args = payload["forward"], payload["args"]
        prepared, reason = False, "returned no cache"
        try:
            if forward in self._stuck:
                raise self._stuck[forward]
            request = {"forward": forward, "args": args}
            prepared = self._request("prepare", request, seconds) is True
        except (TimedOut, Died) as error:
            self._stuck[forward] = error  # asked once: a hang costs its time limit once
            self._load(LAYERS)
            reason = f"did not return: {error}"
        except Raised as error:
            reason = "is not written yet" if error.missing else f"raised {error.summary}"
        if not prepared:
            names = ", ".join(args)
            self.remark = (
                f"Your {forward} {reason}. So this backward pass was given the tuple ({names}) "
                "as its cache."
            )
        kept = ("function", "args", "dout", "names")
        return {**{key: payload[key] for key in kept}, "prepared": prepared}

    def _load(self, module: str) -> None:
        """Import a student's module, once for each worker and within a time limit of its own."""
        if module in self._unloadable:
            raise self._unloadable[module]
        if module in self._loaded:
            return
        try:
            self._request("load", {"module": module}, LOAD_SECONDS, module)
        except WorkerError as error:
            if isinstance(error, Raised) and error.missing:
                raise
            path = module.replace(".", "/") + ".py"
            self._unloadable[module] = CannotLoad(path, error)
            raise self._unloadable[module] from None
        self._loaded.add(module)

    def _request(self, op: str, payload: Payload, seconds: float, module: str = "") -> Any:
        module = module or (CNN if op in NETS else LAYERS)
        if module not in self._workers:
            self._workers[module] = Worker(
                self._layers,
                threads=self._threads,
                isolation=self.isolation,
                unavailable=WITHOUT[module],
                max_memory=MAX_MEMORY[module],
            )
        try:
            reply = self._workers[module].request(op, payload, seconds=seconds)
            if not fits(op, payload, reply):
                raise Died("what came back was not a reply to what was asked")
        except (TimedOut, Died):
            self._workers.pop(module).close()
            self._loaded.discard(module)
            raise
        return reply

    def close(self) -> None:
        """End the workers and remove the staged files."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._loaded.clear()
        self._folder.cleanup()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
