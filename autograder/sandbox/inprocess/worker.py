"""A worker that is no process: it answers what `autograder.sandbox.client.Worker` answers."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from autograder.sandbox import launch, scratch, words
from autograder.sandbox.client import MAX_HEADER, MAX_REPLY, MAX_VALUES, result_of
from autograder.sandbox.errors import TimedOut
from autograder.sandbox.inprocess import LEVEL
from autograder.sandbox.inprocess.deadline import Deadline, Over
from autograder.sandbox.inprocess.stage import Printed, Stage
from autograder.sandbox.worker import wire

REQUEST = wire.Most()  # how much the grader's own may hold


class InProcess(contextlib.AbstractContextManager["InProcess"]):
    """Runs the code in `layers` in this process.

    Parameters
    ----------
    layers, unavailable, modules, libraries
        As in `autograder.sandbox.client.Worker`.
    of_a_process
        What such a one is given besides, and this cannot have.
    """

    isolation = LEVEL

    def __init__(
        self,
        layers: Sequence[Path],
        *,
        unavailable: Mapping[str, Sequence[str]] = MappingProxyType({}),
        modules: Sequence[str] = (),
        libraries: Sequence[str] = launch.LIBRARIES,
        **of_a_process: object,
    ) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="worker-", dir=scratch.home()))
        self._layer = str(layers[0].resolve())
        self._settings = {
            "layers": [str(layer.resolve()) for layer in layers],
            "packages": [],
            "unavailable": unavailable,
            "libraries": libraries,
            "modules": modules,
        }
        self._stage = Stage(self.home, libraries)
        self._serve: ModuleType | None = None
        self._printed = Printed()

    def request(
        self,
        op: str,
        arguments: dict[str, Any],
        *,
        seconds: float,
        fits: Callable[[Any], bool] = lambda _: True,
        most: int = MAX_REPLY,
    ) -> Any:
        """Carry out one operation; as `autograder.sandbox.client.Worker.request`."""
        request = over_the_wire({"op": op, "arguments": arguments})
        deadline = Deadline(seconds, self._layer)
        self._printed = Printed()
        with self._stage.set(self._printed):
            serve = self._serve = self._serve or load(self._settings)
            try:
                with deadline.watching():
                    answer = serve.answer(request, self._layer)
            except Over:  # in our own lines around the student's
                answer = {"result": None}
            reply = self._arrived(answer, wire.Most(most, MAX_HEADER, MAX_VALUES))
        if deadline.over:
            raise TimedOut(f"it had not finished {words.waited(seconds)}")
        return result_of(reply, "", fits)

    def _arrived(self, answer: dict[str, Any], most: wire.Most) -> Any:
        """Return what arrives of an answer, or why it cannot be read."""
        try:
            return over_the_wire({"id": "", **answer}, most)
        except wire.WireError as error:
            return error

    def printed(self) -> str:
        """Return what the last request printed."""
        return self._printed.read_back()

    def close(self) -> None:
        """Remove its folder; its modules go with it. Safe to call twice."""
        scratch.remove(self.home)

    def __exit__(self, *_: object) -> None:
        self.close()


def load(settings: dict[str, Any]) -> ModuleType:
    """Load the code of a worker for this one alone, and have it prepare what student code finds."""
    sys.path.insert(0, str(launch.WORKER))
    serve = importlib.import_module("serve")
    serve.prepare(settings)
    return serve


def over_the_wire(tree: Any, most: wire.Most = REQUEST) -> Any:
    """Return what arrives at the other end of a wire: a copy, or an error as there."""
    stream = io.BytesIO()
    wire.write_message(stream, tree)
    stream.seek(0)
    return wire.read_message(stream, most)
