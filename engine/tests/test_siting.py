"""Siting: every answer against brute force, bounds that hold, refusals that name the constraint."""

from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_array

from maillage_engine import (
    BadArray,
    BadParameter,
    EngineError,
    Infeasible,
    max_cover,
    nearest,
    p_center,
    p_median,
    pairs,
    set_cover,
)

INSTANCES = 200


def instance(seed):
    """Draw a small problem: ties and zeros every other time, empty places now and then."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 13)), int(rng.integers(2, 9))
    p = int(rng.integers(1, min(m, 5) + 1))
    minutes = rng.integers(0, 40, (n, m)).astype(float) if seed % 2 else rng.uniform(0, 40, (n, m))
    people = rng.integers(0, 50, n).astype(float)
    people[0] += 1
    return minutes, people, p


def choices(m, p):
    return [list(chosen) for chosen in combinations(range(m), p)]


def least(totals):
    return min(totals, default=np.inf)


@pytest.mark.parametrize("block", range(4))
def test_p_median_is_the_best_of_all_choices(block):
    for seed in range(block, INSTANCES, 4):
        minutes, people, p = instance(seed)
        best = least(people @ minutes[:, c].min(1) for c in choices(minutes.shape[1], p))
        found = p_median(minutes, people, p)
        assert found.objective == pytest.approx(best), seed
        assert found.proven, seed
        assert found.bound <= found.objective + 1e-9
        assert len(found.sites) == p
        assert people @ minutes[np.arange(people.size), found.assigned] == pytest.approx(best)


@pytest.mark.parametrize("block", range(4))
def test_p_median_within_reach_serves_everyone_or_says_why_not(block):
    for seed in range(block, INSTANCES, 4):
        minutes, people, p = instance(seed)
        minutes[minutes > 25] = np.inf
        lived_in = people > 0
        best = least(
            people[lived_in] @ minutes[np.ix_(lived_in, c)].min(1)
            for c in choices(minutes.shape[1], p)
        )
        if np.isinf(best):
            with pytest.raises(Infeasible) as refusal:
                p_median(minutes, people, p)
            assert refusal.value.constraint == "reach"
        else:
            found = p_median(np.where(np.isinf(minutes), np.nan, minutes), people, p)
            assert found.objective == pytest.approx(best), seed
            assert found.proven, seed


@pytest.mark.parametrize("block", range(4))
def test_p_median_with_an_outside_option_leaves_the_farthest_out(block):
    for seed in range(block, INSTANCES, 4):
        minutes, people, p = instance(seed)
        reach = pairs(minutes, cutoff_min=20)
        served = np.minimum(np.where(minutes <= 20, minutes, np.inf), 30)
        best = least(
            people @ np.minimum(served[:, c], 30).min(1) for c in choices(minutes.shape[1], p)
        )
        found = p_median(reach, people, p, outside=30)
        assert found.objective == pytest.approx(best), seed
        assert found.proven, seed


@pytest.mark.parametrize("block", range(4))
def test_max_cover_is_the_best_of_all_choices(block):
    for seed in range(block, INSTANCES, 4):
        minutes, people, p = instance(seed)
        reach = minutes <= 12
        best = max(people @ reach[:, c].any(1) for c in choices(minutes.shape[1], p))
        found = max_cover(reach, people, p)
        assert found.objective == best, seed
        assert found.proven, seed
        assert people @ reach[:, found.sites].any(1) == best
        assert ((found.assigned >= 0) == reach[:, found.sites].any(1)).all()


@pytest.mark.parametrize("block", range(4))
def test_set_cover_is_the_smallest_of_all_choices(block):
    for seed in range(block, INSTANCES, 4):
        reach = instance(seed)[0] <= 22
        sizes = [
            k
            for k in range(1, reach.shape[1] + 1)
            if any(reach[:, c].any(1).all() for c in choices(reach.shape[1], k))
        ]
        if not sizes:
            with pytest.raises(Infeasible):
                set_cover(reach)
        else:
            found = set_cover(reach)
            assert (found.objective, found.proven) == (sizes[0], True), seed
            assert reach[:, found.sites].any(1).all()


@pytest.mark.parametrize("block", range(4))
def test_p_center_is_the_best_of_all_choices(block):
    for seed in range(block, INSTANCES, 4):
        minutes, _, p = instance(seed)
        best = least(minutes[:, c].min(1).max() for c in choices(minutes.shape[1], p))
        found = p_center(minutes, p)
        assert (found.objective, found.bound, found.proven) == (best, best, True), seed
        assert minutes[:, found.sites].min(1).max() == best
        assert len(found.sites) == p


def plane(n, seed=70):
    """Draw towns of unequal size in a plane, a minute per unit of distance."""
    rng = np.random.default_rng(seed)
    where = rng.uniform(0, 60, (n, 2))
    people = np.ceil(rng.lognormal(5, 1, n))
    return np.hypot(*(where[:, None] - where).T).T, people


def test_a_hundred_towns_are_solved_to_proof_and_bounds_hold_on_the_way():
    minutes, people = plane(100)
    found = p_median(minutes, people, 8)
    assert found.proven
    assert found.gap <= 1e-6
    assert people @ minutes[:, found.sites].min(1) == pytest.approx(found.objective)
    one_more = p_median(minutes, people, 9)
    assert one_more.objective <= found.objective
    for seed in range(20):
        drawn = np.random.default_rng(seed).choice(100, 8, replace=False)
        assert people @ minutes[:, drawn].min(1) >= found.bound


def test_cutting_the_time_gives_an_honest_gap():
    minutes, people = plane(300)
    best = p_median(minutes, people, 12)
    hasty = p_median(minutes, people, 12, time_limit=1e-6)
    assert best.proven
    assert hasty.bound <= best.objective * (1 + 1e-9)
    assert hasty.objective >= best.objective * (1 - 1e-9)
    assert hasty.gap == pytest.approx(abs(hasty.objective - hasty.bound) / hasty.objective)
    assert not hasty.proven


def test_the_same_question_gets_the_same_answer():
    minutes, people = plane(120)
    first, second = (p_median(minutes, people, 7, seed=3) for _ in range(2))
    assert first.sites.tolist() == second.sites.tolist()
    assert p_median(minutes, people, 7, seed=4).objective == pytest.approx(first.objective)


def test_the_order_of_places_does_not_matter():
    minutes, people = plane(80)
    order = np.random.default_rng(1).permutation(80)
    straight = p_median(minutes, people, 6)
    shuffled = p_median(minutes[np.ix_(order, order)], people[order], 6)
    assert shuffled.objective == pytest.approx(straight.objective)
    assert sorted(order[shuffled.sites]) == straight.sites.tolist()


def test_covering_with_the_sites_of_a_set_cover_covers_everyone():
    minutes, people = plane(90)
    fewest = set_cover(minutes <= 12)
    assert fewest.proven
    enough = int(fewest.objective)
    assert max_cover(minutes <= 12, people, enough).objective == people.sum()
    assert max_cover(minutes <= 12, people, enough - 1).objective < people.sum()
    assert p_center(minutes, enough).objective <= 12 < p_center(minutes, enough - 1).objective


def test_candidates_limit_the_choice_and_keep_their_numbers():
    minutes, people = plane(40)
    allowed = [31, 5, 17, 22]
    for found in (
        p_median(minutes, people, 2, candidates=allowed),
        max_cover(minutes <= 20, people, 2, candidates=allowed),
        p_center(minutes, 2, candidates=allowed),
    ):
        assert set(found.sites) <= set(allowed)
        assert set(found.assigned) <= {*allowed, -1}
    best = least(people @ minutes[:, c].min(1) for c in map(list, combinations(allowed, 2)))
    assert p_median(minutes, people, 2, candidates=allowed).objective == pytest.approx(best)


def test_dense_sparse_and_pairs_ask_the_same_question():
    minutes, people = plane(50)
    table = np.where(minutes <= 30, minutes, np.nan)
    row, column = np.nonzero(~np.isnan(table))
    sparse = coo_matrix((table[row, column], (row, column)), shape=table.shape)
    answers = [p_median(way, people, 6) for way in (table, sparse, csr_array(sparse), pairs(table))]
    assert len({tuple(answer.sites) for answer in answers}) == 1
    reach = [minutes <= 15, csr_array(minutes <= 15), pairs(minutes, cutoff_min=15)]
    assert len({max_cover(way, people, 4).objective for way in reach}) == 1


def test_opening_everything_costs_the_nearest_site_of_each():
    minutes, people = plane(30)
    found = p_median(minutes, people, 30)
    assert (found.objective, found.proven, found.gap) == (0, True, 0)
    assert nearest(minutes).destination.tolist() == found.assigned.tolist()


CUT_OFF = [[1, 0], [0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: set_cover(CUT_OFF), "within reach of a candidate; not so for origin 1"),
        (lambda: p_center([[1, np.nan], [np.nan, np.nan]], 1), "not so for origin 1"),
        (lambda: p_median([[1, np.nan], [np.nan, 1]], [1, 1], 1), "at least 2 are needed"),
        (
            lambda: p_center([[1, np.nan], [np.nan, 1]], 1),
            "1 sites cannot .* at least 2 are",
        ),
        (lambda: set_cover(np.zeros((9, 2))), r"origins 0, 1, 2, 3, 4 and 4 more"),
    ],
)
def test_what_cannot_be_is_named(call, message):
    with pytest.raises(Infeasible, match=message) as refusal:
        call()
    assert refusal.value.constraint == "reach"


@pytest.mark.parametrize(
    ("error", "call", "message"),
    [
        (BadParameter, lambda: p_median([[1.0]], [1], 2), r"p must lie in 1\.\.1, .* got 2"),
        (BadParameter, lambda: p_median([[1.0]], [1], 0), "got 0"),
        (BadParameter, lambda: p_median([[1.0]], [1], 1.5), r"whole number of sites; got 1\.5"),
        (BadParameter, lambda: p_median([[1.0]], [1], True), "whole number of sites; got True"),
        (
            BadParameter,
            lambda: p_median([[1.0]], [1], 1, outside=-1),
            "outside must be a finite number >= 0 minutes",
        ),
        (BadParameter, lambda: p_median([[1.0]], [1], 1, time_limit=0), "time_limit must be"),
        (BadArray, lambda: p_median([[-1.0]], [1], 1), r">= 0 minutes; got -1\.0"),
        (BadArray, lambda: p_median([[1.0]], [-1], 1), "demand must be finite and >= 0"),
        (BadArray, lambda: p_median([[1.0]], [0], 1), "at least one person; got a total of 0"),
        (BadArray, lambda: max_cover([[1.0]], [0], 1), "at least one person; got a total of 0"),
        (BadArray, lambda: p_median([[1.0]], [1, 2], 1), "demand must hold 1 values; got 2"),
        (BadArray, lambda: p_median(np.empty((1, 0)), [1], 1), "at least one candidate"),
        (BadArray, lambda: p_median([[1.0]], [1], 1, candidates=[1]), r"lie in 0\.\.0"),
        (BadArray, lambda: p_median([[1.0]], [1], 1, candidates=[0, 0]), "given once each"),
        (BadArray, lambda: p_median([[1.0]], [1], 1, candidates=[0.5]), "whole positions"),
        (BadArray, lambda: max_cover([[12.0]], [1], 1), r"yes and no \(1 and 0\); got 12\.0"),
        (BadArray, lambda: max_cover([1, 0], [1, 1], 1), "table of two dimensions"),
        (BadArray, lambda: set_cover(csr_array([[2.0]])), r"yes and no \(1 and 0\); got 2\.0"),
    ],
)
def test_refusals(error, call, message):
    with pytest.raises(error, match=message) as refusal:
        call()
    assert isinstance(refusal.value, EngineError)


def test_covering_nobody_is_nothing_to_the_last_digit():
    people = np.array([0.1, 0.2, 0.7, 0.3]) / 3
    found = max_cover(np.zeros((4, 1), bool), people, 1)
    assert (found.objective, found.bound, found.proven) == (0, 0, True)
    rng = np.random.default_rng(2)
    reach, parts = rng.random((9, 5)) < 0.4, rng.random(9)
    found = max_cover(reach, parts, 2)
    assert found.objective == parts[found.assigned >= 0].sum()
