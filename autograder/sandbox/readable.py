"""What comes back from student code, without what could harm those who print or count with it."""

from __future__ import annotations

from typing import Any

from autograder.sandbox import words
from autograder.sandbox.worker import wire

MAX_TEXT = 2000  # characters in one text of a reply
MAX_TEXTS = 100_000  # characters in all texts of a reply together


class Room:
    """How much text may still come in one reply."""

    def __init__(self) -> None:
        self._left = MAX_TEXTS

    def text(self, text: str) -> str:
        """Return a text of the reply, readable."""
        self._left -= len(text)
        if self._left < 0:
            raise wire.WireError(f"it has more than {MAX_TEXTS} characters of text")
        return clean(text)


def readable(value: Any, room: Room) -> Any:
    """Return what came over the wire without what could harm those who print or count with it."""
    if isinstance(value, str):
        return room.text(value)
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return {"$object": "an integer of more than 64 bits"}
    if isinstance(value, dict):
        return {room.text(key): readable(item, room) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(readable(item, room) for item in value)
    return value


def clean(text: str) -> str:
    """Return `text` cut to `MAX_TEXT`, without control characters and halves of characters."""
    text = text[:MAX_TEXT]
    return text if text.isprintable() else words.printable(text)
