"""Inequality measures beside formulas written here anew, person by person, with plain NumPy.

A place of weight 3 is three persons who have the same: nothing of the engine is used to say what a
measure should be.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import (
    atkinson,
    bootstrap,
    concentration_index,
    fgt,
    gini,
    kolm_pollak,
    lorenz,
    palma,
    quantile_ratio,
    theil,
    theil_l,
)

amounts = st.sampled_from([0.0, 0.25, 1.0, 3.0]) | st.floats(0.001, 1e4)
rows = st.tuples(amounts, st.integers(0, 6), st.sampled_from("abc"), st.integers(1, 5))
societies = st.lists(rows, min_size=1, max_size=9).filter(lambda s: sum(r[1] for r in s) > 0)


def columns(society):
    values, people, groups, income = zip(*society, strict=True)
    return np.array(values), np.array(people), np.array(groups), np.array(income, dtype=float)


def persons(society):
    """One row for each person: what they have, their group, their income."""
    values, people, groups, income = columns(society)
    return (np.repeat(one, people) for one in (values, groups, income))


@given(societies)
def test_gini_is_half_the_mean_difference_between_two_persons(society):
    values, people, *_ = columns(society)
    has, *_ = persons(society)
    apart = np.abs(has[:, None] - has).mean()
    wanted = apart / (2 * has.mean()) if has.any() else 0.0
    assert gini(values, people) == pytest.approx(wanted, abs=1e-12)


@given(societies)
def test_theil_is_the_mean_of_each_share_times_its_log(society):
    values, people, *_ = columns(society)
    has, *_ = persons(society)
    shares = [x / has.mean() for x in has if x > 0]
    wanted = sum(s * math.log(s) for s in shares) / has.size
    assert theil(values, people) == pytest.approx(wanted, abs=1e-12)


@given(societies)
def test_theil_splits_into_the_theil_of_group_means_and_that_of_each_group(society):
    values, people, groups, _ = columns(society)
    has, group, _ = persons(society)
    mean = np.array([has[group == g].mean() for g in group])
    between = sum(m / has.mean() * math.log(m / has.mean()) for m in mean if m) / has.size
    within = sum(
        x / has.mean() * math.log(x / m) for x, m in zip(has, mean, strict=True) if x
    ) / has.size  # fmt: skip
    found = theil(values, people, groups)
    assert found == pytest.approx((between + within, between, within), abs=1e-12)


@given(societies)
def test_theil_l_is_the_mean_log_of_how_far_each_person_is_under_the_mean_and_splits(society):
    values, people, groups, _ = columns(society)
    has, group, _ = persons(society)
    mean = np.array([has[group == g].mean() for g in group])

    def deviation(reference, found):
        logs = [
            math.inf if f == 0 else math.log(r / f)
            for r, f in zip(reference, found, strict=True)
            if r
        ]
        return sum(logs) / has.size

    whole = np.full(has.size, has.mean())
    wanted = (deviation(whole, has), deviation(whole, mean), deviation(mean, has))
    assert theil_l(values, people) == pytest.approx(wanted[0], abs=1e-12)
    assert theil_l(values, people, groups) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("aversion", [0.5, 1, 1 + 1e-12, 2])
@given(society=societies)
def test_atkinson_is_one_minus_the_power_mean_over_the_mean(aversion, society):
    values, people, *_ = columns(society)
    has, *_ = persons(society)
    if not has.any():
        wanted = 0.0
    elif aversion >= 1 and not has.all():
        wanted = 1.0
    elif abs(aversion - 1) < 1e-9:
        wanted = 1 - math.exp(np.log(has).mean()) / has.mean()
    else:
        wanted = 1 - (has ** (1 - aversion)).mean() ** (1 / (1 - aversion)) / has.mean()
    assert atkinson(values, people, aversion=aversion) == pytest.approx(wanted, abs=1e-9)


@given(societies, st.sampled_from([0.5, 1.0, 3.0]))
def test_kolm_pollak_is_the_time_that_would_be_as_bad_for_all(society, aversion):
    values, people, *_ = columns(society)
    has, *_ = persons(society)
    kappa = aversion * has.sum() / (has**2).sum() if has.any() else 1.0
    worse = math.log(np.exp(kappa * (has - has.max())).mean()) / kappa + has.max()
    better = -math.log(np.exp(-kappa * has).mean()) / kappa
    for burden, wanted in ((True, worse), (False, better)):
        found = kolm_pollak(values, people, aversion=aversion, burden=burden)
        assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(societies)
def test_the_tenth_and_the_ninetieth_percentiles_are_what_some_person_has(society):
    values, people, *_ = columns(society)
    has = np.sort(next(persons(society)))
    low, high = (has[math.ceil(share * has.size / 10) - 1] for share in (1, 9))
    found = quantile_ratio(values, people)
    if low > 0:
        assert found == high / low
    else:
        assert math.isnan(found) if high == 0 else found == math.inf


@given(societies)
def test_palma_and_lorenz_count_ten_parts_of_each_person(society):
    values, people, *_ = columns(society)
    has = np.sort(np.repeat(next(persons(society)), 10))
    n = has.size // 10
    bottom, top = has[: 4 * n].sum(), has[9 * n :].sum()
    found = palma(values, people)
    if has.any():
        wanted = math.inf if bottom == 0 else top / bottom
        assert found == pytest.approx(wanted, rel=1e-9)
        half = np.interp(0.5, lorenz(values, people).people, lorenz(values, people).held)
        assert half == pytest.approx(has[: 5 * n].sum() / has.sum(), abs=1e-12)
    else:
        assert math.isnan(found)


@given(societies)
def test_the_concentration_index_is_twice_the_covariance_with_the_rank_over_the_mean(society):
    values, people, _, income = columns(society)
    has, _, money = persons(society)
    rank = [((money < m).sum() + (money == m).sum() / 2) / money.size for m in money]
    wanted = 2 * np.cov(has, rank, bias=True)[0, 1] / has.mean() if has.any() else 0.0
    assert concentration_index(values, income, people) == pytest.approx(wanted, abs=1e-12)


@given(societies, st.sampled_from([0, 1, 2, 0.5]), st.sampled_from([0.25, 1.0, 50.0]))
def test_fgt_is_the_mean_of_the_lack_of_those_under_the_line(society, order, line):
    values, people, *_ = columns(society)
    has, *_ = persons(society)
    lack = [((line - x) / line) ** order for x in has if x < line]
    assert fgt(values, people, line=line, order=order) == pytest.approx(
        sum(lack) / has.size, abs=1e-12
    )


def test_a_place_where_nobody_lives_changes_nothing():
    for measure in (gini, theil, theil_l, kolm_pollak, palma, quantile_ratio):
        assert measure([0, 1, 3, 9], [0, 1, 1, 0]) == pytest.approx(measure([1, 3], [1, 1]))
    for aversion in (0.5, 1, 2):
        with_nobody = atkinson([0, 1, 3], [0, 1, 1], aversion=aversion)
        assert with_nobody == pytest.approx(atkinson([1, 3], aversion=aversion))
    assert math.isnan(palma([0, 5], [1, 0]))  # what is where nobody lives is nobody's
    assert concentration_index([0, 1, 5], [1, 3, 9], [1, 1, 0]) == concentration_index(
        [0, 1], [1, 3]
    )


@pytest.mark.parametrize("measure", [gini, theil, atkinson])
def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say(measure):
    # Of a gamma of shape 3, a million draws tell the truth; places of 120 drawn again and again.
    chance = np.random.default_rng(70)
    truth = measure(chance.gamma(3, 1, 1_000_000))
    found = [
        bootstrap(measure, chance.gamma(3, 1, 120), level=0.9, draws=100, seed=seed)
        for seed in range(150)
    ]
    share = np.mean([one.low <= truth <= one.high for one in found])
    # A binomial of 150 at 0.9 stays within 0.83..0.97; percentile intervals are a little short.
    assert 0.80 <= share <= 0.97


def test_groups_may_be_drawn_too():
    places = np.arange(40)
    found = bootstrap(
        lambda values, people, groups: theil(values, people, groups).between,
        1.0 + places % 5, np.ones(40), np.where(places < 20, "north", "south"), draws=100,
    )  # fmt: skip
    assert 0 <= found.low <= found.high
