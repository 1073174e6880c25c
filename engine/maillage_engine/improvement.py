"""From today's network to a better one: sites to add, to close or to move; a second help near.

Exact programmes by levels of cost, solved by HiGHS: each answer carries its bound.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _problem
from maillage_engine._bounds import Bounded, is_proven
from maillage_engine._check import Floats, Ints
from maillage_engine._milp import Programme
from maillage_engine.access import nearest
from maillage_engine.attribution import attribution_of
from maillage_engine.errors import BadParameter, Infeasible
from maillage_engine.pairs import Pairs, pairs
from maillage_engine.siting import Siting


@dataclass(frozen=True, slots=True)
class Improvement(Bounded):
    """A network that differs from today's by a few sites. Positions are those of the columns."""

    sites: Ints  # (n_open,) open after the change, increasing
    opened: Ints  # (n_new,) among them, those that are new
    closed: Ints  # (n_closed,) those that no longer are
    before: float  # person-minutes today; infinite while someone has no site within reach
    objective: float  # person-minutes after
    bound: float  # no such change does better
    proven: bool  # the gap is at most one millionth
    attribution: str = ""  # whom to credit wherever it is shown


def improve(  # noqa: PLR0913 - three arguments and their keyword-only options
    cost: Any,
    demand: ArrayLike,
    today: ArrayLike,
    *,
    opening: int,
    closing: int = 0,
    candidates: ArrayLike | None = None,
    time_limit: float = 60.0,
) -> Improvement:
    r"""Change today's network by a few sites so that people travel least in total.

    Opening one and closing one at once is a move. With levels :math:`D^1 < \dots < D^K` of an
    origin and :math:`z^k` = "none of its first k levels is open",

    .. math:: \min \sum_i h_i \Big(D_i^1 + \sum_k (D_i^{k+1} - D_i^k) z_i^k\Big) \quad \text{s.t.}
              \quad z_i^k + \sum_{j: c_{ij} \le D_i^k} y_j \ge 1

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes from each origin to each site, >= 0; NaN or absent: out of reach.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    today : array_like of int, shape (n_open,)
        Columns open today.
    opening : int
        How many sites may be opened, >= 0.
    closing : int
        How many of today's may be closed, >= 0 and fewer than there are.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    time_limit : float
        Seconds after which the best answer so far is returned with its gap.

    Returns
    -------
    Improvement
        Person-minutes before and after.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative, a position does not exist, or too many closures are allowed.
    Infeasible
        Naming `reach` when someone is within reach of nothing that is open or may be, `opening`
        when so few new sites cannot bring everyone within reach (or `time`).

    Notes
    -----
    Cost: a programme with one variable for each site and each origin and site looked at; proof
    may take until `time_limit`.

    At most `closing` of today's sites close, so one of an origin's first `closing + 1` stays open:
    farther sites are never looked at, which keeps the programme small. Who reaches nothing today
    must be reached afterwards.

    References
    ----------
    Cornuéjols, Nemhauser & Wolsey (1980), SIAM Journal on Algebraic and Discrete Methods 1(3).

    Examples
    --------
    >>> improve([[0, 5, 9], [5, 0, 4], [9, 4, 0]], [1, 1, 8], [0], opening=1).opened.tolist()
    [2]
    """
    ends = _problem.deadline(time_limit)
    reach = pairs(cost)
    people = _check.people("demand", demand, reach.shape[0])
    open_today = _problem.only_candidates(reach, today)[1]
    allowed = np.union1d(_problem.only_candidates(reach, candidates)[1], open_today)
    _count("opening", opening, allowed.size - open_today.size)
    _count("closing", closing, open_today.size - 1)
    served = _problem.inhabited(_only(reach, allowed), people)
    weight = people[people > 0]
    fallback = _ensured(served, open_today, closing)
    programme = Programme()
    opened = programme.variables(np.zeros(reach.shape[1]), high=1.0, whole=True)
    constant = _levels(programme, served, weight, fallback, opened)
    others = np.setdiff1d(np.arange(reach.shape[1]), open_today)
    barred = np.setdiff1d(others, allowed)
    programme.constrain(0, opened[open_today], 1.0, least=open_today.size - closing)
    programme.constrain(0, opened[others], 1.0, most=opening)
    if barred.size:
        programme.constrain(0, opened[barred], 1.0, most=0.0)
    before = _total(served, weight, open_today)
    found = programme.solve(seconds=_problem.left(ends))
    if found.impossible:
        raise Infeasible("opening", f"{opening} new sites cannot bring everyone within reach.")
    if found.values is None:
        raise Infeasible("time", "no change was found in the time allowed.")
    sites = np.flatnonzero(found.values[opened] > 0.5)
    after = _total(served, weight, sites)
    bound = min(after, found.bound + constant)
    return Improvement(
        sites=sites,
        opened=np.setdiff1d(sites, open_today),
        closed=np.setdiff1d(open_today, sites),
        before=before,
        objective=after,
        bound=bound,
        proven=is_proven(after, bound),
        attribution=attribution_of(cost),
    )


def backup_cover(
    reach: Any,
    demand: ArrayLike,
    p: int,
    *,
    second: float = 0.5,
    time_limit: float = 60.0,
) -> Siting:
    r"""Open `p` sites so that people have one within reach, and if possible a second.

    .. math:: \max \sum_i h_i (z_i + \theta u_i) \quad \text{s.t.} \quad
              z_i + u_i \le \sum_j a_{ij} y_j,\; u_i \le z_i \le 1,\; \sum_j y_j = p

    Parameters
    ----------
    reach : array_like of bool (n_demand, n_sites), sparse matrix, or Pairs
        Whether each site is within reach of each origin.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    p : int
        Number of sites to open, from 1 to n_sites.
    second : float
        What a second site within reach is worth, in [0, 1] of the first.
    time_limit : float
        Seconds after which the best answer so far is returned with its gap.

    Returns
    -------
    Siting
        `objective` in persons: those with one site, plus `second` times those with two.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or out of range.
    Infeasible
        Naming `time` when nothing was found in time.

    Notes
    -----
    Cost: a programme with one variable for each site and two for each origin; proof may take
    until `time_limit`.

    References
    ----------
    Hogan & ReVelle (1986), Management Science 32(11), doi:10.1287/mnsc.32.11.1434.

    Examples
    --------
    >>> backup_cover([[1, 1, 0], [0, 0, 1]], [10, 4], 2, second=0.5).sites.tolist()
    [0, 1]
    """
    ends = _problem.deadline(time_limit)
    within = _problem.within_reach(reach)
    people = _check.people("demand", demand, within.shape[0])
    count = _problem.count_of(p, within.shape[1])
    worth = _check.fraction("second", second)
    programme = Programme()
    opened = programme.variables(np.zeros(within.shape[1]), high=1.0, whole=True)
    once = programme.variables(-people, high=1.0)
    twice = programme.variables(-worth * people, high=1.0)
    rows = np.arange(people.size)
    programme.constrain(
        np.r_[rows, rows, within.origin], np.r_[once, twice, opened[within.destination]],
        np.r_[np.ones(2 * rows.size), -np.ones(within.minutes.size)], most=0.0, count=rows.size,
    )  # fmt: skip
    programme.constrain(
        np.r_[rows, rows], np.r_[twice, once], np.r_[np.ones(rows.size), -np.ones(rows.size)],
        most=0.0, count=rows.size,
    )  # fmt: skip
    programme.constrain(0, opened, 1.0, least=count, most=count)
    found = programme.solve(seconds=_problem.left(ends))
    if found.values is None:
        raise Infeasible("time", "no choice was found in the time allowed.")
    sites = np.flatnonzero(found.values[opened] > 0.5)
    trip = nearest(_problem.columns_of(within, sites)).destination
    value, bound = -found.objective, -found.bound
    return Siting(
        sites=sites,
        objective=value,
        bound=bound,
        proven=is_proven(value, bound),
        assigned=np.where(trip >= 0, sites[np.maximum(trip, 0)], -1),
        attribution=attribution_of(reach),
    )


def _count(name: str, value: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= most:
        raise BadParameter(
            f"{name} must be a whole number from 0 to {most}; got {_check.said(value)}."
        )


def _only(reach: Pairs, columns: Ints) -> Pairs:
    """Keep the pairs that lead to these columns, which keep their positions."""
    table = reach.matrix(reach.minutes)
    kept = np.isin(reach.destination, columns)
    start = np.r_[0, np.cumsum(kept)][reach.start]
    return Pairs(table.shape, start, reach.destination[kept], reach.minutes[kept])


def _ensured(served: Pairs, today: Ints, closing: int) -> Floats:
    """Return the minutes to the (closing + 1)th nearest of today's sites: one of them stays.

    Infinite where there are not so many.
    """
    if not (np.diff(served.start) > 0).all():
        alone = _problem.named(np.flatnonzero(np.diff(served.start) == 0))
        raise Infeasible(
            "reach",
            "everyone must be within reach of a site that is open or may be opened;"
            f" not so for {alone}.",
        )
    known = _only(served, today)
    order = np.lexsort((known.minutes, known.origin))
    place = known.start[:-1] + closing
    enough = place < known.start[1:]
    found = np.full(served.shape[0], np.inf)
    found[enough] = known.minutes[order][place[enough]]
    return found


def _levels(
    programme: Programme, served: Pairs, weight: Floats, fallback: Floats, opened: Ints
) -> float:
    """Add what each origin pays, by levels of cost; return the part that is always paid."""
    origin, minutes = served.origin, served.minutes
    useful = minutes <= fallback[origin]
    origin, minutes, site = origin[useful], minutes[useful], served.destination[useful]
    order = np.lexsort((minutes, origin))
    origin, minutes, site = origin[order], minutes[order], site[order]
    new = np.r_[True, (np.diff(origin) != 0) | (np.diff(minutes) != 0)]
    level, at = np.cumsum(new) - 1, np.flatnonzero(new)
    of_row, value = origin[at], minutes[at]
    last = np.r_[of_row[1:] != of_row[:-1], True]
    first = np.r_[True, last[:-1]]
    step = np.where(last, 0.0, np.r_[value[1:], 0.0] - value)
    # Past the last level there is nothing: the origin must be served by then.
    beyond = programme.variables(step * weight[of_row], high=np.where(last, 0.0, 1.0))
    rows = np.arange(at.size)
    before = np.flatnonzero(~first)
    programme.constrain(
        np.r_[level, rows, before],
        np.r_[opened[site], beyond, beyond[before - 1]],
        np.r_[np.ones(level.size), np.ones(rows.size), -np.ones(before.size)],
        least=first.astype(np.float64),
        count=rows.size,
    )
    return float(value[first] @ weight[of_row[first]])


def _total(served: Pairs, weight: Floats, sites: Ints) -> float:
    minutes = nearest(_problem.columns_of(served, sites)).minutes
    return float(weight @ minutes) if not np.isnan(minutes).any() else np.inf
