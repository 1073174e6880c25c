"""Spatial accessibility: how much supply each place can really count on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.attribution import credited
from maillage_engine.inequality import quantile
from maillage_engine.pairs import Pairs, pairs


@dataclass(frozen=True, slots=True)
class Access:
    """Scores of a floating-catchment method. Indices follow the arguments' order."""

    score: Floats  # (n_demand,) places per person reachable from each origin
    pressure: Floats  # (n_supply,) weighted persons per place; inf where there is no place
    unserved: NDArray[np.bool_]  # (n_demand,) True where no place at all is within reach
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest destination of each origin."""

    minutes: Floats  # (n_origins,) NaN where nothing is within reach
    destination: NDArray[np.int64]  # (n_origins,) its position; -1 where nothing is within reach
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who lives in the places a condition marks."""

    places: int  # number of origins
    people: float  # persons who live there
    share: float  # of all persons, in [0, 1]


def two_step_access(demand: ArrayLike, supply: ArrayLike, weight: Any) -> Access:
    r"""Score each origin by the enhanced two-step floating catchment area (E2SFCA).

    Step one shares each facility's places among the people who can reach it,
    :math:`R_j = S_j / \sum_k w_{kj} P_k`; step two sums the shares an origin reaches,
    :math:`A_i = \sum_j w_{ij} R_j`.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin, :math:`P` (persons, >= 0).
    supply : array_like, shape (n_supply,)
        Capacity of each facility, :math:`S` (places, hours or full-time equivalents, >= 0). May
        be empty: then every origin is unserved.
    weight : array_like, sparse matrix or BandedPairs, shape (n_demand, n_supply)
        Willingness to travel, :math:`w`, in [0, 1]; see `step_weight`. Sparse input stays sparse.
        For many scores on the same pairs, `banded` prepares step weights that are read faster.

    Returns
    -------
    Access
        Scores in places per person. The places handed out equal the places someone can reach:
        ``demand @ score == supply[reached].sum()``.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or not finite, or a weight is outside [0, 1].

    Notes
    -----
    Cost: linear in the stored weights, time and memory. Scores compare places *within* one run;
    they are not comparable between runs with different weights. With weights of 0 and 1 this is
    the original two-step method (2SFCA).

    References
    ----------
    Luo & Wang (2003), Environment and Planning B 30(6), doi:10.1068/b29120.
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.

    Examples
    --------
    >>> two_step_access([10, 30], [8, 6], [[1, 0], [1, 1]]).score.tolist()
    [0.2, 0.4]
    """
    people = _check.vector("demand", demand)
    places = _check.vector("supply", supply, empty=True)
    reach = _check.products(weight, (people.size, places.size))
    catchment = np.asarray(people @ reach)
    share = np.divide(places, catchment, out=np.zeros_like(places), where=catchment > 0)
    score = np.asarray(reach @ share)
    unserved = nothing_within_reach(score, catchment, places, reach)
    return credited(Access(score, pressure(catchment, places), unserved), weight)


def pressure(catchment: Floats, places: Floats) -> Floats:
    """Return weighted persons per place; infinite where there is no place."""
    return np.divide(catchment, places, out=np.full_like(places, np.inf), where=places > 0)


def nothing_within_reach(
    score: Floats, catchment: Floats, places: Floats, reach: Floats | csr_array | _check.Prepared
) -> NDArray[np.bool_]:
    """Mark the origins that reach no place, even one that nobody lives near enough to use."""
    unserved = score == 0
    if ((catchment == 0) & (places > 0)).any():
        unserved &= np.asarray(reach @ places) == 0
    return np.asarray(unserved)


def nearest(minutes: ArrayLike | csr_array | Pairs) -> Nearest:
    """Find the nearest destination of each origin.

    Parameters
    ----------
    minutes : array_like (n_origins, n_destinations), sparse matrix, or Pairs
        Travel times; see `pairs` for what "no route" looks like.

    Returns
    -------
    Nearest
        On equal times the destination that comes first in the argument wins.

    Raises
    ------
    BadArray
        If a time is negative.

    Notes
    -----
    Cost: one sort of the pairs, n log n in them.

    Examples
    --------
    >>> nearest([[12, 7], [float("nan"), float("nan")]])
    Nearest(minutes=array([ 7., nan]), destination=array([ 1, -1]), attribution='')
    """
    known = pairs(minutes)
    found = np.diff(known.start) > 0
    best = np.full(known.shape[0], np.nan)
    where = np.full(known.shape[0], -1, dtype=np.int64)
    if known.minutes.size:
        rows = known.start[:-1][found]
        best[found] = np.minimum.reduceat(known.minutes, rows)
        shortest = np.flatnonzero(known.minutes == np.repeat(best, np.diff(known.start)))
        first = shortest[np.searchsorted(shortest, rows)]  # the first of each row
        where[found] = known.destination[first]
    return credited(Nearest(minutes=best, destination=where), known)


def coverage(minutes: ArrayLike, demand: ArrayLike | None = None, *, cutoff_min: float) -> float:
    """Return the share of people whose trip takes at most `cutoff_min` minutes.

    Parameters
    ----------
    minutes : array_like, shape (n_origins,)
        Trip of each origin, for instance ``nearest(times).minutes``. NaN means "no route".
    demand : array_like, shape (n_origins,), optional
        Persons at each origin; one each by default.
    cutoff_min : float
        Inclusive threshold, in minutes.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    BadArray, BadParameter
        If shapes disagree, nobody is counted, or the threshold is negative.

    Notes
    -----
    Cost: linear in the origins.

    Examples
    --------
    >>> coverage([10, 30, 31], [100, 50, 50], cutoff_min=30)
    0.75
    """
    return 1.0 - concerned(farther_than(minutes, cutoff_min), demand).share


def farther_than(minutes: ArrayLike, cutoff_min: float) -> NDArray[np.bool_]:
    """Mark the origins whose trip takes more than a threshold, or that have no route.

    Parameters
    ----------
    minutes : array_like, shape (n_origins,)
        Trip of each origin, in minutes. NaN means "no route".
    cutoff_min : float
        Inclusive threshold: exactly `cutoff_min` minutes is *not* farther.

    Returns
    -------
    ndarray of bool, shape (n_origins,)

    Raises
    ------
    BadArray, BadParameter
        If a time or the threshold is negative.

    Notes
    -----
    Cost: linear in the origins.
    """
    times = _check.times("minutes", minutes)
    return ~(times <= min(_check.threshold("cutoff_min", cutoff_min), _check.LONGEST))


def below_median(score: ArrayLike, demand: ArrayLike, fraction: float = 0.5) -> NDArray[np.bool_]:
    """Mark the origins whose score is under a fraction of what the median person has.

    Parameters
    ----------
    score : array_like, shape (n_origins,)
        Places per person, >= 0.
    demand : array_like, shape (n_origins,)
        Persons at each origin; the median is that of persons, not of places.
    fraction : float
        In [0, 1].

    Returns
    -------
    ndarray of bool, shape (n_origins,)
        Strictly under the line. Where the median person has nothing, nobody is under it: use
        `Access.unserved` there.

    Raises
    ------
    BadArray, BadParameter
        If shapes disagree, a score is negative, nobody is counted, or the fraction is not in
        [0, 1].

    Notes
    -----
    Cost: one sort of the places, n log n.
    """
    scores = _check.vector("score", score)
    line = _check.fraction("fraction", fraction) * quantile(scores, demand, 0.5)
    return scores < line


def concerned(mask: ArrayLike, demand: ArrayLike | None = None) -> Concerned:
    """Count the places and the persons a condition marks.

    Parameters
    ----------
    mask : array_like of bool, shape (n_origins,)
        For instance `Access.unserved`.
    demand : array_like, shape (n_origins,), optional
        Persons at each origin; one each by default.

    Returns
    -------
    Concerned

    Raises
    ------
    BadArray
        If shapes disagree or nobody is counted at all.

    Notes
    -----
    Cost: linear in the origins.

    Examples
    --------
    >>> concerned([True, False, True], [10, 70, 20])
    Concerned(places=2, people=30.0, share=0.3)
    """
    marked = _check.mask("mask", mask)
    people = _check.people_or_one("demand", demand, marked.size)
    here = float(people[marked].sum())
    return Concerned(places=int(marked.sum()), people=here, share=here / float(people.sum()))


def reachable(supply: ArrayLike, weight: Any) -> Floats:
    r"""Sum the weighted supply each origin reaches, :math:`\sum_j w_{ij} S_j`, without competition.

    Parameters
    ----------
    supply : array_like, shape (n_supply,)
        Capacity of each facility, >= 0; use ones to count facilities.
    weight : array_like, sparse matrix or BandedPairs, shape (n_demand, n_supply)
        Willingness to travel, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n_demand,)

    Raises
    ------
    BadArray
        If shapes disagree or a value is out of range.

    Notes
    -----
    Cost: linear in the stored weights.

    References
    ----------
    Hansen (1959), Journal of the American Institute of Planners 25(2),
    doi:10.1080/01944365908978307.
    """
    places = _check.vector("supply", supply, empty=True)
    table = weight if hasattr(weight, "shape") else _check.numbers("weight", weight)
    rows = int(table.shape[0]) if table.shape else 0
    return np.asarray(_check.products(table, (rows, places.size)) @ places)
