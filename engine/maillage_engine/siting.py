"""Where to open: p-median, p-center, maximal covering and set covering.

Every answer carries a bound that no choice can beat, and says whether it is *proven* to be the
best. Method: greedy, exchanges, a Lagrangian bound by the volume algorithm, variable fixing, then
HiGHS on what is left. Nothing is called optimal that was not proven.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _problem
from maillage_engine._bounds import Bounded, is_proven
from maillage_engine._center import Center, radius
from maillage_engine._check import Floats, Ints
from maillage_engine._coverage import Coverage
from maillage_engine._search import TINY, Mask, Search, network
from maillage_engine.access import nearest
from maillage_engine.attribution import credited
from maillage_engine.errors import BadParameter, Infeasible
from maillage_engine.pairs import Pairs, pairs


@dataclass(frozen=True, slots=True)
class Siting(Bounded):
    """Sites, and how good they are known to be. Positions are those of the columns given."""

    sites: Ints  # (n_open,) chosen columns, increasing
    objective: float
    bound: float  # no choice can do better than this
    proven: bool  # the gap is at most one millionth
    assigned: Ints  # (n_demand,) nearest chosen site of each origin; -1 where none is within reach
    attribution: str = ""  # whom to credit wherever it is shown


def p_median(  # noqa: PLR0913 - three arguments and their keyword-only options
    cost: Any,
    demand: ArrayLike,
    p: int,
    *,
    candidates: ArrayLike | None = None,
    outside: float | None = None,
    start: ArrayLike = (),
    prove: bool = True,
    beat: float | None = None,
    time_limit: float | None = None,
    seed: int = 0,
) -> Siting:
    r"""Open `p` sites so that people travel least in total.

    .. math:: \min \sum_i h_i \sum_j c_{ij} x_{ij} \quad \text{s.t.} \quad \sum_j x_{ij} = 1,\;
              x_{ij} \le y_j,\; \sum_j y_j = p,\; x, y \in \{0, 1\}

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes :math:`c` from each origin to each site, >= 0. NaN or infinite in a table, absent in
        a sparse matrix: out of reach.
    demand : array_like, shape (n_demand,)
        Persons :math:`h` at each origin, >= 0. Places where nobody lives need not be served.
    p : int
        Number of sites to open, from 1 to the number of candidates.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    outside : float, optional
        Minutes counted for a person whom no open site is within reach of, no fewer than the longest
        time within reach. Without it everyone must be within reach.
    start : array_like of int, shape (n_start,)
        Sites to begin with, such as the answer to nearly the same question: improved by exchanges,
        beside a greedy start.
    prove : bool
        Whether to go on to a bound and a proof. Without it the answer is what exchanges find,
        some hundred times sooner, and is never called proven.
    beat : float, optional
        Person-minutes to improve on: the search ends once it is sure that no answer does. It then
        returns the best answer at hand, and a bound no better than `beat`.
    time_limit : float, optional
        Seconds after which the best answer so far is returned with its gap. By default HiGHS has
        one minute for what is left after fixing. A proven answer does not depend on the machine's
        speed, one cut by time may.
    seed : int
        Decides between equal moves of the search.

    Returns
    -------
    Siting
        `objective` in person-minutes.

    Raises
    ------
    BadArray, BadParameter
        If a cost or a demand is negative, nobody is counted, shapes disagree, or `p` is out of
        range.
    Infeasible
        If `p` sites cannot be within reach of everyone.

    Notes
    -----
    Cost: memory linear in the pairs within reach. 536 communes are solved to proof in a fraction of
    a second, all communes of France to a small gap in about a minute: see docs/benchmarks.md.

    References
    ----------
    Hakimi (1964), Operations Research 12(3), doi:10.1287/opre.12.3.450.
    Barahona & Anbil (2000), Mathematical Programming 87, doi:10.1007/s101070050002.
    Resende & Werneck (2007), European Journal of Operational Research 183(3).

    Examples
    --------
    >>> p_median([[0, 9, 4], [9, 0, 4], [9, 9, 8]], [10, 10, 1], 2).sites.tolist()
    [0, 1]
    """
    ends = _problem.deadline(time_limit)
    reach, columns = _problem.only_candidates(pairs(cost), candidates)
    people = _check.people("demand", demand, reach.shape[0])
    count = _problem.count_of(p, columns.size)
    weight = people[people > 0]
    served = _problem.inhabited(reach, people)
    outside = _problem.outside_of(served, outside)
    paid = served.minutes * weight[served.origin]
    rng = _check.chance(seed)
    complete = served.minutes.size == weight.size * columns.size
    begun = _begun(columns, start, count)
    if outside is None and not complete:
        _problem.refuse_unreachable(reach, people)
        begun = begun if _serves(served, begun) else _cover_with(served, count, ends, rng)
    far = _problem.far_costs(served, paid, weight * outside if outside is not None else None)
    net = network(served.shape, served.start, served.destination, paid, far)
    closed = np.zeros(columns.size, dtype=np.int8)
    search = Search(net, net, closed, count, outside is None and not complete, ends, rng)
    search.begin(begun, prove=prove, beat=_check.number("beat", np.inf if beat is None else beat))
    answer = _answer(reach, columns, search.best, search.upper, search.lower)
    return credited(answer, cost)


def max_cover(  # noqa: PLR0913 - three arguments and their keyword-only options
    reach: Any,
    demand: ArrayLike,
    p: int,
    *,
    candidates: ArrayLike | None = None,
    start: ArrayLike = (),
    prove: bool = True,
    beat: float | None = None,
    time_limit: float | None = None,
    seed: int = 0,
) -> Siting:
    r"""Open `p` sites so that as many people as possible are within reach of one (MCLP).

    .. math:: \max \sum_i h_i z_i \quad \text{s.t.} \quad z_i \le \sum_j a_{ij} y_j,\;
              \sum_j y_j = p,\; y, z \in \{0, 1\}

    Parameters
    ----------
    reach : array_like of bool (n_demand, n_sites), sparse matrix, or Pairs
        Whether each site is within reach of each origin. For `Pairs`, every pair is:
        ``pairs_within(homes, sites, 15, model)``.
    demand : array_like, shape (n_demand,)
        Persons :math:`h` at each origin, >= 0.
    p : int
        Number of sites to open, from 1 to the number of candidates.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    start : array_like of int, shape (n_start,)
        Sites to begin with, such as the answer to nearly the same question: improved by exchanges,
        beside a greedy start.
    prove : bool
        Whether to go on to a bound and a proof. Without it the answer is what exchanges find,
        some hundred times sooner, and is never called proven.
    beat : float, optional
        Persons to improve on: the search ends once it is sure that no answer does. It then
        returns the best answer at hand, and a bound no better than `beat`.
    time_limit : float, optional
        Seconds after which the best answer so far is returned with its gap.
    seed : int
        Decides between equal moves of the search.

    Returns
    -------
    Siting
        `objective` in persons covered; `bound` is the most that any `p` sites could cover.

    Raises
    ------
    BadArray, BadParameter
        If `reach` holds anything but yes and no, a demand is negative, nobody is counted, shapes
        disagree, or `p` is out of range.

    Notes
    -----
    Cost: memory linear in the pairs; no time is known to be enough for a proof, so
    `time_limit` ends the search.

    References
    ----------
    Church & ReVelle (1974), Papers of the Regional Science Association 32,
    doi:10.1007/BF01942293.

    Examples
    --------
    >>> max_cover([[1, 0], [1, 0], [0, 1]], [5, 5, 8], 1).objective
    10.0
    """
    ends = _problem.deadline(time_limit)
    within, columns = _problem.only_candidates(_problem.within_reach(reach), candidates)
    people = _check.people("demand", demand, within.shape[0])
    count = _problem.count_of(p, columns.size)
    total, asked = float(people.sum()), _unsettled(within, people)
    served, weight = _problem.inhabited(within, asked), asked[asked > 0]
    nothing = np.zeros(served.minutes.size)
    net = network(served.shape, served.start, served.destination, nothing, weight)
    rng = _check.chance(seed)
    whole = 1.0 if (people == np.round(people)).all() else 0.0
    closed = np.zeros(columns.size, dtype=np.int8)
    search = Coverage(net, net, closed, count, False, ends, rng, step=whole)
    wanted = total - _check.number("beat", -np.inf if beat is None else beat)
    search.begin(_begun(columns, start, count), prove=prove, beat=wanted)
    covered = float(people[_served(within, search.best)].sum())
    more = total - search.lower - covered
    most = covered + (more if more > TINY * total else 0.0)
    return credited(_answer(within, columns, search.best, covered, most), reach)


def set_cover(
    reach: Any,
    *,
    candidates: ArrayLike | None = None,
    time_limit: float | None = None,
    seed: int = 0,
) -> Siting:
    r"""Open as few sites as possible so that every origin is within reach of one (LSCP).

    .. math:: \min \sum_j y_j \quad \text{s.t.} \quad \sum_j a_{ij} y_j \ge 1,\; y \in \{0, 1\}

    Parameters
    ----------
    reach : array_like of bool (n_demand, n_sites), sparse matrix, or Pairs
        Whether each site is within reach of each origin; see `max_cover`.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    time_limit : float, optional
        Seconds after which the best answer so far is returned with its gap.
    seed : int
        Decides between equal moves of the search.

    Returns
    -------
    Siting
        `objective` in sites.

    Raises
    ------
    BadArray
        If `reach` holds anything but yes and no, or is empty.
    Infeasible
        If an origin is within reach of no candidate.

    Notes
    -----
    Cost: memory linear in the pairs; no time is known to be enough for a proof, so
    `time_limit` ends the search.

    References
    ----------
    Toregas, Swain, ReVelle & Bergman (1971), Operations Research 19(6),
    doi:10.1287/opre.19.6.1363.

    Examples
    --------
    >>> set_cover([[1, 1, 0], [0, 1, 0], [0, 0, 1]]).sites.tolist()
    [1, 2]
    """
    ends = _problem.deadline(time_limit)
    within, columns = _problem.only_candidates(_problem.within_reach(reach), candidates)
    _problem.refuse_unreachable(within, np.ones(within.shape[0]))
    rng = _check.chance(seed)
    search = _problem.cover_search(within, -1, ends, rng)
    answer = _answer(within, columns, search.best, search.upper, search.lower)
    return credited(answer, reach)


def p_center(
    cost: Any,
    p: int,
    *,
    candidates: ArrayLike | None = None,
    time_limit: float | None = None,
    seed: int = 0,
) -> Siting:
    r"""Open `p` sites so that the worst-off origin is as near as possible to one.

    .. math:: \min_{y} \max_i \min_{j: y_j = 1} c_{ij} \quad \text{s.t.} \quad \sum_j y_j = p

    By bisection on the distinct times: is a cover of that radius possible with `p` sites?

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes from each origin to each site; see `p_median`.
    p : int
        Number of sites to open, from 1 to the number of candidates.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    time_limit : float, optional
        Seconds after which the best answer so far is returned with its gap.
    seed : int
        Decides between equal moves of the search.

    Returns
    -------
    Siting
        `objective` in minutes, for the worst-off origin.

    Raises
    ------
    BadArray, BadParameter
        If a cost is negative or `p` is out of range.
    Infeasible
        If `p` sites cannot be within reach of every origin.

    Notes
    -----
    Cost: memory linear in the pairs; a cover for each radius tried.

    References
    ----------
    Minieka (1970), SIAM Review 12(1), doi:10.1137/1012016.

    Examples
    --------
    >>> p_center([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 1).objective
    5.0
    """
    ends = _problem.deadline(time_limit)
    reach, columns = _problem.only_candidates(pairs(cost), candidates)
    count = _problem.count_of(p, columns.size)
    _problem.refuse_unreachable(reach, np.ones(reach.shape[0]))
    rng = _check.chance(seed)
    chosen = _cover_with(reach, count, ends, rng)
    center = Center(reach, count, chosen, ends, rng)
    center.run()
    farthest = radius(reach, center.best)
    return credited(_answer(reach, columns, center.best, farthest, center.bound), cost)


def _unsettled(within: Pairs, people: Floats) -> Floats:
    """Count only the people whom some choice of sites reaches and another does not."""
    sure = np.diff(within.start) == within.shape[1]
    left = np.where(sure, 0.0, people)
    return left if left.any() else people


def _begun(columns: Ints, start: ArrayLike, count: int) -> Mask | None:
    """Mark the sites to begin with, and others until there are enough; None when none is given."""
    given = _check.once("start", _check.positions("start", start, int(columns[-1]) + 1))
    if not given.size:
        return None
    at = np.flatnonzero(np.isin(columns, given))
    if at.size != given.size or at.size > count:
        raise BadParameter(f"start must hold at most {count} candidates, once each.")
    begun = np.zeros(columns.size, dtype=bool)
    begun[at] = True
    return _problem.filled(begun, count)


def _serves(served: Pairs, sites: Mask | None) -> bool:
    """Whether every row is within reach of one of these sites."""
    if sites is None:
        return False
    return bool(_served(served, sites).all())


def _served(reach: Pairs, sites: Mask) -> Mask:
    """Mark the rows within reach of one of these sites."""
    near = reach.origin[sites[reach.destination]]
    return np.bincount(near, minlength=reach.shape[0]) > 0


def _cover_with(reach: Pairs, count: int, ends: float, rng: np.random.Generator) -> Mask:
    """Return `count` sites within reach of every origin, or say how many are needed."""
    found = _problem.cover_search(reach, count, ends, rng)
    if found.upper <= count:
        return _problem.filled(found.best, count)
    if found.lower > count:
        needed = f"at least {found.lower:.0f} are needed"
        raise Infeasible("reach", f"{count} sites cannot be within reach of everyone: {needed}.")
    known = f"{found.upper:.0f} can; the time allowed was too short to settle fewer"
    raise Infeasible("time", f"no {count} sites within reach of everyone were found: {known}.")


def _answer(reach: Pairs, columns: Ints, chosen: Mask, objective: float, bound: float) -> Siting:
    opened = np.flatnonzero(chosen)
    trip = nearest(_problem.columns_of(reach, opened)).destination
    sites = columns[opened]
    assigned = np.where(trip >= 0, sites[np.maximum(trip, 0)], -1)
    return Siting(
        sites=sites,
        objective=float(objective),
        bound=float(bound),
        proven=is_proven(objective, bound),
        assigned=assigned,
    )
