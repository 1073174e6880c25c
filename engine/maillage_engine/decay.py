r"""How willingness to travel falls with time: functions from minutes to weights in [0, 1].

Every function gives 1 at zero minutes, never increases, and gives 0 beyond its threshold and
where there is no route (NaN or infinite). Thresholds are inclusive: with a 30-minute threshold,
30 minutes is still within reach. Multiplying every weight by the same number changes no
two-step score, so all are scaled to 1 at the door.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.errors import BadParameter


def step_weight(minutes: ArrayLike, bands: Sequence[tuple[float, float]]) -> Floats:
    """Turn travel times into step-wise distance weights.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    bands : sequence of (upper bound in minutes, weight in [0, 1])
        Increasing bounds, each included in its band; weights that do not increase. Beyond the
        last bound the weight is 0.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadParameter
        If there is no band, a weight is outside [0, 1], bounds do not increase or weights do.
    BadArray
        If a time is negative.

    Notes
    -----
    Cost: linear in the times, times the bands.

    References
    ----------
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.

    Examples
    --------
    >>> step_weight([5, 15, 40], [(10, 1.0), (20, 0.68)])
    array([1.  , 0.68, 0.  ])
    """
    given = _check.numbers("bands", bands)
    if given.ndim != 2 or given.shape[1] != 2:
        got = f"shape {given.shape}" if given.size else "none"
        raise BadParameter(f"bands must hold at least one (minutes, weight) pair; got {got}.")
    steps = [(bound, value) for bound, value in given.tolist()]
    for bound, value in steps:
        _check.fraction("a band's weight", value)
        _check.threshold("a band's bound", bound)
    for (low, near), (high, far) in pairwise(steps):
        if high <= low or far > near:
            raise BadParameter(f"bands must move outward and weigh less; got {steps}.")
    times = _check.times("minutes", minutes)
    within = np.zeros(times.shape, dtype=np.int16)  # how many bands hold each time, NaN in none
    for bound, _ in steps:
        within += times <= min(bound, _check.LONGEST)
    table = np.array([0.0, *(value for _, value in reversed(steps))])
    return np.asarray(table[within])


def linear_weight(minutes: ArrayLike, cutoff_min: float) -> Floats:
    r"""Weight :math:`1 - t/t_0`: from 1 at the door to 0 at the threshold.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    cutoff_min : float
        Threshold :math:`t_0`, in minutes, > 0.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or the threshold is not > 0.

    Notes
    -----
    Cost: linear in the times.

    References
    ----------
    Kwan (1998), Geographical Analysis 30(3), doi:10.1111/j.1538-4632.1998.tb00396.x.

    Examples
    --------
    >>> linear_weight([0, 15, 30, 40], 30)
    array([1. , 0.5, 0. , 0. ])
    """
    times, cutoff = _check.times("minutes", minutes), _check.positive("cutoff_min", cutoff_min)
    return _within(times, cutoff, 1 - times / cutoff)


def gaussian_weight(minutes: ArrayLike, cutoff_min: float) -> Floats:
    r"""Weight :math:`(e^{-(t/t_0)^2/2} - e^{-1/2}) / (1 - e^{-1/2})`: a bell down to 0.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    cutoff_min : float
        Threshold :math:`t_0`, in minutes, > 0.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or the threshold is not > 0.

    Notes
    -----
    Cost: linear in the times.

    References
    ----------
    Dai (2010), Health & Place 16(5), doi:10.1016/j.healthplace.2010.06.012.
    """
    times, cutoff = _check.times("minutes", minutes), _check.positive("cutoff_min", cutoff_min)
    floor = np.exp(-0.5)
    bell = (np.exp(-0.5 * (times / cutoff) ** 2) - floor) / (1 - floor)
    return _within(times, cutoff, bell)


def epanechnikov_weight(minutes: ArrayLike, cutoff_min: float) -> Floats:
    r"""Weight :math:`1 - (t/t_0)^2`: slow fall near the door, fast near the threshold.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    cutoff_min : float
        Threshold :math:`t_0`, in minutes, > 0.

    Returns
    -------
    ndarray of float64, shape of `minutes`
        The usual kernel carries a factor 3/4; it is left out so that the weight is 1 at the door.

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or the threshold is not > 0.

    Notes
    -----
    Cost: linear in the times.

    References
    ----------
    Dai & Wang (2011), Environment and Planning B 38(4), doi:10.1068/b36149.
    """
    times, cutoff = _check.times("minutes", minutes), _check.positive("cutoff_min", cutoff_min)
    return _within(times, cutoff, 1 - (times / cutoff) ** 2)


def exponential_weight(minutes: ArrayLike, rate: float, cutoff_min: float = np.inf) -> Floats:
    r"""Weight :math:`e^{-\beta t}`, cut beyond the threshold.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    rate : float
        :math:`\beta`, per minute, > 0. The weight halves every :math:`\ln 2 / \beta` minutes.
    cutoff_min : float
        Threshold, in minutes; none by default.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or the rate or the threshold is not > 0.

    Notes
    -----
    Cost: linear in the times.

    References
    ----------
    Kwan (1998), Geographical Analysis 30(3), doi:10.1111/j.1538-4632.1998.tb00396.x.
    """
    times = _check.times("minutes", minutes)
    return _within(times, cutoff_min, np.exp(-_check.positive("rate", rate) * times))


def power_weight(
    minutes: ArrayLike, exponent: float, nearest_min: float = 1.0, cutoff_min: float = np.inf
) -> Floats:
    r"""Weight :math:`(\max(t, t_{min}) / t_{min})^{-\beta}`, cut beyond the threshold.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    exponent : float
        :math:`\beta`, > 0.
    nearest_min : float
        :math:`t_{min}`, in minutes, > 0: nearer than this, the weight stays 1, so that a trip of
        zero minutes does not weigh infinitely.
    cutoff_min : float
        Threshold, in minutes; none by default.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or a parameter is not > 0.

    Notes
    -----
    Cost: linear in the times.

    References
    ----------
    Kwan (1998), Geographical Analysis 30(3), doi:10.1111/j.1538-4632.1998.tb00396.x.
    """
    times, nearest = _check.times("minutes", minutes), _check.positive("nearest_min", nearest_min)
    fall = (np.maximum(times, nearest) / nearest) ** -_check.positive("exponent", exponent)
    return _within(times, cutoff_min, fall)


def logistic_weight(
    minutes: ArrayLike, midpoint_min: float, spread_min: float, cutoff_min: float = np.inf
) -> Floats:
    r"""Weight :math:`(1 + e^{-m/s}) / (1 + e^{(t-m)/s})`, cut beyond the threshold.

    Parameters
    ----------
    minutes : array_like, any shape
        Travel times, in minutes, >= 0. NaN means "no route".
    midpoint_min : float
        :math:`m`, in minutes, > 0: where the fall is steepest.
    spread_min : float
        :math:`s`, in minutes, > 0: how gradual the fall is.
    cutoff_min : float
        Threshold, in minutes; none by default.

    Returns
    -------
    ndarray of float64, shape of `minutes`

    Raises
    ------
    BadArray, BadParameter
        If a time is negative, or a parameter is not > 0.

    Notes
    -----
    Cost: linear in the times.
    """
    times = _check.times("minutes", minutes)
    middle = _check.positive("midpoint_min", midpoint_min)
    spread = _check.positive("spread_min", spread_min)
    exponent = np.minimum((times - middle) / spread, 700.0)  # e^700 still fits in a double
    curve = (1 + np.exp(-middle / spread)) / (1 + np.exp(exponent))
    return _within(times, cutoff_min, curve)


def _within(times: Floats, cutoff_min: float, weight: Floats) -> Floats:
    if not _check.threshold("cutoff_min", cutoff_min) > 0:
        raise BadParameter(f"cutoff_min must be > 0 minutes; got {cutoff_min}.")
    kept = np.isfinite(times) & (times <= cutoff_min)
    return np.where(kept, np.clip(weight, 0.0, 1.0), 0.0)
