"""Groups as columns: the compiled search against all groups, and both exact methods alike."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_engine import pooling
from maillage_engine._groups import best_groups, share_out
from maillage_engine._pooling import Question, Relaxation, best_network
from maillage_engine._sharing import Pool, best_sharing


def towns(seed, count=10):
    """Towns in a square, what each is worth to each origin, and which are near each other."""
    rng = np.random.default_rng(seed)
    where = rng.uniform(0, 30, (count, 2))
    minutes = np.hypot(*(where[:, None] - where).T)
    near = minutes <= rng.uniform(5, 40)
    np.fill_diagonal(near, False)
    return minutes, near, rng


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 6))
def test_the_best_groups_are_the_best_of_all_groups(seed, largest, room):
    minutes, near, rng = towns(seed)
    worth = np.maximum(rng.uniform(2, 25, 10) - minutes, 0)
    least = rng.uniform(0, 30, largest)
    kept = best_groups(worth, near, least, room, False)
    for size in range(1, largest + 1):
        values = [
            worth[list(group)].max(axis=0).sum()
            for group in combinations(range(10), size)
            if all(near[a, b] for a, b in combinations(group, 2))
        ]
        wanted = sorted((v for v in values if v > least[size - 1]), reverse=True)[:room]
        place = slice(0, kept.found[size - 1])
        found = kept.values[size - 1, place]
        assert sorted(found, reverse=True) == pytest.approx(wanted)
        for group, value in zip(kept.members[size - 1, place, :size], found, strict=True):
            assert worth[group].max(axis=0).sum() == pytest.approx(value)


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_groups_are_shared_out_as_well_as_in_any_way(seed):
    rng = np.random.default_rng(seed)
    values = -np.sort(-rng.uniform(0, 9, (3, 4)), axis=1)
    found, count = rng.integers(0, 5, 3), int(rng.integers(1, 10))
    sizes = -np.sort(-rng.integers(0, 5, 3))
    ways = [
        sum(values[s, : a[s]].sum() for s in range(3))
        for a in product(*(range(f + 1) for f in found))
        if sum(a) <= sizes[0] and a[1] + a[2] <= sizes[1] and a[2] <= sizes[2]
        and a[0] + 2 * a[1] + 3 * a[2] <= count
    ]  # fmt: skip
    total, taken = share_out(values, found, sizes, count, -1)
    assert total == pytest.approx(max(ways))
    assert sum(values[s, : taken[s]].sum() for s in range(3)) == pytest.approx(total)


@pytest.mark.parametrize("seed", range(3))
def test_both_exact_methods_find_the_same_total(seed):
    minutes, near, rng = towns(seed, 14)
    place = pooling._field(pooling.pairs(minutes), rng.integers(1, 90, 14) * 1.0, near, np.inf)
    pool, lp = Pool(place), Relaxation(place, 3)
    for question in (Question(4, (3, 2, 0)), Question(6, (3, 2, 1))):
        found = best_sharing(pool, question, np.inf)
        slow = best_network(lp, question, np.inf)
        assert found.total == pytest.approx(slow.total, rel=1e-9)
        assert found.bound == pytest.approx(found.total, rel=1e-9)
