"""autograder/judging/pack.py: same seed, same pack; and a pack survives the disk."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from autograder import locate
from autograder.course.museum import packs
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import all_checks
from autograder.judging import pack


def flat(value):
    """Return every leaf of a tree."""
    if isinstance(value, dict):
        return [leaf for v in value.values() for leaf in flat(v)]
    if isinstance(value, tuple | list):
        return [leaf for v in value for leaf in flat(v)]
    return [value]


def same(a, b):
    return len(flat(a)) == len(flat(b)) and all(
        np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y
        for x, y in zip(flat(a), flat(b), strict=True)
    )


def plain(cases):
    return {
        check: [{"op": c.op, "payload": c.payload, "expected": c.expected} for c in listed]
        for check, listed in cases.items()
    }


def test_every_check_has_its_cases(public_pack):
    for declared in all_checks(EXERCISE):
        assert len(public_pack.cases[declared.info.id]) == len(declared.specs) > 0


def test_same_seed_same_pack(public_pack, solution):
    again = packs.with_replies(EXERCISE, packs.PUBLIC_SEED, solution)
    assert same(plain(again), plain(public_pack.cases))
    assert packs.identify(EXERCISE, packs.PUBLIC_SEED) == public_pack.id


def test_another_seed_gives_other_numbers(public_pack):
    other = {}
    for check, _, payload in packs.draw(EXERCISE, "another seed"):
        other.setdefault(check, []).append(payload)
    assert packs.identify(EXERCISE, "another seed") != public_pack.id
    for check, cases in public_pack.cases.items():
        for mine, theirs in zip(cases, other[check], strict=True):
            assert not same(mine.payload, theirs)


def test_a_pack_survives_the_disk(public_pack, tmp_path):
    path = tmp_path / "new" / "public.pack"
    pack.save(public_pack, path)
    assert same(plain(pack.load(path).cases), plain(public_pack.cases))
    assert [p.name for p in path.parent.iterdir()] == ["public.pack"]


def test_a_damaged_pack_is_refused(public_pack, tmp_path):
    path = tmp_path / "public.pack"
    pack.save(public_pack, path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(pack.PackError, match="damaged"):
        pack.load(path)
    path.write_bytes(b"")
    with pytest.raises(pack.PackError, match="damaged"):
        pack.load(path)


def test_a_missing_pack_is_named(tmp_path):
    with pytest.raises(pack.PackError, match="missing"):
        pack.load(tmp_path / "public.pack")


def test_a_student_copy_has_no_solution(monkeypatch, tmp_path):
    monkeypatch.setattr(locate, "root", lambda: tmp_path)
    with pytest.raises(locate.NotFound):
        packs.build(EXERCISE, "any")


def test_no_pooling_window_has_a_tie(public_pack):
    for check, cases in public_pack.cases.items():
        if check.startswith("max_pool"):
            for case in cases:
                x, param = case.args["x"], case.args["pool_param"]
                size = (param["pool_height"], param["pool_width"])
                windows = sliding_window_view(x, size, axis=(2, 3))
                windows = windows[:, :, :: param["stride"], :: param["stride"]]
                ordered = np.sort(windows.reshape(-1, size[0] * size[1]), axis=1)
                assert (np.diff(ordered, axis=1) > 0).all()
