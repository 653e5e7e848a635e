"""Pictures: for pages, and of a notebook.

Those of a notebook are drawn anew, so that a page gets our bytes and none of a stranger's.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

MAX_BYTES = 1 << 20  # of a picture that code made
MAX_PIXELS = 4_000_000
MAX_PASTED = 8 << 20  # bytes of a picture that was pasted: of a whole screen
MAX_PASTED_PIXELS = 16_000_000
SIDE = 1600  # pixels that are kept of those
MAX_COLOURFUL = 100_000  # bytes of a PNG; what has more, as of a photograph, is kept in 256 colours


@dataclass(frozen=True)
class Picture:
    """A picture for a page.

    Attributes
    ----------
    name : str
        The check or function that it belongs to: ``"one_epoch"``, ``"one_epoch/filters"``.
    text : str
        What it shows, for those who cannot see it.
    png : bytes
        The picture.
    """

    name: str
    text: str
    png: bytes


def png_of(data: bytes) -> bytes:
    """Return a PNG that code made, drawn anew on white; nothing if it is none."""
    if len(data) > MAX_BYTES:
        return b""
    return drawn(data, ("PNG",), MAX_PIXELS)


def pasted(data: bytes) -> bytes:
    """Return a picture that was pasted into text, as a PNG of bounded size, or nothing."""
    if len(data) > MAX_PASTED:
        return b""
    return drawn(data, ("PNG", "JPEG", "GIF"), MAX_PASTED_PIXELS, SIDE)


def drawn(data: bytes, formats: tuple[str, ...], pixels: int, side: int = 0) -> bytes:
    """Draw a picture of at most so many pixels anew; nothing if that is not possible."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            if image.width * image.height > pixels:
                return b""
            if side and image.mode != "P":  # before it is copied, as it may be of a whole screen
                image.thumbnail((side, side))
            picture = image.convert("RGBA")
        if side:
            picture.thumbnail((side, side))
    except Exception:  # a decoder that meets a file made to break it may raise anything
        return b""
    white = Image.new("RGBA", picture.size, "white")
    whole = Image.alpha_composite(white, picture).convert("RGB")
    fresh = encoded(whole)
    return fresh if len(fresh) <= MAX_COLOURFUL else encoded(in_few_colours(whole))


def in_few_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in 256 colours: half the bytes, and hardly another picture."""
    few = picture.quantize(256, method=Image.Quantize.FASTOCTREE)
    # Its white is nearly that: of the page, it has to be.
    few.putpalette([255 if value > 248 else value for value in few.getpalette() or []])
    return few


def encoded(picture: Image.Image) -> bytes:
    """Return a picture as a PNG."""
    stream = io.BytesIO()
    picture.save(stream, format="PNG")
    return stream.getvalue()
