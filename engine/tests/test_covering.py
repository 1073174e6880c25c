"""Set covering: reductions, the search with weights on rows, halved sums, the bound by windows."""

import numpy as np
import pytest
from scipy.sparse import csr_array, vstack

from maillage_engine import _annealing, _problem, _windows, set_cover
from maillage_engine._fewest import without_dominated
from maillage_engine._halves import halved_sums
from maillage_engine._milp import Programme
from maillage_engine._windows import windows

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


def relaxed(reach):
    """Return the least total of sites that may be opened in part, and how open each is."""
    programme = Programme()
    programme.variables(np.ones(reach.shape[1]))
    row, column = np.nonzero(reach)
    programme.constrain(row, column, 1.0, least=1.0, count=reach.shape[0])
    solution = programme.solve()
    return solution.objective, solution.values


def triangles(count):
    """Return rows and sites by threes; each site covers two rows of its three."""
    return np.kron(np.eye(count), 1 - np.eye(3)) > 0


def test_three_rows_that_share_sites_two_by_two_need_two_sites():
    table, right, added = halved_sums(
        csr_array(triangles(1).astype(np.int64)), np.ones(3, np.int64), np.full(3, 0.5)
    )
    assert table.toarray().tolist() == [[1, 1, 1]]
    assert right.tolist() == [2]
    assert added.toarray().tolist() == [[1, 1, 1]]


def test_every_cover_meets_what_halved_sums_say_and_the_relaxed_one_does_not():
    choices = (np.arange(1 << SMALL[1])[:, None] >> np.arange(SMALL[1])) & 1
    found = 0
    for seed in range(INSTANCES):
        reach, _ = drawn(seed)
        table, least = csr_array(reach.astype(np.int64)), np.ones(SMALL[0], np.int64)
        share = relaxed(reach)[1]
        more, right, _ = halved_sums(table, least, share)
        covers = choices[((table @ choices.T) >= 1).all(axis=0)]
        assert (more @ covers.T >= right[:, None]).all(), seed
        assert (more @ share < right).all(), seed
        found += right.size
    assert found > 10


def test_halved_sums_of_halved_sums_hold_for_every_cover_too():
    choices = (np.arange(1 << SMALL[1])[:, None] >> np.arange(SMALL[1])) & 1
    for seed in range(INSTANCES // 4):
        reach, rng = drawn(seed)
        covers = choices[(reach.astype(int) @ choices.T >= 1).all(axis=0)]
        table, least = csr_array(reach.astype(np.int64)), np.ones(SMALL[0], np.int64)
        for _ in range(3):
            share = rng.random(SMALL[1])  # sums need no solution of anything to hold
            share /= (table @ share / least).min()
            more, right, _ = halved_sums(table, least, share)
            assert (more @ covers.T >= right[:, None]).all(), seed
            table, least = csr_array(vstack([table, more])), np.concatenate([least, right])


@pytest.mark.parametrize("size", [2, 4, 9])
def test_the_bound_by_windows_is_never_above_the_smallest_cover_and_never_falls(size, monkeypatch):
    monkeypatch.setattr(_windows, "SIZE", size)
    for seed in range(INSTANCES // 10):
        reach, rng = drawn(seed)
        search = started(reach)
        rows = search.whole.far.size
        price = (np.full(rows, 1.0 / rows), rng.random(rows), np.zeros(rows))[seed % 3]
        tight = windows(search.whole, price)
        bounds = [tight.bound]
        for _ in range(3):
            tight.tighten(rng, SOON)
            bounds.append(tight.bound)
        bounds.append(tight.whole_sites(rng, SOON))
        assert (np.diff(bounds) > -1e-5).all(), seed
        assert bounds[-1] <= fewest(reach) + 1e-6, seed
        assert fewest(reach) <= search.upper, seed


def test_windows_prove_what_the_linear_bound_does_not():
    reach = triangles(4)
    tight = windows(started(reach).whole, np.zeros(12))
    assert relaxed(reach)[0] == pytest.approx(6.0)
    tight.raise_bound(np.random.default_rng(0), SOON, lambda bound: False)
    assert tight.bound == pytest.approx(8.0, abs=1e-5)
    assert set_cover(reach).proven


def test_windows_leave_prices_as_they_are_once_time_is_up():
    search = started(towns())
    tight = windows(search.whole, np.full(search.whole.far.size, 0.01))
    before = tight.bound
    tight.tighten(np.random.default_rng(0), 0.0)
    assert 0 < before == tight.bound


def test_what_windows_leave_open_is_solved_whole():
    for seed in range(20):
        reach, rng = drawn(seed)
        search = started(reach)
        tight = windows(search.whole, np.zeros(search.whole.far.size))
        tight.tighten(rng, SOON)
        sites, bound = tight.exact(search.best, SOON)
        assert (search.whole.far.size == 0) or reach[:, sites].any(axis=1).all()
        assert sites.sum() == fewest(reach) == pytest.approx(bound, abs=1e-4)


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
