"""What student code has to do without, whichever exercise it is of, and where others lay it out.

Each module is named with what a star import of it brings, so that its stand-in brings the same.
"""

from __future__ import annotations

KERNELS = {
    "cs231n.fast_layers": (
        *("conv_forward_fast", "conv_backward_fast"),
        *("max_pool_forward_fast", "max_pool_backward_fast"),
        *("conv_relu_pool_forward_fast", "conv_relu_pool_backward_fast"),
        *("conv_forward_im2col", "conv_backward_im2col"),
        *("conv_forward_strides", "conv_backward_strides"),
        *("max_pool_forward_reshape", "max_pool_backward_reshape"),
        *("max_pool_forward_im2col", "max_pool_backward_im2col"),
    ),
    "cs231n.numpy_kernels": (),
    "cs231n_kernels": (),
}
"""Given modules in which compiled code, or NumPy in its place, does what a layer does."""

GRADIENTS = {
    # A gradient by differences is no backward pass.
    "cs231n.gradient_check": (
        *("eval_numerical_gradient", "eval_numerical_gradient_array", "grad_check_sparse"),
        *("eval_numerical_gradient_blobs", "eval_numerical_gradient_net", "rel_error"),
    ),
}

LIBRARIES: dict[str, tuple[str, ...]] = dict.fromkeys(
    (
        *("autograder", "solutions"),
        *("torch", "torchvision", "tensorflow", "keras", "jax", "jaxlib", "autograd", "mxnet"),
        *("cupy", "paddle", "tinygrad", "theano", "onnxruntime", "openvino"),
        *("scipy", "skimage", "sklearn", "cv2"),
    ),
    (),
)
"""Other modules with layers, losses or derivatives of their own, and our own code."""

ONE_FILE = "layers.py"
"""The file that holds all layers and losses where a course has not split it by exercises."""
