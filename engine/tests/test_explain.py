"""Why these sites: each figure recomputed the slow way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import BadParameter, p_median
from maillage_engine.explain import compare_sites, reasons, steadiness


def instance(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 12)), int(rng.integers(2, 7))
    minutes = rng.uniform(0, 40, (n, m))
    minutes[rng.random((n, m)) < 0.3] = np.nan
    people = rng.integers(0, 30, n).astype(float)
    people[0] += 1
    return rng, minutes, people


def nearest_of(minutes, sites):
    if not len(sites):
        return np.full(minutes.shape[0], np.inf)
    return np.where(np.isnan(minutes[:, sites]), np.inf, minutes[:, sites]).min(1)


@given(st.integers(0, 10_000))
def test_what_a_site_is_for_is_what_its_closing_would_cost(seed):
    rng, minutes, people = instance(seed)
    sites = np.sort(rng.choice(minutes.shape[1], int(rng.integers(1, minutes.shape[1])), False))
    found = reasons(minutes, people, sites)
    now = nearest_of(minutes, sites)
    assert found.persons.sum() == people[np.isfinite(now)].sum()
    for place, site in enumerate(sites):
        then = nearest_of(minutes, [one for one in sites if one != site])
        still = np.isfinite(then)
        assert found.if_closed[place] == pytest.approx(people[still] @ (then[still] - now[still]))
        assert found.without[place] == people[np.isfinite(now) & ~still].sum()


@given(st.integers(0, 10_000))
def test_who_gains_and_who_loses_add_up_to_the_whole_change(seed):
    rng, minutes, people = instance(seed)
    m = minutes.shape[1]
    before, after = (rng.choice(m, int(rng.integers(0, m)), False) for _ in range(2))
    found = compare_sites(minutes, people, before, after)
    old, new = nearest_of(minutes, before), nearest_of(minutes, after)
    both = np.isfinite(old) & np.isfinite(new)
    change = people[both] @ (old[both] - new[both])
    assert found.minutes_gained - found.minutes_lost == pytest.approx(change)
    assert found.newly_reached == people[~np.isfinite(old) & np.isfinite(new)].sum()
    assert found.no_longer_reached == people[np.isfinite(old) & ~np.isfinite(new)].sum()
    assert found.gain + found.lose <= people.sum()


def test_nothing_changes_when_the_network_stays():
    found = compare_sites([[1, 9], [8, 2]], [10, 5], [0, 1], [1, 0])
    assert (found.gain, found.lose, found.minutes_gained, found.minutes_lost) == (0, 0, 0, 0)


def test_a_choice_between_twins_is_nearly_a_draw_and_a_plain_one_is_steady():
    def choose(cost, people):
        return p_median(cost, people, 1).sites

    twins = steadiness(choose, [[10, 10], [10, 10]], [5, 5], draws=200)
    assert twins.sum() == pytest.approx(1)
    assert 0.35 < twins[0] < 0.65
    assert steadiness(choose, [[1, 90], [1, 90]], [9, 9]).tolist() == [1.0, 0.0]
    with pytest.raises(BadParameter, match="draws must be a whole number >= 1"):
        steadiness(choose, [[1.0]], [1], draws=0)
