"""Fewest sites that cover every row, by local search with weights on rows.

A site is taken away from a cover; then, again and again, another is closed and one is opened that
reaches a row left uncovered, and every row still uncovered becomes heavier, so that the search
does not come back to the same corner. What it finds is a cover, never a proof.

References
----------
Gao, Weise & Li (2014), "An efficient local search heuristic with row weighting for the unicost set
covering problem", European Journal of Operational Research 246(3), doi:10.1016/j.ejor.2015.05.038.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._compile import compiled
from maillage_engine._median import Network


class Trial(NamedTuple):
    """Sites being exchanged, and what is known of every row and every site."""

    is_open: NDArray[np.bool_]
    times: NDArray[np.int64]  # open sites that cover each row
    weight: NDArray[np.float64]  # of each row
    score: NDArray[np.float64]  # weight newly covered by opening, or minus what closing uncovers
    moved: NDArray[np.int64]  # step at which each site was last opened or closed
    ready: NDArray[np.bool_]  # whether something changed around the site since it was closed
    opened: NDArray[np.int64]  # the open sites, in the first `count[0]` places
    left: NDArray[np.int64]  # the uncovered rows, in the first `count[1]` places
    site_at: NDArray[np.int64]  # place of each site in `opened`
    row_at: NDArray[np.int64]  # place of each row in `left`
    count: NDArray[np.int64]  # sites open, rows uncovered, steps made, site opened last


def begin(net: Network, sites: NDArray[np.bool_]) -> Trial:
    """Set a search off from sites that cover every row."""
    rows, width = net.far.size, sites.size
    trial = Trial(
        np.zeros(width, np.bool_),
        np.zeros(rows, np.int64),
        np.ones(rows),
        np.diff(net.site_start).astype(np.float64),
        np.zeros(width, np.int64),
        np.ones(width, np.bool_),
        np.zeros(width, np.int64),
        np.arange(rows),
        np.full(width, -1),
        np.arange(rows),
        np.array([0, rows, 0, -1]),
    )
    for site in np.flatnonzero(sites):
        _open(net, trial, site)
    return trial


@compiled
def _open(net, trial, j):
    start, site, weight = net.start, net.site, trial.weight
    score, ready, is_open, times = trial.score, trial.ready, trial.is_open, trial.times
    is_open[j] = True
    score[j] = -score[j]
    trial.opened[trial.count[0]], trial.site_at[j] = j, trial.count[0]
    trial.count[0] += 1
    for k in range(net.site_start[j], net.site_start[j + 1]):
        i = net.row[k]
        times[i] += 1
        if times[i] == 1:
            trial.count[1] -= 1
            last, place = trial.left[trial.count[1]], trial.row_at[i]
            trial.left[place], trial.row_at[last] = last, place
        for q in range(start[i], start[i + 1]):
            other = site[q]
            ready[other] = True
            if other != j and times[i] == 1:
                score[other] -= weight[i]
            elif other != j and times[i] == 2 and is_open[other]:
                score[other] += weight[i]


@compiled
def _close(net, trial, j):
    start, site, weight = net.start, net.site, trial.weight
    score, ready, is_open, times = trial.score, trial.ready, trial.is_open, trial.times
    is_open[j] = False
    score[j] = -score[j]
    trial.count[0] -= 1
    last, place = trial.opened[trial.count[0]], trial.site_at[j]
    trial.opened[place], trial.site_at[last] = last, place
    for k in range(net.site_start[j], net.site_start[j + 1]):
        i = net.row[k]
        times[i] -= 1
        if times[i] == 0:
            trial.left[trial.count[1]], trial.row_at[i] = i, trial.count[1]
            trial.count[1] += 1
        for q in range(start[i], start[i + 1]):
            other = site[q]
            ready[other] = True
            if other != j and times[i] == 0:
                score[other] += weight[i]
            elif times[i] == 1 and is_open[other]:
                score[other] -= weight[i]
    trial.moved[j] = trial.count[2]
    ready[j] = False


@compiled
def _cheapest(trial, apart):
    """Return the open site that uncovers least when closed, then the longest at rest."""
    score, moved, opened, best = trial.score, trial.moved, trial.opened, -1
    most, rest = -np.inf, 0
    for place in range(trial.count[0]):
        j = opened[place]
        if score[j] < most or j == apart or (score[j] == most and moved[j] >= rest):
            continue
        best, most, rest = j, score[j], moved[j]
    return best


@compiled
def _opening_for(net, trial, i):
    """Return the site of row `i` that covers most when opened, then the longest at rest."""
    score, moved, site, ready = trial.score, trial.moved, net.site, trial.ready
    best, most, rest = site[net.start[i]], -np.inf, 0
    for k in range(net.start[i], net.start[i + 1]):
        j = site[k]
        if not ready[j] or score[j] < most or (score[j] == most and moved[j] >= rest):
            continue
        best, most, rest = j, score[j], moved[j]
    return best


@compiled
def fewer(net, trial, draws, best, enough):
    """Make one step for each draw; `best` becomes the smallest cover found.

    Stops as soon as it has at most `enough` sites. Returns how many it has.
    """
    least = best.sum()
    for draw in draws:
        while trial.count[1] == 0:
            if trial.count[0] < least:
                least = trial.count[0]
                best[:] = trial.is_open
            if least <= max(enough, 1):
                return least
            _close(net, trial, _cheapest(trial, -1))
        trial.count[2] += 1
        gone = _cheapest(trial, trial.count[3])
        if gone >= 0:
            _close(net, trial, gone)
        i = trial.left[draw % trial.count[1]]
        j = _opening_for(net, trial, i)
        _open(net, trial, j)
        trial.moved[j], trial.count[3] = trial.count[2], j
        for place in range(trial.count[1]):
            i = trial.left[place]
            trial.weight[i] += 1
            for k in range(net.start[i], net.start[i + 1]):
                trial.score[net.site[k]] += 1
    return least


@compiled
def _within(start, member, one, other):
    """Whether every member of `one` is a member of `other`; members are increasing."""
    k, end = start[other], start[other + 1]
    for q in range(start[one], start[one + 1]):
        while k < end and member[k] < member[q]:
            k += 1
        if k == end or member[k] != member[q]:
            return False
    return True


@compiled
def contained(start, member, by_start, by_member, drop_larger):
    """Mark the sets that lie within another one or, with `drop_larger`, that hold another one.

    Of equal sets, the first is not marked. `by_start` and `by_member` list the sets of each member.
    """
    marked = np.zeros(start.size - 1, np.bool_)
    for one in range(marked.size):
        size, rarest = start[one + 1] - start[one], -1
        for q in range(start[one], start[one + 1]):
            i = member[q]
            if (
                rarest < 0
                or by_start[i + 1] - by_start[i] < by_start[rarest + 1] - by_start[rarest]
            ):
                rarest = i
        if rarest < 0 or (marked[one] and not drop_larger):
            continue
        for k in range(by_start[rarest], by_start[rarest + 1]):
            other = by_member[k]
            extent = start[other + 1] - start[other]
            dropped = other if drop_larger else one
            tie = extent == size and (other < one) == drop_larger
            if other == one or extent < size or tie or marked[dropped]:
                continue
            marked[dropped] = _within(start, member, one, other)
    return marked
