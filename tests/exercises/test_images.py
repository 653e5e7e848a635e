"""autograder/exercises/images.py: the images of a training, made once for all that grade."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from autograder.exercises import images, training
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.cases.training import one_epoch
from autograder.judging.case import Case
from autograder.judging.pack import Pack
from autograder.judging.session import Session

FEW = 600


@pytest.fixture
def payload():
    case = one_epoch(num_train=FEW).draw(np.random.default_rng(1))
    case["recipe"] |= {"num_val": 50, "num_held_out": 50}
    return case


@pytest.fixture
def pack(payload, tmp_path):
    cases = {"one_epoch/x": [Case("train", payload, None)], "other": [Case("forward", {}, None)]}
    return images.shared(Pack("a pack", cases), tmp_path)


def test_what_lies_in_a_file_is_what_would_be_sent(pack, payload):
    sent, judged = training.request(payload)
    (case,) = pack.cases["one_epoch/x"]
    named, same = training.request(case.payload)
    mapped = np.load(named["train"]["X"], mmap_mode="r")
    assert mapped.dtype == np.uint8
    assert np.array_equal(mapped[:FEW], sent["train"]["X"])
    assert np.array_equal(named["train"]["y"], sent["train"]["y"])
    assert np.array_equal(named["mean"], sent["mean"])
    assert all(np.array_equal(named["val"][name], sent["val"][name]) for name in "Xy")
    assert np.array_equal(same.X, judged.X)
    assert np.array_equal(same.y, judged.y)


def test_only_trainings_have_a_file(pack):
    assert pack.cases["other"][0].payload == {}


def test_images_are_made_once_however_many_ask(pack, monkeypatch):
    made, write = [], images.write

    def noted(*arguments):
        made.append(arguments)
        write(*arguments)

    monkeypatch.setattr(images, "write", noted)
    (case,) = pack.cases["one_epoch/x"]
    threads = [threading.Thread(target=training.request, args=(case.payload,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_was_not_finished_is_made_anew(pack, payload):
    (case,) = pack.cases["one_epoch/x"]
    training.request(case.payload)
    (place,) = pack.readable
    (labels,) = place.glob("*.npz")
    labels.unlink()  # they come last
    (file,) = place.glob("*.npy")
    file.write_bytes(b"half")
    named, _ = training.request(case.payload)
    sent, _ = training.request(payload)
    assert np.array_equal(np.load(named["train"]["X"])[:FEW], sent["train"]["X"])


def test_the_folder_has_no_image_that_judges_and_no_seed(pack):
    (case,) = pack.cases["one_epoch/x"]
    _, judged = training.request(case.payload)
    (place,) = pack.readable
    (file,) = place.glob("*.npy")
    kept = {image.tobytes() for image in np.load(file)}
    assert not kept & {image.tobytes() for image in judged.X[judged.held_out]}
    with np.load(file.with_suffix(".npz")) as rest:
        assert set(rest) == {"y", "mean"}
    seeds = [case.payload["recipe"][name] for name in ("world", "seed", "held_out")]
    assert not any(seed in path.name for seed in seeds for path in place.iterdir())


def test_a_training_is_the_same_with_a_file(pack, payload, solution):
    (case,) = pack.cases["one_epoch/x"]
    replies = []
    for asked, readable in ((payload, ()), (case.payload, pack.readable)):
        small = {**asked, "settings": {**asked["settings"], "num_filters": 2, "hidden_dim": 4}}
        arguments, _ = training.request(small)
        with Session(solution, EXERCISE.files, readable=readable) as session:
            replies.append(session.ask("train", arguments, 60).reply)
    first, second = (reply["history"] for reply in replies)
    assert len(first["loss"]) == FEW // 50
    assert all(np.array_equal(first[name], second[name]) for name in first)
    first, second = (reply["params"] for reply in replies)
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_worker_cannot_write_the_file(pack, payload, solution):
    (case,) = pack.cases["one_epoch/x"]
    arguments, _ = training.request(case.payload)
    file = arguments["train"]["X"]
    before = np.load(file)
    code = f"\nimport numpy\nnumpy.load({file!r}, mmap_mode='r+')[:] = 0\n"
    path = EXERCISE.files[1].path
    writes = replace(solution, files={**solution.files, path: solution.files[path] + code.encode()})
    with Session(writes, EXERCISE.files, readable=pack.readable) as session:
        if session.isolation == "limits":
            pytest.skip("this machine has no sandbox")
        with pytest.raises(Exception, match=r"cannot be loaded"):
            session.ask("train", arguments, 60)
    assert np.array_equal(np.load(file), before)
