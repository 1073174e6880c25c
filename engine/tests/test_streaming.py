"""Streaming access: the same pairs and the same scores as when pairs are kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_engine import (
    CAR_ASSUMED,
    CAR_ROLLING,
    FOOT,
    EngineError,
    TravelModel,
    pairs_within,
    places,
    step_weight,
    stream_access,
    two_step_access,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]


def stored(origins, facilities, demand, supply, bands, model):
    kept = pairs_within(origins, facilities, bands[-1][0], model)
    return two_step_access(demand, supply, kept.matrix(step_weight(kept.minutes, bands)))


def same(ours, theirs):
    np.testing.assert_allclose(ours.score, theirs.score, rtol=1e-12, atol=0)
    np.testing.assert_allclose(ours.pressure, theirs.pressure, rtol=1e-12)
    assert (ours.unserved == theirs.unserved).all()


def drawn(rng, count, middle, spread):
    lon = (middle[0] + rng.uniform(-spread, spread, count) + 180) % 360 - 180
    lat = np.clip(middle[1] + rng.uniform(-spread, spread, count), -90, 90)
    return places(lon, lat, rng.integers(1, 5, count))


@pytest.mark.parametrize(
    ("case", "middle", "spread"),
    [
        ("Haute-Saône", (6, 47.6), 0.6),
        ("a town", (6.15, 47.62), 0.02),
        ("across the date line", (179.9, -17), 0.4),
        ("around a pole", (0, 89.9), 0.3),
        ("two continents", (0, 0), 50),
    ],
)
@pytest.mark.parametrize("model", [CAR_ROLLING, CAR_ASSUMED, FOOT], ids=["γ < 1", "γ = 1", "foot"])
def test_streaming_equals_stored(case, middle, spread, model):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        origins, facilities = drawn(rng, 300, middle, spread), drawn(rng, 60, middle, spread)
        demand, supply = rng.integers(0, 90, 300), rng.integers(0, 40, 60)
        question = (origins, facilities, demand, supply, BANDS, model)
        same(stream_access(*question), stored(*question))


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.5, 40), st.floats(0, 1))
def test_a_pair_exactly_on_a_threshold_is_in_as_when_stored(seed, minutes, inner):
    """The bound of a band is set to the exact time of one pair, then to the next number below."""
    rng = np.random.default_rng(seed)
    origins, facilities = drawn(rng, 40, (6, 47.6), 0.2), drawn(rng, 8, (6, 47.6), 0.2)
    known = pairs_within(origins, facilities, 200, CAR_ROLLING).minutes
    edge = float(known[np.abs(known - minutes).argmin()])
    for bound in (edge, float(np.nextafter(edge, 0))):
        bands = [(bound * inner, 1.0), (bound, 0.5)] if inner < 1 else [(bound, 0.5)]
        question = (origins, facilities, np.ones(40), np.ones(8), bands, CAR_ROLLING)
        same(stream_access(*question), stored(*question))


def test_more_doubtful_pairs_than_there_is_room_for_are_all_weighed():
    """Six thousand people live on one spot, exactly on the threshold of a facility."""
    model = TravelModel("car", (60.0, 60.0, 60.0, 60.0), "made up", detour=1.0)
    home, nursery = places([6.0], [47.0]), places([6.1], [47.0])
    edge = float(pairs_within(home, nursery, 60, model).minutes[0])
    crowd = places(np.full(6000, 6.0), np.full(6000, 47.0))
    for bound, expected in ((edge, 1 / 6000), (np.nextafter(edge, 0), 0)):
        result = stream_access(crowd, nursery, np.ones(6000), [1], [(bound, 1.0)], model)
        assert result.score == pytest.approx(np.full(6000, expected))


def test_a_threshold_of_zero_minutes_keeps_those_on_the_spot():
    spot = places([6.0, 6.2], [47.0, 47.0])
    result = stream_access(spot, spot, [4, 5], [2, 10], [(0, 1.0)], CAR_ROLLING)
    assert result.score.tolist() == [0.5, 2]


def test_a_facility_near_nobody_still_serves_the_place():
    here, there = places([6.0, 8.0], [47.0, 47.0]), places([8.0], [47.0])
    result = stream_access(here, there, [4, 0], [2], BANDS, CAR_ROLLING)
    assert result.unserved.tolist() == [True, False]


def test_without_facilities_everyone_is_unserved():
    home = places([6.0], [47.0])
    result = stream_access(home, places([], []), [4], [], BANDS, CAR_ROLLING)
    assert result.unserved.tolist() == [True]


@pytest.mark.parametrize(
    ("demand", "supply", "bands", "message"),
    [
        ([1, 2], [1], BANDS, "demand must hold 1 values; got 2"),
        ([-1], [1], BANDS, "demand must be finite and >= 0"),
        ([1], [np.nan], BANDS, "supply must be finite and >= 0"),
        ([1], [1], [], "at least one"),
        ([1], [1], [(20, 1), (10, 1)], "move outward"),
    ],
)
def test_refusals(demand, supply, bands, message):
    home = places([6.0], [47.0])
    with pytest.raises(EngineError, match=message):
        stream_access(home, home, demand, supply, bands, CAR_ROLLING)
