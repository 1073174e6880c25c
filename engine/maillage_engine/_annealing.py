"""Compiled loops of exchanges at a given temperature, for maximal covering.

References
----------
Steele, Lea & Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA,
doi:10.1145/2660193.2660195.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

import numpy as np

from maillage_engine._compile import compiled, inlined


@compiled
def counted(net, sites):
    """Count the open sites within reach of every row."""
    times = np.zeros(net.far.size, np.int64)
    for j in np.flatnonzero(sites):
        for k in range(net.site_start[j], net.site_start[j + 1]):
            times[net.row[k]] += 1
    return times


@inlined
def _next(state):
    """Draw 32 bits by SplitMix64, from a state of our own: nobody else's draws are touched."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    mixed = state[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)


@compiled
def below(state, count):
    """Draw a whole number from 0 to count - 1; each as often as the others, to 2^-32 of count."""
    return np.int64((_next(state) * np.uint64(count)) >> np.uint64(32))


@compiled
def part(state):
    """Draw a number in [0, 1)."""
    return np.float64(_next(state)) * 2.0**-32


@inlined
def _moved(site_start, row, far, times, sites):
    """Close one site and open another; return how many more people are left out."""
    change = 0.0
    for k in range(site_start[sites[0]], site_start[sites[0] + 1]):
        times[row[k]] -= 1
        change += far[row[k]] if times[row[k]] == 0 else 0.0
    for k in range(site_start[sites[1]], site_start[sites[1] + 1]):
        change -= far[row[k]] if times[row[k]] == 0 else 0.0
        times[row[k]] += 1
    return change


@compiled
def exchange(net, allowed, sites, times, pace):
    """Try exchanges of one open site for one that reaches a row drawn near it, or anywhere.

    `allowed` holds the status of sites and the open ones that may close; `pace` the temperature,
    the number of tries and the seed. `sites`, the open ones and `times` change in place.
    """
    status, inside = allowed
    heat, tries, seed = pace
    state = np.array([seed], dtype=np.uint64)
    start, site, site_start, row, far = net.start, net.site, net.site_start, net.row, net.far
    for _ in range(tries):
        place = below(state, inside.size)
        gone = inside[place]
        i = below(state, far.size)
        if part(state) < 0.5 and site_start[gone] < site_start[gone + 1]:
            i = row[site_start[gone] + below(state, site_start[gone + 1] - site_start[gone])]
        if start[i] == start[i + 1]:
            continue
        j = site[start[i] + below(state, start[i + 1] - start[i])]
        if sites[j] or status[j] != 0:
            continue
        change = _moved(site_start, row, far, times, (gone, j))
        if change <= 0 or part(state) < np.exp(-change / heat):
            sites[gone], sites[j], inside[place] = False, True, j
        else:
            _moved(site_start, row, far, times, (j, gone))
