"""Compiled loops of pairs whose weight goes by bands: one position per pair, read once each way.

A facility has one slot per band and one beyond, so a pair is the slot it falls in, and its weight
is that of the slot. Neither the weight nor the minutes of a pair are read again. Rows are filled up
to whole groups with a slot that weighs nothing, so that no loop ends in a remainder.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

import numpy as np

from maillage_engine._compile import compiled

GROUP = 4  # pairs added side by side: each addition would otherwise wait for the one before
# Positions without a sign: none counts from the end, so none is tested for it.
ONE, TWO, THREE, FOUR = np.arange(1, GROUP + 1, dtype=np.uint64)


@compiled
def lay(pairs, groups, beyond, start, slot):
    """Write the slot of every pair: those of its destination, then the bounds it is beyond.

    `groups` are the bounds, by rows of `GROUP`, infinite where missing; `beyond` is their number.
    """
    first, destination, minutes = pairs
    for i in range(first.size - 1):
        end, times = destination[first[i] : first[i + 1]], minutes[first[i] : first[i + 1]]
        row = slot[start[i] : start[i + 1]]
        for group in range(groups.shape[0]):
            a, b, c, d = groups[group, 0], groups[group, 1], groups[group, 2], groups[group, 3]
            for k in range(end.size):
                past = row[k] if group else end[k] * (beyond + 1)
                past += times[k] > a
                past += times[k] > b
                past += times[k] > c
                past += times[k] > d
                row[k] = past
        for k in range(end.size, row.size):
            row[k] = beyond


@compiled
def spread(values, weight):
    """Return what each slot is worth: the value of its facility times the weight of its band."""
    worth = np.empty(values.size * weight.size)
    for j in range(values.size):
        for band in range(weight.size):
            worth[j * weight.size + band] = values[j] * weight[band]
    return worth


@compiled
def gather(start, slot, people, counted):
    """Add the people of each origin to every slot it reaches. A real slot is once in a row."""
    for i in range(start.size - 1):
        here, k, end = people[i], np.uint64(start[i]), np.uint64(start[i + 1])
        while k < end:
            a, b, c, d = slot[k], slot[k + ONE], slot[k + TWO], slot[k + THREE]
            first, second = counted[a] + here, counted[b] + here
            third, fourth = counted[c] + here, counted[d] + here
            counted[a], counted[b], counted[c], counted[d] = first, second, third, fourth
            k += FOUR


@compiled
def hand_out(start, slot, worth, score):
    """Sum, for each origin, what the slots it reaches are worth."""
    for i in range(start.size - 1):
        first = second = third = fourth = 0.0
        k, end = np.uint64(start[i]), np.uint64(start[i + 1])
        while k < end:
            first += worth[slot[k]]
            second += worth[slot[k + ONE]]
            third += worth[slot[k + TWO]]
            fourth += worth[slot[k + THREE]]
            k += FOUR
        score[i] = (first + second) + (third + fourth)
