"""Travel times kept only where someone can go: the shape every method of the engine shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, issparse

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.attribution import CreditedTable, attribution_of, credited, credited_table
from maillage_engine.errors import BadArray

Indices: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Origins and the destinations within their reach. A pair that is absent has no route.

    Rows are origins: those of origin `i` are ``start[i]:start[i + 1]``, by increasing destination.
    Build it with `pairs`, which checks; the arrays must not be changed afterwards.
    """

    shape: tuple[int, int]  # (n_origins, n_destinations)
    start: Indices  # (n_origins + 1,)
    destination: Indices  # (n_pairs,)
    minutes: Floats  # (n_pairs,)
    attribution: str = ""  # whom to credit wherever it is shown

    @property
    def origin(self) -> Indices:
        """The origin of every pair, shape (n_pairs,)."""
        return np.repeat(np.arange(self.shape[0], dtype=np.int64), np.diff(self.start))

    def matrix(self, values: ArrayLike) -> CreditedTable:
        """Lay one value per pair in a sparse matrix; zeros are kept as stored zeros.

        Parameters
        ----------
        values : array_like, shape (n_pairs,)
            For instance ``step_weight(pairs.minutes, bands)``.

        Returns
        -------
        CreditedTable, shape (n_origins, n_destinations)
            SciPy's `csr_array`, which says whom to credit.

        Raises
        ------
        BadArray
            If there is not one value per pair.
        """
        stored = _check.sized("values", values, size=self.minutes.size, empty=True)
        kind = positions_kind(self.shape, stored.size)
        place, start = self.destination.astype(kind), self.start.astype(kind)
        return credited_table((stored, place, start), self.shape, self)

    def dense(self) -> Floats:
        """Return the whole table of minutes, shape (n_origins, n_destinations); NaN = no route."""
        table = np.full(self.shape, np.nan)
        table[self.origin, self.destination] = self.minutes
        return table


def table_of(minutes: "ArrayLike | Pairs") -> ArrayLike:
    """Return times as a whole table, whichever way they were given."""
    return minutes.dense() if isinstance(minutes, Pairs) else minutes


def positions_kind(shape: tuple[int, int], stored: int) -> type[np.signedinteger]:
    """Return the shortest positions that a sparse matrix can use: a quarter less to read."""
    return np.int32 if max(*shape, stored) <= np.iinfo(np.int32).max else np.int64


def pairs(minutes: Any, *, cutoff_min: float = np.inf, attribution: str = "") -> Pairs:
    """Keep the pairs that have a route within a threshold.

    Parameters
    ----------
    minutes : array_like (n_origins, n_destinations), sparse matrix, or Pairs
        Travel times >= 0. In an array, NaN or infinite means "no route"; in a sparse matrix, an
        absent entry does, and a stored 0 is a trip of zero minutes.
    cutoff_min : float
        Inclusive threshold, in minutes.
    attribution : str
        Whom to credit for these times, beside whom they already say.

    Returns
    -------
    Pairs

    Raises
    ------
    BadArray
        If a time is negative, the table has not two dimensions, or a sparse format cannot tell a
        trip of zero minutes from no route (blocks and diagonals fill what is absent with zeros).
    BadParameter
        If the threshold is negative.

    Notes
    -----
    Cost: linear in a dense table or in `Pairs`; one sort of what a sparse one stores.
    """
    _check.threshold("cutoff_min", cutoff_min)
    if isinstance(minutes, Pairs):
        kept = minutes.shape, minutes.origin, minutes.destination, minutes.minutes
        return credited(_cut(*kept, cutoff_min), minutes, attribution)
    credit = attribution_of(minutes, attribution)
    if issparse(minutes):
        table = _stored(minutes)
        stored = table.shape, table.row, table.col, table.data
        return pairs_from(*stored, cutoff_min=cutoff_min, attribution=credit)
    dense = _check.times("minutes", minutes)
    if dense.ndim != 2:
        raise BadArray(f"minutes must be a table of two dimensions; got shape {dense.shape}.")
    origin, destination = np.nonzero(dense <= cutoff_min)
    found = _cut(dense.shape, origin, destination, dense[origin, destination], cutoff_min)
    return credited(found, credit)


def pairs_from(
    shape: tuple[int, int],
    origin: ArrayLike,
    destination: ArrayLike,
    minutes: ArrayLike,
    *,
    cutoff_min: float = np.inf,
    attribution: str = "",
) -> Pairs:
    """Build `Pairs` from three columns, in any order.

    Parameters
    ----------
    shape : (int, int)
        Number of origins and of destinations.
    origin, destination : array_like of int, shape (n_pairs,)
        Positions, from 0.
    minutes : array_like, shape (n_pairs,)
        Travel times >= 0; NaN or infinite means "no route" and is dropped.
    cutoff_min : float
        Inclusive threshold, in minutes.
    attribution : str
        Whom to credit for these times.

    Returns
    -------
    Pairs

    Raises
    ------
    BadArray
        If a position is out of range, a pair is given twice, or a time is negative.

    Notes
    -----
    Cost: one sort of the pairs, n log n.
    """
    if not isinstance(shape, Sequence) or len(shape) != 2:
        raise BadArray(
            f"shape must hold two numbers, of rows and columns; got {_check.said(shape)}."
        )
    for size in shape:
        _check.whole("shape", size, 0)
    _check.threshold("cutoff_min", cutoff_min)
    times = _check.sized("minutes", _check.times("minutes", minutes), empty=True)
    start = _check.positions("origin", origin, shape[0], count=times.size)
    end = _check.positions("destination", destination, shape[1], count=times.size)
    key = start * shape[1] + end
    order = np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    if twice.size:
        first = order[twice[0]]
        raise BadArray(
            f"each pair must be given once; got origin {start[first]}, destination {end[first]}"
            f" twice ({twice.size} repeated pairs)."
        )
    return credited(_cut(shape, start[order], end[order], times[order], cutoff_min), attribution)


def _stored(minutes: Any) -> coo_array:
    """Return what a sparse table of times stores, its zeros too."""
    if minutes.ndim != 2:
        raise BadArray(f"minutes must be a table of two dimensions; got shape {minutes.shape}.")
    filled = minutes.format == "dia" or getattr(minutes, "blocksize", (1, 1)) != (1, 1)
    if filled and minutes.nnz != minutes.count_nonzero():
        raise BadArray(
            f"minutes as a sparse {minutes.format} table cannot tell a trip of 0 minutes from no"
            " route; give it as csr, csc or coo."
        )
    return coo_array(minutes)


def _cut(
    shape: tuple[int, int], origin: Indices, destination: Indices, minutes: Floats, cutoff: float
) -> Pairs:
    kept = np.isfinite(minutes) & (minutes <= cutoff)
    if not kept.all():
        origin, destination, minutes = origin[kept], destination[kept], minutes[kept]
    start = np.zeros(shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(origin, minlength=shape[0]), out=start[1:])
    return Pairs((int(shape[0]), int(shape[1])), start, destination.astype(np.int64), minutes)
