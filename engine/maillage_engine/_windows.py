"""A bound on covers above the linear one: inequalities found window by window.

At all times there is a price for every inequality that covers meet (each row, and what was found
since); no site is worth more than the 1 it costs, so the prices' total is a bound. A window is a
few hundred rows side by side. Prices outside windows stay, each site's cost left over is shared by
the windows it reaches into, and each window is a small linear programme: solved, broken
inequalities are added, and again. Windows do not meet, so they are solved at the same time; then
others are drawn across their borders. The total never falls.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import highspy
import numpy as np
from scipy.sparse import csr_array, eye_array, vstack
from scipy.sparse.csgraph import breadth_first_order

from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._halves import halved_sums
from maillage_engine._median import Network
from maillage_engine._milp import Programme
from maillage_engine._search import Mask

SIZE = 800  # rows of a window
PASSES, IDLE = 100, 3  # over all rows; passes that bring next to nothing before one is the last
ROUNDS = 12  # of new inequalities in one window, in one pass
PAYS = 2e-4  # a round that raises a window's total by less than this part brings next to nothing
RISES = 5e-5  # the same of a pass, for the bound
USED = 1e-9  # an inequality whose price is less is forgotten
TOLERANCE = 2e-6  # of the solver, where it settles whole sites


@dataclass(frozen=True, slots=True)
class Found:
    """What one window ends with: its inequalities, in rows of the whole, and their prices."""

    price: Floats  # of what it was given
    table: csr_array  # what it found
    least: Ints
    made_of: csr_array  # the rows each of these comes from
    price_found: Floats


@dataclass(slots=True)
class Windows:
    """Inequalities that every cover meets, and prices that prove a bound."""

    table: csr_array  # whole coefficients; the rows to cover come first
    least: Ints
    made_of: csr_array  # the rows each inequality comes from
    price: Floats
    beside: csr_array  # which rows share a site

    @property
    def bound(self) -> float:
        """A number of sites that no cover is below."""
        load = float((self.table.T @ self.price).max(initial=0.0))
        return float(self.price @ self.least) / max(1.0, load)

    def tighten(self, rng: np.random.Generator, deadline: float) -> None:
        """Raise prices, and find inequalities, in windows of at most `SIZE` rows."""
        owns, left = self._drawn(rng)
        with ThreadPoolExecutor(cpu_count()) as pool:
            done = list(pool.map(lambda own: self._solve(own, left, deadline), owns))
        for own, found in zip(owns, done, strict=True):
            self.price[own] = found.price
        self._keep(done)

    def raise_bound(
        self, rng: np.random.Generator, deadline: float, done: Callable[[float], bool]
    ) -> None:
        """Draw windows again and again, until `done` says so of the bound, or it hardly rises.

        Where one window holds everything, a pass only goes on with the rounds of the last one.
        """
        idle, rises = 0, RISES if self.beside.shape[0] > SIZE else PAYS
        for _ in range(PASSES):
            before = self.bound
            self.tighten(rng, deadline)
            idle = idle + 1 if self.bound - before < rises * before else 0
            if done(self.bound) or idle == IDLE or work_clock() > deadline:
                return

    def exact(self, sites: Mask, seconds: float) -> tuple[Mask | None, float]:
        """Solve the whole with HiGHS, from sites that cover; return what it found and proved."""
        used = np.unique(self.table.indices)
        place = np.full(sites.size, -1)
        place[used] = np.arange(used.size)
        programme = _written(self.table, self.least, np.ones(used.size), place, whole=True)
        solution = programme.solve(seconds=seconds, start=sites[used].astype(float))
        best = None
        if solution.values is not None:
            best = np.zeros(sites.size, dtype=bool)
            best[used[solution.values > 0.5]] = True
        return best, solution.bound - TOLERANCE

    def whole_sites(self, rng: np.random.Generator, deadline: float) -> float:
        """Return the bound once each window is solved by whole sites, as far as time suffices."""
        owns, left = self._drawn(rng)
        begun, cores = work_clock(), cpu_count() or 1
        seconds = (deadline - begun) * min(1.0, cores / len(owns))

        def more(own: Ints) -> float:
            table, used, cost = self._part(own, left)
            programme = _written(table, self.least[own], cost, np.arange(used.size), whole=True)
            allowed = min(seconds, deadline - work_clock())
            bound = programme.solve(seconds=allowed, dive=False).bound if allowed > 0 else 0.0
            return max(0.0, bound - TOLERANCE - float(self.price[own] @ self.least[own]))

        with ThreadPoolExecutor(cores) as pool:
            return self.bound + sum(pool.map(more, owns)) - TOLERANCE

    def _drawn(self, rng: np.random.Generator) -> tuple[list[Ints], Floats]:
        """Draw windows: the inequalities in each, and what is left for each of a site's cost."""
        regions = _regions(self.beside, SIZE, rng)
        home = _homes(self.made_of, regions)
        owns = [np.flatnonzero(home == one) for one in range(len(regions))]
        windows = np.zeros(self.table.shape[1])
        for own in owns:
            windows[np.unique(self.table[own].indices)] += 1
        left: Floats = np.maximum(1.0 - self.table.T @ self.price, 0.0) / np.maximum(windows, 1)
        return owns, left

    def _part(self, own: Ints, left: Floats) -> tuple[csr_array, Ints, Floats]:
        """Return the inequalities of a window on the sites they hold, these sites, their costs."""
        table = csr_array(self.table[own])
        used = np.unique(table.indices)
        cost = (table.T @ self.price[own] + left)[used]
        place = np.full(left.size, -1)
        place[used] = np.arange(used.size)
        table = csr_array((table.data, place[table.indices], table.indptr), (own.size, used.size))
        return table, used, cost

    def _solve(self, own: Ints, left: Floats, deadline: float) -> Found:
        """Solve one window, with what it finds on the way."""
        table, used, cost = self._part(own, left)
        room = _Room(table, self.least[own], csr_array(self.made_of[own]), self.price[own])
        room.fill(cost, deadline)
        new = own.size + np.flatnonzero(room.price[own.size :] > USED)
        found = room.table[new]
        wide = csr_array((found.data, used[found.indices], found.indptr), (new.size, left.size))
        price = room.price
        return Found(price[: own.size], wide, room.least[new], room.made_of[new], price[new])

    def _keep(self, done: list[Found]) -> None:
        """Add what was found, and forget what has no price, rows to cover aside."""
        price = np.concatenate([self.price, *(one.price_found for one in done)])
        kept = price > USED
        kept[: self.beside.shape[0]] = True
        self.table = csr_array(vstack([self.table, *(one.table for one in done)])[kept])
        self.made_of = csr_array(vstack([self.made_of, *(one.made_of for one in done)])[kept])
        self.least = np.concatenate([self.least, *(one.least for one in done)])[kept]
        self.price = price[kept]


def windows(net: Network, price: Floats) -> Windows:
    """Set off from prices of rows, lowered until no site is worth more than it costs."""
    rows = net.far.size
    shape = (rows, net.site_start.size - 1)
    table = csr_array((np.ones(net.site.size, np.int64), net.site, net.start), shape=shape)
    table.sort_indices()
    worth = np.maximum(table.T @ price, 1.0)
    most = np.maximum.reduceat(worth[table.indices], table.indptr[:-1])
    beside = csr_array(table @ table.T)
    alone = csr_array(eye_array(rows, dtype=np.int64))
    return Windows(table, np.ones(rows, np.int64), alone, price / most, beside)


@dataclass(slots=True)
class _Room:
    """The linear programme of one window, and the inequalities found while it is solved."""

    table: csr_array
    least: Ints
    made_of: csr_array
    price: Floats

    def fill(self, cost: Floats, deadline: float) -> None:
        """Solve, add what the solution breaks, and again; stop where that no longer pays."""
        seconds = deadline - work_clock()
        if seconds <= 0 or not self.least.size:
            return
        solver = _written(self.table, self.least, cost, np.arange(cost.size)).open(seconds=seconds)
        solver.setOptionValue("presolve", "off")
        total, before = self._solved(solver), 0.0
        for _ in range(ROUNDS):
            if total - before <= PAYS * total or work_clock() > deadline:
                return
            share = np.asarray(solver.getSolution().col_value)
            table, right, added = halved_sums(self.table, self.least, share)
            if not right.size:
                return
            _add(solver, table, right)
            self.table = csr_array(vstack([self.table, table]))
            self.least = np.concatenate([self.least, right])
            self.made_of = csr_array(vstack([self.made_of, added @ self.made_of]))
            self.price = np.concatenate([self.price, np.zeros(right.size)])
            before, total = total, self._solved(solver)

    def _solved(self, solver: highspy.Highs) -> float:
        """Solve and take the prices; return their total, or nothing where time did not suffice."""
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return 0.0
        self.price = np.maximum(np.asarray(solver.getSolution().row_dual), 0.0)
        return float(self.price @ self.least)


def _written(
    table: csr_array, least: Ints, cost: Floats, place: Ints, *, whole: bool = False
) -> Programme:
    programme = Programme()
    programme.variables(cost, high=1.0 if whole else np.inf, whole=whole)
    row = np.repeat(np.arange(least.size), np.diff(table.indptr))
    programme.constrain(
        row, place[table.indices], table.data, least=least.astype(float), count=least.size
    )
    return programme


def _add(solver: highspy.Highs, table: csr_array, least: Ints) -> None:
    most = np.full(least.size, np.inf)
    start, place = table.indptr[:-1].astype(np.int32), table.indices.astype(np.int32)
    value = table.data.astype(float)
    solver.addRows(least.size, least.astype(float), most, table.nnz, start, place, value)


def _homes(made_of: csr_array, regions: list[Ints]) -> Ints:
    """Return the window of each inequality, or -1 where it comes from rows of several."""
    at = np.zeros(made_of.shape[1], dtype=np.int64)
    for number, rows in enumerate(regions):
        at[rows] = number
    first = np.minimum.reduceat(at[made_of.indices], made_of.indptr[:-1])
    last = np.maximum.reduceat(at[made_of.indices], made_of.indptr[:-1])
    return np.where(first == last, first, -1)


def _regions(beside: csr_array, size: int, rng: np.random.Generator) -> list[Ints]:
    """Split the rows along the distance from one end, again and again, at drawn places."""
    waiting, regions = [np.arange(beside.shape[0])], []
    while waiting:
        rows = waiting.pop()
        if rows.size <= size:
            regions.append(rows)
            continue
        near = beside[rows][:, rows]
        order = breadth_first_order(near, rng.integers(rows.size), return_predecessors=False)
        if order.size == rows.size:
            order = breadth_first_order(near, order[-1], return_predecessors=False)
            cut = int(rows.size * rng.uniform(0.35, 0.65))
            waiting += [rows[order[:cut]], rows[order[cut:]]]
        else:
            waiting += [rows[order], np.delete(rows, order)]
    return regions
