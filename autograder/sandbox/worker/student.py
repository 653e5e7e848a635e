"""A student's file in this process: loaded, called, and what it gives back as plain data."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np
import returned


class Missing(Exception):
    """The student's file has no such function or class."""


def load(module: str) -> None:
    """Import a module that the student wrote."""
    importlib.import_module(module)


def vary(module: str, parts: list[str]) -> None:
    """Run other source of a module in it: it has the functions and classes of these parts then."""
    space = vars(importlib.import_module(module))
    for part in parts:
        exec(compiled(part, space["__file__"]), space)


@lru_cache(maxsize=64)  # of many variants of one module, most parts are the same
def compiled(source: str, path: str) -> CodeType:
    """Return the code of some source."""
    return compile(source, path, "exec")


def find(module: str, name: str) -> Callable[..., Any]:
    """Return the student's function or class `name`."""
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except AttributeError:
        path = module.replace(".", "/") + ".py"
        raise Missing(f"{path} has no {name}: was it renamed or deleted?") from None
    return found


def seed(value: int) -> None:
    """Make what student code draws the same in every run."""
    random.seed(value)
    np.random.seed(value)


def plain(value: Any, depth: int = 3) -> Any:
    """Return `value` as data that can be sent; what cannot be is named by its type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value, subok=False)
        return array if array.dtype.kind in "biufc" else {"$object": f"an array of {array.dtype}"}
    if isinstance(value, tuple | list) and depth and len(value) <= 16:
        return tuple(plain(v, depth - 1) for v in value)
    return {"$object": returned.with_article(value)}
