"""No parameter hides behind its default: on some case a slip in it shows, in each mode.

The table is computed from the museum: for each parameter of each function the mistakes that are
slips in it, and how far each moves a result on the cases of the checks, in tolerances.
"""

import numpy as np
import pytest

from autograder.course.museum.convnets.mistakes import MISTAKES
from autograder.course.museum.fingerprints import all_in_one
from autograder.diagnosis.fingerprint import (
    as_array,
    chance,
    expected_outputs,
    tolerance,
)
from autograder.exercises.convnets import EXERCISE
from autograder.judging.session import Session
from autograder.sandbox.errors import Raised

ENOUGH = 100  # tolerances

WINDOW = ("filter_sides_swapped", "window_is_high_by_high")
SLIPS = {
    "conv_forward_naive": {
        "stride": ("stride_is_one", "stride_is_two", "stride_in_rows_only", "windows_side_by_side"),
        "pad": ("pad_is_zero", "pad_is_one", "pad_rows_only", "stride_and_pad_swapped"),
        "w": (*WINDOW, "window_is_wide_by_wide"),
        "b": ("bias_forgotten", "bias_of_the_first_filter"),
        "dtype": ("whole_numbers",),
    },
    "conv_backward_naive": {
        "stride": ("stride_is_one", "stride_is_two", "stride_in_rows_only", "dw_without_stride"),
        "pad": ("pad_missing", "pad_is_one", "crop_one", "crop_rows_only", "crop_negative"),
        "w": (*WINDOW, "dw_sides_swapped"),
        "b": ("db_zero", "db_times_bias"),
        "dtype": ("whole_numbers",),
    },
    "max_pool_forward_naive": {
        "stride": ("stride_is_one", "stride_is_two", "stride_in_rows_only", "stride_is_the_window"),
        "pool_height": ("pool_width_for_both", "pool_sides_swapped", "window_is_two"),
        "pool_width": ("pool_height_for_both", "pool_sides_swapped", "window_is_two"),
        "dtype": ("whole_numbers",),
    },
    "max_pool_backward_naive": {
        "stride": ("stride_is_one", "stride_is_two", "stride_in_columns_only", "assigned"),
        "pool_height": ("pool_width_for_both", "pool_sides_swapped", "window_is_two"),
        "pool_width": ("pool_height_for_both", "pool_sides_swapped", "window_is_two"),
        "dtype": ("whole_numbers",),
    },
    "spatial_batchnorm_forward": {
        "gamma": ("without_gamma", "gamma_of_the_first_channel", "test_without_gamma_and_beta"),
        "beta": ("without_beta", "gamma_of_the_first_channel", "test_without_gamma_and_beta"),
        "eps": ("eps_left_out", "eps_outside", "eps_fixed", "running_var_with_eps"),
        "eps in test mode": ("test_eps_left_out", "test_eps_outside", "test_eps_fixed"),
        "momentum": ("momentum_fixed", "momentum_the_wrong_way", "running_without_weight"),
        "mode": ("test_with_batch_statistics", "running_updated_when_testing", "always_running"),
        "running_mean": ("running_values_not_taken", "running_mean_not_updated"),
        "running_var": ("running_values_not_taken", "running_var_not_updated"),
        "dtype": ("whole_numbers",),
    },
    "spatial_batchnorm_backward": {
        "gamma": ("gamma_forgotten", "gamma_divides"),
        "beta": ("dbeta_zero",),
        "eps": ("eps_left_out", "eps_outside", "eps_fixed"),
        "mode": ("mean_and_variance_constant",),
        "dtype": ("whole_numbers",),
    },
    "spatial_groupnorm_forward": {
        "gamma": ("without_gamma", "gamma_of_the_first_channel", "gamma_per_group"),
        "beta": ("without_beta", "gamma_of_the_first_channel"),
        "G": ("one_group", "group_count_is_group_size", "per_channel"),
        "eps": ("eps_left_out", "eps_outside", "eps_fixed"),
        "dtype": ("whole_numbers",),
    },
    "spatial_groupnorm_backward": {
        "gamma": ("gamma_forgotten",),
        "beta": ("dbeta_zero",),
        "G": ("over_groups", "group_count_is_group_size", "per_channel"),
        "eps": ("eps_left_out", "eps_outside", "eps_fixed"),
        "dtype": ("whole_numbers",),
    },
    "ThreeLayerConvNet": {
        "input_dim": ("input_dim_fixed", "W1_for_three_channels", "W2_not_pooled"),
        "num_filters": ("num_filters_fixed", "W2_without_filters"),
        "filter_size": ("filter_size_fixed", "pad_is_one", "pad_is_three"),
        "hidden_dim": ("hidden_dim_fixed",),
        "num_classes": ("classes_fixed",),
        "weight_scale": ("weight_scale_fixed", "weights_by_root_of_scale", "weights_unscaled"),
        "reg": ("regularization_missing", "W2_not_in_penalty", "W2_gradient_unregularized"),
        "dtype": ("dtype_not_kept", "dtype_always_single"),
    },
}  # fmt: skip


def parameters(case):
    """Yield what can be set for a case: arguments, the entries of dictionaries, modes."""
    for name, value in {**case.payload.get("settings", {}), **case.payload.get("args", {})}.items():
        if isinstance(value, dict):
            yield from value
        elif name != "x":
            yield name
    modes = [step["mode"] for step in case.payload.get("steps", [])]
    if "test" in modes and "eps" in case.args["bn_param"]:
        yield "eps in test mode"
    yield "dtype"


def cases_of(pack, function):
    """Return the cases of a function."""
    checks = (cases for check, cases in pack.cases.items() if check.startswith(f"{function}/"))
    return [case for cases in checks for case in cases]


@pytest.mark.parametrize("function", SLIPS)
def test_every_parameter_has_its_slips(function, public_pack):
    found = {name for case in cases_of(public_pack, function) for name in parameters(case)}
    assert set(SLIPS[function]) == found
    known = {mistake.name for mistake in MISTAKES if mistake.function == function}
    assert {name for slips in SLIPS[function].values() for name in slips} <= known


def test_every_function_has_its_parameters():
    assert set(SLIPS) == {function.name for function in EXERCISE.functions if not function.trains}


@np.errstate(all="ignore")
def moved(case, output, value, expected):
    """Return by how many tolerances an output is off."""
    value = as_array(value)
    if output.kind == "params":
        shape, spread = case.payload["initial"][output.name]
        dtype = case.payload["settings"]["dtype"]
        if value.shape != tuple(shape) or value.dtype != dtype:
            return np.inf
        return abs(np.std(value) / spread - 1) / chance(value.size) if spread else 0.0
    expected = np.asarray(expected, dtype=np.float64)
    if (
        not isinstance(value, np.ndarray)
        or value.shape != expected.shape
        or value.dtype.kind != "f"
    ):
        return np.inf
    scale = np.max(np.abs(expected), initial=0.0) or 1.0
    return np.max(np.abs(value - expected), initial=0.0) / scale / tolerance(case)


def furthest(session, cases, number):
    """Return by how many tolerances a mistake moves the result where it moves it most."""
    most = 0.0
    for case in cases:
        payload = {**case.payload, "function": f"mistake_{number}"}
        try:
            reply = session.ask(case.op, payload, 10.0).reply
        except Raised:
            return np.inf
        expected = expected_outputs(case)
        for output, value in case.outputs(reply).items():
            if output in expected or output.kind == "params":
                most = max(most, moved(case, output, value, expected.get(output)))
    return most


@pytest.mark.parametrize("function", SLIPS)
def test_a_slip_in_a_parameter_moves_the_result(function, public_pack, solution):
    names = {name for slips in SLIPS[function].values() for name in slips}
    mistakes = [m for m in MISTAKES if m.function == function and m.name in names]
    made = all_in_one(solution, EXERCISE.by_name[function].file.path, mistakes)
    with Session(made, EXERCISE.files) as session:
        cases = cases_of(public_pack, function)
        far = {m.name: furthest(session, cases, number) for number, m in enumerate(mistakes)}
    assert {name: by for name, by in far.items() if not by >= ENOUGH} == {}
