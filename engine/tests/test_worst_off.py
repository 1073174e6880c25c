"""The farthest first: every answer equal to trying every choice; covers by tree as by any means."""

from itertools import combinations

import numpy as np
import pytest

from maillage_engine import BadArray, BadParameter, _enough, max_cover, p_median, worst_off_first


def every_choice(offered, today, people, p):
    """The farthest time and the total of the best choice, all of them tried."""
    lived = people > 0
    tried = []
    for sites in combinations(range(offered.shape[1]), p):
        after = np.minimum(today, offered[:, sites].min(axis=1))
        tried.append((after[lived].max(), round(float(after @ people), 6)))
    return min(tried)


def drawn(seed, n=12, m=8):
    rng = np.random.default_rng(seed)
    offered = rng.integers(0, 30, (n, m)).astype(float)
    return offered, rng.integers(5, 40, n).astype(float), rng.integers(0, 9, n).astype(float)


@pytest.mark.parametrize("seed", range(40))
def test_the_answer_is_that_of_trying_every_choice(seed):
    offered, today, people = drawn(seed)
    p = 1 + seed % 4
    found = worst_off_first(offered, today, people, p)
    after = np.minimum(today, offered[:, found.sites].min(axis=1))
    assert found.proven
    assert (found.objective, round(float(after @ people), 6)) == every_choice(
        offered, today, people, p
    )


@pytest.mark.parametrize("seed", range(10))
def test_from_another_answer_the_farthest_time_is_the_same(seed):
    offered, today, people = drawn(seed)
    whole = worst_off_first(offered, today, people, 3)
    quick = worst_off_first(offered, today, people, 3, start=[0, 1, 2], prove=False)
    assert quick.objective == whole.objective
    assert quick.proven


def test_a_short_tree_says_what_stays_sure(monkeypatch):
    offered, today, people = drawn(2, n=60, m=40)
    today += 100
    whole = worst_off_first(offered, today, people, 6)
    monkeypatch.setattr(_enough, "NODES", 0)
    quick = worst_off_first(offered, today, people, 6)
    assert quick.bound <= whole.objective <= quick.objective
    assert quick.proven == (quick.bound == quick.objective)


@pytest.mark.parametrize("seed", range(40))
def test_what_does_not_improve_is_not_settled_but_bounded(seed):
    offered, today, people = drawn(seed)
    p = 1 + seed % 4
    best = worst_off_first(offered, today, people, p)
    same = worst_off_first(offered, today, people, p, beat=best.objective + 1)
    assert (same.objective, same.sites.tolist()) == (best.objective, best.sites.tolist())
    none = worst_off_first(offered, today, people, p, beat=best.objective)
    assert none.objective >= none.bound >= best.objective
    lived = people > 0
    after = np.minimum(today, offered[:, none.sites].min(axis=1))[lived]
    assert after.max() <= none.objective
    mean = p_median(offered, people, p)
    total = float(people @ offered[:, mean.sites].min(axis=1))
    assert p_median(offered, people, p, beat=total + 1).objective == mean.objective
    worse = p_median(offered, people, p, beat=total)
    assert worse.objective == pytest.approx(people @ offered[:, worse.sites].min(axis=1))
    assert worse.objective >= total - 1e-9
    assert worse.bound == pytest.approx(total)
    near = offered <= 9
    most = max_cover(near, people, p)
    assert max_cover(near, people, p, beat=most.objective - 1).objective == most.objective
    fewer = max_cover(near, people, p, beat=most.objective)
    assert fewer.objective == people @ near[:, fewer.sites].any(axis=1)
    assert fewer.objective <= fewer.bound == most.objective


def test_without_proof_exchanges_are_never_called_proven():
    offered, _today, people = drawn(1)
    quick = p_median(offered, people, 3, start=[0, 1, 2], prove=False)
    assert quick.objective >= p_median(offered, people, 3).objective
    assert not quick.proven
    covered = max_cover(offered < 9, people, 2, start=[4], prove=False)
    assert covered.bound == people.sum()
    assert not covered.proven


def test_refusals_say_what_was_wanted():
    with pytest.raises(BadArray, match="finite minutes >= 0"):
        worst_off_first([[np.nan]], [1], [1], 1)
    with pytest.raises(BadArray, match="table of minutes"):
        worst_off_first([1.0], [1], [1], 1)
    with pytest.raises(BadParameter, match="at most 1 candidates, once each"):
        p_median([[1.0, 2.0]], [1], 1, start=[0, 1])
