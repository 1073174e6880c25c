"""Pairs found and banded at once: the very pairs, in the very bands, of the slower way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_engine import (
    CAR_ASSUMED,
    CAR_ROLLING,
    FOOT,
    BadParameter,
    TravelModel,
    banded,
    banded_within,
    pairs_within,
    places,
    two_step_access,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]


def drawn(rng, count, middle, spread):
    lon = (middle[0] + rng.uniform(-spread, spread, count) + 180) % 360 - 180
    lat = np.clip(middle[1] + rng.uniform(-spread, spread, count), -90, 90)
    return places(lon, lat, rng.integers(1, 5, count))


def same(origins, destinations, bands, model):
    """Compare every weight, which says the band of every pair."""
    found = banded_within(origins, destinations, bands, model)
    known = pairs_within(origins, destinations, max(bands[-1][0], 1e-9), model)
    wanted, got = banded(known, bands).matrix().tocsr(), found.matrix().tocsr()
    got.sort_indices()
    np.testing.assert_array_equal(got.indptr, wanted.indptr)
    np.testing.assert_array_equal(got.indices, wanted.indices)
    np.testing.assert_array_equal(got.data, wanted.data)
    return found, known


@pytest.mark.parametrize(
    ("case", "middle", "spread"),
    [
        ("Haute-Saône", (6, 47.6), 0.6),
        ("a town", (6.15, 47.62), 0.02),
        ("across the date line", (179.9, -17), 0.4),
        ("around a pole", (0, 89.9), 0.3),
        ("around the other", (90, -89.95), 0.2),
        ("two continents", (0, 0), 50),
        ("one spot", (6, 47), 0),
    ],
)
@pytest.mark.parametrize("model", [CAR_ROLLING, CAR_ASSUMED, FOOT], ids=["γ < 1", "γ = 1", "foot"])
def test_pairs_and_bands_are_those_of_the_slower_way(case, middle, spread, model):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        same(drawn(rng, 200, middle, spread), drawn(rng, 70, middle, spread), BANDS, model)


def test_scores_come_back_in_the_order_of_the_facilities():
    rng = np.random.default_rng(7)
    homes, sites = drawn(rng, 120, (6, 47.6), 0.4), drawn(rng, 50, (6, 47.6), 0.4)
    people, supply = rng.integers(0, 90, 120), rng.integers(0, 40, 50)
    found, known = same(homes, sites, BANDS, CAR_ROLLING)
    wanted = two_step_access(people, supply, banded(known, BANDS))
    got = two_step_access(people, supply, found)
    np.testing.assert_allclose(got.score, wanted.score, rtol=1e-12)
    np.testing.assert_allclose(got.pressure, wanted.pressure, rtol=1e-12)


def test_the_whole_earth_within_reach_is_found():
    rng = np.random.default_rng(1)
    plane = TravelModel("car", (900.0, 900.0, 900.0, 900.0), "made up", detour=1.0)
    anywhere = drawn(rng, 60, (0, 0), 89)
    found, _ = same(anywhere, anywhere, [(400.0, 1.0), (1400.0, 0.5)], plane)
    assert (found.matrix().toarray() > 0).all()


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.5, 40), st.integers(1, 6))
def test_a_pair_exactly_on_a_threshold_is_in(seed, minutes, bands):
    """The last bound is set to the exact time of one pair, then to the next number below."""
    rng = np.random.default_rng(seed)
    homes, sites = drawn(rng, 40, (6, 47.6), 0.2), drawn(rng, 8, (6, 47.6), 0.2)
    known = pairs_within(homes, sites, 200, CAR_ROLLING).minutes
    edge = float(known[np.abs(known - minutes).argmin()])
    for bound in (edge, float(np.nextafter(edge, 0))):
        steps = [(bound * (k + 1) / bands, 1 - k / 8) for k in range(bands)]
        same(homes, sites, steps, CAR_ROLLING)


def test_more_doubtful_pairs_than_there_is_room_for_are_all_placed():
    """Six thousand people live on one spot, exactly on the threshold of a facility."""
    model = TravelModel("car", (60.0, 60.0, 60.0, 60.0), "made up", detour=1.0)
    home, nursery = places([6.0], [47.0]), places([6.1], [47.0])
    edge = float(pairs_within(home, nursery, 60, model).minutes[0])
    crowd = places(np.full(6000, 6.0), np.full(6000, 47.0))
    for bound, expected in ((edge, 1.0), (np.nextafter(edge, 0), 0.0)):
        found = banded_within(crowd, nursery, [(bound, 1.0)], model)
        assert (found @ np.ones(1)).tolist() == [expected] * 6000


def test_zero_minutes_and_nobody_are_fine():
    spot, nowhere = places([6.0, 6.2], [47.0, 47.0]), places([], [])
    found = banded_within(spot, spot, [(0, 1.0)], CAR_ROLLING)
    assert found.matrix().toarray().tolist() == [[1, 0], [0, 1]]
    assert banded_within(spot, nowhere, BANDS, CAR_ROLLING).shape == (2, 0)
    assert banded_within(nowhere, spot, BANDS, CAR_ROLLING).shape == (0, 2)


def test_bands_that_make_no_sense_are_refused():
    with pytest.raises(BadParameter, match="move outward"):
        banded_within(places([6], [47]), places([6], [47]), [(20, 1), (10, 1)], CAR_ROLLING)
