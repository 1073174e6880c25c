"""Where to open so that the farthest people come first, today's sites staying open.

The farthest time is as short as it can be; among the choices that reach it, people travel least in
total. By bisection on the distinct times, from a first answer: does a cover of that radius exist?
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _problem
from maillage_engine._bounds import is_proven
from maillage_engine._check import Floats, Ints
from maillage_engine._enough import cover_by
from maillage_engine._search import Search, network
from maillage_engine.errors import BadArray
from maillage_engine.siting import Siting

Land: TypeAlias = tuple[Floats, Floats, Floats]  # minutes to what opens, to what stays; people
TIE = 1e-9  # minutes closer than this are the same


def worst_off_first(  # noqa: PLR0913 - four arguments and their keyword-only options
    offered: ArrayLike,
    today: ArrayLike,
    demand: ArrayLike,
    p: int,
    *,
    start: ArrayLike = (),
    prove: bool = True,
    beat: float = np.inf,
) -> Siting:
    r"""Open `p` sites so that the farthest people come nearest, then the others.

    .. math:: \min_y \max_{i: h_i > 0} \min(t_i, \min_{j: y_j = 1} c_{ij})
              \quad \text{s.t.} \quad \sum_j y_j = p

    and, among such choices, the least :math:`\sum_i h_i \min(t_i, \min_j c_{ij})`.

    Parameters
    ----------
    offered : array_like, shape (n_demand, n_sites)
        Minutes :math:`c` from each origin to each site that may open, >= 0.
    today : array_like, shape (n_demand,)
        Minutes :math:`t` from each origin to the nearest site that stays, >= 0.
    demand : array_like, shape (n_demand,)
        Persons :math:`h` at each origin, >= 0. Places where nobody lives are not looked at.
    p : int
        Number of sites to open, from 1 to n_sites.
    start : array_like of int, shape (n_start,)
        `p` sites to begin with, such as the answer to nearly the same question: the search only
        looks for what is nearer.
    prove : bool
        Whether the least total, at this farthest time, must be proven too. Without it exchanges
        look for it, much sooner. `proven` and `bound` speak of the farthest time all the same.
    beat : float
        Minutes to improve on: once it is sure that no answer does, the search ends with some
        sites, what they reach, and `beat` as the bound.

    Returns
    -------
    Siting
        `objective`, in minutes, of the farthest inhabited origin; `bound` and `proven` are about
        it alone.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or missing, shapes disagree, or `p` is out of range.

    Notes
    -----
    Cost: a cover for each radius tried.

    Each radius asks for a cover of the origins that today's sites leave beyond. Dominated rows and
    columns go; a tree search settles the rest, nearly always in milliseconds.

    References
    ----------
    Minieka (1970), SIAM Review 12(1), doi:10.1137/1012016, for the bisection.

    Examples
    --------
    >>> worst_off_first([[0, 9], [9, 0], [5, 4]], [3, 8, 6], [5, 1, 1], 1).sites.tolist()
    [1]
    """
    table, known = _tables(offered, today)
    people = _check.people("demand", demand, known.size)
    count = _problem.count_of(p, table.shape[1])
    lived = people > 0
    after = np.minimum(table, known[:, None])[lived]
    least = float(after.min(axis=1).max())  # were every site open
    begun = _check.once("start", _check.positions("start", start, table.shape[1]))
    reached = float(after[:, begun].min(axis=1).max()) if begun.size else np.inf
    most = max(least, min(float(known[lived].max()), reached))
    levels = np.unique(after[(after >= least) & (after <= most)])
    land = table[lived], known[lived], people[lived]
    radius, bound, found = _bisect(levels, land, count, _check.threshold("beat", beat))
    begun = _filled(found if found.size else begun, count, table.shape[1])
    sites = _least_total(land, radius, begun, prove=prove and bound < beat)
    order = np.minimum(table, known[:, None])[:, sites].argmin(axis=1)
    return Siting(sites, radius, bound, is_proven(radius, bound), sites[order])


def _tables(offered: ArrayLike, today: ArrayLike) -> tuple[Floats, Floats]:
    table = _check.numbers("offered", offered)
    if table.ndim != 2 or not table.size:
        raise BadArray(f"offered must be a table of minutes; got shape {table.shape}.")
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise BadArray("offered must hold finite minutes >= 0; put a long time where no route is.")
    return table, _check.vector("today", today, size=table.shape[0])


def _bisect(levels: Floats, land: Land, count: int, beat: float) -> tuple[float, float, Ints]:
    """The shortest radius, what is proven of it, and sites that reach it."""

    def asked(level: int) -> tuple[Ints | None, bool]:
        table, known, _people = land
        return cover_by(table[known > levels[level]] <= levels[level], count)

    low, high, impossible = 0, levels.size - 1, -1
    found: Ints = np.array([], dtype=np.int64)
    below = int(np.searchsorted(levels, beat)) - 1  # the longest radius that improves
    if below < high:
        sites, sure = asked(below) if below >= 0 else (None, True)
        if sites is None:
            return float(levels[high]), float(levels[below + 1 if sure else 0]), found
        found, high = sites, below
    while low < high:
        middle = (low + high) // 2
        sites, sure = asked(middle)
        if sites is not None:
            found, high = sites, middle
        else:
            low, impossible = middle + 1, max(impossible, middle if sure else -1)
    radius = float(levels[high])
    return radius, min(radius, float(levels[impossible + 1])), found


def _filled(begun: Ints, count: int, width: int) -> Ints:
    """`count` sites: those given, then others in order."""
    others = np.setdiff1d(np.arange(width), begun)
    return np.sort(np.r_[begun[:count], others[: max(0, count - begun.size)]])


def _least_total(land: Land, radius: float, begun: Ints, *, prove: bool) -> Ints:
    """Of the choices within the radius, the one where people travel least.

    A row that today's sites serve within it costs at most what it does today; another must be
    served: leaving it out costs more than any choice within.
    """
    table, known, people = land
    row, site = np.nonzero(table < np.where(known <= radius, known, radius + TIE)[:, None])
    start = np.searchsorted(row, np.arange(known.size + 1))
    barred = float(people @ np.minimum(known, radius)) + 1
    far = np.where(known <= radius, known * people, barred)
    net = network(table.shape, start, site, table[row, site] * people[row], far)
    status = np.zeros(table.shape[1], dtype=np.int8)
    search = Search(net, net, status, begun.size, False, np.inf, np.random.default_rng(0))
    chosen = np.zeros(status.size, dtype=bool)
    chosen[begun] = True
    search.begin(chosen, prove=prove)
    return np.flatnonzero(search.best)
