# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``ThreeLayerConvNet``."""

from autograder.course.museum.mistake import variants

NET = """
from cs231n.fast_layers import (
    conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
)
from cs231n.layers import (
    affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss, svm_loss
)


class ThreeLayerConvNet:
    def __init__(
        self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100,
        num_classes=10, weight_scale=1e-3, reg=0.0, dtype=np.float32,
    ):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        HP, WP = H // 2, W // 2
        self.params["W1"] = weight_scale * np.random.randn(num_filters, C, filter_size, filter_size)
        self.params["b1"] = np.zeros(num_filters)
        self.params["W2"] = weight_scale * np.random.randn(num_filters * HP * WP, hidden_dim)
        self.params["b2"] = np.zeros(hidden_dim)
        self.params["W3"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b3"] = np.zeros(num_classes)
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        a1, conv_cache = conv_forward_fast(X, W1, b1, conv_param)
        h1, relu1_cache = relu_forward(a1)
        p1, pool_cache = max_pool_forward_fast(h1, pool_param)
        a2, affine1_cache = affine_forward(p1, W2, b2)
        h2, relu2_cache = relu_forward(a2)
        scores, affine2_cache = affine_forward(h2, W3, b3)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
        dh2, dW3, db3 = affine_backward(dscores, affine2_cache)
        da2 = relu_backward(dh2, relu2_cache)
        dp1, dW2, db2 = affine_backward(da2, affine1_cache)
        dh1 = max_pool_backward_fast(dp1, pool_cache)
        da1 = relu_backward(dh1, relu1_cache)
        dX, dW1, db1 = conv_backward_fast(da1, conv_cache)
        dW1 = dW1 + self.reg * W1
        dW2 = dW2 + self.reg * W2
        dW3 = dW3 + self.reg * W3
        grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
        return loss, grads
"""

W1 = "weight_scale * np.random.randn(num_filters, C, filter_size, filter_size)"
W2 = "weight_scale * np.random.randn(num_filters * HP * WP, hidden_dim)"
W3 = "weight_scale * np.random.randn(hidden_dim, num_classes)"
HP = "HP, WP = H // 2, W // 2"
PAD = '"pad": (W1.shape[2] - 1) // 2'
PENALTY = "loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))"
CAST = "self.params[k] = v.astype(dtype)"
SOFTMAX = "loss, dscores = softmax_loss(scores, y)"
REG1, REG2, REG3 = (f"dW{i} = dW{i} + self.reg * W{i}" for i in (1, 2, 3))
RELU1, RELU2 = "h1, relu1_cache = relu_forward(a1)", "h2, relu2_cache = relu_forward(a2)"
BACK_RELU1 = "da1 = relu_backward(dh1, relu1_cache)"
BACK_RELU2 = "da2 = relu_backward(dh2, relu2_cache)"
BACK_POOL = "dh1 = max_pool_backward_fast(dp1, pool_cache)"
GRADS = 'grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}'
SPREAD = "dp1.reshape(p1.shape).repeat(2, axis=2).repeat(2, axis=3)"

ZERO = "the weights start at zero, all of them"
NO_SCALE = "weights are drawn without weight_scale"
W2_ROWS = "W2 has a number of rows that does not fit what comes out of the pooling"


def scaled(base: str, new: str) -> list[tuple[str, str]]:
    """Return the edits that draw the weights in another way."""
    return [(w, w.replace(base, new)) for w in (W1, W2, W3)]


MISTAKES = variants(
    "ThreeLayerConvNet",
    NET,
    {
        "weights_zero": (
            ZERO,
            scaled("weight_scale", "0"),
        ),
        "weights_unscaled": (NO_SCALE, scaled("weight_scale * ", "")),
        "first_weights_unscaled": (NO_SCALE, [(W1, W1.replace("weight_scale * ", ""))]),
        "last_weights_unscaled": (NO_SCALE, [(W3, W3.replace("weight_scale * ", ""))]),
        "weights_uniform": (
            "weights are uniform between 0 and weight_scale",
            scaled("randn", "rand"),
        ),
        "weights_uniform_around_zero": (
            "weights are uniform between -weight_scale and weight_scale",
            [
                (
                    W1,
                    "weight_scale * np.random.uniform(-1, 1, (num_filters, C, filter_size, filter_size))",
                ),
                (
                    W2,
                    "weight_scale * np.random.uniform(-1, 1, (num_filters * HP * WP, hidden_dim))",
                ),
                (W3, "weight_scale * np.random.uniform(-1, 1, (hidden_dim, num_classes))"),
            ],
        ),
        "weights_by_root_of_scale": (
            "weight_scale is used as the variance of the weights",
            scaled("weight_scale", "np.sqrt(weight_scale)"),
        ),
        "weight_scale_fixed": (
            "the weights' scale is taken to be 0.001, whatever weight_scale says",
            scaled("weight_scale", "1e-3"),
        ),
        "weights_constant": (
            "all weights are equal to weight_scale",
            [(w, w.replace("np.random.randn(", "np.ones((") + ")") for w in (W1, W2, W3)],
        ),
        "biases_random": (
            "the biases are random too",
            [
                ("np.zeros(num_filters)", "weight_scale * np.random.randn(num_filters)"),
                ("np.zeros(hidden_dim)", "weight_scale * np.random.randn(hidden_dim)"),
                ("np.zeros(num_classes)", "weight_scale * np.random.randn(num_classes)"),
            ],
        ),
        "biases_one": (
            "the biases start at one",
            [
                ("np.zeros(num_filters)", "np.ones(num_filters)"),
                ("np.zeros(hidden_dim)", "np.ones(hidden_dim)"),
                ("np.zeros(num_classes)", "np.ones(num_classes)"),
            ],
        ),
        "W2_not_pooled": (W2_ROWS, [(HP, "HP, WP = H, W")]),
        "W2_half": (W2_ROWS, [(W2, W2.replace("HP * WP", "H * W // 2"))]),
        "W2_square": (W2_ROWS, [(HP, "HP = WP = H // 2")]),
        "W2_without_filters": (W2_ROWS, [(W2, W2.replace("num_filters", "C"))]),
        "W2_without_padding": (
            W2_ROWS,
            [(HP, "HP, WP = (H - filter_size + 1) // 2, (W - filter_size + 1) // 2")],
        ),
        "W2_transposed": (
            "W2 has its rows and columns exchanged",
            [(W2, "weight_scale * np.random.randn(hidden_dim, num_filters * HP * WP)")],
        ),
        "W1_channels_last": (
            "W1 has the channels at its end",
            [(W1, "weight_scale * np.random.randn(num_filters, filter_size, filter_size, C)")],
        ),
        "W1_for_three_channels": (
            "the images are taken to have three channels",
            [(W1, W1.replace("C,", "3,"))],
        ),
        "classes_fixed": (
            "the number of classes is taken to be ten",
            [(W3, W3.replace("num_classes", "10")), ("np.zeros(num_classes)", "np.zeros(10)")],
        ),
        "hidden_dim_fixed": (
            "the hidden layer is taken to have 100 units, whatever hidden_dim says",
            [
                (W2, W2.replace("hidden_dim", "100")),
                (W3, W3.replace("hidden_dim", "100")),
                ("np.zeros(hidden_dim)", "np.zeros(100)"),
            ],
        ),
        "num_filters_fixed": (
            "there are always 32 filters, whatever num_filters says",
            [
                (W1, W1.replace("num_filters", "32")),
                (W2, W2.replace("num_filters", "32")),
                ("np.zeros(num_filters)", "np.zeros(32)"),
            ],
        ),
        "filter_size_fixed": (
            "the filters are always 7x7, whatever filter_size says",
            [(W1, W1.replace("filter_size", "7"))],
        ),
        "input_dim_fixed": (
            "the images are taken to be 32x32, whatever input_dim says",
            [(HP, "HP, WP = 16, 16")],
        ),
        "dtype_not_kept": ("the parameters stay float64, whatever dtype says", [(CAST, "pass")]),
        "dtype_always_single": (
            "the parameters become float32, whatever dtype says",
            [(CAST, "self.params[k] = v.astype(np.float32)")],
        ),
        "regularization_without_half": (
            "the penalty in the loss lacks the factor 0.5",
            [(PENALTY, PENALTY.replace("0.5 * ", ""))],
        ),
        "regularization_missing": (
            "there is no regularization, neither in the loss nor in the gradients",
            [(PENALTY, "pass"), (REG1, "pass"), (REG2, "pass"), (REG3, "pass")],
        ),
        "regularization_not_in_loss": ("the penalty is missing in the loss", [(PENALTY, "pass")]),
        "regularization_not_in_gradients": (
            "the penalty is in the loss, but not in the gradients",
            [(REG1, "pass"), (REG2, "pass"), (REG3, "pass")],
        ),
        "regularization_half_in_gradients": (
            "the gradients of the penalty have a factor 0.5",
            [(r, r.replace("self.reg", "0.5 * self.reg")) for r in (REG1, REG2, REG3)],
        ),
        "regularization_twice_in_gradients": (
            "the gradients of the penalty have a factor 2",
            [(r, r.replace("self.reg", "2 * self.reg")) for r in (REG1, REG2, REG3)],
        ),
        "W1_not_in_penalty": ("the penalty leaves W1 out", [("np.sum(W1**2) + ", "")]),
        "W2_not_in_penalty": ("the penalty leaves W2 out", [(" + np.sum(W2**2)", "")]),
        "W3_not_in_penalty": ("the penalty leaves W3 out", [(" + np.sum(W3**2)", "")]),
        "W1_gradient_unregularized": (
            "the gradient of W1 lacks the penalty's share",
            [(REG1, "pass")],
        ),
        "W2_gradient_unregularized": (
            "the gradient of W2 lacks the penalty's share",
            [(REG2, "pass")],
        ),
        "W3_gradient_unregularized": (
            "the gradient of W3 lacks the penalty's share",
            [(REG3, "pass")],
        ),
        "only_W1_in_penalty": (
            "the penalty has W1 only",
            [(PENALTY, "loss += 0.5 * self.reg * np.sum(W1**2)")],
        ),
        "only_W2_in_penalty": (
            "the penalty has W2 only",
            [(PENALTY, "loss += 0.5 * self.reg * np.sum(W2**2)")],
        ),
        "only_W3_in_penalty": (
            "the penalty has W3 only",
            [(PENALTY, "loss += 0.5 * self.reg * np.sum(W3**2)")],
        ),
        "gradients_regularized_by_gradients": (
            "the penalty's share in the gradients is made of the gradients instead of the weights",
            [
                (reg, reg.replace(f"* W{i}", f"* dW{i}"))
                for i, reg in enumerate((REG1, REG2, REG3), 1)
            ],
        ),
        "biases_regularized": (
            "the biases are penalized too",
            [
                (PENALTY, PENALTY[:-1] + " + np.sum(b1**2) + np.sum(b2**2) + np.sum(b3**2))"),
                (
                    GRADS,
                    "db1, db2, db3 = (d + self.reg * b for d, b in ((db1, b1), (db2, b2), (db3, b3)))\n"
                    "        " + GRADS,
                ),
            ],
        ),
        "biases_regularized_in_loss": (
            "the penalty in the loss has the biases too",
            [(PENALTY, PENALTY[:-1] + " + np.sum(b1**2) + np.sum(b2**2) + np.sum(b3**2))")],
        ),
        "penalty_of_sums": (
            "the penalty squares the sum of the weights instead of summing their squares",
            [(PENALTY, "loss += 0.5 * self.reg * (np.sum(W1)**2 + np.sum(W2)**2 + np.sum(W3)**2)")],
        ),
        "penalty_of_magnitudes": (
            "the penalty sums absolute values instead of squares",
            [(PENALTY, "loss += 0.5 * self.reg * sum(np.sum(np.abs(w)) for w in (W1, W2, W3))")],
        ),
        "penalty_mean": (
            "the penalty is divided by the number of images",
            [
                (
                    PENALTY,
                    PENALTY + "\n        loss -= 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2)"
                    " + np.sum(W3**2)) * (1 - 1 / len(X))",
                )
            ],
        ),
        "loss_is_the_sum": (
            "the loss is summed over the images instead of averaged",
            [(SOFTMAX, SOFTMAX + "\n        loss, dscores = loss * len(X), dscores * len(X)")],
        ),
        "only_the_loss_is_summed": (
            "the loss is summed over the images, though its gradients are averaged",
            [(SOFTMAX, SOFTMAX + "\n        loss = loss * len(X)")],
        ),
        "gradients_averaged_twice": (
            "the gradients are divided by the number of images once too often",
            [(SOFTMAX, SOFTMAX + "\n        dscores = dscores / len(X)")],
        ),
        "svm_loss": (
            "the SVM loss is used instead of the softmax loss",
            [("softmax_loss(", "svm_loss(")],
        ),
        "loss_of_the_data_missing": (
            "the data's loss is left out, and the penalty remains",
            [(SOFTMAX, SOFTMAX + "\n        loss = 0.0")],
        ),
        "scores_before_the_last_layer": (
            "the scores are those before the last layer",
            [("return scores", "return h2")],
        ),
        "scores_before_the_relu": (
            "the scores are those before the last layer",
            [("return scores", "return a2")],
        ),
        "scores_as_probabilities": (
            "probabilities are returned instead of scores",
            [
                (
                    "return scores",
                    "e = np.exp(scores - scores.max(1, keepdims=True))\n            return e / e.sum(1, keepdims=True)",
                )
            ],
        ),
        "scores_as_labels": (
            "the best class of each image is returned instead of the scores",
            [("return scores", "return np.argmax(scores, axis=1)")],
        ),
        "scores_rectified": (
            "the scores go through a ReLU",
            [
                (
                    "scores, affine2_cache = affine_forward(h2, W3, b3)",
                    "scores, affine2_cache = affine_forward(h2, W3, b3)\n        scores = np.maximum(scores, 0)",
                )
            ],
        ),
        "first_relu_missing": (
            "there is no ReLU after the convolution",
            [(RELU1, "h1 = a1"), (BACK_RELU1, "da1 = dh1")],
        ),
        "second_relu_missing": (
            "there is no ReLU after the first affine layer",
            [(RELU2, "h2 = a2"), (BACK_RELU2, "da2 = dh2")],
        ),
        "first_relu_missing_backward": (
            "the ReLU after the convolution is forgotten on the way back",
            [(BACK_RELU1, "da1 = dh1")],
        ),
        "second_relu_missing_backward": (
            "the ReLU after the first affine layer is forgotten on the way back",
            [(BACK_RELU2, "da2 = dh2")],
        ),
        "pooling_missing_backward": (
            "the pooling is forgotten on the way back: every pixel of a window gets the gradient",
            [(BACK_POOL, f"dh1 = {SPREAD}")],
        ),
        "pooling_averaged_backward": (
            "the gradient of the pooling is shared by all pixels of a window",
            [(BACK_POOL, f"dh1 = {SPREAD} / 4")],
        ),
        "average_pooling": (
            "the pooling averages instead of taking the maximum",
            [
                (
                    "p1, pool_cache = max_pool_forward_fast(h1, pool_param)",
                    "p1 = h1.reshape(*h1.shape[:2], h1.shape[2] // 2, 2, -1, 2).mean(axis=(3, 5))",
                ),
                (BACK_POOL, f"dh1 = {SPREAD} / 4"),
            ],
        ),
        "flattened_in_another_order": (
            "the pooled images are flattened in another order than W2's rows",
            [
                (
                    "affine_forward(p1, W2, b2)",
                    "affine_forward(p1.transpose(0, 2, 3, 1).reshape(len(X), -1), W2, b2)",
                ),
                (
                    BACK_POOL,
                    "dp1 = dp1.reshape(len(X), p1.shape[2], p1.shape[3], -1).transpose(0, 3, 1, 2)\n"
                    "        " + BACK_POOL,
                ),
            ],
        ),
        "pad_is_one": (
            "the convolution pads by one pixel, whatever the size of the filters",
            [(PAD, '"pad": 1')],
        ),
        "pad_is_zero": ("the convolution does not pad", [(PAD, '"pad": 0')]),
        "pad_is_three": (
            "the convolution pads by three pixels, whatever the size of the filters",
            [(PAD, '"pad": 3')],
        ),
        "stride_is_two": ("the convolution has a stride of 2", [('"stride": 1', '"stride": 2')]),
        "filters_flipped": (
            "the filters are turned by 180 degrees",
            [
                ("conv_forward_fast(X, W1,", "conv_forward_fast(X, W1[:, :, ::-1, ::-1],"),
                (REG1, "dW1 = dW1[:, :, ::-1, ::-1] + self.reg * W1"),
            ],
        ),
        "first_bias_missing": (
            "the bias of the convolution is not used",
            [("conv_forward_fast(X, W1, b1,", "conv_forward_fast(X, W1, 0 * b1,")],
        ),
        "second_bias_missing": (
            "the bias of the hidden layer is not used",
            [("affine_forward(p1, W2, b2)", "affine_forward(p1, W2, 0 * b2)")],
        ),
        "gradients_without_biases": (
            "grads has no gradients of the biases",
            [(GRADS, 'grads = {"W1": dW1, "W2": dW2, "W3": dW3}')],
        ),
        "bias_gradients_zero": (
            "the gradients of the biases stay zero",
            [(GRADS, "db1, db2, db3 = 0 * db1, 0 * db2, 0 * db3\n        " + GRADS)],
        ),
        "first_gradient_zero": (
            "the gradient of W1 stays zero",
            [(GRADS, GRADS.replace("dW1,", "0 * dW1,"))],
        ),
        "gradients_negative": (
            "the gradients have the opposite sign",
            [(GRADS, GRADS + "\n        grads = {k: -g for k, g in grads.items()}")],
        ),
        "gradients_by_lower_case": (
            "the gradients have other names than the parameters",
            [(GRADS, GRADS + '\n        grads = {"d" + k: g for k, g in grads.items()}')],
        ),
        "weights_in_place_of_gradients": (
            "grads holds the weights themselves",
            [(GRADS, GRADS + "\n        grads = {**grads, 'W2': W2.copy()}")],
        ),
        "labels_overwritten": (
            "the labels y are written to",
            [(SOFTMAX, SOFTMAX + "\n        y[:] = 0")],
        ),
        "images_overwritten": (
            "the images X are written to",
            [("a1, conv_cache =", "X -= X.mean()\n        a1, conv_cache =")],
        ),
    },
)
