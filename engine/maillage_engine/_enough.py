"""Are p sites enough to cover every row? A search tree on the linear relaxation.

Each node solves the relaxation again from where the last one stopped, fixes the sites that its
prices show to be in every cover of p sites or in none, and branches on the site nearest to one
half. Bounds are added up from the prices, not read from the solver: its tolerances prove nothing.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.sparse import csr_array

from maillage_engine import _problem
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._median import Network
from maillage_engine._milp import Programme
from maillage_engine._search import Mask

SURE = 1e-6  # what a bound must be above p by, to be more than rounding
NODES = 3_000  # of one tree
WHOLE = 1e-6  # a share of a site nearer than this to 0 or 1 is 0 or 1


@dataclass(slots=True)
class Tree:
    """The sites in play, the rows they must cover, and the solver that prices them."""

    reach: csr_array  # (rows, sites in play)
    columns: Ints  # what each site in play is among all sites
    solver: highspy.Highs
    nodes: int = 0  # visited
    bound: float = -np.inf  # of the first node: no cover has fewer sites
    waiting: list[tuple[Floats, Floats]] = field(default_factory=list)

    def settle(self, count: int, most: int, until: float) -> tuple[Ints | None, bool]:
        """Return at most `count` sites that cover every row, or None, and whether that is sure.

        Not sure after `most` more nodes, or once time is up. May be called again to go on.
        """
        size = self.columns.size
        if not self.nodes:
            self.waiting = [(np.zeros(size), np.ones(size))]
        most += self.nodes
        while self.waiting:
            if self.nodes >= most or work_clock() > until:
                return None, False
            low, high = self.waiting.pop()
            self.solver.changeColsBounds(size, np.arange(size, dtype=np.int32), low, high)
            self.nodes += 1
            found = self._visit(low, high, count)
            if found is not None:
                return self.columns[found], True
        return None, True

    def _visit(self, low: Floats, high: Floats, count: int) -> Ints | None:
        """Solve one node: return a cover, or None once its branches wait to be visited."""
        if not (self.reach @ high).all():
            return None
        self.solver.run()
        solution = self.solver.getSolution()
        price = np.maximum(np.asarray(solution.row_dual), 0.0)
        share = np.clip(np.asarray(solution.col_value), low, high)
        rest = 1.0 - self.reach.T @ price  # of what opening costs, once its rows have paid
        bound = float(price.sum() + rest @ np.where(rest > 0, low, high))
        self.bound = bound if self.nodes == 1 else self.bound
        slack = count - bound + SURE
        if slack < 0:
            return None
        free = low < high
        fixed_low, fixed_high = np.where(free & (rest < -slack), 1.0, low), high.copy()
        fixed_high[free & (rest > slack)] = 0.0
        split = np.where(fixed_low < fixed_high, np.abs(share - 0.5), np.inf)
        at = int(split.argmin())
        decided = not np.isfinite(split[at])
        open_ = fixed_low > 0.5 if decided else share > 1 - WHOLE
        if open_.sum() <= count and (self.reach @ open_).all():
            return np.flatnonzero(open_)
        if decided:
            return None
        for value in (0.0, 1.0):
            lower, upper = fixed_low.copy(), fixed_high.copy()
            lower[at] = upper[at] = value
            self.waiting.append((lower, upper))
        return None


def tree(net: Network) -> Tree:
    """Set a tree off from the rows and sites of a network."""
    columns = np.flatnonzero(np.diff(net.site_start))
    shape = (net.far.size, net.site_start.size - 1)
    reach = csr_array((np.ones(net.site.size), net.site, net.start), shape=shape)[:, columns]
    programme = Programme()
    programme.variables(np.ones(columns.size), high=1.0)
    line = np.repeat(np.arange(shape[0]), np.diff(reach.indptr))
    programme.constrain(line, reach.indices, 1.0, least=1.0, count=shape[0])
    solver = programme.open()
    solver.setOptionValue("presolve", "off")
    return Tree(csr_array(reach), columns, solver)


def cover_by(reach: Mask, count: int) -> tuple[Ints | None, bool]:
    """Return at most `count` columns that cover every row, or None, and whether that is sure."""
    if not reach.shape[0]:
        return np.array([], dtype=np.int64), True
    if _rows_apart(reach, count) > count:
        return None, True
    search = _problem.cover_search(
        _problem.within_reach(reach), count, np.inf, np.random.default_rng(0), run=False
    )
    if search.upper <= count:
        return np.flatnonzero(search.best), True
    return tree(search.whole).settle(count, NODES, np.inf)


def _rows_apart(reach: Mask, count: int) -> int:
    """Count rows of which no column covers two, at most one more than `count`."""
    size = reach.sum(axis=1)
    if not size.all():
        return count + 1
    left, apart = np.ones(size.size, dtype=bool), 0
    for row in np.argsort(size, kind="stable"):
        if left[row]:
            apart += 1
            left &= ~reach[:, reach[row]].any(axis=1)
            if apart > count or not left.any():
                break
    return apart
