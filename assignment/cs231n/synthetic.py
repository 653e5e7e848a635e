"""A ten-class set of 32x32 colour images, made on the spot: it needs no download.

Each image shows one of ten kinds of figure (a disc, a ring, stripes, ...) at a random place,
size, angle and colour, on a textured background, with a second little thing lying about and a
bar that may hide a part. The figure is as often darker as it is lighter than what is around it,
so the mean image of every class is the same grey: a linear classifier on the pixels finds next to
nothing, and convolutional filters are what helps.

A *world* fixes everything that a class has in common: the proportions of the figures, the
textures, the palette, and which label is which kind. `generate` draws images from a world, and
worlds are equally hard, so a course can grade on one that nobody has seen.

How an image is composed: all figures, textures and clutter of a world are drawn once with Pillow
as small grey *stamps* (`make_world`); an image is then a few stamps, cut out at random offsets and
mixed by plain array arithmetic, `BLOCK` images at a time (`compose`).
"""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import platformdirs
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image, ImageDraw

#: Raised whenever the same seed gives other images than before; part of the cache's file name.
GENERATOR_VERSION = 1

NUM_TRAIN, NUM_TEST = 50_000, 10_000  # of the default set, as many as in CIFAR-10
CACHED = ("X_train", "y_train", "X_test", "y_test")

NUM_CLASSES = 10
SIZE = 32
MARGIN = 4  # how far, in pixels, a figure may be from the middle of the image
STAMP = SIZE + 2 * MARGIN
SUPERSAMPLE = 4  # stamps are drawn this much larger, then averaged: smooth edges
STAMPS_PER_CLASS = 160
#: How strong things are, in grey levels of 255. The contrast is low and the texture strong: so
#: 100 images are easily told apart, as the exercise's overfitting needs, and yet 49,000 images are
#: not learned in one epoch. ``data/make_picture.py --figures`` measures what they lead to.
CONTRAST = (19.0, 46.0)  # between figure and ground
TEXTURE = 60.0  # of the ground, and of the light on everything
GRAIN = 50.0  # the figure's own texture
COLOUR = 17.0  # how far colours are from grey
NOISE = 3  # in each pixel

BLOCK = 500  # images composed at once; a seed's image i is the same whatever the number asked for
PIECE = 25  # images mixed at once: they stay in the processor's cache

Polygon = list[tuple[float, float]]
Figure = list[tuple[Polygon, int]]  # polygons to fill, in order, with 1 (the figure) or 0


# ---- The ten kinds of figure, in coordinates from -1 to 1 ------------------------------------


def circle(radius: float = 1.0, x: float = 0.0, y: float = 0.0, points: int = 28) -> Polygon:
    """Return a regular polygon around (x, y), fine enough to look round."""
    angles = [2 * math.pi * k / points for k in range(points)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def box(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Return the rectangle between two corners."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


# Each of the functions takes a proportion t, from 0 to 1, that varies a little within a world and
# more between worlds.


def disc(t: float) -> Figure:
    return [(circle(0.85 + 0.1 * t), 1)]


def ring(t: float) -> Figure:
    return [(circle(), 1), (circle(0.5 + 0.15 * t), 0)]


def triangle(t: float) -> Figure:
    return [([(-1.0, 0.8), (1.0, 0.8), (0.8 * (t - 0.5), -1.0)], 1)]


def square(t: float) -> Figure:
    side = 0.75 + 0.1 * t
    return [(box(-side, -side, side, side), 1)]


def star(t: float) -> Figure:
    inner = 0.35 + 0.1 * t
    corners = zip(circle(1.05, points=10), circle(inner, points=10), strict=True)
    return [([(far if k % 2 else near) for k, (far, near) in enumerate(corners)], 1)]


def cross(t: float) -> Figure:
    arm = 0.22 + 0.1 * t
    return [(box(-1, -arm, 1, arm), 1), (box(-arm, -1, arm, 1), 1)]


def stripes(t: float) -> Figure:
    step = 2 / (3 + t)
    return [(box(-1, -1 + k * step, 1, -1 + (k + 0.5) * step), 1) for k in range(4)]


def checker(t: float) -> Figure:
    step = 0.5 + 0.1 * t
    cells = [(i, j) for i in range(4) for j in range(4) if (i + j) % 2]
    start = -2 * step
    return [
        (box(start + i * step, start + j * step, start + (i + 1) * step, start + (j + 1) * step), 1)
        for i, j in cells
    ]


def spots(t: float) -> Figure:
    radius = 0.24 + 0.08 * t
    return [(circle(radius, x, y, 12), 1) for x in (-0.7, 0.0, 0.7) for y in (-0.7, 0.0, 0.7)]


def crescent(t: float) -> Figure:
    return [(circle(), 1), (circle(0.85, 0.4 + 0.15 * t), 0)]


KINDS: tuple[Callable[[float], Figure], ...] = (
    disc, ring, triangle, square, star, cross, stripes, checker, spots, crescent,
)  # fmt: skip


# ---- A world: the stamps that its images are made of -----------------------------------------


@dataclass(frozen=True)
class World:
    """What all images of one world share.

    Attributes
    ----------
    names : tuple of str
        The kind of figure of each of the ten labels.
    figures : ndarray of shape (10, STAMPS_PER_CLASS, STAMP, STAMP), uint8
        For each label, its figure in many sizes and angles.
    clutter, bars : ndarray of shape (K, STAMP, STAMP), uint8
        Little things that lie about, and thin bars that hide a part.
    textures : ndarray of shape (K, STAMP, STAMP), uint8
        Smooth random textures for background and figure.
    palette : ndarray of shape (P, 3, 1, 1), float32
        The colours around which images are coloured.
    """

    names: tuple[str, ...]
    figures: np.ndarray
    clutter: np.ndarray
    bars: np.ndarray
    textures: np.ndarray
    palette: np.ndarray


def world_seed(world: int | str) -> int:
    """Return the number that stands for a world: itself, or a name's hash."""
    if isinstance(world, str):
        return int.from_bytes(hashlib.sha256(world.encode()).digest()[:8], "big")
    if isinstance(world, bool) or not isinstance(world, int | np.integer) or world < 0:
        raise ValueError(f"world must be a name or a non-negative integer, not {world!r}")
    return int(world)


@lru_cache(maxsize=2)
def make_world(world: int | str = "default") -> World:
    """Draw the stamps of a world: about a second.

    Parameters
    ----------
    world : int or str
        Any name or non-negative number; each gives a world of its own.
    """
    rng = np.random.default_rng([GENERATOR_VERSION, world_seed(world)])
    kinds = [KINDS[k] for k in rng.permutation(NUM_CLASSES)]
    figures = [figure_stamps(kind, rng) for kind in kinds]
    return World(
        names=tuple(kind.__name__ for kind in kinds),
        figures=np.stack(figures),
        clutter=clutter_stamps(rng),
        bars=bar_stamps(rng),
        textures=texture_stamps(rng),
        palette=128 + shades(rng, (16, 3, 1, 1), COLOUR / 2),
    )


def figure_stamps(kind: Callable[[float], Figure], rng: np.random.Generator) -> np.ndarray:
    """Draw one kind of figure in many sizes and angles, with this world's proportions."""
    proportion, stretch = rng.random(), rng.uniform(0.8, 1.0)
    stamps = []
    for _ in range(STAMPS_PER_CLASS):
        t = min(max(proportion + rng.uniform(-0.2, 0.2), 0.0), 1.0)
        size = rng.uniform(8.5, 13.0)
        stamps.append(stamp(kind(t), size, size * stretch, rng.uniform(0, 2 * math.pi)))
    return np.stack(stamps)


def clutter_stamps(rng: np.random.Generator, count: int = 64) -> np.ndarray:
    """Draw small polygons at random places."""
    stamps = []
    for _ in range(count):
        shape = circle(points=int(rng.integers(3, 9)))
        x, y = rng.uniform(-16, 16, 2)
        width, height = rng.uniform(2.0, 5.0, 2)
        stamps.append(stamp([(shape, 1)], width, height, rng.uniform(0, 2 * math.pi), x, y))
    return np.stack(stamps)


def bar_stamps(rng: np.random.Generator, count: int = 64) -> np.ndarray:
    """Draw thin bars at random places; some are outside, and so hide nothing."""
    stamps = []
    for _ in range(count):
        x, y = rng.uniform(-16, 16, 2)
        length, width = rng.uniform(6, 14), rng.uniform(0.8, 2.0)
        bar = box(-1, -1, 1, 1)
        stamps.append(stamp([(bar, 1)], length, width, rng.uniform(0, 2 * math.pi), x, y))
    return np.stack(stamps)


def stamp(
    figure: Figure, width: float, height: float, angle: float, x: float = 0.0, y: float = 0.0
) -> np.ndarray:
    """Draw a figure, `width` and `height` pixels from its middle to its edges, as grey levels."""
    large = STAMP * SUPERSAMPLE
    canvas = Image.new("L", (large, large))
    draw = ImageDraw.Draw(canvas)
    cos, sin, middle = math.cos(angle), math.sin(angle), STAMP / 2
    for polygon, fill in figure:
        corners = [
            (
                SUPERSAMPLE * (middle + x + cos * width * u - sin * height * v),
                SUPERSAMPLE * (middle + y + sin * width * u + cos * height * v),
            )
            for u, v in polygon
        ]
        draw.polygon(corners, fill=255 * fill)
    return np.asarray(canvas.reduce(SUPERSAMPLE))


def texture_stamps(rng: np.random.Generator, count: int = 256) -> np.ndarray:
    """Make smooth noise: random grids of two sizes, enlarged and added."""
    coarse, fine = int(rng.integers(9, 13)), int(rng.integers(18, 23))
    stamps = []
    for _ in range(count):
        layers = [
            np.asarray(
                Image.fromarray(rng.integers(0, 256, (cells, cells), dtype=np.uint8)).resize(
                    (STAMP, STAMP), Image.Resampling.BICUBIC
                ),
                dtype=np.uint16,
            )
            for cells in (coarse, fine)
        ]
        stamps.append(((2 * layers[0] + layers[1]) // 3).astype(np.uint8))
    return np.stack(stamps)


# ---- Images -----------------------------------------------------------------------------------


def generate(
    num_images: int, seed: int, world: int | str = "default"
) -> tuple[np.ndarray, np.ndarray]:
    """Make images of ten classes, the same ones for the same arguments.

    Parameters
    ----------
    num_images : int
        N, how many. The first images do not depend on it: asking for more only adds some.
    seed : int
        Which images of the world; a non-negative integer.
    world : int or str
        Which world: a name or a non-negative integer.

    Returns
    -------
    X : ndarray of shape (N, 3, 32, 32), uint8
    y : ndarray of shape (N,), int64
        Labels from 0 to 9, drawn at random.
    """
    if num_images < 0 or seed < 0:
        raise ValueError(
            f"num_images and seed must not be negative, not {num_images!r} and {seed!r}"
        )
    X = np.empty((num_images, 3, SIZE, SIZE), np.uint8)
    y = np.empty(num_images, np.int64)
    for start, images, labels in blocks(num_images, seed, world):
        X[start : start + len(images)], y[start : start + len(images)] = images, labels
    return X, y


def blocks(
    num_images: int, seed: int, world: int | str = "default"
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Make the images of `generate` a block at a time, for those who do not need all at once.

    Yields
    ------
    start : int
        The number of the first image.
    X, y : ndarray
        As `generate` returns them.
    """
    made = make_world(world)
    for start in range(0, num_images, BLOCK):
        rng = np.random.default_rng([GENERATOR_VERSION, world_seed(world), seed, start])
        images, labels = compose(made, rng)
        count = min(BLOCK, num_images - start)
        yield start, images[:count], labels[:count]


def compose(world: World, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Make `BLOCK` images and their labels."""
    labels = rng.integers(NUM_CLASSES, size=BLOCK)
    which = rng.integers(STAMPS_PER_CLASS, size=BLOCK)
    figure = cut_out(world.figures[labels, which], rng)
    clutter = cut_out(world.clutter[rng.integers(len(world.clutter), size=BLOCK)], rng)
    bar = cut_out(world.bars[rng.integers(len(world.bars), size=BLOCK)], rng)
    ground, grain, light = (
        cut_out(world.textures[rng.integers(len(world.textures), size=BLOCK)], rng) - 0.5
        for _ in range(3)
    )
    palette = world.palette[rng.integers(len(world.palette), size=(3, BLOCK))]
    middle, clutter_colour, bar_colour = palette + shades(rng, (3, BLOCK, 3, 1, 1), COLOUR / 2)

    contrast = contrasts(rng)
    ground_tint, grain_tint, light_tint = (tints(rng) for _ in range(3))
    noise = rng.integers(-NOISE, NOISE + 1, (BLOCK, 3, SIZE, SIZE), dtype=np.int8)

    def mix(n: slice) -> np.ndarray:
        half = contrast[n] / 2  # added to the figure, and taken from the ground
        image = middle[n] - half + TEXTURE * ground[n] * ground_tint[n]
        lay(image, clutter[n], clutter_colour[n])
        lay(image, figure[n], middle[n] + half + GRAIN * grain[n] * grain_tint[n])
        lay(image, bar[n], bar_colour[n])
        image += TEXTURE * light[n] * light_tint[n]
        image += noise[n]
        return np.clip(image, 0, 255).astype(np.uint8)

    pieces = (slice(i, i + PIECE) for i in range(0, BLOCK, PIECE))
    return np.concatenate([mix(piece) for piece in pieces]), labels


def cut_out(stamps: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cut a 32x32 window out of each stamp, mirror some; (N, 1, 32, 32) from 0 to 1."""
    N = len(stamps)
    rows, columns = rng.integers(2 * MARGIN + 1, size=(2, N))
    windows = sliding_window_view(stamps, (SIZE, SIZE), axis=(1, 2))
    cut = windows[np.arange(N), rows, columns]
    mirror = rng.integers(2, size=N) == 1
    cut[mirror] = cut[mirror, :, ::-1]
    return np.divide(cut[:, None], 255, dtype=np.float32)


def lay(image: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> None:
    """Cover the image by a colour where the mask is 1; in place."""
    image += mask * (colour - image)


def contrasts(rng: np.random.Generator) -> np.ndarray:
    """Return how much figure and ground differ, (BLOCK, 3, 1, 1): as often up as down."""
    size = rng.uniform(*CONTRAST, (BLOCK, 1, 1, 1)) * rng.choice([-1, 1], (BLOCK, 1, 1, 1))
    contrast: np.ndarray = size * rng.uniform(0.3, 1.0, (BLOCK, 3, 1, 1))  # more or less coloured
    return contrast.astype(np.float32)


def tints(rng: np.random.Generator) -> np.ndarray:
    """Return the colour of each image's texture, (BLOCK, 3, 1, 1), from -1 to 1."""
    return shades(rng, (BLOCK, 3, 1, 1), 1.0)


def shades(rng: np.random.Generator, shape: tuple[int, ...], size: float) -> np.ndarray:
    """Return random numbers between -size and size."""
    return rng.uniform(-size, size, shape).astype(np.float32)


# ---- The default set, cached on disk -----------------------------------------------------------


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the default set; made in seconds the first time, then read from a cache.

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        Images (50000, 3, 32, 32) and (10000, 3, 32, 32), uint8, with labels, int64: the sizes
        of CIFAR-10.
    """
    path = cache_path()
    try:
        return read_cache(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        print(f"The cached images in {path} cannot be read ({error}); making them again.")
    arrays = (*generate(NUM_TRAIN, seed=0), *generate(NUM_TEST, seed=1))
    try:
        write_cache(path, arrays)
    except OSError as error:
        print(f"The images could not be cached ({error}); they will be made again next time.")
    return arrays


def cache_path() -> Path:
    """Return the file that keeps the default set, in ``$CONVNETS_CACHE`` or the user's cache."""
    chosen = os.environ.get("CONVNETS_CACHE")
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("convnets-by-hand")
    return folder / f"synthetic-v{GENERATOR_VERSION}.npz"


def read_cache(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read what `write_cache` wrote; the file's own checksums tell if it is damaged."""
    with np.load(path, allow_pickle=False) as saved:
        X_train, y_train, X_test, y_test = (saved[name] for name in CACHED)
    if X_train.shape != (NUM_TRAIN, 3, SIZE, SIZE) or X_test.shape != (NUM_TEST, 3, SIZE, SIZE):
        raise ValueError("it holds something else")
    return X_train, y_train, X_test, y_test


def write_cache(path: Path, arrays: tuple[np.ndarray, ...]) -> None:
    """Write under a temporary name, then rename: nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **dict(zip(CACHED, arrays, strict=True)))  # type: ignore[arg-type]
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
