# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in the update rules."""

from autograder.course.museum.mistake import variants

MOMENTUM = """
def sgd_momentum(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
    return next_w, config
"""

RMSPROP = """
def rmsprop(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    rate, decay, eps = config["learning_rate"], config["decay_rate"], config["epsilon"]
    cache = decay * cache + (1 - decay) * dw**2
    next_w = w - rate * dw / (np.sqrt(cache) + eps)
    config["cache"] = cache
    return next_w, config
"""

ADAM = """
def adam(w, dw, config=None):
    if config is None:
        config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    rate, eps = config["learning_rate"], config["epsilon"]
    beta1, beta2 = config["beta1"], config["beta2"]
    config["t"] += 1
    t = config["t"]
    m = beta1 * config["m"] + (1 - beta1) * dw
    v = beta2 * config["v"] + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    next_w = w - rate * m_hat / (np.sqrt(v_hat) + eps)
    config["m"], config["v"] = m, v
    return next_w, config
"""

VELOCITY = 'v = config["momentum"] * v - config["learning_rate"] * dw'
CACHE = "cache = decay * cache + (1 - decay) * dw**2"
DIVIDED = "next_w = w - rate * dw / (np.sqrt(cache) + eps)"
M = 'm = beta1 * config["m"] + (1 - beta1) * dw'
V = 'v = beta2 * config["v"] + (1 - beta2) * dw**2'
STEP = "next_w = w - rate * m_hat / (np.sqrt(v_hat) + eps)"

MISTAKES = (
    *variants(
        "sgd_momentum",
        MOMENTUM,
        {
            "not_kept": (
                "the velocity is not put back into config",
                [('    config["velocity"] = v\n', "")],
            ),
            "old_kept": (
                "config keeps the velocity before this step",
                [
                    (
                        'config["velocity"] = v\n',
                        'config["velocity"] = (v + config["learning_rate"] * dw) / config["momentum"]\n',
                    )
                ],
            ),
            "subtracted": ("the velocity is subtracted from w", [("w + v", "w - v")]),
            "uphill": (
                "the gradient is added to the velocity instead of subtracted",
                [("* v - config", "* v + config")],
            ),
            "no_momentum": (
                "momentum has no part in it",
                [(VELOCITY, 'v = -config["learning_rate"] * dw')],
            ),
            "averaged": (
                "the gradient is weighed by 1 - momentum",
                [
                    (
                        '- config["learning_rate"] * dw',
                        '- (1 - config["momentum"]) * config["learning_rate"] * dw',
                    )
                ],
            ),
            "weights_swapped": (
                "learning rate and momentum have changed places",
                [(VELOCITY, 'v = config["learning_rate"] * v - config["momentum"] * dw')],
            ),
            "no_rate": ("the learning rate is left out", [('config["learning_rate"] * dw', "dw")]),
            "rate_twice": (
                "the learning rate is applied twice",
                [("next_w = w + v", 'next_w = w + config["learning_rate"] * v')],
            ),
            "nesterov": (
                "the step looks ahead, as Nesterov's does",
                [
                    (
                        "next_w = w + v",
                        'next_w = w + config["momentum"] * v - config["learning_rate"] * dw',
                    )
                ],
            ),
            "plain_step": (
                "w moves by the gradient alone, without the velocity",
                [("next_w = w + v", 'next_w = w - config["learning_rate"] * dw')],
            ),
            "not_moved": ("w is returned as it was", [("next_w = w + v", "next_w = w")]),
            "velocity_without_rate": (
                "the velocity has no learning rate in it: that comes only when w moves",
                [
                    (VELOCITY, 'v = config["momentum"] * v - dw'),
                    ("next_w = w + v", 'next_w = w + config["learning_rate"] * v'),
                ],
            ),
            "starts_with_gradient": (
                "the first velocity begins with the gradient instead of zero",
                [('config.get("velocity", np.zeros_like(w))', 'config.get("velocity", dw)')],
            ),
            "in_place": ("w itself is changed", [("next_w = w + v", "w += v\n    next_w = w")]),
        },
    ),
    *variants(
        "rmsprop",
        RMSPROP,
        {
            "not_kept": (
                "the mean square is not put back into config",
                [('    config["cache"] = cache\n', "")],
            ),
            "summed": (
                "squares are summed, as AdaGrad does, instead of averaged",
                [(CACHE, "cache = cache + dw**2")],
            ),
            "weights_swapped": (
                "the old mean square is weighed by 1 - decay_rate, and the new square by decay_rate",
                [(CACHE, "cache = (1 - decay) * cache + decay * dw**2")],
            ),
            "square_not_weighed": (
                "the new square is not weighed by 1 - decay_rate",
                [("(1 - decay) * dw**2", "dw**2")],
            ),
            "not_squared": ("the gradient is not squared", [("dw**2", "dw")]),
            "absolute": (
                "the gradient's absolute value is averaged instead of its square",
                [("dw**2", "np.abs(dw)")],
            ),
            "no_root": ("the root is left out", [("np.sqrt(cache)", "cache")]),
            "epsilon_in_root": (
                "epsilon is added before the root is taken",
                [("(np.sqrt(cache) + eps)", "np.sqrt(cache + eps)")],
            ),
            "no_epsilon": ("epsilon is left out", [("(np.sqrt(cache) + eps)", "np.sqrt(cache)")]),
            "old_cache": (
                "the step is divided by the root of the old mean square",
                [(CACHE, "old = cache\n    " + CACHE), ("np.sqrt(cache)", "np.sqrt(old)")],
            ),
            "uphill": (
                "the step goes along the gradient instead of against it",
                [("w - rate", "w + rate")],
            ),
            "multiplied": (
                "the step is multiplied by the root instead of divided",
                [("dw / (", "dw * (")],
            ),
            "sign_only": ("the gradient is left out of the step", [("rate * dw /", "rate /")]),
            "no_rate": ("the learning rate is left out", [("rate * dw /", "dw /")]),
            "not_moved": ("w is returned as it was", [(DIVIDED, "next_w = w")]),
            "in_place": (
                "w itself is changed",
                [(DIVIDED, "w -= rate * dw / (np.sqrt(cache) + eps)\n    next_w = w")],
            ),
        },
    ),
    *variants(
        "adam",
        ADAM,
        {
            "not_corrected": (
                "the means are not corrected for their start at zero",
                [("m / (1 - beta1**t)", "m"), ("v / (1 - beta2**t)", "v")],
            ),
            "m_not_corrected": (
                "m is not corrected for its start at zero",
                [("m / (1 - beta1**t)", "m")],
            ),
            "v_not_corrected": (
                "v is not corrected for its start at zero",
                [("v / (1 - beta2**t)", "v")],
            ),
            "t_not_counted": (
                "t stays as it was",
                [('    config["t"] += 1\n    t = config["t"]\n', '    t = config["t"] + 1\n')],
            ),
            "t_counted_late": (
                "t is counted up after it is used, so that the first step divides by zero",
                [
                    (
                        '    config["t"] += 1\n    t = config["t"]\n',
                        '    t = config["t"]\n    config["t"] += 1\n',
                    )
                ],
            ),
            "corrected_kept": (
                "config keeps the corrected means, which are corrected again next time",
                [('config["m"], config["v"] = m, v', 'config["m"], config["v"] = m_hat, v_hat')],
            ),
            "means_not_kept": (
                "m and v are not put back into config",
                [('    config["m"], config["v"] = m, v\n', "")],
            ),
            "betas_swapped": (
                "beta1 and beta2 have changed places",
                [("beta1, beta2 = config", "beta2, beta1 = config")],
            ),
            "one_beta": ("beta1 is used for v too", [(V, V.replace("beta2", "beta1"))]),
            "v_not_squared": (
                "v is the mean of the gradient, not of its square",
                [("dw**2", "dw")],
            ),
            "m_squared": (
                "m is the mean of the gradient's square",
                [("(1 - beta1) * dw\n", "(1 - beta1) * dw**2\n")],
            ),
            "no_root": ("the root is left out", [("np.sqrt(v_hat)", "v_hat")]),
            "epsilon_in_root": (
                "epsilon is added before the root is taken",
                [("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)")],
            ),
            "no_epsilon": ("epsilon is left out", [("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat)")]),
            "power_for_product": (
                "the correction has beta times t instead of beta to the power of t",
                [("1 - beta1**t", "1 - beta1 * t"), ("1 - beta2**t", "1 - beta2 * t")],
            ),
            "correction_without_power": (
                "the correction has beta without the power of t",
                [("1 - beta1**t", "1 - beta1"), ("1 - beta2**t", "1 - beta2")],
            ),
            "gradient_for_m": (
                "the gradient itself is used in place of its mean",
                [("rate * m_hat", "rate * dw")],
            ),
            "uphill": (
                "the step goes along the gradient instead of against it",
                [("w - rate", "w + rate")],
            ),
            "weights_forgotten": (
                "the new gradient is not weighed by 1 - beta",
                [("(1 - beta1) * dw\n", "dw\n"), ("(1 - beta2) * dw**2", "dw**2")],
            ),
            "not_moved": ("w is returned as it was", [(STEP, "next_w = w")]),
            "in_place": (
                "w itself is changed",
                [(STEP, STEP.replace("next_w = w - ", "w -= ") + "\n    next_w = w")],
            ),
        },
    ),
)
