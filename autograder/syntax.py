"""Python source as a tree."""

from __future__ import annotations

import ast
import threading

PARSER = threading.Lock()


def parse(source: str) -> ast.Module:
    """Return the tree of some source.

    Python 3.11 before .8 cannot do that in two threads at once: it raises `SystemError` (its issue
    106905).

    Raises
    ------
    SyntaxError, ValueError
        It is none.
    """
    with PARSER:
        return ast.parse(source)
