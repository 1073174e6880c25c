"""Decays: values by hand, laws, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import (
    BadArray,
    BadParameter,
    coverage,
    epanechnikov_weight,
    exponential_weight,
    gaussian_weight,
    linear_weight,
    logistic_weight,
    power_weight,
    step_weight,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]
DECAYS = {
    "step": lambda t: step_weight(t, BANDS),
    "linear": lambda t: linear_weight(t, 30),
    "gaussian": lambda t: gaussian_weight(t, 30),
    "epanechnikov": lambda t: epanechnikov_weight(t, 30),
    "exponential": lambda t: exponential_weight(t, 0.1, 30),
    "power": lambda t: power_weight(t, 1.5, 2, 30),
    "logistic": lambda t: logistic_weight(t, 15, 3, 30),
}


def test_thresholds_are_inclusive():
    assert step_weight([10, 10.0001, 20, 30, 30.0001], BANDS).tolist() == [1, 0.68, 0.68, 0.22, 0]
    assert exponential_weight([30, 30.0001], 0.1, 30).tolist() == [np.exp(-3.0), 0]


@pytest.mark.parametrize(
    ("decay", "minutes", "weight"),
    [
        ("linear", 15, 0.5),
        ("epanechnikov", 15, 0.75),
        # (e^(-1/8) - e^(-1/2)) / (1 - e^(-1/2)), by hand: 0.275966242 / 0.393469340
        ("gaussian", 15, 0.701366565),
        ("exponential", 10, 0.367879441),
        ("power", 8, 0.125),  # (8 / 2)^-1.5
        ("logistic", 15, 0.503368973),  # (1 + e^-5) / 2
    ],
)
def test_known_values(decay, minutes, weight):
    assert DECAYS[decay](minutes) == pytest.approx(weight, abs=1e-8)


@pytest.mark.parametrize("decay", DECAYS)
def test_every_decay_starts_at_one_and_stops_at_no_route(decay):
    assert DECAYS[decay]([0.0, np.nan, np.inf]).tolist() == [1, 0, 0]


@pytest.mark.parametrize("decay", DECAYS)
@given(times=st.lists(st.floats(0, 1e6), min_size=2, max_size=20))
def test_farther_never_weighs_more(decay, times):
    weight = DECAYS[decay](sorted(times))
    assert (np.diff(weight) <= 0).all()
    assert ((weight >= 0) & (weight <= 1)).all()


@pytest.mark.parametrize("decay", DECAYS)
def test_the_shape_of_the_times_is_kept(decay):
    assert DECAYS[decay](np.ones((2, 3))).shape == (2, 3)
    assert DECAYS[decay](1.0).shape == ()


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ([], "at least one"),
        ([(20, 1.0), (10, 0.5)], "must move outward and weigh less"),
        ([(10, 0.5), (20, 0.6)], "must move outward and weigh less"),
        ([(10, 1.5)], r"must lie in \[0, 1\]; got 1.5"),
        ([(-5, 1.0)], "must be >= 0 minutes; got -5.0"),
        ([(float("nan"), 1.0)], "must be >= 0 minutes; got nan"),
    ],
)
def test_bands_that_make_no_sense_are_refused(bands, message):
    with pytest.raises(BadParameter, match=message):
        step_weight([5], bands)


@pytest.mark.parametrize("decay", DECAYS)
def test_a_negative_time_is_refused(decay):
    with pytest.raises(BadArray, match=r"got -1\.0 at index 1"):
        DECAYS[decay]([3, -1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: linear_weight([1], 0),
        lambda: gaussian_weight([1], -3),
        lambda: epanechnikov_weight([1], np.nan),
        lambda: exponential_weight([1], 0),
        lambda: exponential_weight([1], 0.1, -2),
        lambda: power_weight([1], 2, 0),
        lambda: logistic_weight([1], 10, 0),
    ],
)
def test_a_parameter_out_of_range_is_refused(call):
    with pytest.raises(BadParameter, match="must be"):
        call()


def test_without_a_route_nothing_is_within_even_an_infinite_threshold():
    endless = [(10, 1.0), (np.inf, 0.5)]
    assert step_weight([np.inf, np.nan, 60, 10], endless).tolist() == [0, 0, 0.5, 1]
    assert exponential_weight([np.inf, np.nan], 0.1).tolist() == [0, 0]
    assert coverage([np.inf, 5], cutoff_min=np.inf) == 0.5
