"""Run the cells of a student's notebook, one at a time, in an IPython shell without a kernel.

A kernel would need sockets, which a worker does not have. What a cell printed, drew or raised goes
back as plain data; the grader decides what of it is shown.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import importlib.machinery
import io
import sys
import types
from pathlib import Path
from typing import Any

import describe
import mapped
import nets
import numpy as np
import standins

MAX_TEXT = 20_000  # characters of text from one cell
MAX_OUTPUTS = 100  # from one cell
MAX_PICTURES = 4  # from one cell
MAX_PNG = 1 << 20  # bytes of one picture
MAX_FRAMES = 5  # of a traceback
MAX_LINE = 250  # characters of one line of it
MAX_MESSAGE = 1500  # characters of an exception's text
STREAMS = ("stdout", "stderr")

shell: Any = None


class Outputs:
    """What one cell gives, in order; what is too much is counted and not kept."""

    def __init__(self, name: str = "") -> None:
        self.name = name  # of the cell
        self.clear()

    def clear(self) -> None:
        """Forget what there is."""
        self._kept: list[tuple[str, list[Any]]] = []  # kind, and pieces of text or one picture
        self._text = self._pictures = 0  # how much there is of each
        self._lost_text = self._lost_pictures = 0

    def text(self, kind: str, text: str) -> None:
        """Add text: printed to one of `STREAMS`, or a "value" that the cell shows."""
        kept = text[: MAX_TEXT - self._text]
        if kept and kind in STREAMS and self._kept and self._kept[-1][0] == kind:
            self._kept[-1][1].append(kept)
        elif kept and len(self._kept) < MAX_OUTPUTS:
            self._kept.append((kind, [kept]))
        else:
            kept = ""
        self._text += len(kept)
        self._lost_text += len(text) - len(kept)

    def picture(self, png: bytes) -> None:
        """Add a picture."""
        room = self._pictures < MAX_PICTURES and len(self._kept) < MAX_OUTPUTS
        if room and len(png) <= MAX_PNG:
            self._kept.append(("picture", [png]))
            self._pictures += 1
        else:
            self._lost_pictures += 1

    def display(self, data: Any) -> None:
        """Add what has several forms, by MIME type: as a picture if it has that one, or as text."""
        png = png_of(data)
        if png:
            self.picture(png)
        else:
            self.text("value", str(data.get("text/plain", "")))

    def reply(self) -> list[dict[str, Any]]:
        """Return all of it as kinds with bytes."""
        kept = list(self._kept)
        if self._lost_text:
            kept.append(("stderr", [f"\n... characters left out: {self._lost_text}\n"]))
        if self._lost_pictures:
            kept.append(("stderr", [f"\n... pictures left out: {self._lost_pictures}\n"]))
        return [
            {"kind": kind, "data": as_bytes(parts[0] if kind == "picture" else "".join(parts))}
            for kind, parts in kept
        ]


current = Outputs()
"""Takes up what is printed and shown: that of the last cell."""


class Stream(io.TextIOBase):
    """Stands for standard output or standard error, in all cells."""

    encoding = "utf-8"

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take up text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        current.text(self._kind, text)
        return len(text)


stdout, stderr = (Stream(kind) for kind in STREAMS)


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
        ``"outputs"``: a list of dictionaries with ``"kind"`` ("stdout", "stderr", "value" or
        "picture") and ``"data"``, the text or PNG file as an array of bytes; ``"error"``: None, or
        what `description` returns.
    """
    global current
    running = start()
    current = Outputs(name)
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        result = running.run_cell(source, store_history=True)  # so that _ and Out work
        error = result.error_before_exec or result.error_in_exec
        described = None if error is None or isinstance(error, Elsewhere) else description(error)
    return {"outputs": current.reply(), "error": described}


def start() -> Any:
    """Return the shell that all cells share; the first call makes it."""
    global shell
    if shell is None:
        standins.use_installed()  # a notebook may plot, and what it shows earns no points
        from IPython.core.profiledir import ProfileDir
        from traitlets.config import Config

        offer_check()
        nets.stop_trainings()
        mapped.use_mapped()
        settings = Config()
        settings.HistoryManager.enabled = False  # no file of it
        settings.InteractiveShell.colors = "nocolor"
        profile = ProfileDir(location=make_profile())
        shell = shell_class().instance(config=settings, profile_dir=profile)
        shell.run_line_magic("matplotlib", "inline")
    return shell


def shell_class() -> Any:
    """Return the class of a shell that has no terminal, and gives all outputs to `current`."""
    from IPython.core.compilerop import CachingCompiler
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type

    class Compiler(CachingCompiler):
        """Calls the code of a cell by the cell's name, in tracebacks and warnings."""

        def get_code_name(self, *_: object) -> str:
            return current.name

    class Hook(DisplayHook):
        """Takes up the value of an expression."""

        def start_displayhook(self) -> None:
            pass

        write_output_prompt = finish_displayhook = start_displayhook

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            current.display(format_dict)

    class Publisher(DisplayPublisher):
        """Takes up what is displayed: figures, most of all."""

        def publish(self, data: Any, *_: object, **__: object) -> None:
            current.display(data)

        def clear_output(self, wait: bool = False) -> None:
            current.clear()

    class Shell(InteractiveShell):
        """A shell without a terminal or a window."""

        compiler_class = Type(Compiler)
        displayhook_class = Type(Hook)
        display_pub_class = Type(Publisher)

        def enable_gui(self, gui: Any = None) -> None:
            """Do nothing: pictures are kept, and no window opens."""

        def ask_exit(self) -> None:
            """Do nothing: ``exit`` in a cell does not end the notebook."""

        def showtraceback(
            self, exc_tuple: Any = None, *_: Any, running_compiled_code: bool = False, **__: Any
        ) -> None:
            """Show what failed beside the cell's own code, such as a ``__repr__``."""
            error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
            if error is not None and not running_compiled_code:
                about = description(error)
                stderr.write("\n".join([*about["lines"], f"{about['name']}: {about['message']}\n"]))

        def showsyntaxerror(self, *_: Any, **__: Any) -> None:
            """Do nothing: `description` does."""

    return Shell


def make_profile() -> str:
    """Make the folder that IPython wants to have, with a file that it would copy there."""
    folder = Path.home() / ".ipython" / "profile_default"
    (folder / "startup").mkdir(parents=True)
    (folder / "startup" / "README").touch()
    return str(folder)


class Elsewhere(BaseException):
    """What a cell is about is not here; it ends, and that is no mistake in it."""


def offer_check() -> None:
    """Offer a module ``autograder`` whose functions say that their place is elsewhere."""

    def check(name: str) -> None:
        print(f"check({name!r}) was run apart from this notebook.")

    def case(name: str, index: int = 0) -> None:
        print(f"case({name!r}) has its numbers where it was written: this cell ends here.")
        raise Elsewhere

    module = types.ModuleType("autograder")
    module.__spec__ = importlib.machinery.ModuleSpec("autograder", None)
    module.check, module.case = check, case  # type: ignore[attr-defined]
    sys.modules["autograder"] = module


def png_of(data: Any) -> bytes:
    """Return the picture among the forms of an output, or nothing."""
    png = data.get("image/png", b"")
    if isinstance(png, str):
        with contextlib.suppress(binascii.Error):
            return base64.b64decode(png)
    return png if isinstance(png, bytes) else b""


def description(error: BaseException) -> dict[str, Any]:
    """Describe an exception for its author.

    Returns
    -------
    dict
        ``"name"``: its type; ``"message"``; ``"lines"``: a short traceback, with lines of the
        notebook and of the package only.
    """
    frames = [frame_lines(frame) for frame in describe.frames_of(error, called)]
    if len(frames) > MAX_FRAMES:
        frames = [frames[0], ["..."], *frames[1 - MAX_FRAMES :]]
    return {
        "name": type(error).__name__[:MAX_LINE],
        "message": describe.message_of(error)[:MAX_MESSAGE],
        "lines": [line for frame in frames for line in frame],
    }


def called(filename: str) -> str:
    """Return what a student calls a file; nothing for one that is not the exercise's."""
    parts = Path(filename).parts
    if filename.startswith("Cell "):
        return filename
    return "/".join(parts[parts.index("cs231n", -3) :]) if "cs231n" in parts[-3:] else ""


def frame_lines(frame: dict[str, Any]) -> list[str]:
    """Return where a frame is, and its line of code."""
    function = f", in {frame['function']}" if frame["function"] not in ("", "<module>") else ""
    where = f"{frame['file']}, line {frame['line']}{function}:"[:MAX_LINE]
    return [where, f"    {frame['text']}"] if frame["text"] else [where]


def as_bytes(data: str | bytes) -> np.ndarray:
    """Return text or a file's content as an array of bytes."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return np.frombuffer(raw, dtype=np.uint8)
