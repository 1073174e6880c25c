"""A bound on covers above the linear one: each region is solved exactly, with its part of costs.

What opening a site costs is split between the regions it reaches into, in proportion to the prices
of their rows. Any cover pays, in every region, at least what covering that region alone costs at
these parts: their total is a bound. Prices that are good for the linear bound make it at least as
high, and whole sites inside each region raise it.
"""

from time import perf_counter

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from maillage_engine._check import Floats, Ints
from maillage_engine._median import Network
from maillage_engine._milp import Programme

NO_PRICE = 1e-12
TOLERANCE = 2e-6  # of the solver, in one region


def bound_by_regions(net: Network, price: Floats, size: int, deadline: float) -> float:
    """Return a number of sites that no cover is below; regions have at most `size` rows.

    A region that time does not suffice for counts for what its prices alone prove.
    """
    shape = (net.far.size, net.site_start.size - 1)
    table = csr_array((np.ones(net.site.size), net.site, net.start), shape=shape)
    paid = np.maximum(price, NO_PRICE)
    whole = table.T @ paid
    regions = _regions(table, size)
    total = 0.0
    for number, rows in enumerate(regions):
        part = table[rows]
        cost = np.divide(part.T @ paid[rows], whole, out=np.zeros(whole.size), where=whole > 0)
        least = float(paid[rows].sum()) / _too_dear(part, paid[rows], cost)
        seconds = (deadline - perf_counter()) / (len(regions) - number)
        total += max(least, _solved(part, cost, seconds)) if seconds > 0 else least
    return total - len(regions) * TOLERANCE


def _too_dear(part: csr_array, paid: Floats, cost: Floats) -> float:
    """Return what to divide prices by, so that no site is worth more to a region than it costs."""
    worth = part.T @ paid
    used = worth > 0
    return max(float((worth[used] / cost[used]).max()), NO_PRICE)


def _solved(part: csr_array, cost: Floats, seconds: float) -> float:
    """Return what covering the rows of one region costs at least."""
    used = np.flatnonzero(np.bincount(part.indices, minlength=cost.size))
    place = np.zeros(cost.size, dtype=np.int64)
    place[used] = np.arange(used.size)
    programme = Programme()
    programme.variables(cost[used], high=1.0, whole=True)
    row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
    programme.constrain(row, place[part.indices], 1.0, least=1.0, count=part.shape[0])
    return programme.solve(seconds=seconds, dive=False).bound


def _regions(table: csr_array, size: int) -> list[Ints]:
    """Halve the rows along the distance from one end, again and again."""
    beside = csr_array(table @ table.T)
    waiting, regions = [np.arange(table.shape[0])], []
    while waiting:
        rows = waiting.pop()
        if rows.size <= size:
            regions.append(rows)
            continue
        near = beside[rows][:, rows]
        order = breadth_first_order(near, 0, return_predecessors=False)
        if order.size == rows.size:
            order = breadth_first_order(near, order[-1], return_predecessors=False)
            waiting += np.array_split(rows[order], 2)
        else:
            waiting += [rows[order], np.delete(rows, order)]
    return regions
