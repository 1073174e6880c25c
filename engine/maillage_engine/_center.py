"""The shortest radius within which p sites cover every row: both ends close in on it.

Each radius asks one question, "are p sites enough?". Cheap searches first bring the radius known to
be enough down; then the one just below is settled by a search tree: when it cannot be, the answer
is proven. Where trees are too large, prices tell up to which radius p sites are surely too few.
"""

from dataclasses import dataclass, field

import numpy as np

from maillage_engine import _problem
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._enough import NODES, tree
from maillage_engine._fewest import Cover
from maillage_engine._search import Mask, _round
from maillage_engine.access import nearest
from maillage_engine.pairs import Pairs, pairs

TREE_PAIRS = 400_000  # trees are for questions of at most so many
PRICED = 12  # rounds of prices for one radius
STALLED = 0.02  # a round that closes less than this part of what is missing is the last
SHARES = (0.4, 0.6, 0.8)  # of the time: when to stop searching quickly, by trees, by prices
PATIENT = 400  # steps of the last searches, for each site
HOPELESS = 1.5  # sites missing to the first bound of a tree that is not worth growing


@dataclass(slots=True)
class Center:
    """Sites whose radius is known, and the radius that no `p` sites are below."""

    reach: Pairs
    p: int
    best: Mask
    deadline: float
    rng: np.random.Generator
    levels: Floats = field(init=False)  # distinct times, from the least radius there can be
    high: int = field(init=False)  # level that `best` reaches
    sure: int = -1  # the highest level that p sites surely do not reach

    def __post_init__(self) -> None:
        times = self.reach.minutes
        self.levels = np.unique(times[times >= nearest(self.reach).minutes.max()])
        self.high = int(np.searchsorted(self.levels, radius(self.reach, self.best)))

    @property
    def bound(self) -> float:
        """No `p` sites have a shorter radius."""
        return float(self.levels[min(self.sure + 1, self.high)])

    def run(self) -> None:
        """Bring the radius down, prove it, or prove what can be."""
        begun, last = work_clock(), self.deadline
        quick, grown, priced = (begun + share * (last - begun) for share in SHARES)
        self._descend(quick)
        doubtful = self._prove(grown)
        if doubtful is not None:
            self._price(doubtful, priced)
            self._search_below()

    def _ask(self, level: int) -> Cover:
        """Look quickly for a cover of that radius; keep it if it is one."""
        within = pairs(self.reach, cutoff_min=float(self.levels[level]))
        search = _problem.cover_search(within, self.p, self.deadline, self.rng, run=False)
        self._keep(search)
        return search

    def _keep(self, search: Cover) -> None:
        if search.upper <= self.p:
            self._take(np.flatnonzero(search.best))

    def _take(self, sites: Ints) -> None:
        chosen = np.zeros(self.best.size, dtype=bool)
        chosen[sites] = True
        chosen = _problem.filled(chosen, self.p)
        high = int(np.searchsorted(self.levels, radius(self.reach, chosen)))
        if high < self.high:
            self.best, self.high = chosen, high

    def _descend(self, until: float) -> None:
        """Bisect by quick searches alone: what they do not find is held, for now, not to be."""
        low = 0
        while low < self.high and work_clock() < until:
            middle = (low + self.high) // 2
            if self._ask(middle).upper > self.p:
                low = middle + 1

    def _prove(self, until: float) -> int | None:
        """Settle the level just below the best, going down faster the more covers are found.

        Returns the level that could not be settled; None when the best is proven.
        """
        stride = 1
        while self.sure + 1 < self.high:
            level = max(self.sure + 1, self.high - stride)
            if work_clock() > until or not self._settle(level, until):
                return level
            stride = 2 * stride if self.high <= level else 1
        return None

    def _settle(self, level: int, until: float) -> bool:
        """Whether it is now sure that p sites are enough for a level, or that they are not."""
        search = self._ask(level)
        if self.high <= level:
            return True
        if search.whole.site.size > TREE_PAIRS:
            return False
        grown = tree(search.whole)
        sites, settled = grown.settle(self.p, 1, until)
        if not settled and sites is None and self.p - grown.bound < HOPELESS:
            sites, settled = grown.settle(self.p, NODES, until)
        if sites is not None:
            self._take(sites)
        elif settled:
            self.sure = level
        return settled

    def _price(self, doubtful: int, until: float) -> None:
        """Bisect for the highest level at which prices prove that p sites are too few."""
        end = doubtful
        while self.sure + 1 < min(end, self.high) and work_clock() < until:
            middle = (self.sure + min(end, self.high)) // 2
            search = self._ask(middle)
            _priced(search)
            self._keep(search)
            if search.lower > self.p:
                self.sure = middle
            else:
                end = middle

    def _search_below(self) -> None:
        """Search long just below the best radius, again and again while that finds a cover."""
        found = True
        while found and self.sure + 1 < self.high and work_clock() < self.deadline:
            level = self.high - 1
            search = self._ask(level)
            if self.high > level:
                search._exchange(PATIENT)
                self._keep(search)
            found = self.high <= level


def _priced(search: Cover) -> None:
    """Raise the bound of a cover by prices until its question is decided or they stall."""
    for _ in range(PRICED):
        if search.closed or search.late:
            return
        missing = search.p - search.lower
        _round(search)
        if search.p - search.lower > missing * (1 - STALLED):
            return


def radius(reach: Pairs, sites: Mask) -> float:
    """Return the time of the row farthest from its nearest site."""
    return float(nearest(_problem.columns_of(reach, np.flatnonzero(sites))).minutes.max())
