"""A made-up class for the exercise ConvolutionalNetworks, from flawless to hostile."""

from autograder.course.museum.student import Student
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS

CLASS = (
    Student("ada", "everything is right", 100, archive="zip", notebook=True),
    Student(
        "ben",
        "every layer is right; the net is still to be written",
        78,
        stubs=(CNN,),
        nested="assignment2/cs231n",
        archive="zip in zip",
    ),
    Student(
        "chloe",
        "crops the padding with a negative index, which fails without padding",
        76,
        edits=(
            (
                LAYERS,
                "dx = dx_padded[:, :, pad : pad + H, pad : pad + W]",
                "dx = dx_padded[:, :, pad:-pad, pad:-pad]",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "dmitri",
        "overwrites instead of adding where pooling windows overlap",
        75,
        edits=(
            (
                LAYERS,
                "dx[n, c, top + row, left + column] += dout",
                "dx[n, c, top + row, left + column] = dout",
            ),
        ),
        stubs=(CNN,),
        nested="homework",
    ),
    Student(
        "elif",
        "computes the output's width from the image's height",
        73,
        edits=(
            (
                LAYERS,
                "    W_out = 1 + (W + 2 * pad - WW) // stride\n    x_padded",
                "    W_out = H_out\n    x_padded",
            ),
            (LAYERS, "W_out = 1 + (W - width) // stride", "W_out = 1 + (H - height) // stride"),
        ),
        stubs=(CNN,),
    ),
    Student(
        "farah",
        "mixes pixels and channels by reshaping without moving the channel axis first",
        60,
        edits=(
            (
                LAYERS,
                "rows = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)",
                "rows = x.reshape(N * H * W, C)",
            ),
            (
                LAYERS,
                "out = normalized.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
                "out = normalized.reshape(N, C, H, W)",
            ),
            (
                LAYERS,
                "return images.transpose(0, 2, 3, 1).reshape(N * H * W, C)",
                "return images.reshape(N * H * W, C)",
            ),
            (
                LAYERS,
                "dx = dx_rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
                "dx = dx_rows.reshape(N, C, H, W)",
            ),
        ),
        stubs=(CNN,),
        archive="zip",
    ),
    Student(
        "goro",
        "a net that forgets the regularization of its last weights",
        97,
        edits=((CNN, 'for name in ("W1", "W2", "W3"):', 'for name in ("W1", "W2"):'),),
    ),
    Student("hana", "has handed in the skeleton as it was", 0, stubs=(LAYERS, CNN)),
    Student(
        "ivan",
        "forgot a colon, so that layers.py cannot be loaded",
        0,
        edits=(
            (
                LAYERS,
                "def max_pool_forward_naive(x, pool_param):",
                "def max_pool_forward_naive(x, pool_param)",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "june",
        "never comes to an end in one function",
        70,
        edits=(
            (
                LAYERS,
                "    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)\n",
                "    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)\n"
                "    while stride:\n        pass\n",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "kofi",
        "leaves Python in the middle of a function",
        70,
        edits=(
            (
                LAYERS,
                "    groups = x.reshape(N, G, C // G, H, W)\n    mean",
                "    import os\n\n    os._exit(0)\n"
                "    groups = x.reshape(N, G, C // G, H, W)\n    mean",
            ),
        ),
        stubs=(CNN,),
    ),
    Student(
        "lena",
        "has handed in something else altogether",
        0,
        stubs=("nothing",),
        extra={"essay.txt": "The history of the convolution.\n"},
    ),
)
