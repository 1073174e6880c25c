"""From what callers give to what the search needs, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, issparse

from maillage_engine import _check
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._fewest import Cover, cover
from maillage_engine._search import Mask
from maillage_engine.errors import BadArray, BadParameter, Infeasible
from maillage_engine.pairs import Pairs, pairs_from

SHOWN = 5
LEAST = 0.01  # seconds


def within_reach(reach: Any) -> Pairs:
    """Read yes and no as pairs of zero minutes."""
    if isinstance(reach, Pairs):
        return reach
    if issparse(reach):
        table = coo_array(reach)
        row, column, stored = table.row, table.col, table.data
    else:
        dense = _check.numbers("reach", reach)
        if dense.ndim != 2:
            raise BadArray(f"reach must be a table of two dimensions; got shape {dense.shape}.")
        row, column = np.nonzero(dense)
        stored, table = dense[row, column], dense
    wrong = ~np.isin(stored, (0, 1))
    if wrong.any():
        raise BadArray(f"reach must hold yes and no (1 and 0); got {stored[wrong][0]}.")
    kept = stored == 1
    return pairs_from(table.shape, row[kept], column[kept], np.zeros(int(kept.sum())))


def only_candidates(reach: Pairs, candidates: ArrayLike | None) -> tuple[Pairs, Ints]:
    """Keep the columns where opening is possible; return them with their positions."""
    size = reach.shape[1]
    if not reach.shape[0]:
        raise BadArray("at least one origin is needed; got none.")
    if candidates is None:
        columns = np.arange(size, dtype=np.int64)
    else:
        given = _check.regular("candidates", candidates)
        if given.dtype == bool and given.shape == (size,):  # a mask: yes or no for each column
            given = np.flatnonzero(given)
        columns = np.sort(_check.once("candidates", _check.positions("candidates", given, size)))
    if columns.size == 0:
        raise BadArray("at least one candidate site is needed; got none.")
    return (reach if columns.size == size else columns_of(reach, columns)), columns


def columns_of(reach: Pairs, columns: Ints) -> Pairs:
    """Keep some columns, renumbered in their order."""
    place = np.full(reach.shape[1], -1, dtype=np.int64)
    place[columns] = np.arange(columns.size)
    kept = place[reach.destination] >= 0
    return _rows_kept(reach, kept, place, columns.size)


def inhabited(reach: Pairs, people: Floats) -> Pairs:
    """Keep the rows where someone lives."""
    lived_in = people > 0
    if lived_in.all():
        return reach
    place = np.cumsum(lived_in) - 1
    kept = lived_in[reach.origin]
    shape = (int(lived_in.sum()), reach.shape[1])
    return pairs_from(
        shape, place[reach.origin[kept]], reach.destination[kept], reach.minutes[kept]
    )


def _rows_kept(reach: Pairs, kept: Mask, place: Ints, width: int) -> Pairs:
    total = np.concatenate([[0], np.cumsum(kept)])
    return Pairs(
        (reach.shape[0], width),
        total[reach.start].astype(np.int64),
        place[reach.destination[kept]],
        reach.minutes[kept],
    )


def refuse_unreachable(reach: Pairs, people: Floats) -> None:
    """Refuse a problem in which someone is within reach of no candidate."""
    alone = np.flatnonzero((np.diff(reach.start) == 0) & (people > 0))
    if alone.size:
        raise Infeasible(
            "reach", f"every origin must be within reach of a candidate; not so for {named(alone)}."
        )


def named(positions: Sequence[int] | Ints) -> str:
    """Name a few origins: "origin 3", "origins 3, 4 and 12 more"."""
    shown = ", ".join(str(int(position)) for position in positions[:SHOWN])
    more = len(positions) - SHOWN
    noun = "origin" if len(positions) == 1 else "origins"
    return f"{noun} {shown}" + (f" and {more} more" if more > 0 else "")


def count_of(p: int, candidates: int) -> int:
    """Check the number of sites to open."""
    if isinstance(p, bool) or not isinstance(p, int | np.integer):
        raise BadParameter(f"p must be a whole number of sites; got {_check.said(p)}.")
    if not 1 <= p <= candidates:
        raise BadParameter(
            f"p must lie in 1..{candidates}, the number of candidates; got {_check.said(p)}."
        )
    return int(p)


def outside_of(served: Pairs, outside: float | None) -> float | None:
    """Check the minutes of whom no site is within reach of: no fewer than of those it is."""
    if outside is None:
        return None
    found = _check.not_negative("outside", outside, " minutes")
    longest = float(served.minutes.max(initial=0.0))
    if found < longest:
        raise BadParameter(
            f"outside must be at least the longest time within reach, {longest:g} minutes;"
            f" got {outside}."
        )
    return found


def far_costs(served: Pairs, paid: Floats, outside: Floats | None) -> Floats:
    """Return what leaving a row unserved costs.

    Where everyone must be served it is more than any solution that serves everyone, or, if every
    site is within reach of everyone, the row's dearest site: one of them will be open.
    """
    if outside is not None:
        return outside
    dearest = np.maximum.reduceat(paid, served.start[:-1])  # no row is empty
    complete = paid.size == served.shape[0] * served.shape[1]
    return dearest if complete else np.full(served.shape[0], float(dearest.sum()) + 1.0)


def cover_search(
    within: Pairs, target: int, deadline: float, rng: np.random.Generator, *, run: bool = True
) -> Cover:
    """Look for the fewest sites that cover every row, or only whether `target` are enough.

    Without `run` the search goes no further than its first sites and their exchanges.
    """
    search = cover(within.shape, within.start, within.destination, target, deadline, rng)
    if run and not search.closed:
        search.run()
    return search


def filled(sites: Mask, count: int) -> Mask:
    """Open further sites, in order, until there are `count`."""
    sites = sites.copy()
    sites[np.flatnonzero(~sites)[: count - int(sites.sum())]] = True
    return sites


def seconds(time_limit: float | None) -> float:
    """Return the seconds allowed; infinite where there is no limit."""
    return float("inf") if time_limit is None else _check.positive("time_limit", time_limit)


def deadline(time_limit: float | None) -> float:
    """Return the moment to stop at: asked for first, so that preparing counts too."""
    return work_clock() + seconds(time_limit)


def left(ends: float) -> float:
    """Return the seconds left for a solver, which needs a few to say anything at all."""
    return max(LEAST, ends - work_clock())
