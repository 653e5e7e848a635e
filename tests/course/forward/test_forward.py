"""autograder/course/forward: the scores that a trained net is judged by, computed by the grader."""

from dataclasses import replace

import numpy as np

from autograder.course.forward import scores_of
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.checks.test_training import DEFAULTS
from autograder.exercises.fully_connected_nets import EXERCISE as FULLY_CONNECTED
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.classifiers.fc_net import FullyConnectedNet


def test_the_scores_are_those_of_the_solution():
    rng = np.random.default_rng(0)
    net = ThreeLayerConvNet(weight_scale=0.1)
    for name, shape in DEFAULTS.shapes().items():
        net.params[name] = rng.normal(size=shape).astype(np.float32)
    images = rng.normal(size=(5, 3, 32, 32)).astype(np.float32)
    expected = net.loss(images)
    assert expected.dtype == np.float32
    np.testing.assert_allclose(
        scores_of(EXERCISE)(net.params, images), expected, rtol=1e-4, atol=1e-2
    )


def test_so_are_those_of_fully_connected_nets():
    rng = np.random.default_rng(0)
    net = FullyConnectedNet([30, 20], weight_scale=0.1)
    images = rng.normal(size=(5, 3, 32, 32)).astype(np.float32)
    expected = net.loss(images)
    scores = scores_of(FULLY_CONNECTED)
    np.testing.assert_allclose(scores(net.params, images), expected, rtol=1e-4, atol=1e-4)


def test_where_nothing_is_trained_there_are_none():
    untrained = replace(EXERCISE, functions=EXERCISE.functions[:1])
    assert scores_of(untrained) is None
