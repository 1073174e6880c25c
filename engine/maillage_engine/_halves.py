"""Inequalities that every cover meets and that a relaxed solution breaks: odd sums, halved.

Rows that hold for every cover are added up; half of the sum, with every coefficient rounded up and
then the right side too, holds for every cover by whole sites. Where the right side of the sum is
odd, half a site is won, less half of what the relaxed solution opens of sites with an odd
coefficient and half of what it has in excess of the rows. Three rows that share sites two by two,
but none all three, are the plainest case: they need two sites where one and a half would do.

Which rows to add is looked for around each row in turn: the row whose adding or taking away leaves
least is added or taken away, again and again, none of them twice in a few steps.

References
----------
Caprara & Fischetti (1996), "{0, 1/2}-Chvátal-Gomory cuts", Mathematical Programming 74,
doi:10.1007/BF02592196. Andreello, Caprara & Fischetti (2007), "Embedding {0, 1/2}-cuts in a
branch-and-cut framework", INFORMS Journal on Computing 19(2), doi:10.1287/ijoc.1050.0162.
Balas & Ng (1989), "On the set covering polytope I", Mathematical Programming 43.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from maillage_engine._compile import compiled

OPEN = 1e-9  # a site less open than this is closed
MOST_EXCESS = 0.5  # rows with more in excess are left out of sums
STEPS, REST = 25, 5  # rows added or taken away around each row; steps before one moves again
MOST_ROWS = 24  # in one sum
LEAST_WON = 0.04  # of a site, for an inequality to be worth its place
USES = 3  # inequalities that one row may serve at once
TIGHT = 1e-6


class Odds(NamedTuple):
    """Where the rows that may be added up have odd coefficients on sites somewhat open."""

    start: NDArray[np.int64]
    site: NDArray[np.int64]
    site_start: NDArray[np.int64]
    row: NDArray[np.int64]
    share: NDArray[np.float64]  # how open each site is
    excess: NDArray[np.float64]  # what each row has beyond its right side
    least_odd: NDArray[np.bool_]  # whether the right side is odd


class Sum(NamedTuple):
    """The rows added up for now."""

    taken: NDArray[np.bool_]
    odd: NDArray[np.bool_]  # sites whose coefficient is odd
    member: NDArray[np.int64]  # the rows taken, in the first `count[0]` places
    near: NDArray[np.int64]  # rows that share a site with one that moved, in `count[3]` places
    listed: NDArray[np.bool_]  # whether each row is one of these
    adds: NDArray[np.float64]  # what moving each row adds to the openings of odd coefficient
    until: NDArray[np.int64]  # step before which each row does not move
    count: NDArray[np.int64]  # rows taken, whether the right side is odd, steps made, rows near


@compiled
def _take(odds, total, t):
    """Add a row to those taken, or take it away."""
    total.taken[t] = not total.taken[t]
    if total.taken[t]:
        total.member[total.count[0]] = t
        total.count[0] += 1
    else:
        total.count[0] -= 1
        last = total.member[total.count[0]]
        for place in range(total.count[0]):
            if total.member[place] == t:
                total.member[place] = last
    if odds.least_odd[t]:
        total.count[1] = 1 - total.count[1]


@compiled
def _move(odds, total, t):
    """Take a row or leave it, and account for the sites whose coefficient is now odd, or even."""
    _take(odds, total, t)
    for k in range(odds.start[t], odds.start[t + 1]):
        j = odds.site[k]
        total.odd[j] = not total.odd[j]
        more = -2 * odds.share[j] if total.odd[j] else 2 * odds.share[j]
        for q in range(odds.site_start[j], odds.site_start[j + 1]):
            other = odds.row[q]
            total.adds[other] += more
            if not total.listed[other]:
                total.listed[other] = True
                total.near[total.count[3]] = other
                total.count[3] += 1


@compiled
def _best_move(odds, total):
    """Return the row that is best moved, and what that loses."""
    best, least = -1, np.inf
    for place in range(total.count[3]):
        t = total.near[place]
        if total.until[t] > total.count[2]:
            continue
        lost = total.adds[t] + (-odds.excess[t] if total.taken[t] else odds.excess[t])
        if lost < least:
            best, least = t, lost
    return best, least


@compiled
def _forget(odds, total, adds):
    """Start again from nothing."""
    for place in range(total.count[0]):
        t = total.member[place]
        total.taken[t] = False
        for k in range(odds.start[t], odds.start[t + 1]):
            total.odd[odds.site[k]] = False
    for place in range(total.count[3]):
        t = total.near[place]
        total.listed[t], total.adds[t] = False, adds[t]
    total.count[0], total.count[1], total.count[3] = 0, 0, 0
    total.count[2] += REST


@compiled
def _around(odds, total, first, steps, kept):
    """Look for a good odd sum around one row; `kept` receives its rows. Return how many, and lost.

    What is lost is counted in halves: a sum that loses less than 1 cuts something off.
    """
    lost, size, least = total.adds[first] + odds.excess[first], 0, 1 - 2 * LEAST_WON
    _move(odds, total, first)
    total.until[first] = total.count[2] + 4
    for _ in range(steps):
        total.count[2] += 1
        t, more = _best_move(odds, total)
        if t < 0:
            break
        lost += more
        _move(odds, total, t)
        total.until[t] = total.count[2] + REST
        if total.count[0] == 0 or total.count[0] == total.member.size:
            break
        if total.count[1] == 1 and lost < least - 1e-9:
            least, size = lost, total.count[0]
            kept[:size] = total.member[:size]
    return size, least


@compiled
def _sums(odds, steps, most):
    """Return the rows of one good sum around each row, how many they are, and what each loses."""
    rows = odds.excess.size
    adds = np.zeros(rows)
    for t in range(rows):
        for k in range(odds.start[t], odds.start[t + 1]):
            adds[t] += odds.share[odds.site[k]]
    total = Sum(
        np.zeros(rows, np.bool_),
        np.zeros(odds.share.size, np.bool_),
        np.zeros(most, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.bool_),
        adds.copy(),
        np.zeros(rows, np.int64),
        np.zeros(4, np.int64),
    )
    members, sizes = np.zeros((rows, most), np.int64), np.zeros(rows, np.int64)
    lost = np.ones(rows)
    for first in range(rows):
        if odds.excess[first] <= TIGHT:
            sizes[first], lost[first] = _around(odds, total, first, steps, members[first])
            _forget(odds, total, adds)
    return members, sizes, lost


def halved_sums(
    table: csr_array, least: NDArray[np.int64], share: NDArray[np.float64]
) -> tuple[csr_array, NDArray[np.int64], csr_array]:
    """Return inequalities that `share` breaks: coefficients, right sides, and the rows added up.

    `table` holds whole coefficients, `least` whole right sides, of rows that every cover meets.
    """
    opened = np.flatnonzero(share > OPEN)
    excess = np.maximum(table @ share - least, 0.0)
    near = np.flatnonzero(excess <= MOST_EXCESS)
    odds, near = _odds(table[near][:, opened], least[near], share[opened], (excess[near], near))
    members, sizes, lost = _sums(odds, STEPS, MOST_ROWS)
    chosen = _apart(members, sizes, lost)
    count = sizes[chosen]
    inside = np.arange(MOST_ROWS) < count[:, None]
    rows = near[members[chosen][inside]]
    start = np.concatenate([[0], np.cumsum(count)])
    added = csr_array((np.ones(rows.size, np.int64), rows, start), shape=(count.size, least.size))
    right = (added @ least + 1) // 2
    halved = csr_array(added @ table)
    halved.data = np.minimum((halved.data + 1) // 2, np.repeat(right, np.diff(halved.indptr)))
    return halved, right, added


def _odds(table, least, share, rows):
    """Keep odd coefficients only, and one of the rows that have the same."""
    excess, near = rows
    table = csr_array((table.data % 2, table.indices, table.indptr), shape=table.shape)
    table.eliminate_zeros()
    mark = np.random.default_rng(0).random(share.size)
    order = np.lexsort((excess, least % 2, np.round(table @ mark, 9)))
    mark = np.column_stack([least % 2, np.round(table @ mark, 9)])[order]
    kept = np.sort(order[np.concatenate([[True], (mark[1:] != mark[:-1]).any(axis=1)])])
    table = csr_array(table[kept])
    table.sort_indices()
    by_site = csr_array(table.T)
    pairs = (table.indptr, table.indices, by_site.indptr, by_site.indices)
    whole = [one.astype(np.int64) for one in pairs]
    return Odds(*whole, share, excess[kept], least[kept] % 2 == 1), near[kept]


def _apart(members, sizes, lost):
    """Choose the sums that lose least, each once, without using one row too often."""
    uses, chosen, met = np.zeros(sizes.size, np.int64), [], set()
    for one in np.argsort(lost, kind="stable"):
        if not sizes[one]:
            continue
        rows = np.sort(members[one, : sizes[one]])
        if rows.tobytes() in met or uses[rows].max() >= USES:
            continue
        met.add(rows.tobytes())
        uses[rows] += 1
        chosen.append(one)
    return np.array(chosen, dtype=np.int64)
