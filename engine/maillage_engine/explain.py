"""Why these sites: what each is for, who gains and who loses, what hangs on uncertain inputs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _problem
from maillage_engine._check import Floats, Ints
from maillage_engine.attribution import credited
from maillage_engine.pairs import Pairs, pairs

SAME = 1e-9  # minutes that rounding may add up to
Choose = Callable[[Pairs, Floats], ArrayLike]


@dataclass(frozen=True, slots=True)
class Reasons:
    """What each open site is for, in the order of `sites`."""

    sites: Ints  # (n_open,) increasing
    persons: Floats  # (n_open,) who go there, being nearest
    minutes: Floats  # (n_open,) their mean travel time; NaN where nobody goes
    if_closed: Floats  # (n_open,) person-minutes closing it adds to those who would still go
    without: Floats  # (n_open,) persons who would have nothing within reach if it closed
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks, origin by origin. NaN minutes: nothing within reach."""

    before: Floats  # (n_demand,) minutes to the nearest site
    after: Floats  # (n_demand,)
    gain: float  # persons who travel less, or at last have something
    lose: float  # persons who travel more, or no longer have anything
    minutes_gained: float  # person-minutes saved by those who gain (reachable both times)
    minutes_lost: float  # person-minutes added to those who lose (reachable both times)
    newly_reached: float  # persons
    no_longer_reached: float  # persons
    attribution: str = ""  # whom to credit wherever it is shown


def reasons(cost: Any, demand: ArrayLike, sites: ArrayLike) -> Reasons:
    """Say what each site brings, given the others.

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes from each origin to each site; NaN or absent: out of reach.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    sites : array_like of int, shape (n_open,)
        Open columns.

    Returns
    -------
    Reasons

    Raises
    ------
    BadArray
        If a number is negative, shapes disagree, or a site does not exist.

    Notes
    -----
    Cost: one sort of the pairs, n log n, for the nearest site and the one after it.

    Examples
    --------
    >>> reasons([[1, 9], [8, 2]], [10, 10], [0, 1]).if_closed.tolist()
    [80.0, 60.0]
    """
    reach = pairs(cost)
    people = _check.people("demand", demand, reach.shape[0])
    chosen = _problem.only_candidates(reach, sites)[1]
    first, second, at = _two_nearest(_problem.columns_of(reach, chosen))
    here = np.isfinite(first)
    count = chosen.size
    other = np.isfinite(second)
    alone = here & ~other
    persons = _by_site(at[here], people[here], count)
    spent = _by_site(at[here], people[here] * first[here], count)
    more = _by_site(at[other], people[other] * (second[other] - first[other]), count)
    minutes = np.divide(spent, persons, out=np.full(count, np.nan), where=persons > 0)
    left = _by_site(at[alone], people[alone], count)
    return credited(Reasons(chosen, persons, minutes, more, left), reach)


def compare_sites(cost: Any, demand: ArrayLike, before: ArrayLike, after: ArrayLike) -> Comparison:
    """Say who gains and who loses when one network takes another's place.

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    before, after : array_like of int, shape (n_open,)
        Open columns; `before` may be empty.

    Returns
    -------
    Comparison

    Raises
    ------
    BadArray
        If a number is negative, shapes disagree, or a site does not exist.

    Notes
    -----
    Cost: linear in the pairs, twice.

    Examples
    --------
    >>> compare_sites([[1, 9], [8, 2]], [10, 5], [0], [1]).lose
    10.0
    """
    reach = pairs(cost)
    people = _check.people("demand", demand, reach.shape[0])
    old, new = (_nearest_of(reach, one) for one in (before, after))
    both = np.isfinite(old) & np.isfinite(new)
    saved = np.where(both, np.where(both, old, 0.0) - np.where(both, new, 0.0), 0.0)
    gained, lost = both & (saved > SAME), both & (saved < -SAME)
    found, gone = ~np.isfinite(old) & np.isfinite(new), np.isfinite(old) & ~np.isfinite(new)
    return Comparison(
        before=np.where(np.isfinite(old), old, np.nan),
        after=np.where(np.isfinite(new), new, np.nan),
        gain=float(people[gained | found].sum()),
        lose=float(people[lost | gone].sum()),
        minutes_gained=float(people[gained] @ saved[gained]),
        minutes_lost=float(people[lost] @ -saved[lost]),
        newly_reached=float(people[found].sum()),
        no_longer_reached=float(people[gone].sum()),
        attribution=reach.attribution,
    )


def steadiness(  # noqa: PLR0913 - three arguments and their keyword-only options
    choose: Choose,
    cost: Any,
    demand: ArrayLike,
    *,
    draws: int = 50,
    travel_spread: float = 0.15,
    demand_spread: float = 0.1,
    seed: int = 0,
) -> Floats:
    """Say how often each site is chosen when travel times and persons are a little different.

    Parameters
    ----------
    choose : callable (pairs, demand) -> columns
        For instance ``lambda cost, people: p_median(cost, people, 5).sites``.
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
    demand : array_like, shape (n_demand,)
    draws : int
        How many times the inputs are drawn, >= 1.
    travel_spread, demand_spread : float
        Standard deviations of ln(true / given), >= 0; `TravelModel.spread` is measured.
    seed : int

    Returns
    -------
    ndarray of float, shape (n_sites,)
        Share of the draws in which each site was chosen: near 1, the choice does not hang on the
        inputs; near 0.5, it is nearly a draw.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or there is no draw.

    Notes
    -----
    Cost: `choose` is asked once for each draw.

    Examples
    --------
    >>> from maillage_engine.siting import p_median
    >>> steadiness(lambda c, h: p_median(c, h, 1).sites, [[1, 90], [1, 90]], [9, 9]).tolist()
    [1.0, 0.0]
    """
    reach = pairs(cost)
    people = _check.people("demand", demand, reach.shape[0])
    _check.whole("draws", draws, 1)
    _check.spread("travel_spread", travel_spread)
    _check.spread("demand_spread", demand_spread)
    rng, chosen = _check.chance(seed), np.zeros(reach.shape[1])
    for _draw in range(draws):
        minutes = reach.minutes * rng.lognormal(0.0, travel_spread, reach.minutes.size)
        drawn = replace(reach, minutes=minutes)
        sites = choose(drawn, people * rng.lognormal(0.0, demand_spread, people.size))
        chosen[_check.positions("the sites chosen", sites, chosen.size)] += 1
    return chosen / draws


def _by_site(at: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(at, values, count).astype(np.float64)


def _nearest_of(reach: Pairs, sites: ArrayLike) -> Floats:
    given = _check.regular("sites", sites)
    if not given.size:
        return np.full(reach.shape[0], np.inf)
    return _two_nearest(_problem.columns_of(reach, _problem.only_candidates(reach, given)[1]))[0]


def _two_nearest(reach: Pairs) -> tuple[Floats, Floats, Ints]:
    """Return the minutes to the nearest column and to the next, infinite where none, and which."""
    order = np.lexsort((reach.destination, reach.minutes, reach.origin))
    minutes, column = reach.minutes[order], reach.destination[order]
    count = np.diff(reach.start)
    first, second = np.full(count.size, np.inf), np.full(count.size, np.inf)
    at = np.zeros(count.size, dtype=np.int64)
    some, two = count > 0, count > 1
    first[some], at[some] = minutes[reach.start[:-1][some]], column[reach.start[:-1][some]]
    second[two] = minutes[reach.start[:-1][two] + 1]
    return first, second, at
