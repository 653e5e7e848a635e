"""A judging process on a machine of a cluster: lines of JSON come in, and one goes out for each.

It ends once the process that started it is gone, even killed: then its standard input is closed.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from functools import partial
from pathlib import Path
from typing import BinaryIO

from autograder.course.grading.plain import answer, task_of
from autograder.course.grading.pool import enough_addresses, give_back, judged
from autograder.course.grading.student import grade_one
from autograder.exercises.images import shared
from autograder.judging import pack
from autograder.sandbox import bounds, ending


def main(path: Path) -> None:
    """Judge what comes, with the pack in a file, beside which the images of trainings are kept."""
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        ending.as_parent_says()
        answers = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # what a library may print is no answer
        waiting: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=listen, args=(sys.stdin.fileno(), waiting), daemon=True).start()
        serve(waiting, answers, path)


def listen(descriptor: int, waiting: queue.Queue[bytes]) -> None:
    """Take up what comes, line by line; end this process where nothing can come any more."""
    line = b""
    # Not through a buffered reader: its lock, which this thread would hold, is wanted at the end.
    while part := os.read(descriptor, 1 << 16):
        *whole, line = (line + part).split(b"\n")
        for own in whole:
            waiting.put(own)
    ending.from_within()


def serve(waiting: queue.Queue[bytes], answers: BinaryIO, path: Path) -> None:
    """Judge one submission after the other, as long as they leave the memory that they took."""
    cases = shared(pack.load(path), path.parent)
    enough, ends = enough_addresses(), False
    while not ends:
        ending.heed()
        submission, how = task_of(waiting.get())
        outcome = judged(submission, cases, partial(grade_one, how=how))
        give_back()
        ends = bounds.addresses() > enough
        answers.write(answer(outcome, ends))
        answers.flush()
