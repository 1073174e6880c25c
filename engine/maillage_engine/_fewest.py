"""Fewest sites that cover every row: what cannot matter is dropped, then both sides close in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_array

from maillage_engine import _median, _weighting
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._median import FORBIDDEN, FORCED
from maillage_engine._search import EXACT_SECONDS, Mask, Search, network
from maillage_engine._windows import windows

Table: TypeAlias = csr_array
TRIES = 2  # roundings of one relaxed solution
HASTY, PATIENT = 10, 400  # steps of the local search for each site: at each offer, at the end
STUBBORN = 2_500  # the same, at the end, where HiGHS will not settle the whole
CHUNK = 20_000  # steps between two looks at the clock
SEARCHING = 0.5  # part of the time left in which fewer sites are looked for
WHOLE_ROWS = 1_000  # up to so many, HiGHS is asked for what the windows leave open
COMPARISONS = 3e8  # dominance is not looked for beyond so many, at most, in one pass


@dataclass(slots=True)
class Cover(Search):
    """Open as few sites as possible so that every row has one.

    Leaving a row out costs one site, since one site would cover it: the least total is the same as
    if rows had to be covered, and prices stay between 0 and 1.
    """

    target: int = -1  # stop as soon as this many sites are known to be enough, or not to be
    trial: _weighting.Trial = field(init=False)

    def _start(self) -> None:
        _median.cover_greedily(self.whole, self.whole.opening, self.best)
        self.upper = float(self.best.sum())
        self.price = np.full(self.whole.far.size, min(0.5, self.upper / self.whole.far.size))
        self.trial = _weighting.begin(self.whole, self.best)
        self._exchange(HASTY)

    @property
    def closed(self) -> bool:
        """Whether the bound meets the best total, or the target is decided."""
        decided = self.target >= 0 and (self.upper <= self.target or self.lower > self.target)
        return decided or Search.closed.__get__(self)

    def _wanted(self) -> float:
        best = self.upper - 0.999
        return best if self.target < 0 else min(best, self.target + 0.001)

    def _exhaust(self) -> None:
        self._raise(self.upper if self.target < 0 else self.target + 1.0)

    def _most(self) -> int:
        return self.target

    def offer(self, sites: Mask) -> None:
        """Keep sites that cover every row with fewer openings, then look for fewer still."""
        if sites.sum() < self.upper:
            self.upper, self.best = float(sites.sum()), sites.copy()
            self.trial = _weighting.begin(self.whole, sites)
            self._exchange(HASTY)

    def _rounded(self, share: Floats) -> Mask:
        """Cover with the sites the relaxed solution opens most; keep the best of a few changes."""
        tries = []
        for _ in range(TRIES):
            sites = np.asarray(self.status == FORCED)
            noise = np.exp(0.05 * self.rng.normal(size=share.size))
            _median.cover_greedily(self.whole, (1.02 - share) * noise, sites)
            tries.append(sites)
        return min(tries, key=np.count_nonzero)

    def _wander(self) -> None:
        """Look for fewer sites and, at the same time, for a better bound."""
        now = work_clock()
        ends = self.deadline if np.isfinite(self.deadline) else now + EXACT_SECONDS
        tight = windows(self.whole, self.price)
        rng = np.random.default_rng(self.rng.integers(2**63))
        small = self.whole.far.size <= WHOLE_ROWS
        with ThreadPoolExecutor(1) as pool:
            effort = PATIENT if small else STUBBORN
            looking = pool.submit(self._exchange, effort, now + SEARCHING * (ends - now))
            tight.raise_bound(rng, ends, self._raised)
            while not (small or self.closed) and work_clock() < ends:
                self._raise(tight.whole_sites(rng, ends))
            looking.result()
        if small and not self.closed and not self.late:
            sites, bound = tight.exact(self.best, ends - work_clock())
            if sites is not None and sites.sum() < self.upper:
                self.upper, self.best = float(sites.sum()), sites
            self._raise(bound)

    def _raised(self, bound: float) -> bool:
        """Take a new bound; return whether that settles the question."""
        self._raise(bound)
        return self.closed

    def _exchange(self, effort: int, until: float = np.inf) -> None:
        """Go on with the local search, for so many steps for each site still in play."""
        steps = effort * int((np.diff(self.whole.site_start) > 0).sum())
        enough = max(self.target, self.lower if np.isfinite(self.lower) else 0)
        until = min(until, self.deadline)
        while steps > 0 and not self.closed and work_clock() < until:
            draws = self.rng.integers(0, 2**31, min(steps, CHUNK))
            self.upper = float(_weighting.fewer(self.whole, self.trial, draws, self.best, enough))
            steps -= CHUNK


def cover(
    shape: tuple[int, int],
    start: Ints,
    site: Ints,
    target: int,
    deadline: float,
    rng: np.random.Generator,
) -> Cover:
    """Set off a search for the fewest sites, once what is dominated is dropped."""
    table = csr_array((np.ones(site.size, np.int8), site, start), shape=shape)
    table = without_dominated(table)
    kept = table.shape[0]
    net = network(
        (kept, shape[1]),
        table.indptr.astype(np.int64),
        table.indices.astype(np.int64),
        np.zeros(table.nnz),
        np.ones(kept),
    )
    net = net._replace(opening=np.ones(shape[1]))
    status = np.where(np.diff(net.site_start) > 0, _median.FREE, FORBIDDEN).astype(np.int8)
    return Cover(net, net, status, -1, True, deadline, rng, step=1.0, target=target)


def without_dominated(table: Table) -> Table:
    """Drop rows covered whenever another is, and empty columns that cover no more than another.

    The fewest columns that cover what is left cover everything. Nothing is dropped where looking
    would cost more than it is worth: many columns for each row.
    """
    size = 0
    while (
        size != table.nnz and float((np.diff(table.indptr).astype(float) ** 2).sum()) < COMPARISONS
    ):
        size = table.nnz
        alike = _dominated(table.T.tocsr(), larger=False)
        table = csr_array(table[:, ~alike] @ _spread(~alike))
        table = table[~_dominated(table, larger=True)]
    return table


def _spread(kept: Mask) -> Table:
    """Return what puts the columns kept back at their places."""
    at = np.flatnonzero(kept)
    ones = np.ones(at.size, np.int8)
    return csr_array((ones, (np.arange(at.size), at)), shape=(at.size, kept.size))


def _dominated(sets: Table, *, larger: bool) -> Mask:
    """Mark the sets that lie within another one or, with `larger`, that hold another one."""
    sets.sort_indices()
    by_member = sets.T.tocsr()
    start, member = sets.indptr.astype(np.int64), sets.indices.astype(np.int64)
    by_start, by_set = by_member.indptr.astype(np.int64), by_member.indices.astype(np.int64)
    found: Mask = _weighting.contained(start, member, by_start, by_set, larger)
    return found
