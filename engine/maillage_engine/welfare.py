"""Inequality with a point of view: how much the worst-off count, and who they are.

Same conventions as `inequality`: weights are persons, zeros count, and when everyone has the same
(nothing included) there is no inequality.
"""

from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.errors import BadArray
from maillage_engine.inequality import ROUNDING, Theil, counted, group_means, lorenz


def atkinson(values: ArrayLike, weights: ArrayLike | None = None, aversion: float = 0.5) -> float:
    r"""Return the Atkinson index, the share of the total one would give up for equality.

    .. math:: 1 - \frac1\mu \Big(\sum_i p_i A_i^{1-\varepsilon}\Big)^{1/(1-\varepsilon)}

    and, for :math:`\varepsilon = 1`, one minus the geometric mean over :math:`\mu`.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    aversion : float
        :math:`\varepsilon` >= 0: 0 ignores inequality, larger looks more at the worst-off.

    Returns
    -------
    float
        In [0, 1]. From an aversion of 1 on, it is 1 as soon as someone has nothing. 0 when all
        values are zero.

    Raises
    ------
    BadArray, BadParameter
        If a value is negative or missing, nobody is counted, or the aversion is negative.

    Notes
    -----
    Cost: linear in the places.

    References
    ----------
    Atkinson (1970), Journal of Economic Theory 2(3), doi:10.1016/0022-0531(70)90039-6.

    Examples
    --------
    >>> round(atkinson([1, 3], aversion=1), 6)
    0.133975
    """
    _check.not_negative("aversion", aversion)
    amounts, share, mean = _shares(values, weights)
    if mean == 0 or aversion == 0:
        return 0.0
    if aversion >= 1 and (amounts == 0).any():
        return 1.0
    relative = amounts / mean
    logs = np.log(relative, where=relative > 0, out=np.full(relative.size, -np.inf))
    power = 1 - aversion
    if power == 0:
        equal = float(share @ logs)
    else:
        # Relative to the largest term, powers are finite; close to 1, no digit is lost.
        scale = float(logs.max() if power > 0 else logs.min())
        equal = scale + float(np.log1p(share @ np.expm1(power * (logs - scale)))) / power
    return min(1.0, max(0.0, -float(np.expm1(equal))))


@overload
def theil_l(values: ArrayLike, weights: ArrayLike | None = None, groups: None = None) -> float: ...
@overload
def theil_l(values: ArrayLike, weights: ArrayLike | None, groups: ArrayLike) -> Theil: ...
def theil_l(
    values: ArrayLike, weights: ArrayLike | None = None, groups: ArrayLike | None = None
) -> float | Theil:
    r"""Return Theil's second index, :math:`\sum_i p_i \ln(\mu / A_i)`, and its split by group.

    It is also called the mean log deviation. Its split weighs groups by their persons:
    :math:`L = \sum_g p_g \ln(\mu/\mu_g) + \sum_g p_g L_g`.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    groups : array_like, shape (n,), optional
        Group of each place (its EPCI, for instance).

    Returns
    -------
    float, or Theil when `groups` is given
        From 0 (all the same). Infinite when someone has nothing and others something: use
        `theil` there. 0 when all values are zero. ``total == between + within``, up to rounding: a
        group where nobody has anything makes the part between infinite, a person with nothing in a
        group that has something the part within.

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: linear in the places.

    References
    ----------
    Theil (1967), Economics and Information Theory, chapter 4.
    """
    amounts, share, mean = _shares(values, weights)
    total = _log_deviation(amounts, np.full(amounts.size, mean), share)
    if groups is None:
        return total
    means = group_means(values, weights, groups)
    lived_in = means.people > 0
    part = means.people[lived_in] / means.people.sum()
    between = _log_deviation(means.mean[lived_in], np.full(part.size, mean), part)
    everyone = _check.people_or_one("weights", weights, _check.numbers("values", values).size)
    own = means.mean[_check.labels("groups", groups, everyone.size)[1]][everyone > 0]
    return Theil(total, between, _log_deviation(amounts, own, share))


def _log_deviation(amounts: Floats, reference: Floats, share: Floats) -> float:
    """Sum, over persons, the log of how far each amount is under its reference."""
    some = reference > 0  # where nobody has anything, all have the same
    if (amounts[some] == 0).any():
        return float("inf")
    logs = np.log(reference[some]) - np.log(amounts[some])
    return max(0.0, float(share[some] @ logs))


def kolm_pollak(
    values: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    aversion: float = 1.0,
    burden: bool = True,
) -> float:
    r"""Return the Kolm–Pollak equally-distributed equivalent, in the unit of the values.

    For a burden such as minutes, :math:`\frac1\kappa \ln \sum_i p_i e^{\kappa x_i}`: the time
    that, the same for all, would be as bad as this one. For a good,
    :math:`-\frac1\kappa \ln \sum_i p_i e^{-\kappa x_i}`. With
    :math:`\kappa = \varepsilon \sum p x / \sum p x^2`.

    Parameters
    ----------
    values : array_like, shape (n,)
        Minutes (a burden) or places per person (a good), >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    aversion : float
        :math:`\varepsilon` > 0.
    burden : bool
        True when less is better.

    Returns
    -------
    float
        At least the mean for a burden, at most the mean for a good. Minus the mean, it is the
        Kolm–Pollak index.

    Raises
    ------
    BadArray, BadParameter
        If a value is negative or missing, nobody is counted, or the aversion is not > 0.

    Notes
    -----
    Cost: linear in the places.

    References
    ----------
    Kolm (1976), Journal of Economic Theory 12(3), doi:10.1016/0022-0531(76)90037-5.
    Sheriff & Maguire (2020), Risk Analysis 40(12), doi:10.1111/risa.13562.
    """
    amounts, share, mean = _shares(values, weights)
    strength = _check.positive("aversion", aversion)
    if mean == 0:
        return 0.0
    relative = amounts / mean
    kappa = strength / float(share @ relative**2) * (1 if burden else -1)
    exponent = kappa * relative
    top = float(exponent.max())
    return mean * (top + float(np.log(share @ np.exp(exponent - top)))) / kappa


def palma(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the Palma ratio: what the top 10 % of people hold over what the bottom 40 % hold.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.

    Returns
    -------
    float
        0.25 when all have the same. A place astride the 40 % or 90 % line is split, since all its
        people have the same. Infinite when the bottom 40 % have nothing; NaN when nobody has.

    Raises
    ------
    BadArray
        If a value is negative or missing, shapes disagree, or nobody is counted.

    Notes
    -----
    Cost: one sort of the places, n log n.

    References
    ----------
    Cobham & Sumner (2013), Center for Global Development, working paper 343.

    Examples
    --------
    >>> round(palma([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 12)
    1.0
    """
    curve = lorenz(values, weights)
    if _shares(values, weights)[2] == 0:
        return float("nan")
    lines = np.array([0.4, 0.9])
    bottom, below_top = np.interp(lines, curve.people, curve.held)
    end = np.abs(curve.people - lines[0]) <= ROUNDING  # a place ends on the line: none is split
    bottom = curve.held[end][0] if end.any() else bottom
    return float((1 - below_top) / bottom) if bottom > 0 else float("inf")


def concentration_index(
    values: ArrayLike, income: ArrayLike, weights: ArrayLike | None = None
) -> float:
    r"""Return the concentration index: do the rich or the poor have more of it?

    :math:`\frac2\mu \sum_i p_i (A_i - \mu)(r_i - \frac12)`, with :math:`r_i` the fractional rank of
    place *i* by income; places of equal income share their middle rank.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    income : array_like, shape (n,)
        Income of each place, any unit.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.

    Returns
    -------
    float
        In [-1, 1]: negative when poorer places have more, positive when richer ones do. 0 when all
        values are zero.

    Raises
    ------
    BadArray
        If a value is negative or missing, an income is missing, or nobody is counted.

    Notes
    -----
    Cost: one sort of the places by income, n log n.

    References
    ----------
    Kakwani, Wagstaff & van Doorslaer (1997), Journal of Econometrics 77(1),
    doi:10.1016/S0304-4076(96)01807-6.

    Examples
    --------
    >>> concentration_index([0, 1], income=[10_000, 30_000])
    0.5
    """
    amounts, share, mean = _shares(values, weights)
    size = _check.numbers("values", values).size
    money = _check.sized("income", income, size=size)
    if not np.isfinite(money).all():
        first = int((~np.isfinite(money)).argmax())
        raise BadArray(f"income must be finite; got {money[first]} at index {first}.")
    money = money[_check.people_or_one("weights", weights, size) > 0]
    if mean == 0:
        return 0.0
    _, group = np.unique(money, return_inverse=True)
    held_by_group = np.bincount(group, weights=share)
    rank = (np.cumsum(held_by_group) - held_by_group / 2)[group]
    return float(2 / mean * (share @ ((amounts - mean) * (rank - 0.5))))


def fgt(
    values: ArrayLike, weights: ArrayLike | None = None, *, line: float, order: float = 1
) -> float:
    r"""Return the Foster–Greer–Thorbecke measure of how far people are under a line.

    :math:`\sum_{A_i < z} p_i \big((z - A_i)/z\big)^\alpha`.

    Parameters
    ----------
    values : array_like, shape (n,)
        What each person of each place has, >= 0.
    weights : array_like, shape (n,), optional
        Persons in each place, >= 0; one each by default.
    line : float
        :math:`z` > 0, for instance half of what the median person has.
    order : float
        :math:`\alpha` >= 0: 0 counts people under the line, 1 their mean distance to it (as a share
        of the line), 2 weighs the farthest more.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    BadArray, BadParameter
        If a value is negative or missing, nobody is counted, the line is not > 0, or the order is
        negative.

    Notes
    -----
    Cost: linear in the places.

    References
    ----------
    Foster, Greer & Thorbecke (1984), Econometrica 52(3), doi:10.2307/1913475.

    Examples
    --------
    >>> fgt([0, 5, 20], [1, 2, 1], line=10, order=1)
    0.5
    """
    amounts, share, _ = _shares(values, weights)
    poverty_line = _check.positive("line", line)
    _check.not_negative("order", order)
    under = amounts < poverty_line
    lack = (poverty_line - amounts[under]) / poverty_line
    return float(share[under] @ lack**order)


def _shares(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, float]:
    """Return the values of inhabited places, their share of people, and the mean per person."""
    amounts, people = counted(values, weights)
    lived_in = people > 0  # one where nobody lives must not make a logarithm infinite
    amounts, share = amounts[lived_in], people[lived_in] / people.sum()
    return amounts, share, float(share @ amounts)
