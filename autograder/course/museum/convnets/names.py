"""What the names in correct ways mean, for the sentences of mistakes that are made by rule.

Only what a student's own code has as well is here, by whatever name. What has no meaning here is
quoted, and a sentence that quotes code is told to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

IMAGE = {
    0: "the number of images",
    1: "the number of channels",
    2: "the images' height",
    3: "the images' width",
}
FILTER = {
    0: "the number of filters",
    1: "the number of channels",
    2: "the filters' height",
    3: "the filters' width",
}
OUTPUT = {
    0: "the number of images",
    1: "the number of filters",
    2: "the output's height",
    3: "the output's width",
}
POOLED = {**OUTPUT, 1: "the number of channels"}
DIMENSIONS = {
    0: "the number of channels",
    1: "the images' height",
    2: "the images' width",
}
PADDED = {2: "the padded images' height", 3: "the padded images' width"}
PADDED_DX = {2: "the height of the padded dx", 3: "the width of the padded dx"}


def axes_of(names: tuple[str, ...], axes: Mapping[int, str]) -> dict[str, str]:
    """Return what the axes of some arrays are."""
    return {f"{name}.shape[{axis}]": words for name in names for axis, words in axes.items()}


NAMES = {
    **axes_of(("x", "X", "self.x", "layer.x"), IMAGE),
    **axes_of(("w", "W1", "self.w"), FILTER),
    **{f"shape[{axis}]": words for axis, words in IMAGE.items()},
    **dict.fromkeys(("stride", "self.stride"), "the stride"),
    **dict.fromkeys(("pad", "self.pad"), "the padding"),
    **dict.fromkeys(("C",), "the number of channels"),
    **dict.fromkeys(("N",), "the number of images"),
    "range(the number of images)": "the image",
    "range(the number of channels)": "the channel",
    **{name: name for name in ("x", "dx", "dout", "gamma", "beta", "dgamma", "dbeta", "eps")},
    "pool_height": "the window's height",
    "pool_width": "the window's width",
    "out": "the output",
}
"""In all functions: by name, by the key of a parameter, and by an axis of a shape."""

WINDOWS = {
    **axes_of(("xp", "x_pad"), PADDED),
    **axes_of(("dxp", "dx_pad"), PADDED_DX),
    **dict.fromkeys(("s",), "the stride"),
    **dict.fromkeys(("p",), "the padding"),
    **dict.fromkeys(("H_out", "oh"), "the output's height"),
    **dict.fromkeys(("W_out", "ow"), "the output's width"),
    **dict.fromkeys(("x_pad", "xp"), "the padded images"),
    **dict.fromkeys(("dx_pad", "dxp"), "the padded dx"),
    **dict.fromkeys(("top", "i * s", "i * stride"), "the window's first row"),
    **dict.fromkeys(("left", "j * s", "j * stride"), "the window's first column"),
    **dict.fromkeys(
        ("top + HH", "i * s + HH", "i * s + hh", "top + height", "i * s + ph"),
        "the window's last row",
    ),
    **dict.fromkeys(
        ("left + WW", "j * s + WW", "j * s + ww", "left + width", "j * s + pw"),
        "the window's last column",
    ),
    **dict.fromkeys(("window", "patch"), "the window"),
    "F": "the number of filters",
    "range(the number of filters)": "the filter",
    "range(the output's height)": "the output's row",
    "range(the output's width)": "the output's column",
    "range(the filters' height)": "the filters' row",
    "range(the filters' width)": "the filters' column",
    "range(the window's height)": "the window's row",
    "range(the window's width)": "the window's column",
    "w": "w",
    "b": "the bias",
    "dw": "dw",
    "db": "db",
    "d": "dout",
    "H_out - 1": "the output's height less one",
    "W_out - 1": "the output's width less one",
}
STATISTICS = {
    **axes_of(("dout", "out"), IMAGE),
    "momentum": "momentum",
    "mean": "the mean",
    "mu": "the mean",
    "var": "the variance",
    "std": "the standard deviation",
    "x_hat": "the normalized x",
    "running_mean": "the running mean",
    "running_var": "the running variance",
    "inv": "the inverse of the standard deviation",
    "ivar": "the inverse of the standard deviation",
    "dx_hat": "the gradient of the normalized x",
    "dxhat": "the gradient of the normalized x",
    "dvar": "the gradient of the variance",
    "dmu": "the gradient of the mean",
    "xmu": "the centered x",
    "1 - momentum": "1 less momentum",
    "M": "the number of values",
    "m": "the number of values",
    "G": "the number of groups",
    "range(the number of groups)": "the group",
}
NET = {
    **{name: name for w in "Wb" for i in "123" for name in (f"{w}{i}", f"d{w}{i}")},
    **dict.fromkeys(("reg", "self.reg"), "the regularization strength"),
    **{f"input_dim[{axis}]": words for axis, words in DIMENSIONS.items()},
    "H": "the images' height",
    "W": "the images' width",
    "loss": "the loss",
    "scores": "the scores",
    "grads": "the gradients",
    "weight_scale": "weight_scale",
    "hidden_dim": "hidden_dim",
    "filter_size": "filter_size",
    "num_filters": "num_filters",
    "num_classes": "num_classes",
    "dscores": "the gradient of the scores",
}
LOCAL: Mapping[str, Mapping[str, str]] = {
    "conv_": {
        **WINDOWS,
        **axes_of(("dout", "out"), OUTPUT),
        "HH": "the filters' height",
        "WW": "the filters' width",
    },
    "max_pool_": {
        **WINDOWS,
        **axes_of(("dout", "out"), POOLED),
        "ph": "the window's height",
        "pw": "the window's width",
        "row": "the row of the maximum",
        "column": "the column of the maximum",
        "mask": "the mask of the maximum",
        "best": "the maximum",
        "window.max()": "the maximum",
    },
    "spatial_": STATISTICS,
    "ThreeLayerConvNet": NET,
}
"""In functions whose names begin so."""
