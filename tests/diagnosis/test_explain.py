"""Diagnosis: what a message says about wrong code is true, in order, and the same every time."""

import io
from dataclasses import replace

import numpy as np
import pytest

from autograder import exercises
from autograder.course.museum import packs
from autograder.course.museum.convnets.mistakes import MISTAKES
from autograder.course.museum.convnets.mistakes.conv_backward import CROP
from autograder.course.museum.convnets.mistakes.conv_backward import LOOPS as CONV_BACKWARD
from autograder.course.museum.convnets.mistakes.conv_forward import LOOPS as CONV_FORWARD
from autograder.course.museum.convnets.mistakes.max_pool_backward import LOOPS as POOL_BACKWARD
from autograder.course.museum.convnets.mistakes.spatial_batchnorm_backward import (
    DIRECT as BATCH_BACKWARD,
)
from autograder.course.museum.convnets.mistakes.spatial_groupnorm_backward import (
    DIRECT as GROUP_BACKWARD,
)
from autograder.course.museum.mistake import variant
from autograder.course.museum.submissions import with_code
from autograder.diagnosis import fingerprint
from autograder.diagnosis.explain import EXAMPLE, PAIR, Explanation
from autograder.diagnosis.fingerprint import Mark, from_plain, mark_of
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.judging import pack
from autograder.judging.case import Case
from autograder.judging.compare import differences
from autograder.judging.evidence import Evidence
from autograder.judging.output import Output
from autograder.judging.verdict import Status
from autograder.sandbox.worker import wire
from autograder.show import picture

RNG = np.random.default_rng(0)
EXPECTED = RNG.normal(size=(2, 3, 5, 5))
OUT = Output("out")


def verdicts_on(solution, public_pack, function, code, **options):
    return {
        v.id.split("/")[1]: v
        for v in engine.run_checks(
            EXERCISE,
            with_code(EXERCISE, solution, function, code),
            public_pack,
            [function],
            **options,
        )
    }


# What a message says, and in which order.


def test_a_message_goes_from_the_call_to_the_reason(solution, public_pack):
    code = variant(CONV_BACKWARD, (CROP, "dx_pad[:, :, :H, :W]"))
    found = verdicts_on(solution, public_pack, "conv_backward_naive", code)
    text = found["standard"].message
    positions = [
        text.index(words)
        for words in (
            "conv_backward_naive(dout (3, 2, 5, 5), x (3, 3, 5, 5)",
            "This is exactly what comes out when dx is cut out of the padded",
            "dx: The shape (3, 3, 5, 5) is right",
            "moved by 1 row down and 1 column right",
            "  got ",
            "It disagrees with your own forward pass",
        )
    ]
    assert positions == sorted(positions)
    assert "Each output was a sum of products" not in text  # the mistake has been named


def test_messages_are_the_same_every_time(solution, public_pack):
    code = variant(CONV_FORWARD, (" + b[f]", ""))
    first, second = (
        verdicts_on(solution, public_pack, "conv_forward_naive", code) for _ in range(2)
    )
    assert {k: v.message for k, v in first.items()} == {k: v.message for k, v in second.items()}


def test_an_exception_is_told_with_the_line_and_the_call(solution, public_pack):
    code = variant(POOL_BACKWARD, ("np.zeros_like(x)", "np.zeros_like(dout)"))
    message = verdicts_on(solution, public_pack, "max_pool_backward_naive", code)[
        "standard"
    ].message
    assert message.startswith("max_pool_backward_naive(dout (3, 2, 4, 4), x (3, 2, 8, 8)")
    assert "cs231n/layers.py, line" in message
    assert "dx[n, c, top + row, left + column] += dout[n, c, i, j]" in message
    assert "IndexError" in message
    assert "autograder" not in message


def test_two_mistakes_are_named_each_where_it_shows(solution, public_pack):
    code = variant(
        CONV_BACKWARD,
        (CROP, "dx_pad[:, :, pad:-pad, pad:-pad]"),
        ("return dx, dw, db", "return dx, dw / N, db"),
    )
    found = verdicts_on(solution, public_pack, "conv_backward_naive", code)
    assert "dw is divided by the number of images" in found["standard"].message
    assert "pad:-pad" in found["no_padding"].message.split("What is")[0]


def test_what_is_said_of_the_own_forward_pass_is_said_once(solution, public_pack):
    half = CONV_BACKWARD.replace("+= dout[n, f, i, j] * w[f]", "+= 0.7 * dout[n, f, i, j] * w[f]")
    code = FLIPPED + half
    messages = [
        v.message for v in verdicts_on(solution, public_pack, "conv_backward_naive", code).values()
    ]
    assert sum("your own" in message for message in messages) == 1


WINDOW = 'height, width = pool_param["pool_height"], pool_param["pool_width"]\n'
STRIDE = 'stride = pool_param["stride"]\n'


@pytest.mark.parametrize(
    ("base", "edits", "not_said"),
    [
        (BATCH_BACKWARD, [("np.sum(dout * x_hat", "2 * np.sum(dout")], "exchanged"),
        (GROUP_BACKWARD, [("M = C // G * H * W", "M = 0.5")], "divided by the number"),
        (
            POOL_BACKWARD,
            [
                (WINDOW, "pass\n"),
                (STRIDE, f"{STRIDE}    height, width = pool_param['pool_height'], stride\n"),
            ],
            "used for both",
        ),
    ],
)
def test_a_name_that_fits_some_outputs_or_cases_is_not_given(
    base, edits, not_said, solution, public_pack
):
    function = base.split("def ")[1].split("(")[0]
    found = verdicts_on(solution, public_pack, function, variant(base, *edits))
    assert any(v.status is not Status.PASSED for v in found.values())
    for verdict in found.values():
        assert not_said not in verdict.message


def test_all_checks_give_one_mistake_one_name(solution, public_pack):
    code = variant(CONV_BACKWARD, ("top = i * stride", "top = i"))
    found = verdicts_on(solution, public_pack, "conv_backward_naive", code)
    assert len({v.mistakes for v in found.values() if v.status is not Status.PASSED}) == 1


def test_what_no_known_mistake_explains_gets_no_name(solution, public_pack):
    code = variant(CONV_FORWARD, ("+ b[f]", "+ b[f] + 0.37 * n * np.sin(i)"))
    for verdict in verdicts_on(solution, public_pack, "conv_forward_naive", code).values():
        assert "exactly what comes out" not in verdict.message


def test_a_pattern_is_told_where_there_is_no_name(solution, public_pack):
    odd = "+ b[f] + (np.cos(i + j) if stride > 1 else 0) - (np.exp(j - i) if 1 < stride else 0)"
    code = variant(CONV_FORWARD, ("+ b[f]", odd))  # no one change mends both
    found = verdicts_on(solution, public_pack, "conv_forward_naive", code)
    assert "exactly those go wrong where stride is more than 1" in found["standard"].message


def test_a_student_file_without_any_pack_knowledge_still_gets_a_message(solution, public_pack):
    bare = pack.Pack(public_pack.id, public_pack.cases)
    code = variant(CONV_FORWARD, (" + b[f]", ""))
    message = verdicts_on(solution, bare, "conv_forward_naive", code)["standard"].message
    assert "values differ" in message
    assert "exactly what comes out" not in message


# A gradient that is wrong: against the student's own forward pass, or only against ours.

BIAS_FORGOTTEN = CONV_FORWARD.replace(" + b[f]", "")
FLIPPED = CONV_FORWARD.replace("* w[f]", "* w[f, :, ::-1, ::-1]")
BACKWARD_OF_FLIPPED = CONV_BACKWARD.replace("* w[f]", "* w[f, :, ::-1, ::-1]").replace(
    "left:left + WW]\n                    dx_pad",
    "left:left + WW][:, ::-1, ::-1]\n                    dx_pad",
)


def gradient_message(solution, public_pack, code):
    verdicts = verdicts_on(solution, public_pack, "conv_backward_naive", code)
    return verdicts["standard"].message


def test_a_gradient_that_fits_a_wrong_forward_pass(solution, public_pack):
    message = gradient_message(solution, public_pack, FLIPPED + BACKWARD_OF_FLIPPED)
    assert "It agrees with your own forward pass" in message


def test_a_gradient_that_fits_no_forward_pass(solution, public_pack):
    half = CONV_BACKWARD.replace("+= dout[n, f, i, j] * w[f]", "+= 0.7 * dout[n, f, i, j] * w[f]")
    assert "It disagrees with your own forward pass" in gradient_message(
        solution, public_pack, half
    )
    message = gradient_message(solution, public_pack, FLIPPED + half)
    assert "the forward pass comes first" in message


# Words for relations between arrays: each is tested on the arrays.


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (EXPECTED.swapaxes(2, 3), "with rows and columns exchanged"),
        (EXPECTED[:, :, ::-1, ::-1], "turned by 180 degrees"),
        (EXPECTED[:, :, ::-1], "upside down"),
        (EXPECTED[:, :, :, ::-1], "with left and right exchanged"),
        (EXPECTED[:, ::-1], "channels in reverse order"),
        (np.roll(EXPECTED, 1, axis=2), "moved by 1 row down"),
        (np.roll(EXPECTED, (-1, 2), axis=(2, 3)), "moved by 1 row up and 2 columns right"),
        (EXPECTED * np.array([1.0, 2.0, 3.0])[:, None, None], "constant times what is expected"),
        (EXPECTED + np.array([1.0, 2.0, 3.0])[:, None, None], "plus a constant"),
    ],
)
def test_relations(got, words):
    assert words in " ".join(differences(got, EXPECTED, 1e-6))


def test_no_relation_is_claimed_for_noise():
    facts = differences(EXPECTED + RNG.normal(size=EXPECTED.shape), EXPECTED, 1e-6)
    assert len(facts) == 2


# Pictures.


def evidence(got, expected=EXPECTED, first_axis="image"):
    check = "conv_forward_naive/standard"
    return Evidence(check, "out", got, expected, first_axis=first_axis)


def test_the_worst_image_and_channel_is_shown():
    got = EXPECTED.copy()
    got[1, 2, 3, 4] = 123.0
    lines = picture.as_text(evidence(got))
    assert lines[0] == "Image 1, channel 2:"
    assert len(lines) == 2 + 5
    assert "123" in lines[5]
    assert picture.as_text(evidence(got, first_axis="filter"))[0].startswith("Filter 1, channel 2")


def test_large_images_are_shown_around_the_worst_place():
    expected = np.zeros((1, 1, 30, 40))
    got = expected.copy()
    got[0, 0, 29, 0] = 1.0
    lines = picture.as_text(evidence(got, expected))
    assert lines[0] == "Image 0, channel 0, rows 22 to 29, columns 0 to 7:"
    assert len(lines) == 2 + picture.MOST


@pytest.mark.parametrize("got", [None, EXPECTED[:1], np.zeros(3), EXPECTED[:, :, :0]])
def test_what_cannot_be_shown_is_not(got):
    assert picture.as_text(evidence(got)) == []
    assert picture.panels(evidence(got)) == []


def test_not_a_number_is_the_worst():
    got = EXPECTED.copy()
    got[0, 1, 0, 0] = np.nan
    assert picture.as_text(evidence(got))[0] == "Image 0, channel 1:"


def test_drawing_shows_got_expected_and_difference():
    pytest.importorskip("matplotlib")
    drawn = picture.panels(evidence(EXPECTED + 1))
    assert [title for title, _ in drawn] == ["got", "expected", "got - expected"]
    assert all(png.startswith(b"\x89PNG") for _, png in drawn)


def test_failures_come_with_evidence(solution, public_pack):
    seen = []
    code = variant(CONV_FORWARD, (" + b[f]", ""))
    found = verdicts_on(solution, public_pack, "conv_forward_naive", code, on_failure=seen.append)
    failed = [v.id for v in found.values() if v.status is Status.FAILED]
    assert [e.check for e in seen] == failed
    assert all(e.mistakes == ("bias_forgotten",) for e in seen)
    assert all(e.got.shape == e.expected.shape for e in seen)


# Marks, and what the pack knows.


def test_marks_tell_arrays_apart():
    one = mark_of(OUT, EXPECTED)
    assert one.same(mark_of(OUT, EXPECTED * (1 + 1e-12)))
    assert one.same(mark_of(OUT, EXPECTED.astype(np.float32)))
    for other in (EXPECTED.swapaxes(2, 3), EXPECTED[::-1], -EXPECTED, 1.001 * EXPECTED, None, 3.0):
        assert not one.same(mark_of(OUT, other))
    broken = EXPECTED.copy()
    broken[0, 0, 0, 0] = np.inf
    assert not one.same(mark_of(OUT, broken))
    assert mark_of(OUT, broken).text.endswith("1 not finite")


def test_marks_of_random_weights_allow_for_chance():
    shape = (32, 3, 7, 7)
    drawn = [
        mark_of(Output("W1", "params"), s * RNG.normal(size=shape)) for s in (1e-3, 1e-3, 2e-3)
    ]
    assert drawn[0].same(drawn[1])
    assert not drawn[0].same(drawn[2])
    assert not drawn[0].same(mark_of(Output("W1", "params"), np.zeros(shape)))
    assert not drawn[0].same(mark_of(Output("W1", "params"), 1e-3 * RNG.uniform(size=shape)))


def test_equal_weights_are_known_by_their_value_however_their_mean_is_rounded():
    marks = [mark_of(Output("W1", "params"), np.full((7, 3), value)) for value in (0.1, 0.1, 0.2)]
    assert np.full(21, 0.1).std() > 0  # of rounding alone
    assert marks[0].values[0] == 0.0
    assert marks[0].same(marks[1]) and not marks[0].same(marks[2])


def test_what_is_known_survives_the_pack(public_pack):
    for function, plain in public_pack.known.items():
        known = from_plain(plain)
        mistakes = [m for m in MISTAKES if m.function == function]
        assert known.names == [(m.name, m.sentence) for m in mistakes]
        for check, by_case in known.cases.items():
            assert len(by_case) == len(public_pack.cases[check])
            assert all(len(by_mistake) == len(mistakes) for by_mistake in by_case)
        for number, mistake in enumerate(mistakes):
            seen = any(by_mistake[number] for c in known.cases.values() for by_mistake in c)
            assert seen, mistake.name


def test_the_pack_has_no_code_and_is_small(public_pack):
    buffer = io.BytesIO()
    wire.write_message(buffer, public_pack.known)
    content = buffer.getvalue()
    assert len(content) < 1_000_000
    for passage in (b"np.", b"def ", b"range(", b"return "):
        assert passage not in content.replace(b"return x", b"")


def test_equal_marks_are_kept_once():
    same = {OUT: Mark("(2,)", (1.0, 2.0, 3.0, 4.0, 5.0))}
    known = fingerprint.Known([("a", "x"), ("b", "y"), ("c", "z")], {"f/g": [[same, {}, same]]})
    plain = fingerprint.to_plain(known)
    assert plain["cases"]["f/g"][0][0]["mistakes"] == [[0, 2]]
    assert from_plain(plain) == known


def test_inputs_that_were_written_to_are_wrong_outputs(public_pack):
    case = public_pack.cases["conv_forward_naive/contract"][0]
    assert isinstance(case, Case)
    args = {k: v for k, v in case.args.items() if isinstance(v, np.ndarray)}
    right = {"out": case.expected["out"], "after": args}
    assert fingerprint.wrong_outputs(case, right) == {}
    changed = {"out": case.expected["out"], "after": {**args, "x": args["x"] + 1}}
    assert list(fingerprint.wrong_outputs(case, changed)) == [Output("x", "input")]


def test_an_output_that_is_not_there_is_wrong():
    """Of calls that return no array as it should be, there is nothing else to be said."""
    exercise = exercises.named("dropout").whole
    case = packs.public(exercise).cases["dropout_forward/forward_share"][0]
    reply = {"outs": [np.full_like(case.args["x"], np.inf)] * 3, "dxs": [], "after": {}}
    wrong = fingerprint.wrong_outputs(case, reply)
    assert wrong[Output("kept")] == wrong[Output("scale")] == Mark("missing")


def test_a_change_that_was_tried_comes_before_an_example_of_what_raises_the_same():
    example = Explanation(("a",), ("x is not padded",), EXAMPLE, sure=False)
    change = Explanation(("change",), ("`1` for `2`",), head="")
    both = change.beside(example)
    assert str(both) == "`1` for `2`. This exception comes up, for example, when x is not padded."
    assert both.names == ("change", "a") and both.sure
    many = replace(example, sentences=("x is not padded", "w is not turned"))
    assert change.beside(many) == change
    assert change.beside(replace(example, head=PAIR)) == change
