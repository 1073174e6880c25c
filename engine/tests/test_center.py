"""The shortest radius: trees and prices agree with trying every choice, or say they do not know."""

from itertools import combinations

import numpy as np
import pytest

from maillage_engine import _center, _enough, _problem, p_center


def question(seed):
    """Draw which sites cover which rows; each row has one."""
    rng = np.random.default_rng(seed)
    reach = rng.random((int(rng.integers(5, 20)), int(rng.integers(4, 12)))) < 0.25
    reach[:, 0] |= ~reach.any(axis=1)
    return reach


def tree_of(reach):
    rng = np.random.default_rng(0)
    within = _problem.within_reach(reach)
    return _enough.tree(_problem.cover_search(within, 1, np.inf, rng, run=False).whole)


@pytest.mark.parametrize("block", range(4))
def test_a_tree_tells_whether_some_sites_are_enough(block):
    for seed in range(block, 200, 4):
        reach = question(seed)
        columns = range(reach.shape[1])
        fewest = next(
            k
            for k in range(1, len(columns) + 1)
            if any(reach[:, c].any(1).all() for c in combinations(columns, k))
        )
        short, sure = tree_of(reach).settle(fewest - 1, 1000, np.inf)
        assert (short, sure) == (None, True), seed
        sites, sure = tree_of(reach).settle(fewest, 1000, np.inf)
        assert sure
        assert len(sites) <= fewest
        assert reach[:, sites].any(axis=1).all()


def hard():
    """The lines of the plane of seven points: any two points miss a line, no relaxation says so."""
    lines = [(0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
    return np.array([[j in line for j in range(7)] for line in lines])


def test_a_tree_cut_short_is_not_sure_and_goes_on():
    tree = tree_of(hard())
    assert tree.settle(2, 0, np.inf) == (None, False)
    assert tree.settle(2, 1000, -np.inf) == (None, False)
    assert tree.settle(2, 1000, np.inf) == (None, True)
    assert tree.bound == pytest.approx(7 / 3)


def towns(seed, n=60):
    where = np.random.default_rng(seed).uniform(0, 60, (n, 2))
    return np.hypot(*(where[:, None] - where).T).T.round()


@pytest.mark.parametrize("seed", range(6))
def test_without_trees_prices_leave_an_honest_gap(monkeypatch, seed):
    minutes = towns(seed)
    best = p_center(minutes, 6)
    assert best.proven
    monkeypatch.setattr(_center, "TREE_PAIRS", 0)
    found = p_center(minutes, 6)
    assert found.bound <= best.objective <= found.objective
    assert found.bound > 0
    assert found.objective == minutes[:, found.sites].min(axis=1).max()
    assert found.proven == (found.bound == found.objective)


def test_without_time_the_first_cover_stands_beside_an_honest_bound():
    minutes = towns(9)
    hasty = p_center(minutes, 6, time_limit=1e-9)
    assert hasty.bound <= p_center(minutes, 6).objective <= hasty.objective
    assert not hasty.proven
