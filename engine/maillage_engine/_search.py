"""From a first guess to a proof: heuristics, Lagrangian bound, variable fixing, then HiGHS."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from maillage_engine import _median
from maillage_engine._branch import remainder, solve_exactly
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._median import FORBIDDEN, FORCED, FREE, Assignment, Network, Pace, Rule

Mask: TypeAlias = NDArray[np.bool_]
Statuses: TypeAlias = NDArray[np.int8]
TINY = 1e-9  # two totals closer than this, relatively, are the same total
TURNS = 100  # Lagrangian steps between two rounds of fixing
ROUNDS = 60
EXACT_PAIRS = 400_000  # HiGHS is asked once at most this many pairs are left
EXACT_SECONDS = 60.0  # for HiGHS, when the caller sets no limit
SHAKES, SHAKEN_PAIRS = 1000, 2e8  # shakes of the best sites: at most, and as pairs looked at
STALLED = 1e-3  # a round that closes less than this part of the gap is the last
SLOWED = 0.2  # the same, once HiGHS could take over: each round leaves it less to do


def network(shape: tuple[int, int], start: Ints, site: Ints, cost: Floats, far: Floats) -> Network:
    """Sort each row by cost and index the pairs by site; those no better than none are dropped."""
    near = cost < np.repeat(far, np.diff(start))
    start = np.concatenate([[0], np.cumsum(near)])[start]
    site, cost = site[near], cost[near]
    _median.sort_rows(start, site, cost)
    return _indexed(shape, start, site, cost, far, np.zeros(shape[1]))


def _indexed(
    shape: tuple[int, int], start: Ints, site: Ints, cost: Floats, far: Floats, opening: Floats
) -> Network:
    by_site = csr_array((np.arange(site.size), site, start), shape=shape).tocsc()
    row = np.repeat(np.arange(shape[0]), np.diff(start))
    order = by_site.data
    return Network(
        start, site, cost, by_site.indptr.astype(np.int64), row[order], cost[order], far, opening
    )


@dataclass(slots=True)
class Search:
    """Open `p` sites at least cost. `lower` and `upper` bound the least total at all times."""

    net: Network  # only the pairs that a better solution may still use
    whole: Network  # every pair
    status: Statuses
    p: int
    must_serve: bool
    deadline: float
    rng: np.random.Generator
    step: float = 0.0  # totals are whole multiples of this
    best: Mask = field(init=False)
    price: Floats = field(init=False)
    upper: float = field(init=False)
    lower: float = -np.inf
    theta: float = 1.0
    scale: float = 0.0

    def __post_init__(self) -> None:
        self.best = np.zeros(self.status.size, dtype=bool)
        self._start()
        self.scale = max(self.upper, float(self.whole.far.max(initial=0.0)) * TINY)

    def _start(self) -> None:
        """Set the first sites, their total, and prices to begin with."""
        _median.greedy(self.whole, self.p, self.status, self.best)
        _fill(self, self.best)
        found = _room(self.whole.far.size)
        self.upper = _improved(self, self.best, found)
        self.price = _first_prices(self, found)

    def begin(self, sites: Mask | None, *, prove: bool, beat: float = np.inf) -> None:
        """Begin from some sites too, then search: to a proof, or only as far as exchanges go.

        Whether a total under `beat` exists is all that is settled.
        """
        if sites is not None:
            before = self.upper
            self.offer(sites)
            if self.upper < before:
                found = _room(self.whole.far.size)
                _median.assign(self.whole, self.best, found)
                self.price = _first_prices(self, found)
        if not prove:
            self.lower = 0.0
            return
        own, self.upper = self.upper, min(self.upper, beat)
        self.run()
        if self.upper >= beat:  # nothing better was found: say what the sites at hand are
            self.upper = own

    def run(self) -> None:
        """Search until proven, stalled or out of time."""
        for _ in range(ROUNDS):
            before = self.upper - self.lower
            _round(self)
            if self.closed or self.late:
                return
            _fix(self)
            near = self.net.site.size <= EXACT_PAIRS and _nearly(self)
            least = SLOWED if near else STALLED
            if self.upper - self.lower > before * (1 - least) or _tiny(self):
                break
        self._wander()
        if self.net.site.size <= EXACT_PAIRS and not (self.closed or self.late):
            _prove(self)

    @property
    def closed(self) -> bool:
        """Whether the bound meets the best total."""
        return self.upper - self.lower <= TINY * self.scale

    def _raise(self, bound: float) -> None:
        """Take a new lower bound, rounded up where totals are whole."""
        if self.step and np.isfinite(bound):
            bound = self.step * float(np.ceil(bound / self.step - 1e-6))
        self.lower = max(self.lower, min(bound, self.upper))

    @property
    def late(self) -> bool:
        """Whether the time allowed is over."""
        return work_clock() > self.deadline

    def offer(self, sites: Mask) -> None:
        """Improve some sites by exchanges and keep them if they are the best so far."""
        if (sites == self.best).all():
            return
        total = _improved(self, sites, _room(self.whole.far.size))
        if total < self.upper:
            self.upper, self.best = total, sites

    def _wander(self) -> None:
        """Look around the best sites for better ones, with an effort that fits the size."""
        if self.closed or _nearly(self):
            return
        sites = self.best.copy()
        total = _shaken(self, self.whole, self.status, sites, self.lower)
        if total < self.upper:
            self.upper, self.best = total, sites

    def _rounded(self, share: Floats) -> Mask:
        """Open the sites that the relaxed solution opens most."""
        sites = np.asarray(self.status == FORCED)
        free = np.flatnonzero(self.status == FREE)
        most = free[np.argsort(-share[free], kind="stable")]
        sites[most[: max(0, self.p - int(sites.sum()))]] = True
        return sites

    def _wanted(self) -> float:
        """Return the largest total still of interest."""
        return self.upper - 0.999 * self.step

    def _exhaust(self) -> None:
        """Note that no total of interest is left."""
        self.lower = self.upper

    def _most(self) -> int:
        """Return how many sites may be open at most; -1 for no limit of its own."""
        return -1


def _improved(search: Search, sites: Mask, to: Assignment) -> float:
    shift = int(search.rng.integers(search.status.size))
    return float(_median.improve(search.whole, search.status, sites, to, shift))


def _shaken(search: Search, net: Network, status: Statuses, sites: Mask, enough: float) -> float:
    """Shake `sites` in place, a few times between two looks at the clock; return the total."""
    turns = min(SHAKES, max(10, int(SHAKEN_PAIRS / max(1, net.site.size))))
    draws = search.rng.integers(0, 2**31, (turns, 7))
    to = _room(net.far.size)
    total = float("inf")
    for part in np.array_split(draws, max(1, turns // 10)):
        total = float(_median.wander(net, status, sites, to, part, enough))
        if total <= enough or search.late:
            break
    return total


def _fill(search: Search, sites: Mask) -> None:
    """Open sites in order until there are `p`: more sites never cost more."""
    missing = search.p - int(sites.sum())
    sites[np.flatnonzero(~sites & (search.status == FREE))[: max(0, missing)]] = True


def _round(search: Search) -> None:
    bound, share, search.theta = _median.raise_bound(
        search.net,
        Rule(search.status, search.p),
        search.upper,
        search.price,
        Pace(TURNS, search.theta, 0.1),
    )
    search._raise(float(bound))
    if not search.closed:
        search.offer(search._rounded(share))


def _nearly(search: Search) -> bool:
    """Whether the gap is small enough for the rest to be left to HiGHS."""
    return search.upper - search.lower <= 2e-4 * search.scale or search.net.site.size <= 5_000


def _tiny(search: Search) -> bool:
    """Whether so little is left that HiGHS settles it faster than a round does."""
    return search.upper - search.lower <= 1e-5 * search.scale or search.net.site.size <= 300


def _fix(search: Search) -> None:
    """Force, forbid and drop what no better solution can use; keep what equal ones do."""
    rho, chosen = np.zeros(search.status.size), np.zeros(search.status.size, dtype=bool)
    _median.reduced_costs(search.net, search.price, rho)
    value, limit, beyond = _median.choose(rho, search.status, search.p, chosen)
    bound = float(search.price.sum() + value)
    slack = search._wanted() - bound + TINY * search.scale
    free = search.status == FREE
    search.status[free & ~chosen & (rho - limit > slack)] = FORBIDDEN
    search.status[free & chosen & (beyond - rho > slack)] = FORCED
    kept = _median.keep_pairs(search.net, search.price, rho, search.status, slack, limit)
    if kept.sum() < 0.8 * kept.size:
        _keep(search, kept)


def _keep(search: Search, kept: Mask) -> None:
    total = np.concatenate([[0], np.cumsum(kept)])
    net = search.net
    search.net = _indexed(
        (net.far.size, search.status.size),
        total[net.start],
        net.site[kept],
        net.cost[kept],
        net.far,
        net.opening,
    )


def _prove(search: Search) -> None:
    left = remainder(search.net, search.status, search.p, search.must_serve, search._most())
    seconds = search.deadline - work_clock()
    seconds = EXACT_SECONDS if np.isinf(seconds) else seconds
    forced = np.asarray(search.status == FORCED)
    if left is None:
        search._exhaust()
    elif not left.free.size:  # nothing is left to choose
        if search.p < 0 or forced.sum() == search.p:
            search.offer(forced)
        search._exhaust()
    elif seconds > 0:
        solved = solve_exactly(left, search.status, search.best, seconds)
        if solved.open is not None:
            search.offer(solved.open)
        if np.isinf(solved.bound) and solved.bound > 0:
            search._exhaust()
        else:
            search._raise(solved.bound)


def _first_prices(search: Search, found: Assignment) -> Floats:
    """What each row would pay, between its nearest open site and the next."""
    spread = np.minimum(found.next_cost - found.cost, found.cost + found.cost.mean())
    return np.asarray(np.minimum(found.cost + spread / 2, search.whole.far))


def _room(n: int) -> Assignment:
    return Assignment(np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n))
