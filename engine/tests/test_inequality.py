"""Inequality: known answers by hand and by PySAL, laws, zeros, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import (
    EngineError,
    extremes,
    gap_slope,
    gini,
    group_means,
    lorenz,
    quantile,
    quantile_ratio,
    theil,
)

VALUES, PEOPLE = [0.5, 1.0, 1.5, 2.0, 4.0], [3, 1, 2, 1, 3]
GROUPS = ["a", "a", "b", "b", "b"]


@pytest.mark.parametrize(
    ("case", "values", "people", "expected"),
    [
        ("all the same", [2, 2, 2], [1, 5, 3], 0),
        ("one of two has everything", [0, 1], [1, 1], 0.5),
        ("one of four has everything", [0, 0, 0, 8], [1, 1, 1, 1], 0.75),
        ("1 and 3", [1, 3], [1, 1], 0.25),
        ("nobody has anything", [0, 0], [4, 5], 0),
        ("empty communes do not count", [9, 1, 3], [0, 1, 1], 0.25),
    ],
)
def test_gini_by_hand(case, values, people, expected):
    assert gini(values, people) == pytest.approx(expected, abs=1e-15)


def test_pysal_gives_the_same_gini_and_theil():
    # inequality 1.1.2: Gini(np.repeat(VALUES, PEOPLE)).g, Theil(...).T and TheilD(..., groups).
    assert gini(VALUES, PEOPLE) == pytest.approx(0.3923076923076923, rel=1e-14)
    split = theil(VALUES, PEOPLE, GROUPS)
    assert split.total == pytest.approx(0.2654271016829678, rel=1e-14)
    assert split.between == pytest.approx(0.1798479, abs=1e-7)
    assert split.within == pytest.approx(0.0855792, abs=1e-7)


@pytest.mark.parametrize(
    ("case", "values", "people", "expected"),
    [
        ("all the same", [2, 2], [1, 9], 0),
        ("one of four has everything", [0, 0, 0, 8], [1, 1, 1, 1], math.log(4)),
        ("zeros count", [0, 2], [3, 1], math.log(4)),
        ("nobody has anything", [0, 0], [1, 1], 0),
    ],
)
def test_theil_by_hand(case, values, people, expected):
    assert theil(values, people) == pytest.approx(expected, abs=1e-15)


def test_theil_splits_by_hand():
    # Means 1 and 3: only between. Then the same mean in both groups: only within.
    apart = theil([1, 1, 3, 3], [1, 1, 1, 1], ["a", "a", "b", "b"])
    assert (apart.between, apart.within) == pytest.approx((apart.total, 0))
    mixed = theil([1, 3, 1, 3], [1, 1, 1, 1], ["a", "a", "b", "b"])
    assert (mixed.between, mixed.within) == pytest.approx((0, mixed.total), abs=1e-15)


amounts = st.floats(0, 1e6).filter(lambda x: x == 0 or x > 1e-6)
societies = st.lists(st.tuples(amounts, st.integers(0, 10_000), st.sampled_from("abc")), min_size=1)
peopled = societies.filter(lambda rows: sum(people for _, people, _ in rows) > 0)


def columns(rows):
    values, people, groups = zip(*rows, strict=True)
    return np.array(values), np.array(people, dtype=float), np.array(groups)


@given(peopled)
def test_between_and_within_add_up(rows):
    values, people, groups = columns(rows)
    total, between, within = theil(values, people, groups)
    assert total == pytest.approx(between + within, rel=1e-9, abs=1e-9)
    assert total == theil(values, people)


@given(peopled)
def test_measures_stay_in_their_bounds(rows):
    values, people, _ = columns(rows)
    assert 0 <= gini(values, people) <= 1
    assert 0 <= theil(values, people) <= math.log(people.sum()) + 1e-9


@given(peopled, st.floats(0.01, 100))
def test_changing_the_unit_changes_nothing(rows, factor):
    values, people, _ = columns(rows)
    assert gini(values * factor, people) == pytest.approx(gini(values, people), abs=1e-9)
    assert theil(values * factor, people) == pytest.approx(theil(values, people), abs=1e-9)


@given(peopled)
def test_splitting_a_commune_in_two_changes_nothing(rows):
    values, people, groups = columns(rows)
    twice, halves = np.repeat(values, 2), np.repeat(people / 2, 2)
    assert gini(twice, halves) == pytest.approx(gini(values, people), abs=1e-9)
    assert theil(twice, halves, np.repeat(groups, 2)) == pytest.approx(
        theil(values, people, groups), abs=1e-9
    )


@given(st.lists(st.floats(1, 100), min_size=2, max_size=20), st.floats(0.01, 0.99))
def test_giving_from_the_richest_to_the_poorest_reduces_inequality(values, part):
    before = np.sort(np.array(values))
    given_away = part * (before[-1] - before[0]) / 2
    after = before.copy()
    after[0] += given_away
    after[-1] -= given_away
    assert gini(after) <= gini(before) + 1e-12
    assert theil(after) <= theil(before) + 1e-12


@given(peopled)
def test_the_lorenz_curve_is_convex_and_goes_from_corner_to_corner(rows):
    values, people, _ = columns(rows)
    curve = lorenz(values, people)
    assert (curve.people[0], curve.held[0]) == (0, 0)
    assert (curve.people[-1], curve.held[-1]) == (1, 1)
    assert (curve.held <= curve.people + 1e-12).all()


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 0.5), (0.3, 0.5), (0.31, 1.0), (0.5, 1.5), (0.7, 2.0), (0.71, 4.0), (1, 4.0)],
)
def test_quantiles_are_values_that_someone_has(share, expected):
    assert quantile(VALUES, PEOPLE, share) == expected


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.floats(0, 1))
def test_quantiles_agree_with_numpy_person_by_person(values, share):
    wanted = np.quantile(np.array(values, float), share, method="inverted_cdf")
    assert quantile(values, None, share) == wanted


def test_ratio_of_quantiles():
    assert quantile_ratio(VALUES, PEOPLE) == 8  # 4.0 over 0.5
    assert quantile_ratio([0, 1, 2], [5, 4, 1]) == math.inf
    assert math.isnan(quantile_ratio([0, 0, 7], [50, 49, 1]))


def test_extremes_leave_out_places_where_nobody_lives():
    found = extremes([9, 1, 4, 0], [0, 2, 3, 0])
    assert (found.lowest, found.highest, found.gap, found.ratio) == (1, 4, 3, 4)
    assert extremes([0, 3]).ratio == math.inf
    assert math.isnan(extremes([0, 0]).ratio)


def test_group_means_are_per_person():
    found = group_means([1, 4, 7], [3, 1, 0], ["b", "b", "a"])
    assert found.labels.tolist() == ["a", "b"]
    assert found.people.tolist() == [0, 4]
    np.testing.assert_array_equal(found.mean, [np.nan, 1.75])


@pytest.mark.parametrize("measure", [gini, theil, lorenz, quantile_ratio, extremes])
@pytest.mark.parametrize(
    ("values", "people", "message"),
    [
        ([1, -1], [1, 1], "values must be finite and >= 0; got -1.0 at index 1"),
        ([1, np.nan], [1, 1], "values .* got nan at index 1"),
        ([1, 2], [1], "weights must hold 2 values; got 1"),
        ([1, 2], [0, 0], "weights must count at least one person; got a total of 0"),
        ([1, 2], [-1, 2], "weights must be finite and >= 0; got -1.0"),
        ([], [], "values must hold at least one value; got none"),
    ],
)
def test_refusals(measure, values, people, message):
    with pytest.raises(EngineError, match=message):
        measure(values, people)


def test_groups_must_be_one_label_per_place():
    with pytest.raises(EngineError, match=r"groups must hold 2 labels; got .* \(3,\)"):
        theil([1, 2], [1, 1], ["a", "b", "c"])


@given(peopled)
def test_the_slope_gives_the_mean_gap_and_is_below_it_elsewhere(rows):
    values, people = (np.array([row[at] for row in rows], dtype=float) for at in (0, 1))
    share = people / people.sum()

    def half_the_gap(some):
        return 0.5 * share @ np.abs(some[:, None] - some) @ share

    slope, close = gap_slope(values, people), 1e-9 * max(1.0, values.max())
    assert slope @ values == pytest.approx(half_the_gap(values), abs=close)
    assert slope @ values == pytest.approx(gini(values, people) * (share @ values), abs=close)
    for other in (values[::-1], np.arange(values.size) * 1.0):
        assert slope @ other <= half_the_gap(other) + close + 1e-9 * values.size


def test_the_slope_of_two_persons_is_a_quarter_up_and_a_quarter_down():
    assert gap_slope([3, 1]).tolist() == [0.25, -0.25]
    assert gap_slope([3, 1], [0, 5]).tolist() == [0.0, 0.0]
