# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``TwoLayerNet`` and ``FullyConnectedNet``."""

from autograder.course.museum.mistake import variants

TWO = """
class TwoLayerNet:
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params["W1"] = np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))
        self.params["b2"] = np.zeros(num_classes)

    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        a, fc1_cache = affine_forward(X, W1, b1)
        h, relu_cache = relu_forward(a)
        scores, fc2_cache = affine_forward(h, W2, b2)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2))
        dh, dW2, db2 = affine_backward(dscores, fc2_cache)
        da = relu_backward(dh, relu_cache)
        _, dW1, db1 = affine_backward(da, fc1_cache)
        dW1 += self.reg * W1
        dW2 += self.reg * W2
        return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""

MANY = """
class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout_keep_ratio=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg, self.dtype = reg, dtype
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        dims = [input_dim, *hidden_dims, num_classes]
        for i in range(self.num_layers):
            self.params["W%d" % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params["b%d" % (i + 1)] = np.zeros(dims[i + 1])
            if normalization is not None and i != self.num_layers - 1:
                self.params["gamma%d" % (i + 1)] = np.ones(dims[i + 1])
                self.params["beta%d" % (i + 1)] = np.zeros(dims[i + 1])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        caches = {}
        h = X
        for i in range(1, self.num_layers):
            h, caches["fc", i] = affine_forward(h, self.params["W%d" % i], self.params["b%d" % i])
            if self.normalization == "batchnorm":
                h, caches["norm", i] = batchnorm_forward(h, self.params["gamma%d" % i], self.params["beta%d" % i], self.bn_params[i - 1])
            elif self.normalization == "layernorm":
                h, caches["norm", i] = layernorm_forward(h, self.params["gamma%d" % i], self.params["beta%d" % i], self.bn_params[i - 1])
            h, caches["relu", i] = relu_forward(h)
            if self.use_dropout:
                h, caches["drop", i] = dropout_forward(h, self.dropout_param)
        L = self.num_layers
        scores, caches["fc", L] = affine_forward(h, self.params["W%d" % L], self.params["b%d" % L])
        if mode == "test":
            return scores
        grads = {}
        loss, dh = softmax_loss(scores, y)
        for i in range(1, L + 1):
            loss += 0.5 * self.reg * np.sum(self.params["W%d" % i] ** 2)
        dh, grads["W%d" % L], grads["b%d" % L] = affine_backward(dh, caches["fc", L])
        for i in range(L - 1, 0, -1):
            if self.use_dropout:
                dh = dropout_backward(dh, caches["drop", i])
            dh = relu_backward(dh, caches["relu", i])
            if self.normalization == "batchnorm":
                dh, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(dh, caches["norm", i])
            elif self.normalization == "layernorm":
                dh, grads["gamma%d" % i], grads["beta%d" % i] = layernorm_backward(dh, caches["norm", i])
            dh, grads["W%d" % i], grads["b%d" % i] = affine_backward(dh, caches["fc", i])
        for i in range(1, L + 1):
            grads["W%d" % i] += self.reg * self.params["W%d" % i]
        return loss, grads
"""

PENALTY = "loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2))"
RETURN = 'return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}'
BATCH = 'h, caches["norm", i] = batchnorm_forward('
LAYER = 'h, caches["norm", i] = layernorm_forward('
RELU = '            h, caches["relu", i] = relu_forward(h)\n'
SQUARES = 'loss += 0.5 * self.reg * np.sum(self.params["W%d" % i] ** 2)'

HALF = "the penalty lacks its factor of 0.5 in the loss"
NO_SLOPE = "the penalty has no part in the gradients"
DOUBLE_SLOPE = "the penalty's part in the gradients is doubled"

MISTAKES = (
    *variants(
        "TwoLayerNet",
        TWO,
        {
            "weights_too_large": (
                "W1 does not have the standard deviation weight_scale",
                [
                    (
                        "np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))",
                        "np.random.randn(input_dim, hidden_dim)",
                    )
                ],
            ),
            "weights_zero": (
                "W2 is zero everywhere at first",
                [
                    (
                        "np.random.normal(0.0, weight_scale, (hidden_dim, num_classes))",
                        "np.zeros((hidden_dim, num_classes))",
                    )
                ],
            ),
            "weights_uniform": (
                "W1 is uniform between 0 and weight_scale",
                [
                    (
                        "np.random.normal(0.0, weight_scale, (input_dim, hidden_dim))",
                        "weight_scale * np.random.rand(input_dim, hidden_dim)",
                    )
                ],
            ),
            "weights_transposed": (
                "W1 has the shape (hidden_dim, input_dim)",
                [("(input_dim, hidden_dim))", "(hidden_dim, input_dim))")],
            ),
            "biases_random": (
                "b1 is random at first",
                [
                    (
                        'self.params["b1"] = np.zeros(hidden_dim)',
                        'self.params["b1"] = weight_scale * np.random.randn(hidden_dim)',
                    )
                ],
            ),
            "biases_one": (
                "b2 is one everywhere at first",
                [
                    (
                        'self.params["b2"] = np.zeros(num_classes)',
                        'self.params["b2"] = np.ones(num_classes)',
                    )
                ],
            ),
            "no_relu": (
                "there is no ReLU between the layers",
                [
                    ("h, relu_cache = relu_forward(a)", "h, relu_cache = a, a"),
                    ("da = relu_backward(dh, relu_cache)", "da = dh"),
                ],
            ),
            "relu_not_back": (
                "the ReLU is left out on the way back",
                [("da = relu_backward(dh, relu_cache)", "da = dh")],
            ),
            "relu_last": (
                "a ReLU is applied to the scores",
                [
                    (
                        "        if y is None:\n",
                        "        scores, last_cache = relu_forward(scores)\n        if y is None:\n",
                    ),
                    (
                        "dh, dW2, db2 = affine_backward(dscores,",
                        "dh, dW2, db2 = affine_backward(relu_backward(dscores, last_cache),",
                    ),
                ],
            ),
            "hidden_returned": (
                "the hidden layer's output is returned for scores",
                [("            return scores\n", "            return h\n")],
            ),
            "penalty_without_half": (HALF, [("0.5 * self.reg", "self.reg")]),
            "penalty_not_in_gradients": (
                NO_SLOPE,
                [("        dW1 += self.reg * W1\n        dW2 += self.reg * W2\n", "")],
            ),
            "penalty_doubled": (
                DOUBLE_SLOPE,
                [
                    ("dW1 += self.reg * W1", "dW1 += 2 * self.reg * W1"),
                    ("dW2 += self.reg * W2", "dW2 += 2 * self.reg * W2"),
                ],
            ),
            "penalty_halved": (
                "the penalty's part in the gradients is halved",
                [
                    ("dW1 += self.reg * W1", "dW1 += 0.5 * self.reg * W1"),
                    ("dW2 += self.reg * W2", "dW2 += 0.5 * self.reg * W2"),
                ],
            ),
            "penalty_first": (
                "W2 is not regularized",
                [(" + np.sum(W2**2)", ""), ("        dW2 += self.reg * W2\n", "")],
            ),
            "penalty_on_biases": (
                "biases are regularized too",
                [
                    ("np.sum(W2**2))", "np.sum(W2**2) + np.sum(b1**2) + np.sum(b2**2))"),
                    (
                        "dW2 += self.reg * W2",
                        "dW2 += self.reg * W2\n        db1 += self.reg * b1\n        db2 += self.reg * b2",
                    ),
                ],
            ),
            "penalty_absolute": (
                "the penalty has absolute values instead of squares",
                [(PENALTY, "loss += 0.5 * self.reg * (np.abs(W1).sum() + np.abs(W2).sum())")],
            ),
            "no_penalty": ("there is no penalty in the loss", [("        " + PENALTY + "\n", "")]),
            "gradients_swapped": (
                "the gradients of b1 and b2 have changed places",
                [
                    (
                        RETURN,
                        RETURN.replace('"b1": db1', '"b1": db2').replace(
                            '"b2": db2', '"b2": db1', 1
                        ),
                    )
                ],
            ),
            "svm": ("the hinge loss is used instead of softmax", [("softmax_loss(", "svm_loss(")]),
            "loss_summed": (
                "loss and gradients are summed over the examples",
                [
                    (
                        "loss, dscores = softmax_loss(scores, y)",
                        "loss, dscores = softmax_loss(scores, y)\n        loss, dscores = loss * len(X), dscores * len(X)",
                    )
                ],
            ),
        },
    ),
    *variants(
        "FullyConnectedNet",
        MANY,
        {
            "weights_not_scaled": (
                "weights do not have the standard deviation weight_scale",
                [("weight_scale * np.random.randn", "np.random.randn")],
            ),
            "weights_zero": (
                "weights are zero everywhere at first",
                [("weight_scale * np.random.randn", "0 * np.random.randn")],
            ),
            "biases_random": (
                "biases are random at first",
                [
                    (
                        '["b%d" % (i + 1)] = np.zeros(dims[i + 1])',
                        '["b%d" % (i + 1)] = weight_scale * np.random.randn(dims[i + 1])',
                    )
                ],
            ),
            "gammas_zero": (
                "gammas are zero at first",
                [("np.ones(dims[i + 1])", "np.zeros(dims[i + 1])")],
            ),
            "gammas_random": (
                "gammas are random at first",
                [("np.ones(dims[i + 1])", "weight_scale * np.random.randn(dims[i + 1])")],
            ),
            "betas_one": (
                "betas are one at first",
                [
                    (
                        '["beta%d" % (i + 1)] = np.zeros(dims[i + 1])',
                        '["beta%d" % (i + 1)] = np.ones(dims[i + 1])',
                    )
                ],
            ),
            "last_layer_has_relu": (
                "a ReLU is applied to the scores",
                [
                    (
                        '        if mode == "test":\n',
                        '        scores, caches["relu", L] = relu_forward(scores)\n        if mode == "test":\n',
                    ),
                    (
                        'affine_backward(dh, caches["fc", L])',
                        'affine_backward(relu_backward(dh, caches["relu", L]), caches["fc", L])',
                    ),
                ],
            ),
            "no_relu": (
                "there is no ReLU between the layers",
                [(RELU, ""), ('            dh = relu_backward(dh, caches["relu", i])\n', "")],
            ),
            "relu_not_back": (
                "the ReLU is left out on the way back",
                [('            dh = relu_backward(dh, caches["relu", i])\n', "")],
            ),
            "one_bn_param": (
                "all layers share the bn_param of the first one",
                [
                    (
                        'self.params["beta%d" % i], self.bn_params[i - 1])\n            elif',
                        'self.params["beta%d" % i], self.bn_params[0])\n            elif',
                    )
                ],
            ),
            "test_mode_trains": (
                "batch normalization is never in test mode",
                [('bn_param["mode"] = mode', 'bn_param["mode"] = "train"')],
            ),
            "batch_for_layer": (
                "layer normalization is asked for, and batch normalization is done",
                [
                    (LAYER, LAYER.replace("layernorm", "batchnorm")),
                    ("layernorm_backward(dh", "batchnorm_backward(dh"),
                ],
            ),
            "norm_not_back": (
                "batch normalization is left out on the way back",
                [
                    (
                        'dh, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(',
                        '_, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(',
                    )
                ],
            ),
            "layernorm_not_back": (
                "layer normalization is left out on the way back",
                [
                    (
                        'dh, grads["gamma%d" % i], grads["beta%d" % i] = layernorm_backward(',
                        '_, grads["gamma%d" % i], grads["beta%d" % i] = layernorm_backward(',
                    )
                ],
            ),
            "gamma_and_beta_swapped": (
                "the gradients of gamma and beta have changed places",
                [
                    (
                        'dh, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm',
                        'dh, grads["beta%d" % i], grads["gamma%d" % i] = batchnorm',
                    ),
                    (
                        'dh, grads["gamma%d" % i], grads["beta%d" % i] = layernorm',
                        'dh, grads["beta%d" % i], grads["gamma%d" % i] = layernorm',
                    ),
                ],
            ),
            "no_dropout": (
                "dropout is asked for, and none is done",
                [("dropout_keep_ratio != 1", "False")],
            ),
            "dropout_not_back": (
                "dropout is left out on the way back",
                [
                    (
                        '                dh = dropout_backward(dh, caches["drop", i])\n',
                        "                pass\n",
                    )
                ],
            ),
            "dropout_in_test": (
                "dropout is never in test mode",
                [('self.dropout_param["mode"] = mode', 'self.dropout_param["mode"] = "train"')],
            ),
            "dropout_reversed": (
                "dropout is given 1 - dropout_keep_ratio",
                [('"p": dropout_keep_ratio', '"p": 1 - dropout_keep_ratio')],
            ),
            "penalty_without_half": (HALF, [("0.5 * self.reg", "self.reg")]),
            "penalty_not_in_gradients": (
                NO_SLOPE,
                [('grads["W%d" % i] += self.reg * self.params["W%d" % i]', "pass")],
            ),
            "penalty_doubled": (
                DOUBLE_SLOPE,
                [("+= self.reg * self.params", "+= 2 * self.reg * self.params")],
            ),
            "penalty_not_on_last": (
                "the last layer's weights are not regularized",
                [
                    (
                        "for i in range(1, L + 1):\n            loss",
                        "for i in range(1, L):\n            loss",
                    ),
                    (
                        "for i in range(1, L + 1):\n            grads",
                        "for i in range(1, L):\n            grads",
                    ),
                ],
            ),
            "penalty_on_last_only": (
                "the last layer's weights alone are regularized",
                [
                    (
                        "for i in range(1, L + 1):\n            loss",
                        "for i in [L]:\n            loss",
                    ),
                    (
                        "for i in range(1, L + 1):\n            grads",
                        "for i in [L]:\n            grads",
                    ),
                ],
            ),
            "penalty_on_biases": (
                "biases are regularized too",
                [
                    (
                        SQUARES,
                        SQUARES
                        + '\n            loss += 0.5 * self.reg * np.sum(self.params["b%d" % i] ** 2)',
                    ),
                    (
                        'grads["W%d" % i] += self.reg * self.params["W%d" % i]',
                        'grads["W%d" % i] += self.reg * self.params["W%d" % i]\n            grads["b%d" % i] += self.reg * self.params["b%d" % i]',
                    ),
                ],
            ),
            "no_penalty": ("there is no penalty in the loss", [(SQUARES, "pass")]),
            "dtype_ignored": (
                "parameters do not have the dtype asked for",
                [
                    (
                        "            self.params[k] = v.astype(dtype)\n",
                        "            self.params[k] = v.astype(np.float16).astype(np.float64)\n",
                    )
                ],
            ),
        },
    ),
)
