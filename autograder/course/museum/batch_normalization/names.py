"""What the names in correct ways mean; see ``rule/source.py`` and the names of the first museum."""

from __future__ import annotations

NAMES = {
    **{name: name for name in ("x", "dx", "dout", "gamma", "beta", "dgamma", "dbeta")},
    **dict.fromkeys(("eps",), "eps"),
    **dict.fromkeys(("N", "n", "x.shape[0]", "dout.shape[0]"), "the number of examples"),
    **dict.fromkeys(("D", "x.shape[1]", "dout.shape[1]"), "the number of features"),
    **dict.fromkeys(("mean", "mu"), "the mean"),
    **dict.fromkeys(("std", "sqrtvar"), "the standard deviation"),
    **dict.fromkeys(("ivar", "inv_std"), "the inverse of the standard deviation"),
    **dict.fromkeys(("xhat", "x_hat", "hat"), "the normalized x"),
    **dict.fromkeys(("xmu", "centred"), "the centered x"),
    **dict.fromkeys(("dxhat", "dx_hat"), "the gradient of the normalized x"),
    **dict.fromkeys(("running_mean", "rm"), "the running mean"),
    **dict.fromkeys(("running_var", "rv"), "the running variance"),
    "momentum": "momentum",
    "1 - momentum": "1 less momentum",
    "var": "the variance",
    "sq": "the square of the centered x",
    "dvar": "the gradient of the variance",
    "dmu": "the gradient of the mean",
    "divar": "the gradient of the inverse of the standard deviation",
    "dsqrtvar": "the gradient of the standard deviation",
    "out": "the output",
}
