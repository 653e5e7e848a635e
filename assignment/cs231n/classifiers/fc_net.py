"""Nets of affine layers: one with two layers, and one of any depth."""

import numpy as np

from cs231n.dense import affine_backward, affine_forward, relu_backward, relu_forward
from cs231n.dropout import dropout_backward, dropout_forward
from cs231n.losses import softmax_loss
from cs231n.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)


class TwoLayerNet:
    """A net of two layers: affine - relu - affine - softmax.

    Parameters
    ----------
    input_dim : int
        How many numbers one example has.
    hidden_dim : int
        Number of units of the hidden layer.
    num_classes : int
        Number of classes to tell apart.
    weight_scale : float
        Standard deviation of the random initial weights.
    reg : float
        Strength of the L2 regularization.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1`` of the hidden layer, ``W2``, ``b2`` of the output layer.
    """

    def __init__(
        self,
        input_dim=3 * 32 * 32,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
    ):
        self.params = {}
        self.reg = reg
        # TODO (notebook section 9, "A net of two layers"): put W1, b1, W2 and b2 into self.params.
        # Weights are Gaussian with mean 0 and standard deviation weight_scale, biases zero.
        ### BEGIN SOLUTION
        self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b2"] = np.zeros(num_classes)
        ### END SOLUTION

    def loss(self, X, y=None):
        """Compute the scores of examples or, with their labels, the loss and its gradients.

        Parameters
        ----------
        X : ndarray, shape (N, d_1, ..., d_k)
            Examples, of input_dim numbers each.
        y : ndarray, shape (N,), optional
            Labels, integers from 0 to num_classes - 1.

        Returns
        -------
        scores : ndarray, shape (N, num_classes)
            If y is None.
        loss, grads : float and dict of str to ndarray
            Otherwise: the mean softmax loss plus ``0.5 * reg`` times the sum of the squares of all
            weights (not biases), and its gradient with respect to each of the parameters.
        """
        # TODO (notebook section 9, "A net of two layers"): compute the scores, and return them if y
        # is None. Then compute the loss and grads, which has a gradient for each of the parameters
        # under the same name. affine_relu_forward in cs231n/layer_utils.py may be of use.
        ### BEGIN SOLUTION
        W1, W2 = self.params["W1"], self.params["W2"]
        a, affine_cache = affine_forward(X, W1, self.params["b1"])
        hidden, relu_cache = relu_forward(a)
        scores, scores_cache = affine_forward(hidden, W2, self.params["b2"])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        grads = {}
        dhidden, grads["W2"], grads["b2"] = affine_backward(dout, scores_cache)
        _, grads["W1"], grads["b1"] = affine_backward(
            relu_backward(dhidden, relu_cache), affine_cache
        )
        grads["W1"] += self.reg * W1
        grads["W2"] += self.reg * W2
        return loss, grads
        ### END SOLUTION


class FullyConnectedNet:
    """A net of any number of affine layers, with normalization and dropout where they are wanted.

    {affine - [batch or layer normalization] - relu - [dropout]} x (L - 1) - affine - softmax, where
    what stands in brackets is there if it is asked for.

    Parameters
    ----------
    hidden_dims : list of int
        Number of units of each hidden layer.
    input_dim : int
        How many numbers one example has.
    num_classes : int
        Number of classes to tell apart.
    dropout_keep_ratio : float
        Probability that a unit is kept by dropout; with 1 there is no dropout.
    normalization : {None, 'batchnorm', 'layernorm'}
        What normalizes each hidden layer before its ReLU.
    reg : float
        Strength of the L2 regularization.
    weight_scale : float
        Standard deviation of the random initial weights.
    dtype : numpy dtype
        Of the parameters and of all computation.
    seed : int, optional
        Makes dropout the same in each call, as a gradient check needs.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1``, ..., ``WL``, ``bL`` of the affine layers and, with normalization,
        ``gamma1``, ``beta1``, ... of each hidden layer.
    num_layers : int
        L, the number of affine layers.
    bn_params : list of dict
        What the normalization of each hidden layer is given, the first layer's at 0.
    dropout_param : dict
        What dropout is given.
    """

    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        if normalization not in (None, "batchnorm", "layernorm"):
            raise ValueError(
                f"normalization must be None, 'batchnorm' or 'layernorm', got {normalization!r}"
            )
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        self.bn_params = [{"mode": "train"} for _ in hidden_dims] if normalization else []
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed
        # TODO (notebook section 11, "A net of any depth"): put the parameters of all layers into
        # self.params. Weights are Gaussian with mean 0 and standard deviation weight_scale, biases
        # and betas zero, gammas one. The last layer is not normalized.
        ### BEGIN SOLUTION
        sizes = [input_dim, *hidden_dims, num_classes]
        for i in range(1, len(sizes)):
            self.params[f"W{i}"] = weight_scale * np.random.randn(sizes[i - 1], sizes[i])
            self.params[f"b{i}"] = np.zeros(sizes[i])
            if normalization and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(sizes[i])
                self.params[f"beta{i}"] = np.zeros(sizes[i])
        ### END SOLUTION
        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """Compute the scores of examples or, with their labels, the loss and its gradients.

        Parameters
        ----------
        X : ndarray, shape (N, d_1, ..., d_k)
            Examples, of input_dim numbers each.
        y : ndarray, shape (N,), optional
            Labels, integers from 0 to num_classes - 1.

        Returns
        -------
        scores : ndarray, shape (N, num_classes)
            If y is None; then normalization and dropout are in test mode.
        loss, grads : float and dict of str to ndarray
            Otherwise: the mean softmax loss plus ``0.5 * reg`` times the sum of the squares of all
            weights (not biases, gammas or betas), and its gradient with respect to each of the
            parameters.
        """
        X = X.astype(self.dtype, copy=False)
        mode = "test" if y is None else "train"
        for param in self.bn_params:
            param["mode"] = mode
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        # TODO (notebook section 11, "A net of any depth"): compute the scores, and return them if y
        # is None. Then compute the loss and grads, which has a gradient for each of the parameters
        # under the same name.
        ### BEGIN SOLUTION
        out, caches = X, []
        for i in range(1, self.num_layers):
            W, b = self.params[f"W{i}"], self.params[f"b{i}"]
            out, affine_cache = affine_forward(out, W, b)
            norm_cache = dropout_cache = None
            if self.normalization:
                normalize = batchnorm_forward
                if self.normalization == "layernorm":
                    normalize = layernorm_forward
                gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
                out, norm_cache = normalize(out, gamma, beta, self.bn_params[i - 1])
            out, relu_cache = relu_forward(out)
            if self.use_dropout:
                out, dropout_cache = dropout_forward(out, self.dropout_param)
            caches.append((affine_cache, norm_cache, relu_cache, dropout_cache))
        last = self.num_layers
        scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
        if y is None:
            return scores

        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
        for i in range(last - 1, 0, -1):
            affine_cache, norm_cache, relu_cache, dropout_cache = caches[i - 1]
            if self.use_dropout:
                dout = dropout_backward(dout, dropout_cache)
            dout = relu_backward(dout, relu_cache)
            if self.normalization:
                back = batchnorm_backward
                if self.normalization == "layernorm":
                    back = layernorm_backward
                dout, grads[f"gamma{i}"], grads[f"beta{i}"] = back(dout, norm_cache)
            dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, affine_cache)
        for i in range(1, last + 1):
            W = self.params[f"W{i}"]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads[f"W{i}"] += self.reg * W
        return loss, grads
        ### END SOLUTION
