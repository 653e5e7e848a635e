"""The exercise ConvolutionalNetworks: convolution, pooling, normalization, and a net of them.

`files` says what students write and `forbidden` what they do without, ``cases/`` on which inputs
it is tried, ``checks/`` what is required, `properties` how cases differ, `ladders` on which small
inputs a mistake is shown. This is its table.
"""

from __future__ import annotations

from autograder.exercise import Exercise, Function, Trial
from autograder.exercises.convnets.cases.training import FEW, fewer_images
from autograder.exercises.convnets.files import CNN, LAYERS
from autograder.exercises.convnets.ladders import ladder
from autograder.exercises.convnets.properties import BATCH, CONVOLUTION, GROUPS, NET, POOLING

FILTERS = {"dw": "filter", "W1": "filter"}

EXERCISE = Exercise(
    name="convnets",
    assignment="ConvolutionalNetworks",
    files=(LAYERS, CNN),
    functions=(
        Function("conv_forward_naive", "conv fwd", LAYERS, section=2, properties=CONVOLUTION),
        Function(
            "conv_backward_naive",
            "conv bwd",
            LAYERS,
            FILTERS,
            section=4,
            properties=CONVOLUTION,
        ),
        Function("max_pool_forward_naive", "pool fwd", LAYERS, section=5, properties=POOLING),
        Function(
            "max_pool_backward_naive",
            "pool bwd",
            LAYERS,
            section=6,
            properties=POOLING,
        ),
        Function("spatial_batchnorm_forward", "batch fwd", LAYERS, section=12, properties=BATCH),
        Function(
            "spatial_batchnorm_backward",
            "batch bwd",
            LAYERS,
            section=13,
            properties=BATCH,
        ),
        Function("spatial_groupnorm_forward", "group fwd", LAYERS, section=14, properties=GROUPS),
        Function(
            "spatial_groupnorm_backward",
            "group bwd",
            LAYERS,
            section=15,
            properties=GROUPS,
        ),
        Function("ThreeLayerConvNet", "net", CNN, FILTERS, section=9, properties=NET),
        Function(
            "overfit_small_data",
            "over fit",
            CNN,
            trains=True,
            trial=Trial(f"{FEW} images", fewer_images),
            section=10,
        ),
        Function("one_epoch", "epoch", CNN, trains=True, section=11),
    ),
    checks=tuple(
        f"{__name__}.checks.{module}"
        for module in (
            "test_conv_forward",
            "test_conv_backward",
            "test_max_pool_forward",
            "test_max_pool_backward",
            "test_spatial_batchnorm_forward",
            "test_spatial_batchnorm_backward",
            "test_spatial_groupnorm_forward",
            "test_spatial_groupnorm_backward",
            "test_three_layer_convnet",
            "test_training",
        )
    ),
    ladder=ladder,
    aim=(
        "You are going to write a convolutional network: convolution, pooling and normalization, "
        "forwards\nand backwards, in plain NumPy."
    ),
    installed=("numpy", "ipython", "matplotlib", "scikit-image"),  # the last one has photographs
)
