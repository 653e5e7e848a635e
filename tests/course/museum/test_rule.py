"""autograder/course/museum/rule: slips are what they say, and the table is what they make."""

import ast

import numpy as np
import pytest

from autograder.course.museum import museum_of
from autograder.course.museum.rule import alike, report, table
from autograder.course.museum.rule.__main__ import kept, made_anew
from autograder.course.museum.rule.behaviour import grouped, names_of, pool_of
from autograder.course.museum.rule.bench import Over, at_most
from autograder.course.museum.rule.mutants import mutants
from autograder.course.museum.rule.report import Name, Told
from autograder.course.museum.rule.trial import Tried
from autograder.course.museum.submissions import with_code
from autograder.course.museum.way import Way
from autograder.diagnosis.by_rule import ByRule
from autograder.exercises.convnets import EXERCISE
from autograder.judging.session import Session

FUNCTIONS = [f.name for f in EXERCISE.functions if not f.trains]

CODE = """
def layer(x, w, param):
    stride, pad = param["stride"], param["pad"]
    N, C, H, W = x.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, C, H, W))
    dx = np.zeros_like(x_pad)
    for i in range(H):
        for j in range(W):
            out[:, :, i, j] = np.sum(x_pad[:, :, i * stride:i * stride + 3] * w, axis=(2, 3))
            dx[:, :, i, j] += out[:, :, i, j]
    var = x.var(axis=(0, 2, 3))
    std = np.sqrt(var + eps)
    dx = dx[:, :, pad:H + pad, pad:W + pad]
    return dx - std / 2, (x, w)
"""


@pytest.mark.parametrize(
    ("kind", "old", "new", "words"),
    [
        ("factor", "i * stride:", "i:", "the multiplication by stride is left out"),
        ("term", "np.sqrt(var + eps)", "np.sqrt(var)", "eps"),
        ("sign", "dx - std / 2", "(dx + std / 2)", "is added"),
        (
            "eps",
            "np.sqrt(var + eps)",
            "np.sqrt(var) + eps",
            "root",
        ),
        ("constant", "std / 2", "std / 4", "another factor than 2"),
        (
            "axes",
            "x.var(axis=(0, 2, 3))",
            "x.var(axis=(0, 2))",
            "the columns are left out of the",
        ),
        ("other", "np.sum(", "np.mean(", "what should be summed is averaged"),
        ("call", "np.sqrt(var + eps)", "var + eps", "the root"),
        ("padding", "(pad, pad), (pad, pad))", "(pad, 0), (pad, 0))", "to the left only"),
        (
            "partner",
            "np.zeros((N, C, H, W))",
            "np.zeros((N, C, H, H))",
            "height is taken for width",
        ),
        ("unpacking", "N, C, H, W =", "N, C, W, H =", "height and width are exchanged"),
        ("parameter", 'param["pad"]', "1", "pad is taken to be 1"),
        ("before", "(x, w)", "(x_pad, w)", "is kept for"),
        ("crop", "pad:H + pad", "pad:-pad", "pad:-pad"),
        ("crop", "pad:W + pad", "1:-1", "1:-1"),
        ("flip", " * w,", " * w[..., ::-1, ::-1],", "turned by 180 degrees"),
        ("offset", "range(H)", "range(H - 1)", "ends one early"),
        ("assigned", "dx[:, :, i, j] += out", "dx[:, :, i, j] = out", "replaces what was there"),
        (
            "left_out",
            "            dx[:, :, i, j] += out[:, :, i, j]\n",
            "            pass\n",
            "never",
        ),
    ],
)
def test_operators_make_the_slips_that_they_name(kind, old, new, words):
    names = {"x.shape[2]": "height", "x.shape[3]": "width", "stride": "stride", "pad": "pad"}
    found = [m for m in mutants(Way(("layer",), "", CODE), names) if m.change.kind == kind]
    right = ast.unparse(ast.parse(CODE))
    wanted = {plain(right.replace(*pair)) for pair in ((old, new), (plain(old), plain(new)))}
    sentences = [m.change.sentence for m in found if plain(m.code) in wanted]
    assert any(words in sentence for sentence in sentences)


def plain(code):
    """Return code in one layout, or as it is where it is none."""
    try:
        return ast.unparse(ast.parse(code))
    except SyntaxError:
        return code


def test_two_loops_stand_in_the_other_order():
    found = mutants(Way(("layer",), "", CODE), {})
    (mutant,) = [m for m in found if m.change.kind == "assigned_in_another_order"]
    assert mutant.code.index("for j in") < mutant.code.index("for i in")
    assert "dx[:, :, i, j] = out[:, :, i, j]" in mutant.code


def test_a_slip_is_made_for_rows_and_columns_too():
    found = mutants(Way(("layer",), "", CODE), {})
    both = [m for m in found if "range(H - 1)" in m.code and "range(W - 1)" in m.code]
    assert len(both) == 1


TABLES = table.tables(EXERCISE)


def test_the_table_is_of_the_ways_that_there_are():
    ways = museum_of(EXERCISE).WAYS
    entries = kept(EXERCISE)
    assert list(TABLES) == list(entries) == FUNCTIONS
    for name, of in TABLES.items():
        assert len(of.behaviours) == len(entries[name]["behaviours"])
        assert {row.way for one in of.behaviours for row in one.rows} <= set(ways)
    assert sum(len(of.behaviours) for of in TABLES.values()) >= 1500


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rows_of_the_table_are_what_the_operators_make(name):
    """Of one way in four; ``nox -s soak -- class`` makes a function's table anew."""
    found = TABLES[name].behaviours
    for way in list(dict.fromkeys(row.way for of in found for row in of.rows))[::4]:
        by_place = {m.splices: m.change.label for m in mutants(way, names_of(EXERCISE, way))}
        for of in found:
            for row in of.rows:
                if row.way == way:
                    assert by_place[row.splices] in of.labels
                    compile(table.code_of(row), of.sentence, "exec")


@pytest.mark.soak
def test_the_table_of_a_function_is_the_same_made_anew():
    name = FUNCTIONS[-1]
    with pool_of(jobs=2) as pool:
        assert made_anew(EXERCISE, name, pool) == kept(EXERCISE)[name]


def test_sentences_by_rule_are_words(public_pack):
    for of in public_pack.by_rule.values():
        for sentence in of["sentences"]:
            first = sentence.split()[0]
            assert first[0].islower() or first in ("1", "2", "W1", "W2", "W3"), sentence
            assert "`" not in sentence
            assert len(sentence) < 130


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_mutant_is_recognized_on_the_probes(name, public_pack, solution):
    """Probes, marks and sentences fit together: what the table has is what comes out."""
    told = [of for of in TABLES[name].behaviours if not of.hand and TABLES[name].can_tell(of)]
    of = told[len(told) // 2]
    wrong = with_code(EXERCISE, solution, name, table.code_of(of.rows[0]))
    with Session(wrong, EXERCISE.files) as session:
        assert of.sentence in ByRule(public_pack.by_rule[name]).sentences(session)
    with Session(solution, EXERCISE.files) as session:
        assert ByRule(public_pack.by_rule[name]).sentences(session) == []


def test_a_loop_without_an_end_is_stopped():
    with pytest.raises(Over), at_most(0.05):
        while True:
            pass


def told(**changes):
    options = {"twin": True, "caught": True, "here": Name.RIGHT, "left_out": Name.RIGHT}
    unsure = {"unsure": Name.NONE, "besides": Name.NONE}
    return Told("f", "sign", 0, **(options | unsure | changes))


def test_the_report_counts_those_with_a_twin_and_those_without():
    alone = [told(twin=False, left_out=n) for n in (Name.NONE, Name.ELSEWHERE, Name.WRONG)]
    found = [told(), *alone]
    assert report.rows(found, lambda one: one.kind) == [
        ("sign", "4", "4", "4", "0", "0", "1", "1", "0", "0", "3", "0", "1", "1"),
        ("all", "4", "4", "4", "0", "0", "1", "1", "0", "0", "3", "0", "1", "1"),
    ]
    assert not report.good_enough(found)
    assert not report.good_enough([told(caught=False)])
    assert report.good_enough([told(), told(twin=False)])


def test_an_example_counts_where_no_change_is_found_and_beside_one():
    def counted(change, **unsure):
        (one,) = report.weighted([told(here=None, left_out=None, **unsure)], [("f", 0, change)])
        return one.left_out

    assert counted(Name.NONE) is Name.NONE
    assert counted(Name.NONE, unsure=Name.WRONG) is Name.WRONG
    assert counted(Name.RIGHT, unsure=Name.WRONG) is Name.RIGHT
    assert counted(Name.RIGHT, besides=Name.WRONG) is Name.WRONG
    assert counted(Name.RIGHT, besides=Name.RIGHT) is Name.RIGHT


def test_what_only_raises_exceptions_is_told_to_nobody():
    marks = [[0, "ValueError", 1e-7], [1, "out result 0 (2, 3)", 1e-7], [2, "IndexError", 1e-7]]

    def of(sentence, *numbers):
        return table.Behaviour("f", sentence, (), (), (), numbers)

    known = table.Table([0, 1, 2], marks, ())
    assert known.can_tell(of("the bias is left out", 0, 1))
    assert not known.can_tell(of("the bias is left out", 0, 2))
    assert not known.can_tell(of("`b` is left out", 0, 1))


WINDOWS = """
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    HH, WW = w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H_out, W_out = ((n - k) // stride + 1 for n, k in zip(x_pad.shape[2:], (HH, WW)))
    out = np.zeros((len(x), len(w), H_out, W_out))
    for i, j in np.ndindex(H_out, W_out):
        window = x_pad[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
        out[:, :, i, j] = np.tensordot(window, w, ((1, 2, 3), (1, 2, 3))) + b
    return out, (x, w, b, conv_param)
"""


@pytest.mark.parametrize(("slip", "same"), [("w.swapaxes(2, 3)", True), ("w[..., ::-1]", False)])
def test_a_mistake_by_hand_is_what_does_the_same_wherever_both_return_something(slip, same):
    code = WINDOWS.replace("window, w,", f"window, {slip},")  # filters that are no squares raise
    row = table.Row(Way(("conv_forward_naive",), "windows", code), ())
    asked = (EXERCISE.name, "conv_forward_naive", row, "filter_transposed")
    with pool_of(1) as pool:  # it imports what a worker imports
        assert pool.apply(alike.does_the_same, asked) is same


def test_what_behaves_alike_is_one():
    one, two, other = (
        Tried(0, n, f"a: {n}", "it is done", (("out",),), np.array([[1e-7, value, 1.0]]))
        for n, value in enumerate((1.0, 1.0 + 1e-9, 1.1))
    )
    assert [[t.number for t in group] for group in grouped([one, two, other])] == [[0, 1], [2]]
