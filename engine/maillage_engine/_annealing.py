"""Compiled loops of exchanges at a given temperature, for maximal covering."""
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
    np.random.seed(seed)
    start, site, site_start, row, far = net.start, net.site, net.site_start, net.row, net.far
    for _ in range(tries):
        place = np.random.randint(inside.size)
        gone = inside[place]
        i = np.random.randint(far.size)
        if np.random.random() < 0.5 and site_start[gone] < site_start[gone + 1]:
            i = row[np.random.randint(site_start[gone], site_start[gone + 1])]
        if start[i] == start[i + 1]:
            continue
        j = site[np.random.randint(start[i], start[i + 1])]
        if sites[j] or status[j] != 0:
            continue
        change = _moved(site_start, row, far, times, (gone, j))
        if change <= 0 or np.random.random() < np.exp(-change / heat):
            sites[gone], sites[j], inside[place] = False, True, j
        else:
            _moved(site_start, row, far, times, (j, gone))
