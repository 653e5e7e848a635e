"""A student's source for a page: highlighted, with the numbers of its lines, within bounds.

Pygments takes the square of the length of some texts, such as white space or a line without end: a
text is cut before it, and one that may take long is shown without colours.
"""

from __future__ import annotations

import re
import unicodedata

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, TextLexer

MAX_LINES = 5000
MAX_WIDTH = 200  # characters of a line that are shown
MAX_TEXT = 300_000  # characters of all lines
MAX_CODE = 50_000  # characters that are highlighted
SLOW = re.compile(r"\s{100}")


def as_html(data: bytes) -> str:
    """Return a source file as HTML that is the same for the same file: a `pre` in a `div`.

    Its classes are those of Pygments.
    """
    text = readable(data)
    quick = len(text) <= MAX_CODE and not SLOW.search(text)
    # Empty lines at the beginning are lines, too: their numbers are those in messages.
    lexer = (PythonLexer if quick else TextLexer)(stripnl=False, ensurenl=True)
    formatter = HtmlFormatter(linenos="inline", cssclass="highlight", wrapcode=True)
    return str(highlight(text, lexer, formatter))


def readable(data: bytes) -> str:
    """Return the text of a file, cut to what can be shown; where it is cut, that is said."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(map(visible, text.expandtabs(8)))
    lines = text[:MAX_TEXT].split("\n")
    cut = [shortened(line) for line in lines[:MAX_LINES]]
    if len(text) > MAX_TEXT or len(lines) > MAX_LINES:
        cut.append("# ... the rest of this file is not shown here.")
    return "\n".join(cut)


def shortened(line: str) -> str:
    """Return a line that is not too long, without white space at its end."""
    line = line.rstrip()
    return line if len(line) <= MAX_WIDTH else f"{line[:MAX_WIDTH]} ..."


def visible(letter: str) -> str:
    """Return a letter, or what stands for one that is none, and might turn the text around."""
    if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return letter
    return "\N{REPLACEMENT CHARACTER}"
