"""A student's text and code made fit for the formgrader, in a process with limits.

The formgrader renders and highlights them in its own process, each time that a notebook is opened.
Here that is tried once: what takes too long is shown as it was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown import markdown2html

from autograder.course.intake.apart import Apart, ApartError
from autograder.course.notebooks.rendered import plain, rendered

SECONDS = 5  # of processor time for one notebook; one of a hundred long cells takes one


@dataclass(frozen=True)
class Text:
    """The text of a cell.

    Attributes
    ----------
    source : str
        What a student wrote.
    attachments : mapping
        The pictures that were pasted into it, as a notebook's cell has them.
    markdown : bool
        It is to be read as Markdown; or it is shown as it was typed.
    """

    source: str
    attachments: Any = None
    markdown: bool = True


@dataclass(frozen=True)
class Fit:
    """What the formgrader is to show.

    Attributes
    ----------
    texts : list of str
        As `rendered` makes them, or plain.
    highlighted : bool
        The code can be highlighted.
    """

    texts: list[str]
    highlighted: bool


def fit(apart: Apart, texts: Sequence[Text], codes: Sequence[str]) -> Fit:
    """Return what is to be shown of a notebook: all of it as it was typed, where that takes long.

    Parameters
    ----------
    apart : Apart
        Where it is tried.
    texts : sequence of Text
        Of the cells of text.
    codes : sequence of str
        Of the cells of code that are to be highlighted.
    """
    argument = {"texts": [vars(text) for text in texts], "codes": list(codes)}
    try:
        shown = apart.call(fit_apart, argument, SECONDS)
    except ApartError:
        return Fit([plain(text.source) for text in texts], highlighted=False)
    return Fit(shown, highlighted=True)


def fit_apart(argument: dict[str, Any]) -> list[str]:
    """Render texts, and show them and some code as the formgrader will, for another process."""
    texts = [Text(**text) for text in argument["texts"]]
    shown = [
        rendered(text.source, text.attachments) if text.markdown else plain(text.source)
        for text in texts
    ]
    for text in shown:
        markdown2html(text)
    highlight = Highlight2HTML(pygments_lexer="ipython3")
    for code in argument["codes"]:
        highlight(code)
    return shown
