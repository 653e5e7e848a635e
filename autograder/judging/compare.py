"""Compare an array with the expected one, and say in words how it differs."""

from __future__ import annotations

from typing import Any

import numpy as np

AXES = {1: "i", 2: "ij", 4: "NCHW"}


@np.errstate(all="ignore")  # what overflows is a difference like others
def differences(got: Any, expected: np.ndarray, rtol: float, of: str = "image") -> list[str]:
    """Say how `got` differs from `expected`; an empty list means that it does not.

    Two values are equal when they differ by at most `rtol` times the largest magnitude in
    `expected`. The dtype must be a real floating point type of at least 32 bits.

    Parameters
    ----------
    got : Any
        What student code returned, as it came over the wire.
    expected : ndarray
        The reference, of dtype float64.
    rtol : float
        Tolerance relative to the scale of `expected`.
    of : str
        What the first axis of an array of four counts: ``"image"`` or ``"filter"``.

    Returns
    -------
    list of str
        Sentences for the student.
    """
    if expected.ndim == 0 and isinstance(got, int | float) and not isinstance(got, bool):
        got = as_array_of_one(got)
    if not isinstance(got, np.ndarray):
        wanted = f"an array of shape {expected.shape}" if expected.ndim else "a number"
        return [f"It is {kind_of(got)}, expected {wanted}."]
    if got.shape != expected.shape:
        return [wrong_shape(got.shape, expected.shape)]
    if got.dtype.kind != "f" or got.dtype.itemsize < 4:
        return [f"Its dtype is {got.dtype}, expected float64 or float32."]
    values = got.astype(np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        count = values.size - int(finite.sum())
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        return [f"{count} of {values.size} values are not finite; the first is at {list(first)}."]
    error = np.abs(values - expected)
    scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    wrong = error > rtol * scale
    if not wrong.any():
        return []
    if values.size == 1:
        return [f"It is {values.item():.6g}, expected {expected.item():.6g}."]
    worst = np.unravel_index(np.argmax(error), error.shape)
    return [
        f"The shape {got.shape} is right, but {int(wrong.sum())} of {wrong.size} values differ.",
        f"The worst is at {[int(i) for i in worst]}: got {values[worst]:.6g}, "
        f"expected {expected[worst]:.6g}.",
        *overall(values, expected, rtol * scale, of),
        *where(wrong, of),
    ]


def as_array_of_one(number: float) -> np.ndarray:
    """Return a number of Python's as NumPy's; one that is too large for it is infinite."""
    try:
        return np.array(float(number))
    except OverflowError:
        return np.array(np.inf)


def kind_of(value: Any) -> str:
    """Name what came back instead of an array."""
    if isinstance(value, dict) and isinstance(value.get("$object"), str):
        return str(value["$object"])
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def in_another_layout(got: Any, expected: Any) -> bool:
    """Return whether an array has the expected shape but for axes of length one."""
    return isinstance(expected, np.ndarray) and same_sizes(got, expected.shape)


def same_sizes(got: Any, expected: tuple[int, ...]) -> bool:
    """Return whether an array has another shape, but for axes of length one the same."""
    if not isinstance(got, np.ndarray):
        return False
    sizes, wanted = ([n for n in shape if n != 1] for shape in (got.shape, expected))
    return got.shape != expected and sizes == wanted


def wrong_shape(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Describe a wrong shape."""
    text = f"Its shape is {got}, expected {expected}."
    if got != expected and sorted(got) == sorted(expected):
        text += " The sizes are there, in another order."
    return text


def overall(
    got: np.ndarray, expected: np.ndarray, margin: float, of: str = "image", exact: bool = True
) -> list[str]:
    """Recognize a relation that holds for the whole array: each one is tested, not guessed.

    Its numbers are told if that may be `exact`.
    """
    if not got.any():
        return ["It is zero everywhere."]
    if np.all(np.abs(got) <= margin):
        most = f": at most {np.max(np.abs(got)):.3g}" if exact else ""
        return [f"It is nearly zero everywhere{most}."]
    weight = float(np.vdot(expected, expected))
    factor = float(np.vdot(expected, got)) / weight if weight else 0.0
    if expected.size > 1 and factor and np.all(np.abs(got - factor * expected) <= margin):
        times = f"{factor:.6g}" if exact else "a constant"
        return [f"It is {times} times what is expected, everywhere."]
    offset = float(np.mean(got - expected))
    if expected.size > 1 and np.all(np.abs(got - expected - offset) <= margin):
        more = f"{offset:.6g}" if exact else "a constant"
        return [f"It is what is expected plus {more}, everywhere."]
    return [*rearranged(got, expected, margin, of), *per_channel(got, expected, margin)][:1]


def rearranged(
    got: np.ndarray, expected: np.ndarray, margin: float, of: str = "image"
) -> list[str]:
    """Recognize the expected values in another order."""

    def same(candidate: np.ndarray) -> bool:
        return candidate.shape == got.shape and bool(np.all(np.abs(candidate - got) <= margin))

    each = f"in each {of} " if expected.ndim == 4 else ""
    if expected.ndim >= 2:
        for text, candidate in (
            ("with rows and columns exchanged", expected.swapaxes(-1, -2)),
            ("turned by 180 degrees", expected[..., ::-1, ::-1]),
            ("upside down", expected[..., ::-1, :]),
            ("with left and right exchanged", expected[..., ::-1]),
        ):
            if same(candidate):
                return [f"It is what is expected, {each}{text}."]
    if expected.ndim == 4:
        if same(expected[:, ::-1]):
            return ["It is what is expected with the channels in reverse order."]
        return shifted(got, expected, margin)
    return []


def shifted(got: np.ndarray, expected: np.ndarray, margin: float) -> list[str]:
    """Recognize images moved by up to two pixels; what moves in from outside is left out."""
    H, W = expected.shape[2:]
    for down in range(-2, 3):
        for right in range(-2, 3):
            if (down or right) and abs(down) < H - 1 and abs(right) < W - 1:
                target, source = overlap(H, down), overlap(H, -down)
                across, origin = overlap(W, right), overlap(W, -right)
                a, b = got[:, :, target, across], expected[:, :, source, origin]
                if np.all(np.abs(a - b) <= margin) and np.ptp(b) > margin:
                    return [f"It is what is expected, moved by {moved(down, right)}."]
    return []


def overlap(size: int, shift: int) -> slice:
    """Return where images that are moved by `shift` lie over the ones that are not."""
    return slice(max(shift, 0), size + min(shift, 0))


def moved(down: int, right: int) -> str:
    """Put a shift into words."""
    parts = [
        f"{abs(by)} {unit}{'s' if abs(by) > 1 else ''} {way[by < 0]}"
        for by, unit, way in ((down, "row", ("down", "up")), (right, "column", ("right", "left")))
        if by
    ]
    return " and ".join(parts)


def per_channel(got: np.ndarray, expected: np.ndarray, margin: float) -> list[str]:
    """Recognize a factor, or an offset, that every channel has of its own."""
    if expected.ndim != 4 or expected.shape[1] < 2 or expected[:, 0].size < 3:
        return []
    axes = (0, 2, 3)
    mean_got, mean = got.mean(axis=axes, keepdims=True), expected.mean(axis=axes, keepdims=True)
    if np.all(np.abs(got - expected - (mean_got - mean)) <= margin):
        return ["In each channel it is what is expected plus a constant."]
    weight = np.sum(expected**2, axis=axes, keepdims=True)
    factor = np.sum(expected * got, axis=axes, keepdims=True) / np.where(weight, weight, 1.0)
    if factor.all() and np.all(np.abs(got - factor * expected) <= margin):
        return ["In each channel it is a constant times what is expected."]
    return []


def where(wrong: np.ndarray, of: str = "image", exact: bool = True) -> list[str]:
    """Say where an array of shape (N, C, H, W) is wrong, if that is not everywhere.

    Places are told if that may be `exact`.
    """
    if wrong.ndim != 4 or wrong.all():
        return []
    facts = []
    inside = np.zeros_like(wrong)
    inside[:, :, 1:-1, 1:-1] = True
    if inside.any() and not (wrong & inside).any():
        facts.append(f"Only values at the border of the {of}s are wrong.")
    for axis, name in enumerate((of, "channel", "row", "column")):
        others = tuple(i for i in range(4) if i != axis)
        hit = np.flatnonzero(wrong.any(axis=others))
        if len(hit) < wrong.shape[axis]:
            places = ", ".join(str(i) for i in hit[:8]) + (" ..." if len(hit) > 8 else "")
            these = f"{name} {places} of 0 to {wrong.shape[axis] - 1}"
            facts.append(f"Wrong values are only in {these if exact else f'some of the {name}s'}.")
    return facts
