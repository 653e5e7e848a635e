"""What student code has to do without: the modules that already do what it is to write."""

from __future__ import annotations

GIVEN = (
    "cs231n.fast_layers",
    "cs231n.numpy_kernels",
    "cs231n_kernels",
    "cs231n.gradient_check",  # a gradient by differences is no backward pass
)
"""Given modules that are not there while single layers are checked. A net may use them."""

LIBRARIES = (
    *("autograder", "solutions"),
    *("torch", "torchvision", "tensorflow", "keras", "jax", "jaxlib", "autograd", "mxnet"),
    *("cupy", "paddle", "tinygrad", "theano", "onnxruntime", "openvino"),
    *("scipy", "skimage", "sklearn", "cv2"),
)
"""Other modules with convolutions, pooling or derivatives of their own, and our own code."""
