"""Compiled loops of siting: assignment, greedy, exchanges and Lagrangian bound.

Costs are already multiplied by people. Opening a site may cost something; `p` sites are opened, or
as many as pay when `p` is -1. A site may be forced open (1) or forbidden (-1).
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._compile import compiled

FORCED, FREE, FORBIDDEN = 1, 0, -1
IDLE = 20  # steps that bring nothing before they are shortened


class Network(NamedTuple):
    """Pairs by row (people), each row by increasing cost, and the same pairs by site."""

    start: NDArray[np.int64]  # pairs of row i: start[i]:start[i + 1]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    site_start: NDArray[np.int64]  # pairs of site j: site_start[j]:site_start[j + 1]
    row: NDArray[np.int64]
    row_cost: NDArray[np.float64]
    far: NDArray[np.float64]  # what a row costs when none of its sites is open
    opening: NDArray[np.float64]  # what opening a site costs


class Rule(NamedTuple):
    """Which sites may be open, and how many must be (-1: as many as pay)."""

    status: NDArray[np.int8]
    p: int


class Pace(NamedTuple):
    """How the bound is raised: number of turns, length of steps, weight of the newest slope."""

    turns: int
    theta: float
    weight: float


class Assignment(NamedTuple):
    """The two cheapest open sites of every row; -1 and `far` where there is none."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cost: NDArray[np.float64]
    next_cost: NDArray[np.float64]


@compiled
def _assign_row(net, is_open, i, to):
    one, two = -1, -1
    nearest, then = net.far[i], net.far[i]
    for k in range(net.start[i], net.start[i + 1]):
        if net.cost[k] >= net.far[i]:
            break
        if is_open[net.site[k]]:
            if one < 0:
                one, nearest = net.site[k], net.cost[k]
            else:
                two, then = net.site[k], net.cost[k]
                break
    to.first[i], to.second[i] = one, two
    to.cost[i], to.next_cost[i] = nearest, then


@compiled
def assign(net, is_open, to):
    """Fill `to` with the two nearest open sites of every row; return the total cost."""
    for i in range(net.far.size):
        _assign_row(net, is_open, i, to)
    return to.cost.sum()


@compiled
def _saving(net, served_at, j):
    saved = 0.0
    for k in range(net.site_start[j], net.site_start[j + 1]):
        gain = served_at[net.row[k]] - net.row_cost[k]
        if gain > 0:
            saved += gain
    return saved


@compiled
def greedy(net, p, status, is_open):
    """Open the site that saves most until `p` are; savings only shrink, so stale ones wait."""
    served_at = net.far.copy()
    heap = [(-np.inf, -1)]
    for j in range(status.size):
        if status[j] == FORCED:
            heap.append((-np.inf, j))
        elif status[j] == FREE:
            heap.append((-_saving(net, served_at, j), j))
    heapq.heapify(heap)
    heapq.heappop(heap)
    count = 0
    while count < p and len(heap) > 0:
        stale, j = heapq.heappop(heap)
        if stale > -np.inf:
            fresh = -_saving(net, served_at, j)
            if len(heap) > 0 and fresh > heap[0][0]:
                heapq.heappush(heap, (fresh, j))
                continue
        is_open[j] = True
        count += 1
        for k in range(net.site_start[j], net.site_start[j + 1]):
            i = net.row[k]
            served_at[i] = min(served_at[i], net.row_cost[k])


@compiled
def _move(net, is_open, j, to, loss):
    """Account for site `j` having just opened or closed."""
    for k in range(net.site_start[j], net.site_start[j + 1]):
        i = net.row[k]
        if to.first[i] >= 0:
            loss[to.first[i]] -= to.next_cost[i] - to.cost[i]
        _assign_row(net, is_open, i, to)
        if to.first[i] >= 0:
            loss[to.first[i]] += to.next_cost[i] - to.cost[i]


@compiled
def _best_exchange(net, opened, j, to, loss, spared):
    """Return what opening `j` saves net of the cheapest closing, and the position to close."""
    gain = 0.0
    for k in range(net.site_start[j], net.site_start[j + 1]):
        i, c = net.row[k], net.row_cost[k]
        if c < to.cost[i]:
            gain += to.cost[i] - c
        if to.first[i] >= 0 and c < to.next_cost[i]:
            spared[to.first[i]] += to.next_cost[i] - max(c, to.cost[i])
    out, least = -1, np.inf
    for position in range(opened.size):
        lost = loss[opened[position]] - spared[opened[position]]
        if lost < least:
            out, least = position, lost
    for k in range(net.site_start[j], net.site_start[j + 1]):
        if to.first[net.row[k]] >= 0:
            spared[to.first[net.row[k]]] = 0.0
    return gain - least, out


@compiled
def improve(net, status, is_open, to, shift):
    """Exchange an open and a closed site as long as it pays; return the total cost."""
    m = is_open.size
    total = assign(net, is_open, to)
    loss, spared = np.zeros(m), np.zeros(m)
    for i in range(net.far.size):
        if to.first[i] >= 0:
            loss[to.first[i]] += to.next_cost[i] - to.cost[i]
    opened = np.flatnonzero(is_open & (status == FREE))
    idle, j = 0, shift % m
    while idle < m:
        idle += 1
        j = (j + 1) % m
        if is_open[j] or status[j] != FREE:
            continue
        saved, out = _best_exchange(net, opened, j, to, loss, spared)
        if out < 0 or saved <= 1e-10 * abs(total):
            continue
        gone = opened[out]
        opened[out] = j
        is_open[gone], is_open[j] = False, True
        _move(net, is_open, gone, to, loss)
        _move(net, is_open, j, to, loss)
        idle = 0
    return to.cost.sum()


@compiled
def _switch_one(net, status, is_open, i, draw, to_open):
    """Open or close one free site of row `i`, starting from a drawn place in it."""
    a, size = net.start[i], net.start[i + 1] - net.start[i]
    for step in range(size):
        j = net.site[a + (draw + step) % size]
        if status[j] == FREE and is_open[j] != to_open:
            is_open[j] = to_open
            return True
    return False


@compiled
def _open_any(status, is_open, draw):
    for step in range(is_open.size):
        j = (draw + step) % is_open.size
        if status[j] == FREE and not is_open[j]:
            is_open[j] = True
            return True
    return False


@compiled
def _shake(net, status, is_open, draw):
    """Close up to three sites around a drawn row and open as many, near it or anywhere."""
    i, closed, opened = draw[0] % net.far.size, 0, 0
    for turn in range(1, 4):
        closed += _switch_one(net, status, is_open, i, draw[turn], False)
    for turn in range(4, 4 + closed):
        near = draw[turn] % 2 == 0 and _switch_one(net, status, is_open, i, draw[turn], True)
        opened += near or _open_any(status, is_open, draw[turn])
    return closed > 0 and opened == closed


@compiled
def wander(net, status, is_open, to, draws, enough):
    """Shake and improve again and again, never going back up; return the least total found.

    Stops as soon as the total is at most `enough`.
    """
    total = assign(net, is_open, to)
    for turn in range(draws.shape[0]):
        if total <= enough:
            break
        trial = is_open.copy()
        if not _shake(net, status, trial, draws[turn]):
            continue
        found = improve(net, status, trial, to, draws[turn, 0])
        if found <= total:
            total = found
            is_open[:] = trial
    return total


@compiled
def reduced_costs(net, price, rho):
    """Fill `rho` with what opening each site would cost at these prices."""
    rho[:] = net.opening
    for i in range(price.size):
        for k in range(net.start[i], net.start[i + 1]):
            if net.cost[k] >= price[i]:
                break
            rho[net.site[k]] += net.cost[k] - price[i]


@compiled
def choose(rho, status, p, chosen):
    """Choose the `p` sites of least reduced cost (or all below 0), forced ones first.

    Returns the sum of reduced costs, and the largest of those that were freely chosen and the least
    of those that were not: what replacing one by another would cost.
    """
    value, count = 0.0, p
    for j in range(rho.size):
        chosen[j] = status[j] == FORCED
        if chosen[j]:
            value += rho[j]
            count -= 1
    free = np.flatnonzero(status == FREE)
    limit, beyond = 0.0, 0.0
    if p >= 0:
        count = max(0, min(count, free.size))
        ordered = np.partition(rho[free], (max(0, count - 1), min(count, free.size - 1)))
        limit = ordered[count - 1] if count > 0 else -np.inf
        beyond = ordered[count] if count < free.size else np.inf
    for j in free:
        if rho[j] < limit:
            chosen[j] = True
            value += rho[j]
            count -= 1
    for j in free:
        if p >= 0 and count > 0 and rho[j] == limit and not chosen[j]:
            chosen[j] = True
            value += rho[j]
            count -= 1
    return value, limit, beyond


@compiled
def _slopes(net, price, chosen, slope):
    for i in range(price.size):
        used = 0
        for k in range(net.start[i], net.start[i + 1]):
            if net.cost[k] >= price[i]:
                break
            if chosen[net.site[k]]:
                used += 1
        slope[i] = 1.0 - used
        if price[i] >= net.far[i] and used == 0:
            slope[i] = 0.0


@compiled
def _step_to(net, price, smooth, step, trial):
    for i in range(price.size):
        trial[i] = min(net.far[i], max(0.0, price[i] + step * smooth[i]))


@compiled
def blend(mix, new, smooth):
    for i in range(new.size):
        smooth[i] = mix * new[i] + (1 - mix) * smooth[i]


@compiled
def mix_of(slope, smooth, weight):
    """Return the weight of a new slope that shortens the smoothed one most, within its bounds."""
    dot, norm = (slope * smooth).sum(), (smooth * smooth).sum()
    apart = (slope * slope).sum() - 2 * dot + norm
    if apart <= 1e-12:
        return weight
    return min(weight, max(weight / 10, (norm - dot) / apart))


@compiled
def paced(theta, red, better, uphill):
    """Return the step and how many steps brought nothing, after one more of them."""
    if better:
        return (min(2.0, theta * 1.1) if uphill else theta), 0
    if red + 1 >= IDLE:
        return max(1e-4, theta * 0.66), 0
    return theta, red + 1


@compiled
def raise_bound(net, rule, upper, price, pace):
    """Raise the Lagrangian bound by the volume algorithm; `price` becomes the best one found.

    Returns the bound, how often each site was in the (smoothed) relaxed solution, and the step.

    References
    ----------
    Barahona & Anbil (2000), Mathematical Programming 87, doi:10.1007/s101070050002.
    """
    rho, chosen = np.zeros(rule.status.size), np.zeros(rule.status.size, np.bool_)
    slope, trial = np.zeros(price.size), price.copy()
    reduced_costs(net, price, rho)
    best = price.sum() + choose(rho, rule.status, rule.p, chosen)[0]
    _slopes(net, price, chosen, slope)
    smooth, share = slope.copy(), chosen.astype(np.float64)
    theta, red = pace.theta, 0
    for _ in range(pace.turns):
        norm = (smooth * smooth).sum()
        if norm < 1e-12 or upper - best <= 1e-9 * abs(upper):
            break
        _step_to(net, price, smooth, theta * (upper - best) / norm, trial)
        reduced_costs(net, trial, rho)
        value = trial.sum() + choose(rho, rule.status, rule.p, chosen)[0]
        _slopes(net, trial, chosen, slope)
        uphill = (slope * smooth).sum() > 0
        mix = mix_of(slope, smooth, pace.weight)
        blend(mix, slope, smooth)
        blend(mix, chosen.astype(np.float64), share)
        theta, red = paced(theta, red, value > best, uphill)
        if value > best:
            best = value
            price[:] = trial
    return best, share, theta


@compiled
def sort_rows(start, site, cost):
    """Sort each row by cost, in place, equal costs by site."""
    for i in range(start.size - 1):
        a, b = start[i], start[i + 1]
        order = np.argsort(cost[a:b], kind="mergesort")
        site[a:b] = site[a:b][order]
        cost[a:b] = cost[a:b][order]


@compiled
def keep_pairs(net, price, rho, status, slack, beyond):
    """Mark the pairs that a better solution may use.

    Using a pair adds to the bound what it costs above its row's price, and what opening its site
    costs beyond the sites chosen; beyond `slack`, no better solution uses it. Nor does a row go
    past a site that is forced open.
    """
    kept = np.zeros(net.site.size, np.bool_)
    for i in range(price.size):
        for k in range(net.start[i], net.start[i + 1]):
            j, c = net.site[k], net.cost[k]
            if c >= net.far[i]:
                break
            if status[j] == FORCED:
                kept[k] = True
                break
            extra = max(0.0, c - price[i]) + max(0.0, rho[j] - beyond)
            kept[k] = status[j] == FREE and extra <= slack
    return kept


@compiled
def _newly_covered(net, times, j):
    count = 0
    for k in range(net.site_start[j], net.site_start[j + 1]):
        count += times[net.row[k]] == 0
    return count


@compiled
def _count(net, times, j, change):
    for k in range(net.site_start[j], net.site_start[j + 1]):
        times[net.row[k]] += change


@compiled
def cover_greedily(net, price_of, is_open):
    """Open sites until every row that can be is covered, then close those that became useless.

    The best site covers most rows not yet covered for its price; prices follow reduced costs.
    """
    times = np.zeros(net.far.size, np.int64)
    for j in np.flatnonzero(is_open):
        _count(net, times, j, 1)
    heap = [(0.0, -1)]
    for j in np.flatnonzero(~is_open):
        heap.append((-_newly_covered(net, times, j) / price_of[j], j))
    heapq.heapify(heap)
    while heap[0][0] < 0:
        _, j = heapq.heappop(heap)
        fresh = -_newly_covered(net, times, j) / price_of[j]
        if fresh > heap[0][0]:
            heapq.heappush(heap, (fresh, j))
        elif fresh < 0:
            is_open[j] = True
            _count(net, times, j, 1)
    opened = np.flatnonzero(is_open)
    for j in opened[np.argsort(-price_of[opened])]:
        _count(net, times, j, -1)
        is_open[j] = _newly_covered(net, times, j) > 0
        if is_open[j]:
            _count(net, times, j, 1)
