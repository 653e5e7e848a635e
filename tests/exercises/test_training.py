"""autograder/exercises/training.py: which images a net is trained and judged on."""

import numpy as np

from autograder.course.museum import packs
from autograder.exercises import training
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.cases.training import one_epoch, overfit

SEEDS = ("world", "seed", "held_out")


def drawn(seed):
    return [p for _, spec, p in packs.draw(EXERCISE, seed) if spec.op == "train"]


def test_no_seed_of_images_can_be_found_by_trying():
    found = [case["recipe"][name] for seed in "ab" for case in drawn(seed) for name in SEEDS]
    assert {len(bytes.fromhex(seed)) for seed in found} == {16}  # 128 bits
    assert len(set(found)) == len(found)
    assert drawn("a")[1]["recipe"] == drawn("a")[1]["recipe"]


def test_the_worker_gets_no_seed_and_no_image_that_judges():
    case = one_epoch(num_train=600).draw(np.random.default_rng(1))
    asked, judged = training.request(case)
    assert set(asked) == {*("module", "function", "settings", "draw", "solver"), "mean"} | {
        *("train", "val")
    }
    assert asked["draw"] < 1 << 31
    held_out = {image.tobytes() for image in judged.X[judged.held_out]}
    assert len(held_out) == judged.held_out.sum() == 1000
    known = {image.tobytes() for part in ("train", "val") for image in asked[part]["X"]}
    assert not held_out & known
    # Whoever had the world and the seed of the training would not have them either.
    recipe = case["recipe"]
    more, _ = training.images(recipe["world"], recipe["seed"], 600 + 1000 + 1000)
    assert not held_out & {image.tobytes() for image in more}
    sample = {image.tobytes() for image in judged.X[~judged.held_out]}
    assert sample == {image.tobytes() for image in asked["train"]["X"]}


def test_labels_belong_to_their_images():
    case = one_epoch(num_train=600).draw(np.random.default_rng(1))
    asked, judged = training.request(case)
    label = dict(zip((x.tobytes() for x in asked["train"]["X"]), asked["train"]["y"], strict=True))
    trained = zip(judged.X[~judged.held_out], judged.y[~judged.held_out], strict=True)
    assert all(label[image.tobytes()] == y for image, y in trained)


def test_what_overfits_is_judged_by_its_own_images():
    case = overfit(num_train=50).draw(np.random.default_rng(1))
    asked, judged = training.request(case)
    assert not judged.held_out.any()
    assert len(judged.y) == len(asked["val"]["y"]) == 50
