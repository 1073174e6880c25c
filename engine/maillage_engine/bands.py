"""Weights that go by bands, kept in four bytes a pair: what `two_step_access` reads fastest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _bands, _check
from maillage_engine._check import Floats
from maillage_engine.attribution import CreditedTable, credited_table
from maillage_engine.decay import step_weight
from maillage_engine.pairs import Indices, Pairs, positions_kind

Slots: TypeAlias = NDArray[np.uint32] | NDArray[np.uint64]

FOUR_BYTES = np.iinfo(np.uint32).max


@dataclass(frozen=True, slots=True)
class BandedPairs:
    """Pairs and the band each falls in: a matrix of step weights that answers products only.

    ``weights @ supply`` sums over facilities and ``people @ weights`` over origins, as with a
    sparse matrix. Build it with `banded`, which checks; the arrays must not be changed afterwards.
    """

    shape: tuple[int, int]  # (n_origins, n_destinations)
    start: Indices  # (n_origins + 1,) slots of origin i are start[i]:start[i + 1]
    slot: Slots  # (n_pairs, and up to 3 more a row,) destination × (n_bands + 1) + band from 0
    weight: Floats  # (n_bands + 1,) of each band; 0 beyond the last
    order: Indices | None = None  # (n_destinations,) that of the slots, where it is another
    attribution: str = ""  # whom to credit wherever it is shown

    __array_ufunc__ = None  # so that `people @ weights` comes here rather than to the array

    def matrix(self) -> CreditedTable:
        """Lay the weights in a sparse matrix, beyond the last band left out.

        Returns
        -------
        CreditedTable, shape (n_origins, n_destinations)
            Of 12 bytes a pair, for what is not a product.
        """
        destination, band = np.divmod(self.slot, self.slot.dtype.type(self.weight.size))
        kept = band < self.weight.size - 1
        destination = destination if self.order is None else self.order[destination]
        start = np.append(0, np.cumsum(kept))[self.start]
        where = positions_kind(self.shape, int(start[-1]))
        rows = (self.weight[band[kept]], destination[kept].astype(where), start.astype(where))
        return credited_table(rows, self.shape, self)

    def __matmul__(self, values: ArrayLike) -> Floats:
        """Return, for each origin, the sum of weight × value over destinations.

        Raises
        ------
        BadArray
            If there is not one value per destination.
        """
        given = _check.sized("values", values, size=self.shape[1], empty=True)
        given = given if self.order is None else given[self.order]
        total = np.empty(self.shape[0])
        _bands.hand_out(self.start, self.slot, _bands.spread(given, self.weight), total)
        return total

    def __rmatmul__(self, values: ArrayLike) -> Floats:
        """Return, for each destination, the sum of weight × value over origins.

        Raises
        ------
        BadArray
            If there is not one value per origin.
        """
        given = _check.sized("values", values, size=self.shape[0], empty=True)
        counted = np.zeros(self.shape[1] * self.weight.size)
        _bands.gather(self.start, self.slot, given, counted)
        found = np.asarray(counted.reshape(-1, self.weight.size) @ self.weight)
        if self.order is not None:
            found[self.order] = found.copy()
        return found


def slot_kind(destinations: int, bands: int) -> type[np.unsignedinteger]:
    """Return the shortest positions that name every slot."""
    return np.uint32 if destinations * bands <= FOUR_BYTES else np.uint64


def banded(pairs: Pairs, bands: Sequence[tuple[float, float]]) -> BandedPairs:
    """Prepare the step weights of pairs once, to score many demands and supplies.

    Parameters
    ----------
    pairs : Pairs
        Travel times within reach, in minutes.
    bands : sequence of (upper bound in minutes, weight in [0, 1])
        See `step_weight`; thresholds are included, beyond the last one the weight is 0.

    Returns
    -------
    BandedPairs
        Same weights as ``pairs.matrix(step_weight(pairs.minutes, bands))``, for `two_step_access`
        and `reachable`.

    Raises
    ------
    BadParameter
        If there is no band, a weight is outside [0, 1], bounds do not increase or weights do.

    Notes
    -----
    Cost: reads every pair once, and keeps four bytes of it where a sparse matrix keeps twelve
    (eight above four billion slots, which are facilities × bands); rows are filled up to a multiple
    of four pairs. Scores are those of the matrix up to the order of sums.

    References
    ----------
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.

    Examples
    --------
    >>> from maillage_engine import pairs, two_step_access
    >>> near = banded(pairs([[5, 25], [5, 5]]), [(10, 1.0), (20, 0.68)])
    >>> two_step_access([10, 30], [8, 6], near).score.tolist()
    [0.2, 0.4]
    """
    step_weight([], bands)  # says what is wrong with the bands
    bounds = np.array([bound for bound, _ in bands], dtype=np.float64)
    weight = np.array([*(value for _, value in bands), 0.0], dtype=np.float64)
    start = np.zeros(pairs.shape[0] + 1, dtype=np.int64)
    np.cumsum(-(-np.diff(pairs.start) // _bands.GROUP) * _bands.GROUP, out=start[1:])
    slot: Slots = np.empty(start[-1], slot_kind(pairs.shape[1], weight.size))
    groups = np.full((-(-bounds.size // _bands.GROUP), _bands.GROUP), np.inf)
    groups.flat[: bounds.size] = bounds
    known = (pairs.start, pairs.destination, pairs.minutes)
    _bands.lay(known, groups, bounds.size, start, slot)
    return BandedPairs(pairs.shape, start, slot, weight, attribution=pairs.attribution)
