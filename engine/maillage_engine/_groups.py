"""Compiled loops of sharing: the sites that one practitioner serves, as if they were one site.

A group costs an origin what its nearest site does. Seen so, sharing practitioners is a p-median
whose sites are groups, some larger than others; its Lagrangian bound is nearly always tight, where
that of sites opened one by one is not. Costs are already multiplied by people.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._compile import compiled, compiled_for_sums
from maillage_engine._median import FREE, blend, mix_of, paced

STEP = 0.02  # the bound is raised towards at most this part above it


class Menu(NamedTuple):
    """Groups to choose from, and how many may be chosen of each size."""

    cost: NDArray[np.float64]  # (groups, origins)
    size: NDArray[np.int64]  # (groups,) sites of each
    status: NDArray[np.int8]  # (groups,) only the free ones are chosen
    far: NDArray[np.float64]  # (origins,) what an origin costs when no group serves it
    sizes: NDArray[np.int64]  # (k,) groups with more than s sites, at most
    count: int  # sites, at most


class Kept(NamedTuple):
    """The best groups of each size, in no order."""

    found: NDArray[np.int64]  # (k,) how many there are
    values: NDArray[np.float64]  # (k, room)
    members: NDArray[np.int64]  # (k, room, k)
    least: NDArray[np.float64]  # (k,) what a group must be worth more than


class Descent(NamedTuple):
    """A group in hand, site by site, and those that may still join it at each depth."""

    group: NDArray[np.int64]  # (k,)
    value: NDArray[np.float64]  # (k + 1,) of its first sites
    worth: NDArray[np.float64]  # (k + 1, origins) of its first sites, to each origin
    joining: NDArray[np.int64]  # (k + 1, sites) those that may join, what they add decreasing
    adds: NDArray[np.float64]  # (k + 1, sites)
    many: NDArray[np.int64]  # (k + 1,) how many they are
    at: NDArray[np.int64]  # (k + 1,) the next one to take


@compiled_for_sums
def _together(one, other):
    total = 0.0
    for i in range(one.size):
        total += one[i] if one[i] > other[i] else other[i]
    return total


@compiled
def _promising(way, kept, depth, first, last):
    """Whether two sites or more may join that add `first`, one of them adding only `last`."""
    for size in range(depth + 2, kept.least.size + 1):
        most = way.value[depth] + (size - depth - 1) * first + last
        if most > kept.least[size - 1]:
            return True
    return False


@compiled
def _keep(kept, size, group, value):
    """Keep a group among the best of its size; the least of a full list is the one to beat."""
    s = size - 1
    if value <= kept.least[s]:
        return
    place = kept.found[s]
    if place < kept.values.shape[1]:
        kept.found[s] += 1
    else:
        place = np.argmin(kept.values[s])
    kept.values[s, place] = value
    kept.members[s, place, :size] = group[:size]
    if kept.found[s] == kept.values.shape[1]:
        kept.least[s] = max(kept.least[s], kept.values[s].min())


@compiled
def _enter(way, depth, count):
    """Put in order the sites that may join at a depth."""
    order = np.argsort(-way.adds[depth, :count])
    way.joining[depth, :count] = way.joining[depth, :count][order]
    way.adds[depth, :count] = way.adds[depth, :count][order]
    way.many[depth], way.at[depth] = count, 0


@compiled
def _take(way, kept, worth, near, depth):
    """Add the next site to the group in hand, and look at each of those that may join it then."""
    p = way.at[depth]
    way.at[depth] += 1
    site, first = way.joining[depth, p], way.adds[depth, p]
    way.group[depth] = site
    way.value[depth + 1] = way.value[depth] + first
    for i in range(worth.shape[1]):
        way.worth[depth + 1, i] = max(way.worth[depth, i], worth[site, i])
    count = 0
    for q in range(p + 1, way.many[depth]):
        if not _promising(way, kept, depth, first, way.adds[depth, q]):
            break
        other = way.joining[depth, q]
        if near[site, other]:
            value = _together(way.worth[depth + 1], worth[other])
            way.group[depth + 1] = other
            _keep(kept, depth + 2, way.group, value)
            way.joining[depth + 1, count] = other
            way.adds[depth + 1, count] = value - way.value[depth + 1]
            count += 1
    _enter(way, depth + 1, count)


@compiled
def best_groups(worth, near, least, room, enough):
    """Return the groups of each size that are worth more than `least`: `room` of them, the best.

    ``worth[j, i]`` is what site `j` is worth to origin `i`; a group is worth the most that any of
    its sites is. What a site adds to a group it adds at most to a larger one, so groups that cannot
    be worth enough are never looked at. With `enough`, the search ends as soon as one size has no
    room left.
    """
    (sites, origins), k = worth.shape, least.size
    kept = Kept(
        np.zeros(k, np.int64),
        np.full((k, room), -np.inf),
        np.zeros((k, room, k), np.int64),
        least.copy(),
    )
    way = Descent(
        np.zeros(k, np.int64),
        np.zeros(k + 1),
        np.zeros((k + 1, origins)),
        np.zeros((k + 1, sites), np.int64),
        np.zeros((k + 1, sites)),
        np.zeros(k + 1, np.int64),
        np.zeros(k + 1, np.int64),
    )
    for site in range(sites):
        way.group[0], way.joining[0, site], way.adds[0, site] = site, site, worth[site].sum()
        _keep(kept, 1, way.group, way.adds[0, site])
    _enter(way, 0, sites)
    depth = 0
    while depth >= 0 and not (enough and kept.found.max() == room):
        p = way.at[depth]
        over = p >= way.many[depth] or depth + 1 >= k
        if over or not _promising(way, kept, depth, way.adds[depth, p], way.adds[depth, p]):
            depth -= 1
        else:
            _take(way, kept, worth, near, depth)
            depth += 1
    return kept


@compiled
def _add_size(best, after, taken, gains, limit):
    """Add groups of one size to every choice of larger ones; `gains` are ranked."""
    s, extra, found = limit
    for g in range(best.shape[0]):
        for t in range(best.shape[1]):
            value = best[g, t]
            for a in range(extra, found + extra + 1):
                over = g + a >= after.shape[0] or t + a * (s + 1) >= best.shape[1]
                if over or value == -np.inf:
                    break
                if a > extra:
                    value += gains[a - extra - 1]
                if value > after[g + a, t + a * (s + 1)]:
                    after[g + a, t + a * (s + 1)] = value
                    taken[g + a, t + a * (s + 1)] = a


@compiled
def share_out(values, found, sizes, count, given):
    """Choose how many of the best groups of each size to take; return their worth and how many.

    ``values[s]`` is decreasing. With `given` >= 0, one group more of that size is taken, whose
    worth is not counted.
    """
    k, most = sizes.size, min(sizes[0], count)
    best = np.full((most + 1, count + 1), -np.inf)
    taken = np.zeros((k, most + 1, count + 1), np.int64)
    best[0, 0] = 0.0
    for s in range(k - 1, -1, -1):
        after = np.full((most + 1, count + 1), -np.inf)
        room = min(most, sizes[s]) + 1
        limit = (s, 1 if s == given else 0, found[s])
        _add_size(best, after[:room], taken[s], values[s], limit)
        best = after
    top = np.argmax(best)
    g, t = top // (count + 1), top % (count + 1)
    total, picked = best[g, t], np.zeros(k, np.int64)
    for s in range(k if total > -np.inf else 0):
        picked[s] = taken[s, g, t]
        g, t = g - picked[s], t - picked[s] * (s + 1)
    return total, picked


@compiled_for_sums
def _saved(price, cost):
    total = 0.0
    for i in range(price.size):
        gain = price[i] - cost[i]
        total += gain if gain > 0 else 0.0
    return total


@compiled
def ranked(menu, price):
    """Return what each group saves at these prices; and the best of each size, in order."""
    saved = np.full(menu.size.size, -np.inf)
    for g in np.flatnonzero(menu.status == FREE):
        saved[g] = _saved(price, menu.cost[g])
    k = menu.sizes.size
    values, who = np.zeros((k, menu.count)), np.zeros((k, menu.count), np.int64)
    found = np.zeros(k, np.int64)
    for g in np.argsort(-saved):
        s = menu.size[g] - 1
        if menu.status[g] == FREE and found[s] < min(menu.sizes[s], menu.count):
            values[s, found[s]], who[s, found[s]] = saved[g], g
            found[s] += 1
    return saved, found, values, who


@compiled
def _choose(menu, price, chosen):
    """Mark the groups that save most; return the bound."""
    _, found, values, who = ranked(menu, price)
    total, picked = share_out(values, found, menu.sizes, menu.count, -1)
    chosen[:] = False
    for s in range(picked.size):
        for a in range(picked[s]):
            chosen[who[s, a]] = True
    return price.sum() - total


@compiled
def _follow(menu, price, chosen, slope):
    """Fill the slope of the bound; return what the groups chosen really cost."""
    nearest, used = menu.far.copy(), np.zeros(price.size)
    for g in np.flatnonzero(chosen):
        for i in range(price.size):
            cost = menu.cost[g, i]
            used[i] += 1.0 if cost < price[i] else 0.0
            nearest[i] = cost if cost < nearest[i] else nearest[i]
    for i in range(price.size):
        slope[i] = 0.0 if price[i] >= menu.far[i] and used[i] == 0 else 1.0 - used[i]
    return nearest.sum()


@compiled
def raise_menu_bound(menu, upper, price, pace, best):
    """Raise the bound of a menu by the volume algorithm; `price` becomes the best one found.

    Fills `best` with the groups of the least real total met, if it is below `upper`. Returns the
    bound, how often each group was in the smoothed relaxed solution, the total and the step.
    """
    chosen, slope = np.zeros(menu.size.size, np.bool_), np.zeros(price.size)
    bound = _choose(menu, price, chosen)
    total = _follow(menu, price, chosen, slope)
    smooth, share = slope.copy(), chosen.astype(np.float64)
    theta, red = pace.theta, 0
    for turn in range(pace.turns + 1):
        if total < upper:
            upper = total
            best[:] = chosen
        norm = (smooth * smooth).sum()
        if turn == pace.turns or norm < 1e-12 or upper - bound <= 1e-9 * abs(upper):
            break
        step = theta * min(upper - bound, STEP * max(bound, upper / 2)) / norm
        trial = np.minimum(menu.far, np.maximum(0.0, price + step * smooth))
        value = _choose(menu, trial, chosen)
        total = _follow(menu, trial, chosen, slope)
        uphill = (slope * smooth).sum() > 0
        mix = mix_of(slope, smooth, pace.weight)
        blend(mix, slope, smooth)
        blend(mix, chosen.astype(np.float64), share)
        theta, red = paced(theta, red, value > bound, uphill)
        if value > bound:
            bound = value
            price[:] = trial
    return bound, share, upper, theta
