"""Can a few sites cover every row? Dominance, then a small search tree, then prices and HiGHS."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from maillage_engine import _problem
from maillage_engine._check import Ints
from maillage_engine._fewest import Cover

Table: TypeAlias = NDArray[np.bool_]
NODES = 20_000  # of one search tree; beyond, the cover is left to prices and HiGHS
FEW_NODES = 3_000  # when nothing has to be proven


def cover_by(reach: Table, count: int, *, prove: bool = True) -> tuple[Ints | None, bool]:
    """Return at most `count` columns that cover every row, or None, and whether that is sure.

    Without `prove` the tree is short, and what it does not settle is held not to be.
    """
    if not reach.shape[0]:
        return np.array([], dtype=np.int64), True
    if _rows_apart(reach, count) > count:
        return None, True
    search = _problem.cover_search(
        _problem.within_reach(reach), count, float("inf"), np.random.default_rng(0), run=False
    )
    if search.upper <= count:
        return np.flatnonzero(search.best), True
    return _settled(search, count, prove)


def _settled(search: Cover, count: int, prove: bool) -> tuple[Ints | None, bool]:
    """Open what is left in every promising order; where that is too long, go on with prices."""
    small, columns = _left(search)
    tree = _Tree(small, NODES if prove else FEW_NODES)
    found = tree.search(count)
    if found is not None:
        return np.sort(columns[found]), True
    if tree.left or not prove:
        return None, tree.left > 0
    if not search.closed:
        search.run()
    if search.upper <= count:
        return np.flatnonzero(search.best), True
    return None, search.lower > count


def _left(search: Cover) -> tuple[Table, Ints]:
    """What is left once nothing is dominated: which columns cover which rows, and their places."""
    net = search.whole
    columns = np.flatnonzero(np.diff(net.site_start))
    small = np.zeros((net.far.size, search.best.size), dtype=bool)
    small[np.repeat(np.arange(net.far.size), np.diff(net.start)), net.site] = True
    return small[:, columns], columns


def _meeting(sets: Table) -> Table:
    """Tell which sets share a member."""
    number = sets.astype(np.float32)
    return np.asarray(number @ number.T > 0)


def _rows_apart(reach: Table, count: int) -> int:
    """Count rows of which no column covers two, at most one more than `count`."""
    size = reach.sum(axis=1)
    if not size.all():
        return count + 1
    left, apart = np.ones(size.size, dtype=bool), 0
    for row in np.argsort(size, kind="stable"):
        if left[row]:
            apart += 1
            left &= ~reach[:, reach[row]].any(axis=1)
            if apart > count or not left.any():
                break
    return apart


@dataclass(slots=True)
class _Tree:
    """A search that opens, for the row with the fewest columns left, each of them in turn."""

    reach: Table
    left: int  # nodes that may still be visited; 0: given up

    def search(self, count: int) -> list[int] | None:
        """Return columns that cover, or None."""
        masks = [_bits(column) for column in self.reach.T]
        by_row = [[int(j) for j in np.flatnonzero(row)] for row in self.reach]
        for of_row in by_row:
            of_row.sort(key=lambda j: -masks[j].bit_count())
        every = (1 << len(by_row)) - 1
        meets = [_bits(row) for row in _meeting(self.reach)]
        order = sorted(range(len(by_row)), key=lambda i: len(by_row[i]))
        return self._open(every, count, masks, (by_row, meets, order))

    def _open(
        self,
        uncovered: int,
        count: int,
        masks: list[int],
        rows: tuple[list[list[int]], list[int], list[int]],
    ) -> list[int] | None:
        if not uncovered:
            return []
        if self.left <= 0:
            return None
        self.left -= 1
        by_row, meets, order = rows
        apart, rest = 0, uncovered  # rows that no column covers two of need one column each
        for row in order:
            if rest >> row & 1:
                apart += 1
                rest &= ~meets[row]
                if apart > count:
                    return None
        first = next(row for row in order if uncovered >> row & 1)
        for column in sorted(by_row[first], key=lambda j: -(masks[j] & uncovered).bit_count()):
            found = self._open(uncovered & ~masks[column], count - 1, masks, rows)
            if found is not None:
                return [column, *found]
        return None


def _bits(yes: Table) -> int:
    return sum(1 << int(at) for at in np.flatnonzero(yes))
