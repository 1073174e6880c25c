"""Welfare measures: known answers by hand and by PySAL, limits at zero, laws, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import maillage_engine as engine
from maillage_engine import (
    EngineError,
    atkinson,
    bootstrap,
    concentration_index,
    fgt,
    gini,
    kolm_pollak,
    palma,
    theil,
    theil_l,
)

VALUES, PEOPLE = [0.5, 1.0, 1.5, 2.0, 4.0], [3, 1, 2, 1, 3]
positive = st.lists(
    st.tuples(st.floats(0.01, 1e4), st.integers(1, 1000)), min_size=1, max_size=12
).map(lambda rows: tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


@pytest.mark.parametrize(
    ("aversion", "expected"),
    [(0.5, 0.13532902996045315), (1, 0.26616970199730483), (2, 0.46488294314381273)],
)
def test_pysal_gives_the_same_atkinson(aversion, expected):
    # inequality 1.1.2: Atkinson(np.repeat(VALUES, PEOPLE), aversion).A
    assert atkinson(VALUES, PEOPLE, aversion=aversion) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("values", "aversion", "expected"),
    [
        ([2, 2], 0.5, 0),
        ([0, 4], 0.5, 0.5),  # ((0 + 2) / 2)^2 = 1, against a mean of 2
        ([0, 4], 1, 1),
        ([0, 4], 3, 1),
        ([0, 0], 0.5, 0),
        ([1, 3], 0, 0),
        ([1, 3], 2, 0.25),  # harmonic mean 1.5, against 2
    ],
)
def test_atkinson_by_hand(values, aversion, expected):
    assert atkinson(values, aversion=aversion) == pytest.approx(expected)


@given(positive, st.floats(0.1, 8), st.floats(0.1, 8))
def test_more_aversion_never_finds_less_inequality(society, one, other):
    values, people = society
    low, high = sorted((one, other))
    less, more = (atkinson(values, people, aversion=a) for a in (low, high))
    assert 0 <= less <= more + 1e-9 <= 1 + 1e-9


def test_theil_l_by_hand():
    assert theil_l([1, 3]) == pytest.approx(math.log(2) - math.log(3) / 2)
    assert theil_l([0, 3]) == math.inf
    assert theil_l([0, 0]) == 0


@given(positive)
def test_an_atkinson_of_one_is_theil_l_in_other_units(society):
    values, people = society
    assert atkinson(values, people, aversion=1) == pytest.approx(
        1 - math.exp(-theil_l(values, people)), abs=1e-9
    )


def test_kolm_pollak_by_hand():
    # Mean 2, mean of squares 5: kappa = 2/5. ln((e^(0.4) + e^(1.2)) / 2) / 0.4, and its mirror.
    worse = math.log((math.exp(0.4) + math.exp(1.2)) / 2) / 0.4
    better = -math.log((math.exp(-0.4) + math.exp(-1.2)) / 2) / 0.4
    assert kolm_pollak([1, 3]) == pytest.approx(worse)
    assert kolm_pollak([1, 3], burden=False) == pytest.approx(better)
    assert kolm_pollak([7, 7], [1, 5]) == pytest.approx(7)
    assert kolm_pollak([0, 0]) == 0


@given(positive, st.floats(0.1, 50))
def test_an_equal_burden_is_at_least_the_mean_and_an_equal_good_at_most(society, aversion):
    values, people = society
    mean = np.average(values, weights=people)
    assert kolm_pollak(values, people, aversion=aversion) >= mean * (1 - 1e-9)
    assert kolm_pollak(values, people, aversion=aversion, burden=False) <= mean * (1 + 1e-9)


def test_palma_by_hand():
    assert palma([1] * 10) == pytest.approx(0.25)
    assert palma(range(1, 11)) == pytest.approx(10 / (1 + 2 + 3 + 4))
    # One commune holds everybody: its people are the bottom and the top alike.
    assert palma([5], [1000]) == pytest.approx(0.25)
    assert palma([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]) == math.inf
    assert math.isnan(palma([0, 0]))


def test_concentration_index_by_hand():
    assert concentration_index([1, 0], [10, 30]) == pytest.approx(-0.5)
    # Income ties share a rank: nothing can be concentrated.
    assert concentration_index([0, 1], [20, 20]) == pytest.approx(0)
    assert concentration_index([0, 0], [10, 20]) == 0


@given(positive)
def test_ranked_by_itself_it_is_the_gini(society):
    values, people = society
    assert concentration_index(values, values, people) == pytest.approx(
        gini(values, people), abs=1e-9
    )


@given(positive)
def test_turning_the_ranking_round_changes_the_sign(society):
    values, people = society
    income = np.cos(np.arange(values.size))
    straight = concentration_index(values, income, people)
    assert concentration_index(values, -income, people) == pytest.approx(-straight, abs=1e-9)


@pytest.mark.parametrize(
    ("order", "expected"), [(0, 0.75), (1, 0.25 * 1 + 0.5 * 0.5), (2, 0.25 + 0.5 * 0.25)]
)
def test_fgt_by_hand(order, expected):
    assert fgt([0, 5, 20], [1, 2, 1], line=10, order=order) == pytest.approx(expected)


def test_exactly_on_the_line_is_not_under_it():
    assert fgt([10], line=10, order=0) == 0


def test_bootstrap_is_repeatable_and_holds_the_value():
    first = bootstrap(gini, VALUES, PEOPLE, draws=400, seed=3)
    assert first == bootstrap(gini, VALUES, PEOPLE, draws=400, seed=3)
    assert first.low < first.value == gini(VALUES, PEOPLE) < first.high
    assert first.draws == 400


def test_bootstrap_covers_a_known_mean_about_as_often_as_it_says():
    rng, inside = np.random.default_rng(70), 0
    for seed in range(100):
        sample = rng.exponential(1.0, 60)
        found = bootstrap(lambda x: float(x.mean()), sample, level=0.9, draws=200, seed=seed)
        inside += found.low <= 1 <= found.high
    assert 80 <= inside <= 98


def test_bootstrap_leaves_out_draws_without_anyone():
    found = bootstrap(gini, [1, 2, 3], [0, 0, 5], draws=300)
    assert 150 < found.draws < 270  # about 1 - (2/3)^3 of them draw the inhabited commune
    assert found.value == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: atkinson([1], aversion=-1), "aversion must be a finite number >= 0; got -1"),
        (lambda: kolm_pollak([1], aversion=0), "aversion must be a finite number > 0; got 0"),
        (lambda: fgt([1], line=0), "line must be a finite number > 0; got 0"),
        (lambda: fgt([1], line=1, order=-1), "order must be a finite number >= 0; got -1"),
        (lambda: concentration_index([1, 2], [1, np.nan]), "income must be finite; got nan at ind"),
        (lambda: concentration_index([1, 2], [1]), "income must hold 2 values; got 1"),
        (lambda: palma([1, -2]), r"values must be finite and >= 0; got -2\.0"),
        (lambda: bootstrap(gini), "at least one column"),
        (lambda: bootstrap(gini, [1, 2], level=1), r"level must lie in \(0, 1\)"),
        (lambda: bootstrap(gini, [1, 2], draws=5), "draws must be a whole number >= 100"),
        (lambda: bootstrap(gini, [1, 2], [1]), "a column must hold 2 values; got 1"),
        (lambda: bootstrap(gini, [1, 2], [0, 0]), "defined in none of the resamples"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(EngineError, match=message):
        call()


@given(positive)
def test_the_family_agrees_that_equal_is_equal(society):
    _, people = society
    same = np.full(people.size, 3.5)
    for index in (atkinson, theil_l, theil, gini):
        assert index(same, people) == pytest.approx(0, abs=1e-9)


def test_inequality_is_the_same_at_any_scale_and_a_place_that_ends_on_a_line_is_not_split():
    assert palma([5e-160, 4e-160, 0.0], [0.001, 0.005, 0.004]) == float("inf")
    assert engine.gini([1e-300, 3e-300], [1e-200, 1e-200]) == 0.25
    assert engine.gini([1e300, 3e300], [1e200, 1e200]) == 0.25
