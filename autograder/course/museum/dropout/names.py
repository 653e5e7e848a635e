"""What the names in correct ways mean; see ``rule/source.py`` and the names of the first museum."""

from __future__ import annotations

NAMES = {
    **{name: name for name in ("x", "dx", "dout", "p")},
    "mask": "the mask",
    "scale": "the scale",
    "out": "the output",
}
