"""Set covering: reductions, the search with weights on rows, and the bound by regions."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from maillage_engine import _annealing, _problem, set_cover
from maillage_engine._fewest import without_dominated
from maillage_engine._regions import bound_by_regions

INSTANCES, SMALL, LARGER = 200, (9, 8), 260
SOON = float("inf")


def drawn(seed):
    """Draw who is within reach of what; everyone of something."""
    rng = np.random.default_rng(seed)
    reach = rng.random(SMALL) < rng.uniform(0.15, 0.5)
    reach[np.arange(SMALL[0]), rng.integers(0, SMALL[1], SMALL[0])] = True
    return reach, rng


def fewest(reach):
    """Count the columns of the smallest cover, by trying every choice."""
    masks = np.packbits(reach, axis=0).astype(np.int64)
    masks = (masks[0] << 8) + (masks[1] if len(masks) > 1 else 0)
    chosen = np.arange(1 << reach.shape[1])
    covered = np.zeros_like(chosen)
    for column, mask in enumerate(masks):
        covered |= np.where(chosen >> column & 1, mask, 0)
    return int(min(int(one).bit_count() for one in chosen[covered == np.bitwise_or.reduce(masks)]))


def towns(seed=70):
    """Draw towns in a plane, and which are within 7 minutes of which."""
    where = np.random.default_rng(seed).uniform(0, 60, (LARGER, 2))
    return np.hypot(*(where[:, None] - where).T).T <= 7


def started(reach):
    """Return a search that has only its first sites."""
    pairs = _problem.within_reach(reach)
    return _problem.cover_search(pairs, -1, SOON, np.random.default_rng(0), run=False)


def test_what_is_not_dominated_needs_as_many_columns_as_the_whole():
    for seed in range(INSTANCES):
        reach, _ = drawn(seed)
        left = without_dominated(csr_array(reach.astype(np.int8))).toarray() > 0
        assert left.shape[1] == reach.shape[1]
        assert left.any(axis=1).all()
        assert fewest(left) == fewest(reach), seed


def test_equal_rows_and_equal_columns_are_kept_once():
    left = without_dominated(csr_array(np.ones((4, 3), np.int8)))
    assert left.toarray().tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("size", [2, 4])
def test_the_bound_by_regions_is_never_above_the_smallest_cover(size):
    for seed in range(INSTANCES // 2):
        reach, rng = drawn(seed)
        search = started(reach)
        rows = search.whole.far.size
        price = (np.full(rows, 1.0 / rows), rng.random(rows), np.zeros(rows))[seed % 3]
        bound = bound_by_regions(search.whole, price, size, SOON)
        assert bound <= fewest(reach) <= search.upper, seed


def test_one_region_is_the_whole_problem_and_no_time_leaves_what_prices_prove():
    search = started(np.eye(5, dtype=bool) | np.eye(5, k=1, dtype=bool))
    price = np.full(search.whole.far.size, 0.5)
    whole = bound_by_regions(search.whole, price, 10, SOON)
    hasty = bound_by_regions(search.whole, price, 2, 0.0)
    assert whole == pytest.approx(search.upper, abs=1e-4)
    assert 0 < hasty <= whole


def test_the_search_finds_covers_and_stops_where_it_may():
    reach = towns()
    found = set_cover(reach)
    assert reach[:, found.sites].any(axis=1).all()
    assert found.bound <= found.objective == len(found.sites)
    assert started(reach).upper <= found.objective * 1.1
    assert set_cover(reach).sites.tolist() == found.sites.tolist()


def test_exchanges_keep_as_many_sites_and_count_who_is_covered():
    net = started(towns()).whole
    sites = np.zeros(LARGER, dtype=bool)
    sites[np.flatnonzero(np.diff(net.site_start))[:9]] = True
    inside, times = np.flatnonzero(sites), _annealing.counted(net, sites)
    before = int((times == 0).sum())
    status = np.zeros(LARGER, dtype=np.int8)
    _annealing.exchange(net, (status, inside), sites, times, (1e-9, 20_000, 1))
    assert sorted(inside) == np.flatnonzero(sites).tolist()
    assert len(inside) == 9
    assert times.tolist() == _annealing.counted(net, sites).tolist()
    assert (times == 0).sum() < before
