"""What if one facility opened, closed or changed size? The exact new scores, at the cost of one.

In the two-step method the facilities do not see each other: each shares its places among the people
who reach it. So a change touches only the origins that reach that facility, by exactly its share.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check
from maillage_engine._check import Floats, Ints
from maillage_engine.errors import BadArray


@dataclass(frozen=True, slots=True)
class Change:
    """What one change does. Origins that are not listed keep their score."""

    origins: Ints  # (n_touched,) positions
    gain: Floats  # (n_touched,) places per person gained (lost when negative)
    pressure: float  # weighted persons per place at the facility; inf when it has no place

    def apply(self, score: ArrayLike) -> Floats:
        """Return the scores after the change, as a new array."""
        after = _check.vector("score", score).copy()
        after[self.origins] += self.gain
        return np.maximum(after, 0.0)


def change_capacity(
    demand: ArrayLike, origins: ArrayLike, weight: ArrayLike, before: float, after: float
) -> Change:
    r"""Change the places of one facility, exactly as if `two_step_access` were run again.

    .. math:: \Delta A_i = w_i \, (S' - S) / \sum_k w_k P_k

    Opening is from 0 places, closing is to 0; moving is closing here and opening there.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin (persons, >= 0).
    origins : array_like of int, shape (n_near,)
        Positions of the origins within reach of the facility, once each.
    weight : array_like, shape (n_near,)
        Their willingness to travel to it, in [0, 1].
    before, after : float
        Places before and after, >= 0.

    Returns
    -------
    Change

    Raises
    ------
    BadArray
        If a position is out of range or given twice, a weight is outside [0, 1], or a capacity is
        negative.

    Notes
    -----
    Cost: linear in the origins within reach, whatever the size of the country.

    Examples
    --------
    >>> change_capacity([10, 30], [0, 1], [1, 1], before=0, after=8).gain.tolist()
    [0.2, 0.2]
    """
    people = _check.vector("demand", demand)
    near = _check.once("origins", _check.positions("origins", origins, people.size))
    reach = _check.vector("weight", weight, size=near.size, empty=True)
    if (reach > 1).any():
        raise BadArray(f"weight must lie in [0, 1]; got {reach.max()}.")
    old, new = _check.vector("before and after", [before, after])
    catchment = float(reach @ people[near])
    share = (new - old) / catchment if catchment > 0 else 0.0
    return Change(near, reach * share, catchment / new if new > 0 else float("inf"))
