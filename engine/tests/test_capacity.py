"""Capacities and budgets: every answer against enumeration, refusals that name the constraint."""

from itertools import combinations, product

import numpy as np
import pytest
from scipy.optimize import linprog

from maillage_engine import BadParameter, Infeasible
from maillage_engine.capacity import Means, capacitated_median, staffed_plan

INSTANCES = 200


def instance(seed):
    """Draw a small problem in which places are scarce every other time."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 7)), int(rng.integers(2, 5))
    p = int(rng.integers(1, m + 1))
    minutes = rng.integers(0, 40, (n, m)).astype(float)
    people = rng.integers(0, 9, n).astype(float)
    people[0] += 1
    room = rng.integers(2, 30 if seed % 2 else 12, m).astype(float)
    return minutes, people, room, p


def split_total(minutes, people, room):
    """The least person-minutes when origins may be split over these sites, by an LP of SciPy."""
    n, m = minutes.shape
    serve = np.kron(np.eye(n), np.ones(m))
    fill = np.kron(np.ones(n), np.eye(m))
    found = linprog(minutes.ravel(), A_ub=fill, b_ub=room, A_eq=serve, b_eq=people)
    return found.fun if found.success else np.inf


def whole_total(minutes, people, room):
    """The least person-minutes when each origin goes to one site, by enumeration."""
    n, m = minutes.shape
    best = np.inf
    for choice in product(range(m), repeat=n):
        used = np.bincount(choice, weights=people, minlength=m)
        if (used <= room).all():
            best = min(best, people @ minutes[np.arange(n), choice])
    return best


@pytest.mark.parametrize("single", [False, True], ids=["split", "single"])
@pytest.mark.parametrize("block", range(4))
def test_capacitated_median_is_the_best_of_all_choices(block, single):
    total = whole_total if single else split_total
    for seed in range(block, INSTANCES, 4):
        minutes, people, room, p = instance(seed)
        best = min(
            total(minutes[:, list(c)], people, room[list(c)])
            for c in combinations(range(room.size), p)
        )
        if np.isinf(best):
            with pytest.raises(Infeasible) as refusal:
                capacitated_median(minutes, people, room, p, single=single)
            assert refusal.value.constraint == "capacity", seed
        else:
            found = capacitated_median(minutes, people, room, p, single=single)
            assert found.objective == pytest.approx(best, abs=1e-6), seed
            assert found.proven, seed
            assert found.bound <= found.objective + 1e-6
            assert (found.used <= room + 1e-6).all()
            assert found.served.sum(axis=1) == pytest.approx(people, abs=1e-6)
            assert set(np.flatnonzero(found.used > 0)) <= set(found.sites.tolist())


def test_a_site_that_must_stay_open_is_open():
    free = capacitated_median([[0, 9], [0, 9]], [5, 5], [20, 20], 1)
    held = capacitated_median([[0, 9], [0, 9]], [5, 5], [20, 20], 1, kept=[1])
    assert (free.sites.tolist(), free.objective) == ([0], 0.0)
    assert (held.sites.tolist(), held.objective) == ([1], 90.0)


def test_too_few_places_are_told_with_both_numbers():
    with pytest.raises(Infeasible, match="1 sites hold 6 persons at most; 10 need a place"):
        capacitated_median([[1, 2], [2, 1]], [5, 5], [6, 6], 1)


def most_served(reach, people, opening, means):
    """The most people served, over every way of sharing tenths of posts, by max-flow LPs."""
    n, m = reach.shape
    steps = range(round(means.staff * 10) + 1)
    best = 0.0
    for tenths in product(steps, repeat=m):
        staff = np.array(tenths) / 10
        opened = staff > 0
        cost = opening[opened].sum() + means.wage * staff.sum()
        too_small = (staff[opened] < means.smallest - 1e-9).any()
        if staff.sum() > means.staff + 1e-9 or cost > means.budget + 1e-9 or too_small:
            continue
        rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
        limits = np.r_[people, staff * means.persons_per_fte]
        bounds = [(0, None if one else 0) for one in reach.ravel()]
        found = linprog(-np.ones(n * m), A_ub=rows, b_ub=limits, bounds=bounds)
        best = max(best, -found.fun)
    return best


def test_a_staffed_plan_serves_as_many_as_any_plan():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        reach = rng.random((4, 3)) < 0.6
        people = rng.integers(1, 30, 4).astype(float)
        opening = rng.integers(0, 20, 3).astype(float)
        means = Means(
            budget=float(rng.integers(10, 80)), wage=60.0, persons_per_fte=40.0,
            staff=float(rng.integers(1, 7)) / 10, smallest=float(rng.integers(1, 3)) / 10,
        )  # fmt: skip
        found = staffed_plan(reach, people, means, opening=opening)
        assert found.objective == pytest.approx(most_served(reach, people, opening, means)), seed
        assert found.proven, seed
        assert found.spent <= means.budget + 1e-6
        assert found.served.sum() == pytest.approx(found.objective)


def test_means_that_do_not_keep_what_is_open_are_refused_by_name():
    means = Means(budget=30, wage=40, persons_per_fte=25, staff=1)
    with pytest.raises(Infeasible, match=r"costs 64 at least; got 30"):
        staffed_plan([[1]], [30], means, opening=[60], open_today=[0])
    nobody = Means(budget=300, wage=40, persons_per_fte=25, staff=0.05)
    with pytest.raises(Infeasible) as refusal:
        staffed_plan([[1]], [30], nobody, opening=[60], open_today=[0])
    assert refusal.value.constraint == "staff"


def test_means_that_mean_nothing_are_refused():
    with pytest.raises(BadParameter, match="budget must be a finite number >= 0; got -1"):
        Means(budget=-1, wage=40, persons_per_fte=25, staff=1)
