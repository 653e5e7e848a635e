"""Run the cells of a student's notebook, one at a time, in an IPython shell without a kernel.

A kernel would need sockets, which a worker does not have. What a cell printed, drew or raised goes
back as plain bytes; the grader decides what of it is shown.
"""

from __future__ import annotations

import importlib.machinery
import sys
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np

MAX_TEXT = 20_000  # characters of text from one cell
MAX_PICTURES = 4  # from one cell
MAX_PNG = 1 << 20  # bytes of one picture
MAX_FRAMES = 4  # of a traceback

shell: Any = None
values: list[Any] = []
"""What the last cell's expressions gave."""


def cell(source: str, name: str) -> dict[str, Any]:
    """Run one cell.

    Parameters
    ----------
    source : str
        The code, magics included.
    name : str
        What the cell is called in a traceback.

    Returns
    -------
    dict
        ``"text"``: what was printed; ``"pictures"``: PNG files; ``"value"``: the last line's value
        as text; ``"error"``: a traceback. Texts and pictures are arrays of bytes.
    """
    from IPython.utils.capture import capture_output

    running = start()
    values.clear()
    with capture_output() as captured:
        result = running.run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    pictures = [png for output in captured.outputs for png in png_of(output)]
    shown = values and not source.rstrip().endswith(";")
    return {
        "text": as_bytes(captured.stdout + captured.stderr),
        "pictures": pictures[:MAX_PICTURES],
        "value": as_bytes(described(values[-1]) if shown else ""),
        "error": as_bytes(describe(error, name) if error is not None else ""),
    }


def start() -> Any:
    """Return the shell that all cells share; the first call makes it."""
    global shell
    if shell is None:
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.core.profiledir import ProfileDir
        from traitlets.config import Config

        class Shell(InteractiveShell):
            """A shell without a terminal, a window or a history."""

            def enable_gui(self, gui: Any = None) -> None:
                """Do nothing: pictures are kept, and no window opens."""

        offer_check()
        settings = Config()
        settings.HistoryManager.enabled = False
        settings.InteractiveShell.colors = "nocolor"
        shell = Shell.instance(config=settings, profile_dir=ProfileDir(location=profile()))
        shell.showtraceback = shell.showsyntaxerror = silent  # errors are described by `describe`
        shell.display_trap.hook = values.append  # and values by `described`
        shell.run_line_magic("matplotlib", "inline")
    return shell


def profile() -> str:
    """Make the folder that IPython wants to have, with a file that it would copy there."""
    folder = Path.home() / "profile"
    (folder / "startup").mkdir(parents=True)
    (folder / "startup" / "README").touch()
    return str(folder)


def silent(*_: object, **__: object) -> None:
    """Print nothing."""


def offer_check() -> None:
    """Offer a module ``autograder`` in which a check says that it was run elsewhere."""

    def check(name: str) -> None:
        print(f"check({name!r}) was run apart from this notebook.")

    module = types.ModuleType("autograder")
    module.__spec__ = importlib.machinery.ModuleSpec("autograder", None)
    module.check = check  # type: ignore[attr-defined]
    sys.modules["autograder"] = module


def png_of(output: Any) -> list[np.ndarray]:
    """Return the picture in an output, if it is one of a bearable size."""
    data = output.data.get("image/png") if isinstance(output.data, dict) else None
    if isinstance(data, str):
        import base64

        data = base64.b64decode(data)
    if not isinstance(data, bytes) or not 0 < len(data) <= MAX_PNG:
        return []
    return [np.frombuffer(data, dtype=np.uint8)]


def described(value: Any) -> str:
    """Return a value as the notebook shows it, as text."""
    if value is None:  # of a call, for example
        return ""
    formats, _ = shell.display_formatter.format(value, include=("text/plain",))
    return str(formats.get("text/plain", ""))


def describe(error: BaseException, name: str) -> str:
    """Return a short traceback: lines of the student's own code, then the error."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        parts = Path(frame.filename).parts
        if frame.filename.startswith("<ipython"):
            where = name
        elif "cs231n" in parts:
            where = "/".join(parts[parts.index("cs231n") :])
        else:
            continue  # IPython's or NumPy's own
        text = f"\n    {frame.line}" if frame.line else ""
        lines.append(f"{where}, line {frame.lineno}, in {frame.name}:{text}")
    message = str(error)
    if isinstance(error, SyntaxError):
        lines.append(f"{name}, line {error.lineno}:\n    {(error.text or '').strip()}")
        message = error.msg
    return "\n".join([*lines[-MAX_FRAMES:], f"{type(error).__name__}: {message}"])


def as_bytes(text: str) -> np.ndarray:
    """Return text as bytes, cut where it is too long."""
    if len(text) > MAX_TEXT:
        text = f"{text[:MAX_TEXT]}\n... ({len(text) - MAX_TEXT} more characters)"
    return np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)
