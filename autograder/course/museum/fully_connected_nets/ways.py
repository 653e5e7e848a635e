# ruff: noqa: E501 - student code has the lines that it has
"""Correct ways to write what FullyConnectedNets asks: each gets all points on its functions."""

from autograder.course.museum.fully_connected_nets.mistakes import affine, losses, nets, relu, rules
from autograder.course.museum.mistake import variant
from autograder.course.museum.way import Way

AFFINE = ("affine_forward", "affine_backward")
RELU = ("relu_forward", "relu_backward")

BY_LOOPS = """
def affine_forward(x, w, b):
    out = np.zeros((len(x), len(b)))
    for n, example in enumerate(x):
        for m in range(len(b)):
            out[n, m] = sum(example.ravel() * w[:, m]) + b[m]
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n in range(len(x)):
        dx[n] = w.dot(dout[n]).reshape(x[n].shape)
        dw += np.outer(x[n].ravel(), dout[n])
        db += dout[n]
    return dx, dw, db
"""

EINSUM = """
def affine_forward(x, w, b):
    rows = np.reshape(x, (x.shape[0], w.shape[0]))
    return np.einsum("nd,dm->nm", rows, w) + b[None, :], dict(rows=rows, w=w, shape=x.shape)


def affine_backward(dout, cache):
    dx = np.einsum("nm,dm->nd", dout, cache["w"]).reshape(cache["shape"])
    return dx, np.einsum("nd,nm->dm", cache["rows"], dout), np.einsum("nm->m", dout)
"""

ONES = """
def affine_forward(x, w, b):
    rows = np.concatenate([x.reshape(len(x), -1), np.ones((len(x), 1), x.dtype)], axis=1)
    both = np.vstack([w, b])
    return rows @ both, (x, rows, both)


def affine_backward(dout, cache):
    x, rows, both = cache
    slopes = rows.T @ dout
    return (dout @ both[:-1].T).reshape(x.shape), slopes[:-1], slopes[-1]
"""

RELU_BY_MASK = """
def relu_forward(x):
    mask = x > 0
    return np.where(mask, x, 0), mask


def relu_backward(dout, cache):
    dx = dout.copy()
    dx[~cache] = 0
    return dx
"""

RELU_BY_HALF = """
def relu_forward(x):
    return (x + np.abs(x)) / 2, np.sign(x)


def relu_backward(dout, cache):
    return dout * (1 + cache) / 2
"""

RELU_CLOSURE = """
def relu_forward(x):
    out = x.clip(0)
    return out, lambda dout: np.where(out != 0, dout, 0.0)


def relu_backward(dout, cache):
    return cache(dout)
"""

SOFTMAX_LOG = """
def softmax_loss(x, y):
    shifted = x - x.max(1)[:, None]
    log_z = np.log(np.exp(shifted).sum(1))
    loss = np.mean(log_z - shifted[range(len(y)), y])
    one_hot = np.eye(x.shape[1])[y]
    return loss, (np.exp(shifted - log_z[:, None]) - one_hot) / len(y)
"""

SOFTMAX_LOOP = """
def softmax_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape, dtype=np.float64)
    for i in range(x.shape[0]):
        s = x[i] - np.max(x[i])
        e = np.exp(s)
        p = e / e.sum()
        loss += -s[y[i]] + np.log(e.sum())
        for j in range(x.shape[1]):
            dx[i, j] = p[j] - (1 if j == y[i] else 0)
    return loss / x.shape[0], dx / x.shape[0]
"""

SVM_LOOP = """
def svm_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for i, label in enumerate(y):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, label] + 1
            if j != label and margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, label] -= 1
    return loss / len(y), dx / len(y)
"""

SVM_MATRIX = """
def svm_loss(x, y):
    hot = np.zeros(x.shape)
    hot[np.arange(y.size), y] = 1
    margins = np.clip(x - (x * hot).sum(axis=1, keepdims=True) + 1, 0, None) * (1 - hot)
    costs = (margins > 0) * 1.0
    return margins.sum() / y.size, (costs - hot * costs.sum(axis=1, keepdims=True)) / y.size
"""

MOMENTUM_IN_PLACE = """
def sgd_momentum(w, dw, config=None):
    config = config or {}
    rate, mu = config.setdefault("learning_rate", 1e-2), config.setdefault("momentum", 0.9)
    v = np.array(config.get("velocity", np.zeros(w.shape, w.dtype)))
    v *= mu
    v -= rate * dw
    config["velocity"] = v
    return w + v, config
"""

RMSPROP_OTHER = """
def rmsprop(w, dw, config=None):
    config = dict(config or {})
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, **config}
    old = config.pop("cache", 0.0)
    config["cache"] = old + (1 - config["decay_rate"]) * (np.square(dw) - old)
    scale = config["learning_rate"] / (config["cache"] ** 0.5 + config["epsilon"])
    return w - scale * dw, config
"""

ADAM_OTHER = """
def adam(w, dw, config=None):
    c = {} if config is None else config
    for name, value in dict(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, t=0).items():
        c.setdefault(name, value)
    c["t"] = c["t"] + 1
    c["m"] = c.get("m", 0) * c["beta1"] + dw * (1 - c["beta1"])
    c["v"] = c.get("v", 0) * c["beta2"] + dw * dw * (1 - c["beta2"])
    rate = c["learning_rate"] * np.sqrt(1 - c["beta2"] ** c["t"]) / (1 - c["beta1"] ** c["t"])
    eps = c["epsilon"] * np.sqrt(1 - c["beta2"] ** c["t"])
    return w - rate * c["m"] / (np.sqrt(c["v"]) + eps), c
"""

TWO_SANDWICHES = variant(
    nets.TWO,
    (
        "        a, fc1_cache = affine_forward(X, W1, b1)\n        h, relu_cache = relu_forward(a)\n",
        "        from cs231n.layer_utils import affine_relu_backward, affine_relu_forward\n"
        "        h, fc1_cache = affine_relu_forward(X, W1, b1)\n",
    ),
    (
        "        da = relu_backward(dh, relu_cache)\n        _, dW1, db1 = affine_backward(da, fc1_cache)\n",
        "        _, dW1, db1 = affine_relu_backward(dh, fc1_cache)\n",
    ),
)

TWO_BY_HAND = """
class TwoLayerNet(object):
    def __init__(self, input_dim=3*32*32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        rng = np.random.RandomState(7)
        self.params = dict(
            W1=rng.standard_normal((input_dim, hidden_dim)) * weight_scale, b1=np.zeros((hidden_dim,)),
            W2=rng.standard_normal((hidden_dim, num_classes)) * weight_scale, b2=np.zeros((num_classes,)))

    def loss(self, X, y=None):
        p = self.params
        rows = X.reshape(X.shape[0], -1)
        hidden = np.maximum(rows @ p["W1"] + p["b1"], 0)
        scores = hidden @ p["W2"] + p["b2"]
        if y is None:
            return scores
        N = len(y)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        P = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(P[np.arange(N), y]).mean() + self.reg / 2 * sum((p[k] ** 2).sum() for k in ("W1", "W2"))
        P[np.arange(N), y] -= 1
        P /= N
        dhidden = (P @ p["W2"].T) * (hidden > 0)
        return loss, dict(W1=rows.T @ dhidden + self.reg * p["W1"], b1=dhidden.sum(0),
                          W2=hidden.T @ P + self.reg * p["W2"], b2=P.sum(0))
"""

MANY_BY_LISTS = variant(
    nets.MANY,
    (
        "        caches = {}\n",
        "        import collections\n        caches = collections.OrderedDict()\n",
    ),
    (
        "        for i in range(1, L + 1):\n            loss +=",
        "        for i in reversed(range(1, L + 1)):\n            loss +=",
    ),
    (
        'grads["W%d" % i] += self.reg * self.params["W%d" % i]',
        'grads["W%d" % i] = grads["W%d" % i] + self.params["W%d" % i] * self.reg',
    ),
)

WAYS: tuple[Way, ...] = (
    Way(AFFINE, "loops over examples and units", BY_LOOPS),
    Way(AFFINE, "einsum, and a dictionary as the cache", EINSUM),
    Way(AFFINE, "the bias as one more row of the matrix", ONES),
    Way(AFFINE, "dot products", affine.FORWARD + affine.BACKWARD),
    Way(RELU, "a mask as the cache", RELU_BY_MASK),
    Way(RELU, "half of x plus its absolute value", RELU_BY_HALF),
    Way(RELU, "a closure as the cache", RELU_CLOSURE),
    Way(RELU, "a maximum and a product", relu.FORWARD + relu.BACKWARD),
    Way(("softmax_loss",), "logarithms of sums, and one-hot labels", SOFTMAX_LOG),
    Way(("softmax_loss",), "loops", SOFTMAX_LOOP),
    Way(("softmax_loss",), "logarithms of probabilities", losses.SOFTMAX),
    Way(("svm_loss",), "loops", SVM_LOOP),
    Way(("svm_loss",), "one-hot labels", SVM_MATRIX),
    Way(("svm_loss",), "indices", losses.SVM),
    Way(("sgd_momentum",), "a velocity changed in place", MOMENTUM_IN_PLACE),
    Way(("sgd_momentum",), "with config.get", rules.MOMENTUM),
    Way(("rmsprop",), "a new config each time", RMSPROP_OTHER),
    Way(("rmsprop",), "with config.get", rules.RMSPROP),
    Way(("adam",), "the corrections in the learning rate", ADAM_OTHER),
    Way(("adam",), "as in the paper", rules.ADAM),
    Way(("TwoLayerNet",), "the given sandwiches", TWO_SANDWICHES),
    Way(("TwoLayerNet",), "no layer at all, and a generator of its own", TWO_BY_HAND),
    Way(("TwoLayerNet",), "layer by layer", nets.TWO),
    Way(("FullyConnectedNet",), "caches in a dictionary", nets.MANY),
    Way(("FullyConnectedNet",), "penalties from the last layer on", MANY_BY_LISTS),
)
