"""Draw the notebooks' figures: ``python notebooks/make_figures.py``.

Every number in them is computed from the small arrays at the top of the modules in ``drawing/``.
The background is white, so that the figures are as readable on a dark page as on a light one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
from drawing import convnets, convolution, deep, dense, dropout, normalization
from drawing.vocabulary import INK, PAPER
from matplotlib.figure import Figure

FOLDER = Path(__file__).parent / "figures"
FIGURES: list[Callable[[], Figure]] = [
    *convolution.FIGURES,
    *convnets.FIGURES,
    *dense.FIGURES,
    *deep.FIGURES,
    *normalization.FIGURES,
    *dropout.FIGURES,
]


def main(folder: Path = FOLDER) -> None:
    """Draw all figures into a folder; each file is named after its function."""
    plt.rcParams.update({"svg.hashsalt": "figures", "font.size": 11, "text.color": INK})
    folder.mkdir(exist_ok=True)
    for draw in FIGURES:
        figure = draw()
        path = folder / f"{draw.__name__}.svg"
        figure.savefig(path, facecolor=PAPER, metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
