"""How unequally something is shared among people, counted person by person.

Every measure is weighted: `weights` are persons, so a commune of 10,000 counts for 10,000. Zeros
are meant: a place with nothing counts with its people.

- When everyone has the same, zero included, Gini and Theil are 0. Where *nobody has anything*
  that 0 says "equal", not "good": show the mean beside it.
- In Theil, 0 times ln 0 is 0: people who have nothing count fully (dropping them, as some packages
  do, hides exactly those one looks for).
- A ratio to zero is infinite; zero to zero is NaN, "not defined".
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check
from maillage_engine._check import Floats

ROUNDING = 1e-12  # cumulated shares closer than this are the same share


@dataclass(frozen=True, slots=True)
class Lorenz:
    """Points of a Lorenz curve, from (0, 0) to (1, 1), poorest first."""

    people: Floats  # (n + 1,) cumulated share of persons
    held: Floats  # (n + 1,) cumulated share of what they hold; equal to `people` if all is zero


class Theil(NamedTuple):
    """Theil T or L and its exact split: ``total == between + within``."""

    total: float
    between: float  # what would remain if everyone had their group's mean
    within: float  # what is left inside the groups


@dataclass(frozen=True, slots=True)
class Groups:
    """What each group of places has, on average per person."""

    labels: NDArray[Any]  # (n_groups,) sorted
    mean: Floats  # (n_groups,) NaN where nobody lives
    people: Floats  # (n_groups,)


@dataclass(frozen=True, slots=True)
class Extremes:
    """The lowest and highest value among those that count at least one person."""

    lowest: float  # in the unit of what is compared
    highest: float

    @property
    def gap(self) -> float:
        """Highest minus lowest."""
        return self.highest - self.lowest

    @property
    def ratio(self) -> float:
        """Highest over lowest; infinite if the lowest is 0, NaN if both are."""
        return _ratio(self.highest, self.lowest)


def lorenz(values: ArrayLike, weights: ArrayLike | None = None) -> Lorenz:
    """Draw the Lorenz curve: what share of everything the poorest x % hold.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0 (places per child, for instance).
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.

    Returns
    -------
    Lorenz

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: one sort of the places, n log n.

    References
    ----------
    Lorenz (1905), Publications of the American Statistical Association 9(70).

    Examples
    --------
    >>> lorenz([3, 1], [1, 1]).held.tolist()
    [0.0, 0.25, 1.0]
    """
    amounts, people = counted(values, weights)
    amounts = scaled(amounts)
    order = np.argsort(amounts, kind="stable")
    persons = np.concatenate([[0.0], np.cumsum(people[order])])
    held = np.concatenate([[0.0], np.cumsum((people * amounts)[order])])
    share = persons / persons[-1]
    return Lorenz(people=share, held=held / held[-1] if held[-1] > 0 else share)


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    r"""Return the Gini coefficient, :math:`1 - \sum_i p_i (L_{i-1} + L_i)`.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.

    Returns
    -------
    float
        From 0 (all the same) towards 1 (one person has everything). 0 when all values are zero.

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: one sort of the places, n log n. The population form is used, without the n/(n-1)
    correction, so that splitting a place in two identical halves changes nothing.

    References
    ----------
    Gini (1912), Variabilità e mutabilità; weighted form as twice the area above the Lorenz curve.

    Examples
    --------
    >>> gini([1, 3], [1, 1])
    0.25
    """
    curve = lorenz(values, weights)
    area = np.diff(curve.people) @ (curve.held[:-1] + curve.held[1:])
    return max(0.0, 1.0 - float(area))


def gap_slope(values: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    r"""Return how half the mean gap between two persons grows with the value of each place.

    Half the mean gap, :math:`\tfrac12 \sum_i \sum_j p_i p_j |A_i - A_j|`, is the Gini coefficient
    times the mean. It is convex, and as long as the order stays it is linear: its value is then
    ``slope @ values``, and elsewhere no less. So a slope says which change lessens the gaps most,
    and is a cut for a linear programme.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.

    Returns
    -------
    ndarray, shape (n,)
        :math:`p_i (2 F_i - p_i - 1)`, with :math:`F_i` the share of persons up to place i,
        poorest first. Equal values keep their order.

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: one sort of the places, n log n.

    References
    ----------
    Lerman & Yitzhaki (1984), Economics Letters 15(3-4).

    Examples
    --------
    >>> gap_slope([3, 1]).tolist()
    [0.25, -0.25]
    """
    amounts, people = counted(values, weights)
    order = np.argsort(amounts, kind="stable")
    share = people[order] / people.sum()
    slope = np.empty(amounts.size)
    slope[order] = share * (2 * np.cumsum(share) - share - 1)
    return slope


@overload
def theil(values: ArrayLike, weights: ArrayLike | None = None, groups: None = None) -> float: ...
@overload
def theil(values: ArrayLike, weights: ArrayLike | None, groups: ArrayLike) -> Theil: ...
def theil(
    values: ArrayLike, weights: ArrayLike | None = None, groups: ArrayLike | None = None
) -> float | Theil:
    r"""Return the Theil T index, :math:`\sum_i p_i (A_i/\mu) \ln(A_i/\mu)`, and its split by group.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0. Zeros count (0 ln 0 = 0).
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    groups : array_like, shape (n,), optional
        Group of each place (its EPCI, for instance).

    Returns
    -------
    float, or Theil when `groups` is given
        From 0 (all the same) to ln(total persons). ``total == between + within``, up to
        rounding. 0 when all values are zero.

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: linear in the places; with groups, one sort of their labels, n log n.

    References
    ----------
    Theil (1967), Economics and Information Theory, chapter 4.

    Examples
    --------
    >>> round(theil([1, 3], [1, 1]), 6)
    0.130812
    """
    amounts, people = counted(values, weights)
    amounts = scaled(amounts)
    total = _theil(amounts, people)
    if groups is None:
        return total
    means = group_means(amounts, people, groups)
    lived_in = means.people > 0
    between = _theil(means.mean[lived_in], means.people[lived_in])
    _, position = _check.labels("groups", groups, amounts.size)
    within = _divergence(amounts, means.mean[position], people)
    return Theil(total=total, between=between, within=within)


def quantile(values: ArrayLike, weights: ArrayLike | None, share: float) -> float:
    """Return the value that at least a share of the people do not exceed.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,) or None
        Persons in each place, >= 0; one each for None.
    share : float
        In [0, 1]; 0.5 for the median person.

    Returns
    -------
    float
        Always one of the values, without interpolation: the smallest whose cumulated share of
        persons reaches `share`. Places where nobody lives never count.

    Raises
    ------
    BadArray, BadParameter
        If a value is negative or missing, nobody is counted, or the share is outside [0, 1].

    Notes
    -----
    Cost: one sort of the places, n log n.

    Examples
    --------
    >>> quantile([5, 1, 9], [1, 1, 2], 0.5)
    5.0
    """
    amounts, people = counted(values, weights)
    amounts, people = amounts[people > 0], people[people > 0]
    order = np.argsort(amounts, kind="stable")
    reached = np.cumsum(people[order]) / people.sum()
    wanted = _check.fraction("share", share) - ROUNDING
    return float(amounts[order][min(int(np.searchsorted(reached, wanted)), amounts.size - 1)])


def quantile_ratio(
    values: ArrayLike, weights: ArrayLike | None = None, *, high: float = 0.9, low: float = 0.1
) -> float:
    """Return how many times more the well-off have than the worst-off, p90/p10 by default.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    high, low : float
        Shares of people, in [0, 1]; see `quantile`.

    Returns
    -------
    float
        Infinite when the low quantile is 0 and the high one is not; NaN when both are 0.

    Raises
    ------
    BadArray, BadParameter
        If a value is negative or missing, nobody is counted, or a share is outside [0, 1].

    Notes
    -----
    Cost: one sort of the places for each of the two, n log n.
    """
    return _ratio(quantile(values, weights, high), quantile(values, weights, low))


def extremes(values: ArrayLike, weights: ArrayLike | None = None) -> Extremes:
    """Return the lowest and highest value, with their gap and ratio.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place (or of each EPCI) has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; places where nobody lives are left out.

    Returns
    -------
    Extremes

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: linear in the groups.
    """
    amounts, people = counted(values, weights)
    lived_in = amounts[people > 0]
    return Extremes(lowest=float(lived_in.min()), highest=float(lived_in.max()))


def group_means(values: ArrayLike, weights: ArrayLike | None, groups: ArrayLike) -> Groups:
    """Return what the average person of each group has.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,) or None
        Persons in each place, >= 0; one each for None.
    groups : array_like, shape (n,)
        Group of each place.

    Returns
    -------
    Groups

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: one sort of the labels, n log n.
    """
    amounts = _check.vector("values", values)
    people = _check.people_or_one("weights", weights, amounts.size)
    names, position = _check.labels("groups", groups, amounts.size)
    persons = np.bincount(position, weights=people, minlength=names.size).astype(np.float64)
    held = np.bincount(position, weights=people * amounts, minlength=names.size)
    mean = np.divide(held, persons, out=np.full_like(held, np.nan), where=persons > 0)
    return Groups(labels=names, mean=mean, people=persons)


def counted(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Return what each place has, and its persons to a power of two."""
    amounts = _check.vector("values", values)
    return amounts, scaled(_check.people_or_one("weights", weights, amounts.size))


def scaled(amounts: Floats) -> Floats:
    """Divide by a power of two, which changes no digit, so that no sum or product overflows."""
    return np.ldexp(amounts, -int(np.frexp(amounts.max())[1]))


def _theil(amounts: Floats, people: Floats) -> float:
    mean = np.full_like(amounts, people @ amounts / people.sum())
    return _divergence(amounts, mean, people)


def _divergence(amounts: Floats, reference: Floats, people: Floats) -> float:
    """Sum, over shares of the total, the log of how far each amount is from its reference."""
    held = people * amounts
    total = float(held.sum())
    some = held > 0
    if total == 0 or not some.any():
        return 0.0
    logs = np.log(amounts[some]) - np.log(reference[some])
    return max(0.0, float(held[some] @ logs) / total)


def _ratio(high: float, low: float) -> float:
    if low > 0:
        return high / low
    return float("inf") if high > 0 else float("nan")
