"""Where to open when places, money and staff are counted: capacitated siting and budgets.

Written as programmes that HiGHS solves by matrices. Each answer carries a bound that no choice can
beat; nothing is called optimal that was not proven.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from maillage_engine import _check, _problem
from maillage_engine._bounds import PROVEN, Bounded, is_proven
from maillage_engine._check import Floats, Ints
from maillage_engine._milp import Programme, Solution
from maillage_engine.attribution import attribution_of, credited
from maillage_engine.errors import Infeasible
from maillage_engine.pairs import Pairs, pairs

SMALL = 1e-7  # a share under this is what rounding leaves


@dataclass(frozen=True, slots=True)
class Allocation(Bounded):
    """Sites and who goes where. Positions are those of the columns given."""

    sites: Ints  # (n_open,) chosen columns, increasing
    objective: float
    bound: float  # no choice can do better than this
    proven: bool  # the gap is at most one millionth
    served: csr_array  # (n_demand, n_sites) persons of each origin at each site
    used: Floats  # (n_sites,) persons at each site
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class StaffedPlan(Bounded):
    """Sites, their staff and who they serve, within a budget."""

    sites: Ints  # (n_open,) chosen columns, increasing
    staff: Floats  # (n_sites,) full-time equivalents, by tenths
    served: csr_array  # (n_demand, n_sites) persons of each origin at each site
    objective: float  # persons served
    bound: float
    proven: bool  # whether the bound is met
    spent: float  # euros
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class Means:
    """What a plan may spend, and what staff can do. Amounts are for one year."""

    budget: float  # euros
    wage: float  # euros, one full-time equivalent
    persons_per_fte: float  # persons that one full-time equivalent serves
    staff: float  # full-time equivalents that can be found in all
    smallest: float = 0.1  # least staff of an open site; staff is counted by tenths

    def __post_init__(self) -> None:
        for name in ("budget", "wage", "staff", "smallest"):
            _check.not_negative(name, getattr(self, name))
        _check.positive("persons_per_fte", self.persons_per_fte)


def capacitated_median(  # noqa: PLR0913 - three arguments and their keyword-only options
    cost: Any,
    demand: ArrayLike,
    capacity: ArrayLike,
    p: int,
    *,
    single: bool = False,
    kept: ArrayLike = (),
    time_limit: float = 60.0,
) -> Allocation:
    r"""Open `p` sites that have room for everyone, so that people travel least in total.

    .. math:: \min \sum_{ij} h_i c_{ij} x_{ij} \quad \text{s.t.} \quad \sum_j x_{ij} = 1,\;
              \sum_i h_i x_{ij} \le C_j y_j,\; x_{ij} \le y_j,\; \sum_j y_j = p

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes from each origin to each site, >= 0; NaN or absent: out of reach.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    capacity : array_like, shape (n_sites,)
        Persons that each site can take, >= 0.
    p : int
        Number of sites open, from 1 to n_sites.
    single : bool
        Whether everyone of one origin must go to the same site; otherwise origins may be split.
    kept : array_like of int, shape (n_kept,)
        Sites that are open whatever happens.
    time_limit : float
        Seconds after which the best answer so far is returned with its gap.

    Returns
    -------
    Allocation
        `objective` in person-minutes.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative, shapes disagree, or `p` is out of range.
    Infeasible
        Naming `reach`, `capacity`, or `time` when no answer was found in time.

    Notes
    -----
    Cost: one binary variable for each site (and each pair when `single`), one real for each pair
    within reach: thousands of pairs in seconds.

    References
    ----------
    Sridharan (1995), European Journal of Operational Research 87(2), 203-213.

    Examples
    --------
    >>> capacitated_median([[1, 9], [2, 3]], [10, 10], [10, 10], 2).objective
    40.0
    """
    ends = _problem.deadline(time_limit)
    reach, people = pairs(cost), _people(cost, demand)
    room = _check.vector("capacity", capacity, size=reach.shape[1])
    count = _problem.count_of(p, reach.shape[1])
    _problem.refuse_unreachable(reach, people)
    largest = np.sort(room)[::-1][:count].sum()
    if people.sum() > largest * (1 + PROVEN):
        raise Infeasible(
            "capacity",
            f"{count} sites hold {largest:g} persons at most; {people.sum():g} need a place.",
        )
    programme = Programme()
    opened = programme.variables(np.zeros(reach.shape[1]), high=1.0, whole=True)
    served = _serving(programme, reach, people, reach.minutes * people[reach.origin], whole=single)
    _serve_everyone(programme, reach, served, people)
    _within_room(programme, reach, served, opened, people, room)
    programme.constrain(0, opened, 1.0, least=count, most=count)
    _keep_open(programme, opened, _positions(reach, kept))
    found = programme.solve(seconds=_problem.left(ends))
    _refuse_nothing(
        found, "capacity", f"no {count} sites have room for everyone within their reach."
    )
    return credited(_allocation(found, reach, people, opened, served), cost)


def staffed_plan(  # noqa: PLR0913 - three arguments and their keyword-only options
    reach: Any,
    demand: ArrayLike,
    means: Means,
    *,
    opening: ArrayLike,
    largest: ArrayLike = np.inf,
    open_today: ArrayLike = (),
    time_limit: float = 60.0,
) -> StaffedPlan:
    r"""Serve as many people as a budget and a pool of staff allow.

    .. math:: \max \sum_{ij} x_{ij} \quad \text{s.t.} \quad
              \sum_j f_j y_j + w \sum_j n_j \le B,\; \sum_j n_j \le N,\;
              \sum_i x_{ij} \le \kappa n_j,\; \sum_j x_{ij} \le h_i,\; 10\,n_j \in \mathbb{N}

    Parameters
    ----------
    reach : array_like of bool (n_demand, n_sites), sparse matrix, or Pairs
        Whether each site is within reach of each origin.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    means : Means
        Budget, wage, what one full-time equivalent can do, and how many can be found.
    opening : array_like, shape (n_sites,)
        Euros a year to keep each site open.
    largest : array_like, shape (n_sites,), or one for all
        Most staff of each site, in full-time equivalents.
    open_today : array_like of int, shape (n_open,)
        Sites open today: they stay open.
    time_limit : float
        Seconds after which the best answer so far is returned with its gap.

    Returns
    -------
    StaffedPlan
        `objective` in persons served in a year.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or shapes disagree.
    Infeasible
        Naming `budget` or `staff`, when they do not even keep open what is open today.

    Notes
    -----
    Cost: a programme with one variable for each site, post and pair within reach; proof may
    take until `time_limit`.

    Examples
    --------
    >>> means = Means(budget=100, wage=40, persons_per_fte=25, staff=5)
    >>> staffed_plan([[1], [1]], [30, 30], means, opening=[20]).objective
    50.0
    """
    ends = _problem.deadline(time_limit)
    within = _problem.within_reach(reach)
    size = within.shape[1]
    people = _check.people("demand", demand, within.shape[0])
    rent = _check.vector("opening", opening, size=size)
    today = _positions(within, open_today)
    room = _check.for_each("largest", largest, size)
    _refuse_today(rent[today], means)
    least = float(np.ceil(round(means.smallest * 10, 6)))
    most = np.floor(np.minimum(room, means.staff) * 10 + SMALL)
    programme = Programme()
    opened = programme.variables(np.zeros(size), high=1.0, whole=True)
    tenths = programme.variables(np.zeros(size), high=np.maximum(most, 0), whole=True)
    served = programme.variables(np.full(within.minutes.size, -1.0), high=people[within.origin])
    sites = np.arange(size)
    programme.constrain(
        np.r_[within.destination, sites], np.r_[served, tenths],
        np.r_[np.ones(served.size), np.full(size, -means.persons_per_fte / 10)],
        most=0.0, count=size,
    )  # fmt: skip
    programme.constrain(within.origin, served, 1.0, most=people, count=people.size)
    pairs_of = np.r_[sites, sites], np.r_[tenths, opened]
    programme.constrain(
        *pairs_of, np.r_[np.ones(size), np.full(size, -least)], least=0.0, count=size
    )
    programme.constrain(*pairs_of, np.r_[np.ones(size), -most], most=0.0, count=size)
    money = np.r_[rent, np.full(size, means.wage / 10)]
    programme.constrain(0, np.r_[opened, tenths], money, most=means.budget)
    programme.constrain(0, tenths, 0.1, most=means.staff)
    _keep_open(programme, opened, today)
    found = programme.solve(seconds=_problem.left(ends))
    _refuse_nothing(found, "budget", "no plan keeps within the budget and the staff.")
    values = _whole(found, opened, tenths)
    return StaffedPlan(
        sites=np.flatnonzero(values[opened] > 0.5),
        staff=values[tenths] / 10,
        served=_table(within, values[served]),
        objective=-found.objective,
        bound=-found.bound,
        proven=is_proven(found.objective, found.bound),
        spent=float(rent @ values[opened] + means.wage / 10 * values[tenths].sum()),
        attribution=attribution_of(reach),
    )


def _people(cost: Any, demand: ArrayLike) -> Floats:
    return _check.people("demand", demand, pairs(cost).shape[0])


def _serving(
    programme: Programme, reach: Pairs, people: Floats, paid: Floats, *, whole: bool
) -> Ints:
    """Add the share of each origin that goes to each site within its reach."""
    return programme.variables(np.where(people[reach.origin] > 0, paid, 0.0), high=1.0, whole=whole)


def _serve_everyone(programme: Programme, reach: Pairs, served: Ints, people: Floats) -> None:
    need = (people > 0).astype(np.float64)
    programme.constrain(reach.origin, served, 1.0, least=need, most=1.0, count=people.size)


def _within_room(
    programme: Programme, reach: Pairs, served: Ints, opened: Ints, people: Floats, room: Floats
) -> None:
    sites, each = np.arange(room.size), np.arange(served.size)
    programme.constrain(
        np.r_[reach.destination, sites], np.r_[served, opened],
        np.r_[people[reach.origin], -room], most=0.0, count=room.size,
    )  # fmt: skip
    programme.constrain(
        np.r_[each, each], np.r_[served, opened[reach.destination]],
        np.r_[np.ones(each.size), -np.ones(each.size)], most=0.0, count=each.size,
    )  # fmt: skip


def _positions(reach: Pairs, sites: ArrayLike) -> Ints:
    return _check.once(
        "sites kept open", _check.positions("sites kept open", sites, reach.shape[1])
    )


def _keep_open(programme: Programme, opened: Ints, sites: Ints) -> None:
    if sites.size:
        rows = np.arange(sites.size)
        programme.constrain(rows, opened[sites], 1.0, least=1.0, count=sites.size)


def _refuse_today(rent: Floats, means: Means) -> None:
    """Say so when the means do not keep open what is open today."""
    needed = rent.size * means.smallest
    if needed > means.staff + SMALL:
        raise Infeasible(
            "staff",
            f"what is open today needs {needed:g} full-time equivalents; got {means.staff:g}.",
        )
    least = float(rent.sum() + means.wage * needed)
    if least > means.budget + SMALL:
        raise Infeasible(
            "budget", f"what is open today costs {least:g} at least; got {means.budget:g}."
        )


def _refuse_nothing(found: Solution, constraint: str, sentence: str) -> None:
    if found.impossible:
        raise Infeasible(constraint, sentence)
    if found.values is None:
        raise Infeasible(
            "time", "no answer was found in the time allowed; none was proven impossible."
        )


def _whole(found: Solution, *blocks: Ints) -> Floats:
    """Return the values, those that must be whole rounded to it."""
    values = np.array(found.values)
    for block in blocks:
        values[block] = np.round(values[block])
    return values


def _allocation(
    found: Solution, reach: Pairs, people: Floats, opened: Ints, served: Ints
) -> Allocation:
    values = _whole(found, opened)
    table = _table(reach, values[served] * people[reach.origin])
    return Allocation(
        sites=np.flatnonzero(values[opened] > 0.5),
        objective=found.objective,
        bound=found.bound,
        proven=is_proven(found.objective, found.bound),
        served=table,
        used=np.asarray(table.sum(axis=0)),
    )


def _table(reach: Pairs, persons: Floats) -> csr_array:
    kept = persons > SMALL
    return csr_array(
        (persons[kept], (reach.origin[kept], reach.destination[kept])), shape=reach.shape
    )
