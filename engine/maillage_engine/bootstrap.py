"""How much a measure hangs on the places it was computed from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check
from maillage_engine.errors import BadArray, EngineError


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure and the bounds of its bootstrap interval."""

    value: float  # of the measure itself, in its unit
    low: float  # between low and high in a share `level` of the draws
    high: float
    draws: int  # resamples in which the measure is defined


def bootstrap(
    measure: Callable[..., float],
    *columns: ArrayLike,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """Give a measure its percentile bootstrap interval, places being drawn with replacement.

    Parameters
    ----------
    measure : callable
        Called with resampled columns, returns a float: `gini`, or a lambda around it.
    *columns : array_like, shape (n,)
        Values, weights, income, groups... Row *i* of every column is the same place.
    level : float
        In (0, 1).
    draws : int
        Number of resamples, at least 100.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    Interval
        Resamples in which the measure is refused or not a number are left out; `draws` says how
        many remained.

    Raises
    ------
    BadArray, BadParameter
        If columns are missing or of different lengths, the level is not in (0, 1), there are fewer
        than 100 draws, or the measure is defined in none of them.

    Notes
    -----
    Cost: `measure` is computed once for the value and once for each draw.

    When the places are *all* those of a territory, nothing was sampled: the interval then says how
    much the figure hangs on a few places, not how uncertain it is.

    References
    ----------
    Efron (1979), Annals of Statistics 7(1), doi:10.1214/aos/1176344552.

    Examples
    --------
    >>> bootstrap(lambda x: float(x.mean()), [1, 1, 1], draws=100)
    Interval(value=1.0, low=1.0, high=1.0, draws=100)
    """
    _check.inside("level", level)
    _check.whole("draws", draws, 100)
    if not columns:
        raise BadArray("bootstrap needs at least one column; got none.")
    size = _check.regular("a column", columns[0]).size
    table = [_column(column, size) for column in columns]
    rng = _check.chance(seed)
    found = []
    for _ in range(draws):
        rows = rng.integers(0, size, size)
        try:
            found.append(float(measure(*(column[rows] for column in table))))
        except EngineError:  # nobody lives in the places drawn: there is nothing to measure
            continue
    known = np.asarray(found)[np.isfinite(found)]
    if known.size == 0:
        raise BadArray("the measure is defined in none of the resamples.")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(measure(*table)), float(low), float(high), int(known.size))


def _column(given: ArrayLike, size: int) -> NDArray[Any]:
    """Check a column of numbers, or take one of labels as it is."""
    array = _check.regular("a column", given)
    if array.dtype.kind == "U" and array.shape == (size,):
        return array
    return _check.sized("a column", given, size=size)
