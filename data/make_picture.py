"""Make what data/README.md shows of the default images.

    python data/make_picture.py             draw data/classes.png
    python data/make_picture.py --figures   measure how hard the images are (minutes)

``--worlds`` and ``--seeds`` choose what the figures are measured on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

DATA = Path(__file__).resolve().parent
sys.path[:0] = [str(DATA.parent / layer) for layer in ("solutions", "assignment")]

from cs231n.classifiers.cnn import ThreeLayerConvNet  # noqa: E402 (found through the line above)
from cs231n.losses import softmax_loss  # noqa: E402
from cs231n.optim import adam  # noqa: E402
from cs231n.solver import Solver  # noqa: E402
from cs231n.synthetic import generate, make_world  # noqa: E402

NUM_TRAIN, NUM_HELD_OUT = 49_000, 1_000
LINEAR_RATES = (1e-6, 1e-5, 1e-4, 1e-3)  # the linear classifier gets the best of these

PER_CLASS = 12  # images in a row of the picture
SCALE, GAP, NAMES = 2, 4, 80  # size of a pixel, space between images, width of the names


def main() -> None:
    """Draw the picture, or measure the figures."""
    parser = argparse.ArgumentParser(description="Make what data/README.md shows.")
    parser.add_argument("--figures", action="store_true", help="measure the figures instead")
    parser.add_argument("--worlds", nargs="+", default=["default", "1"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    args = parser.parse_args()
    if args.figures:
        worlds = [int(world) if world.isdigit() else world for world in args.worlds]
        print("| world | seed | one epoch: train | held out | linear | overfitting 100 images |")
        print("|---|---|---|---|---|---|")
        for world in worlds:
            for seed in args.seeds:
                print(figures(world, seed), flush=True)
    else:
        picture().save(DATA / "classes.png", optimize=True)
        print(f"wrote {DATA / 'classes.png'}")


# ---- The picture -------------------------------------------------------------------------------


def picture() -> Image.Image:
    """Return a row of images for each class of the default world, with the classes' names."""
    X, y = generate(1000, seed=0)
    step = 32 * SCALE + GAP
    names = make_world().names
    sheet = Image.new("RGB", (NAMES + PER_CLASS * step, len(names) * step + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=14)
    for label, name in enumerate(names):
        top = GAP + label * step
        draw.text((GAP, top + 16 * SCALE), f"{label} {name}", "black", font, anchor="lm")
        for column, image in enumerate(X[y == label][:PER_CLASS]):
            tile = Image.fromarray(np.ascontiguousarray(image.transpose(1, 2, 0)))
            tile = tile.resize((32 * SCALE, 32 * SCALE), Image.Resampling.NEAREST)
            sheet.paste(tile, (NAMES + column * step, top))
    return sheet


# ---- The figures -------------------------------------------------------------------------------


def figures(world: int | str, seed: int) -> str:
    """Return a line of the table: what the exercise's trainings reach on a world's images."""
    X, y = generate(NUM_TRAIN + NUM_HELD_OUT, seed, world)
    X = X.astype(np.float32)
    overfitted = overfit(X[:100] - X[:100].mean(axis=0), y[:100], seed)
    X -= X[:NUM_TRAIN].mean(axis=0)
    train, held_out = one_epoch(X, y, seed)
    linear = max(linear_classifier(X, y, rate) for rate in LINEAR_RATES)
    return f"| {world} | {seed} | {train:.3f} | {held_out:.3f} | {linear:.3f} | {overfitted:.2f} |"


def one_epoch(X: np.ndarray, y: np.ndarray, seed: int) -> tuple[float, float]:
    """Train the reference with the exercise's settings; return training and held-out accuracy."""
    np.random.seed(seed)
    model = ThreeLayerConvNet(weight_scale=1e-3, hidden_dim=500, reg=1e-3)
    data = {"X_train": X[:NUM_TRAIN], "y_train": y[:NUM_TRAIN]}
    data |= {"X_val": X[NUM_TRAIN:], "y_val": y[NUM_TRAIN:]}
    solver = Solver(model, data, **SETTINGS, num_epochs=1)
    solver.train()
    return solver.train_acc_history[-1], solver.val_acc_history[-1]


def overfit(X: np.ndarray, y: np.ndarray, seed: int) -> float:
    """Train the reference on a few images with the exercise's settings; return its accuracy."""
    np.random.seed(seed)
    model = ThreeLayerConvNet(weight_scale=1e-2)
    data = {"X_train": X, "y_train": y, "X_val": X, "y_val": y}
    solver = Solver(model, data, **SETTINGS, num_epochs=15)
    solver.train()
    return solver.best_val_acc


SETTINGS: dict[str, Any] = {
    "batch_size": 50,
    "update_rule": "adam",
    "optim_config": {"learning_rate": 1e-3},
    "verbose": False,
}


def linear_classifier(X: np.ndarray, y: np.ndarray, learning_rate: float) -> float:
    """Train a linear softmax classifier for one epoch; return its training accuracy."""
    pixels = X[:NUM_TRAIN].reshape(NUM_TRAIN, -1)
    labels = y[:NUM_TRAIN]
    W, b = np.zeros((pixels.shape[1], 10), np.float32), np.zeros(10, np.float32)
    W_config = {"learning_rate": learning_rate}
    b_config = {"learning_rate": learning_rate}
    for batch in np.random.default_rng(0).permutation(NUM_TRAIN).reshape(-1, 50):
        _, dscores = softmax_loss(pixels[batch] @ W + b, labels[batch])
        W, W_config = adam(W, pixels[batch].T @ dscores, W_config)
        b, b_config = adam(b, dscores.sum(axis=0), b_config)
    return float(((pixels @ W + b).argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    main()
