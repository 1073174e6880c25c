"""Changes of today's network, a second help near, places shared fairly: against all choices."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import BadParameter, Infeasible, gini, two_step_access
from maillage_engine.fairness import share_places
from maillage_engine.improvement import backup_cover, improve

INSTANCES = 200


def changes(m, today, opening, closing):
    """Every network that differs from today's by so many sites at most."""
    others = [j for j in range(m) if j not in today]
    for opened in range(opening + 1):
        for new in combinations(others, opened):
            for closed in range(closing + 1):
                for gone in combinations(today, closed):
                    yield sorted(set(today) - set(gone) | set(new))


@pytest.mark.parametrize("block", range(4))
def test_an_improvement_is_the_best_of_all_changes(block):
    for seed in range(block, INSTANCES, 4):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(2, 12)), int(rng.integers(3, 8))
        minutes = (
            rng.integers(0, 30, (n, m)).astype(float) if seed % 2 else rng.uniform(0, 30, (n, m))
        )
        people = rng.integers(0, 40, n).astype(float)
        people[0] += 1
        today = sorted(rng.choice(m, int(rng.integers(1, m)), replace=False).tolist())
        opening = int(rng.integers(0, min(3, m - len(today)) + 1))
        closing = int(rng.integers(0, min(3, len(today))))
        totals = {
            tuple(sites): people @ minutes[:, sites].min(1)
            for sites in changes(m, today, opening, closing)
        }
        found = improve(minutes, people, today, opening=opening, closing=closing)
        assert found.objective == pytest.approx(min(totals.values())), seed
        assert found.proven, seed
        assert found.bound <= found.objective + 1e-9
        assert found.before == pytest.approx(people @ minutes[:, today].min(1))
        assert tuple(found.sites) in totals
        assert set(found.opened) == set(found.sites) - set(today)
        assert set(found.closed) == set(today) - set(found.sites)


def test_a_place_served_by_one_site_only_keeps_it():
    minutes = [[0, np.nan, np.nan], [1, 0, 9], [9, 9, 0]]
    found = improve(minutes, [1, 50, 50], [0], opening=2, closing=0)
    assert found.sites.tolist() == [0, 1, 2]
    assert improve(minutes, [1, 50, 50], [0, 1], opening=1, closing=1).closed.tolist() == []


def test_who_reaches_nothing_today_is_reached_afterwards():
    minutes = [[1, np.nan, 6], [np.nan, 1, 7], [1, 2, 0]]
    found = improve(minutes, [5, 5, 90], [0], opening=1)
    assert (found.sites.tolist(), found.before, found.objective) == ([0, 2], np.inf, 40.0)
    assert (found.bound, found.proven) == (40.0, True)


def test_with_places_out_of_reach_it_is_still_the_best_of_all_changes():
    unreached = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        minutes = rng.integers(0, 30, (6, 5)).astype(float)
        minutes[rng.random((6, 5)) < 0.45] = np.nan
        people, near = rng.integers(1, 9, 6), np.where(np.isnan(minutes), np.inf, minutes)
        best = min(people @ near[:, sites].min(1) for sites in changes(5, [0, 1], 2, 1))
        if np.isinf(best):
            with pytest.raises(Infeasible, match="within reach"):
                improve(minutes, people, [0, 1], opening=2, closing=1)
            continue
        found = improve(minutes, people, [0, 1], opening=2, closing=1)
        assert found.objective == pytest.approx(best), seed
        assert found.before == people @ near[:, :2].min(1)
        unreached += int(np.isinf(found.before))
    assert unreached == 59


def test_too_few_openings_to_reach_everyone_are_refused_by_their_name():
    minutes = [[1, np.nan, np.nan], [np.nan, 1, np.nan], [np.nan, np.nan, 1]]
    with pytest.raises(Infeasible, match="1 new sites cannot bring everyone") as refused:
        improve(minutes, [5, 5, 5], [0], opening=1)
    assert refused.value.constraint == "opening"


def test_who_no_site_could_ever_reach_is_named():
    with pytest.raises(Infeasible, match="not so for origin 1"):
        improve([[0, 5], [np.nan, np.nan]], [1, 1], [0], opening=1)


def test_more_closures_than_sites_are_refused_with_both_numbers():
    with pytest.raises(BadParameter, match="closing must be a whole number from 0 to 1; got 2"):
        improve([[0, 5, 9]], [1], [0, 1], opening=1, closing=2)


@pytest.mark.parametrize("block", range(4))
def test_backup_cover_is_the_best_of_all_choices(block):
    for seed in range(block, INSTANCES, 4):
        rng = np.random.default_rng(seed)
        n, m = int(rng.integers(2, 12)), int(rng.integers(2, 8))
        reach = rng.random((n, m)) < 0.35
        people = rng.integers(0, 40, n).astype(float)
        people[0] += 1
        p, second = int(rng.integers(1, m + 1)), float(rng.integers(0, 5)) / 4
        counts = [reach[:, list(c)].sum(1) for c in combinations(range(m), p)]
        best = max(people @ (k >= 1) + second * (people @ (k >= 2)) for k in counts)
        found = backup_cover(reach, people, p, second=second)
        assert found.objective == pytest.approx(best), seed
        assert found.proven, seed


def sharing(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 12)), int(rng.integers(2, 6))
    weight = rng.random((n, m)) * (rng.random((n, m)) < 0.6)
    weight[rng.integers(n), :] = 0.5  # each site is reached by someone
    people = rng.integers(1, 50, n).astype(float)
    return rng, weight, people, rng.integers(0, 9, m).astype(float)


@given(st.integers(0, 10_000))
def test_no_other_sharing_raises_the_worst_off_higher_or_is_more_equal(seed):
    rng, weight, people, today = sharing(seed)
    first = share_places(weight, people, 20, today=today)
    equal = share_places(weight, people, 20, aim="most_equal", today=today)
    assert first.proven
    assert equal.proven
    for _try in range(30):
        supply = today + 20 * rng.dirichlet(np.full(today.size, 0.5))
        access = two_step_access(people, supply, weight).score
        assert access.min() <= first.objective + 1e-9
        assert gini(access, people) >= equal.objective - 1e-9


@given(st.integers(0, 10_000))
def test_access_after_sharing_is_that_of_the_usual_formula(seed):
    _, weight, people, today = sharing(seed)
    found = share_places(weight, people, 7, today=today)
    after = two_step_access(people, today + found.added, weight).score
    assert found.access == pytest.approx(after, rel=1e-9)
    assert found.before == pytest.approx(two_step_access(people, today, weight).score, rel=1e-9)
    assert found.added.sum() == pytest.approx(7)


def test_places_go_where_they_may_or_are_refused():
    capped = share_places([[1, 0], [0, 1]], [10, 30], 4, most=[4, 1])
    assert capped.added.tolist() == [3, 1]
    with pytest.raises(Infeasible, match="can take 3 places; got 4"):
        share_places([[1, 0], [0, 1]], [10, 30], 4, most=[2, 1])
    with pytest.raises(BadParameter, match="worst_off_first or most_equal"):
        share_places([[1.0]], [1], 1, aim="fast")


def test_the_unit_of_persons_does_not_matter():
    # HiGHS takes totals closer than a millionth for the same, whatever their unit.
    chance = np.random.default_rng(433)
    reach, people = chance.random((13, 4)) < 0.4, chance.random(13)
    usual = backup_cover(reach, people, 2)
    tiny = backup_cover(reach, people * 1e-7, 2)
    assert tiny.sites.tolist() == usual.sites.tolist()
    assert tiny.objective == pytest.approx(usual.objective * 1e-7, rel=1e-9)
