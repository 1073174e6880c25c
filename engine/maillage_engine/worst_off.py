"""Where to open so that the farthest people come first, today's sites staying open.

The farthest time is as short as it can be; among the choices that reach it, people travel least in
total. By bisection on the distinct times, from a first answer: does a cover of that radius exist?
"""

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _problem
from maillage_engine._bounds import is_proven
from maillage_engine._check import Floats, Ints
from maillage_engine._cover import cover_by
from maillage_engine.errors import BadArray
from maillage_engine.siting import Siting, p_median


def worst_off_first(
    offered: ArrayLike,
    today: ArrayLike,
    demand: ArrayLike,
    p: int,
    *,
    start: ArrayLike = (),
    prove: bool = True,
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
    start : array_like of int
        `p` sites to begin with, such as the answer to nearly the same question: the search only
        looks for what is nearer.
    prove : bool
        Whether the least total, at this farthest time, must be proven too. Without it exchanges
        look for it, much sooner, and only short search trees settle the farthest time: `proven`
        and `bound` say what is sure all the same.

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
    begun = np.asarray(start, dtype=np.int64)
    reached = float(after[:, begun].min(axis=1).max()) if begun.size else np.inf
    most = max(least, min(float(known[lived].max()), reached))
    levels = np.unique(after[(after >= least) & (after <= most)])
    radius, bound, found = _bisect(levels, table[lived], known[lived], count, prove=prove)
    begun = _filled(found if found.size else begun, count, table.shape[1])
    sites = _least_total(after, people[lived], radius, begun, prove=prove)
    order = np.minimum(table, known[:, None])[:, sites].argmin(axis=1)
    return Siting(sites, radius, bound, is_proven(radius, bound), sites[order])


def _tables(offered: ArrayLike, today: ArrayLike) -> tuple[Floats, Floats]:
    table = _check.numbers("offered", offered)
    if table.ndim != 2 or not table.size:
        raise BadArray(f"offered must be a table of minutes; got shape {table.shape}.")
    if not (np.isfinite(table).all() and (table >= 0).all()):
        raise BadArray("offered must hold finite minutes >= 0; put a long time where no route is.")
    return table, _check.vector("today", today, size=table.shape[0])


def _bisect(
    levels: Floats, table: Floats, known: Floats, count: int, *, prove: bool
) -> tuple[float, float, Ints]:
    """The shortest radius, what is proven of it, and sites that reach it."""
    low, high, impossible = 0, levels.size - 1, -1
    found: Ints = np.array([], dtype=np.int64)
    while low < high:
        middle = (low + high) // 2
        beyond = known > levels[middle]
        sites, sure = cover_by(table[beyond] <= levels[middle], count, prove=prove)
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


def _least_total(after: Floats, people: Floats, radius: float, begun: Ints, *, prove: bool) -> Ints:
    """Of the choices within the radius, the one where people travel least."""
    barred = float(after.max()) * people.sum() * 2 + 1  # more than any choice within costs
    within = np.where(after <= radius, after, barred)
    return p_median(within, people, begun.size, start=begun, prove=prove).sites
