"""A museum of answers without the work: what is given back by those who have written nothing.

Each is a submission of its own. `LAZY` says which points it may earn: those for what it does do.
"""

from __future__ import annotations

from autograder.course.museum.mistake import variant
from autograder.exercises.convnets.files import CNN_PATH, LAYERS_PATH

LAYERS = """
import numpy as np

def answer(first, *shapes):
    {body}

def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    size = [1 + (n + 2 * p - k) // s for n, k in zip(x.shape[2:], w.shape[2:])]
    return answer(x, (len(x), len(w), *size)), (x, w, b)

def conv_backward_naive(dout, cache):
    return answer(dout, *(a.shape for a in cache[:3]))

def max_pool_forward_naive(x, pool_param):
    s = pool_param["stride"]
    H = 1 + (x.shape[2] - pool_param["pool_height"]) // s
    W = 1 + (x.shape[3] - pool_param["pool_width"]) // s
    return answer(x, (*x.shape[:2], H, W)), (x,)

def max_pool_backward_naive(dout, cache):
    return answer(dout, cache[0].shape)

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    bn_param["running_mean"] = bn_param.get("running_mean", np.zeros(x.shape[1]))
    bn_param["running_var"] = bn_param.get("running_var", np.zeros(x.shape[1]))
    return answer(x, x.shape), (x, gamma, beta)

def spatial_batchnorm_backward(dout, cache):
    return answer(dout, *(a.shape for a in cache[:3]))

def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    return answer(x, x.shape), (x, gamma, beta)

def spatial_groupnorm_backward(dout, cache):
    return answer(dout, *(a.shape for a in cache[:3]))
"""


def each(made: str) -> str:
    """Return the body that gives back one thing for each shape: a tuple where there are several."""
    return (
        f"found = [{made} for shape in shapes]\n    return found[0] if len(found) == 1 else found"
    )


ANSWERS = {
    "zeros": each("np.zeros(shape)"),
    "ones": each("np.ones(shape)"),
    "numbers that are none": each("np.full(shape, np.nan)"),
    "random numbers": each("np.random.randn(*shape)"),
    "nothing": each("None"),
    "empty arrays": each("np.zeros(0)"),
    "the input, cut or repeated to the shape": each("np.resize(first, shape)"),
    "the input as it came": each("first"),
}

NET = """
import numpy as np

class ThreeLayerConvNet:
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
                 num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32):
        C, H, W = input_dim
        self.K, self.reg, self.dtype = num_classes, reg, dtype
        shapes = dict(W1=(num_filters, C, filter_size, filter_size), b1=num_filters,
                      W2=(num_filters * (H // 2) * (W // 2), hidden_dim), b2=hidden_dim,
                      W3=(hidden_dim, num_classes), b3=num_classes)
        self.params = {name: np.zeros(shape, dtype) for name, shape in shapes.items()}

    def scores(self, X):
        return None

    def loss(self, X, y=None):
        scores = self.scores(X)
        if y is None:
            return scores
        loss, grads = np.log(self.K), {k: np.zeros_like(v) for k, v in self.params.items()}
        for name in ("W1", "W2", "W3"):
            loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
            grads[name] = self.reg * self.params[name]
        return loss, grads
"""
NO_SCORES = "return None"
LOSS = "loss, grads = np.log(self.K), {k: np.zeros_like(v) for k, v in self.params.items()}"

NETS = {
    "the logarithm of K and a penalty, without scores": NET,
    "the same, with scores of zero": variant(NET, (NO_SCORES, "return np.zeros((len(X), self.K))")),
    "the same, with random scores": variant(
        NET, (NO_SCORES, "return np.random.randn(len(X), self.K)")
    ),
    "the same, with scores that differ from call to call": variant(
        NET, (NO_SCORES, "return np.random.default_rng().normal(size=(len(X), self.K))")
    ),
    "the same, with pixels for scores": variant(
        NET, (NO_SCORES, "return X.reshape(len(X), -1)[:, :self.K]")
    ),
    "the same, with a loss that is random": variant(
        NET, (LOSS, LOSS.replace("np.log(self.K)", "np.log(self.K) + 1e-9 * np.random.rand()"))
    ),
    "a loss of zero": variant(NET, (LOSS, LOSS.replace("np.log(self.K)", "0.0"))),
}

LAZY: dict[str, tuple[dict[str, bytes], dict[str, float]]] = {
    **{
        f"layers give back {name}": ({LAYERS_PATH: LAYERS.format(body=body).encode()}, {})
        for name, body in ANSWERS.items()
    },
    **{f"a net has {name}": ({CNN_PATH: code.encode()}, {}) for name, code in NETS.items()},
}
"""By name, the files of a submission, and the points that it may earn, by function."""
