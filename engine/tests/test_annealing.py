"""Draws of the exchanges at a temperature: known ones, evenly spread, and nobody else's."""

import numpy as np
from numba import njit

from maillage_engine import _annealing
from maillage_engine._search import network
from maillage_engine.pairs import pairs

# What SplitMix64 gives from 1234567, as published with its reference program.
KNOWN = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]


@njit
def seeded(seed):
    """Seed the compiler's own random numbers, as a caller may."""
    np.random.seed(seed)


@njit
def drawn():
    """Draw one of the compiler's own random numbers."""
    return np.random.random()


def exchanged(seed):
    """Exchange four open sites of forty for better ones, for a while."""
    chance = np.random.default_rng(1)
    near = pairs(np.where(chance.random((40, 40)) < 0.1, 1.0, np.nan))
    people = chance.integers(1, 50, 40).astype(float)
    net = network(near.shape, near.start, near.destination, np.zeros(near.minutes.size), people)
    inside, sites = np.arange(4), np.arange(40) < 4
    times = _annealing.counted(net, sites)
    allowed = np.zeros(40, dtype=np.int8), inside
    _annealing.exchange(net, allowed, sites, times, (1.0, 2000, seed))
    return sites, float(people[times > 0].sum())


def test_draws_are_those_of_the_published_generator():
    state = np.array([1234567], dtype=np.uint64)
    assert [_annealing.below(state, 2**32) for _ in KNOWN] == [one >> 32 for one in KNOWN]


def test_draws_are_spread_evenly():
    state = np.array([7], dtype=np.uint64)
    counted = np.bincount([_annealing.below(state, 10) for _ in range(20_000)], minlength=10)
    assert ((counted - 2000) ** 2 / 2000).sum() < 27.9  # chi-square, 9 degrees: once in a thousand
    parts = np.array([_annealing.part(state) for _ in range(20_000)])
    assert 0 <= parts.min() < 0.001
    assert 0.999 < parts.max() < 1


def test_exchanges_leave_the_random_numbers_of_a_caller_alone():
    seeded(7)
    first, second = drawn(), drawn()
    seeded(7)
    assert drawn() == first
    sites, covered = exchanged(3)
    assert drawn() == second
    assert (sites.sum(), covered) == (4, exchanged(3)[1])  # and the same seed does the same again
    assert not np.array_equal(sites, np.arange(40) < 4)  # something was drawn, then


def test_a_loop_that_seeds_the_shared_numbers_would_be_noticed():
    seeded(7)
    second = (drawn(), drawn())[1]
    seeded(7)
    drawn()
    seeded(3)  # what the exchanges once did
    assert drawn() != second
