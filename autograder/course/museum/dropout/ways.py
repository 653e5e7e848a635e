"""Correct ways to write dropout: each gets all points on its functions."""

from autograder.course.museum.dropout import mistakes
from autograder.course.museum.way import Way

BOTH = ("dropout_forward", "dropout_backward")

BINOMIAL = """
def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, (dropout_param, np.ones(x.shape, dtype=x.dtype))
    mask = np.random.binomial(1, p, size=x.shape).astype(x.dtype)
    return x * mask / p, (dropout_param, mask / p)


def dropout_backward(dout, cache):
    return dout * cache[1]
"""

GENERATOR = """
own = np.random.default_rng()


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x.copy(), ("test", None)
    seed = dropout_param.get("seed")
    rng = own if seed is None else np.random.default_rng(seed)
    keep = rng.random(x.shape) >= 1 - dropout_param["p"]
    return np.where(keep, x / dropout_param["p"], 0.0), ("train", keep, dropout_param["p"])


def dropout_backward(dout, cache):
    if cache[0] == "test":
        return dout.copy()
    dx = dout / cache[2]
    dx[~cache[1]] = 0
    return dx
"""

CHOICE = """
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "train":
        scale = np.random.choice([0.0, 1.0 / p], size=x.shape, p=[1 - p, p])
    else:
        scale = np.array(1.0)
    return (x * scale).astype(x.dtype), lambda dout: dout * scale


def dropout_backward(dout, cache):
    return cache(dout)
"""

WAYS: tuple[Way, ...] = (
    Way(BOTH, "a binomial mask", BINOMIAL),
    Way(BOTH, "a generator of its own", GENERATOR),
    Way(BOTH, "a choice of two scales, and a closure as the cache", CHOICE),
    Way(BOTH, "a scaled mask", mistakes.FORWARD + mistakes.BACKWARD),
)
