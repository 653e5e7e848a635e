"""A small convolutional network, put together from the sandwich layers."""

import numpy as np

from cs231n.dense import affine_backward, affine_forward
from cs231n.layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from cs231n.losses import softmax_loss
from cs231n.regularization import l2_penalty


class ThreeLayerConvNet:
    """A net of three layers: conv - relu - 2x2 max pool - affine - relu - affine - softmax.

    Parameters
    ----------
    input_dim : tuple of int
        Size (C, H, W) of one image.
    num_filters : int
        Number of filters of the convolution.
    filter_size : int
        Height and width of each filter.
    hidden_dim : int
        Number of units of the first affine layer.
    num_classes : int
        Number of classes to tell apart.
    weight_scale : float
        Standard deviation of the random initial weights.
    reg : float
        Strength of the L2 regularization.
    dtype : numpy dtype
        Of the parameters and of all computation.

    Attributes
    ----------
    params : dict of str to ndarray
        ``W1``, ``b1`` of the convolution, ``W2``, ``b2`` of the hidden affine layer, ``W3``,
        ``b3`` of the output layer.
    """

    def __init__(
        self,
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
    ):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        # -------------------------------- YOUR CODE HERE --------------------------------
        # TODO (notebook section 9, "A three-layer ConvNet"): put W1, b1, W2, b2, W3 and b3 into
        # self.params. Weights are Gaussian with mean 0 and standard deviation weight_scale, biases
        # zero. The convolution keeps an image's height and width; the pooling halves them.
        raise NotImplementedError(
            "ThreeLayerConvNet.__init__ is not written yet. Write it in "
            "cs231n/classifiers/cnn.py, between the YOUR CODE HERE lines (notebook "
            "section 9, 'A three-layer ConvNet')."
        )
        # ---------------------------- END OF YOUR CODE HERE -----------------------------
        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """Compute the scores of images or, with their labels, the loss and its gradients.

        Parameters
        ----------
        X : ndarray, shape (N, C, H, W)
            Images.
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
        X = X.astype(self.dtype, copy=False)
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]
        # This padding keeps the height and width of the images.
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

        # -------------------------------- YOUR CODE HERE --------------------------------
        # TODO (notebook section 9, "A three-layer ConvNet"): compute the scores, with the sandwich
        # layers of cs231n/layer_utils.py; return them if y is None. Then compute the loss and
        # grads, which has a gradient for each of the parameters under the same name.
        raise NotImplementedError(
            "ThreeLayerConvNet.loss is not written yet. Write it in "
            "cs231n/classifiers/cnn.py, between the YOUR CODE HERE lines (notebook "
            "section 9, 'A three-layer ConvNet')."
        )
        # ---------------------------- END OF YOUR CODE HERE -----------------------------
