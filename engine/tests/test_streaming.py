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


def crowded(rng, count, corner, step):
    """Draw places among the nodes of a lattice: many on one spot, many at equal distances."""
    nodes = rng.integers(0, 12, (2, count))
    return places(corner[0] + step * nodes[0], corner[1] + step * nodes[1])


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([(6, 47), (-180, 60), (0, 89.9), (0, 0)]))
def test_on_a_lattice_places_at_the_same_spot_or_distance_are_as_when_stored(seed, corner):
    """Thresholds are times between nodes, so whole rows of the lattice lie exactly on them."""
    rng = np.random.default_rng(seed)
    step = float(rng.choice([0.002, 0.008]))
    origins, facilities = crowded(rng, 150, corner, step), crowded(rng, 40, corner, step)
    known = np.unique(pairs_within(origins, facilities, 1000, CAR_ROLLING).minutes)
    bounds = np.unique(rng.choice(known, 3))
    bands = [(bound, weight) for bound, weight in zip(bounds, [1.0, 0.5, 0.5], strict=False)]
    question = (origins, facilities, rng.integers(0, 3, 150), rng.integers(0, 3, 40), bands)
    same(stream_access(*question, CAR_ROLLING), stored(*question, CAR_ROLLING))


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(0, 120), st.sampled_from([1.0, 1e-9, 1e-60]))
def test_amounts_of_any_size_beside_each_other_keep_their_digits(seed, orders, lightest):
    """The smallest counts beside the largest, 10 to the 120 apart, and so with weights."""
    rng = np.random.default_rng(seed)
    origins, facilities = drawn(rng, 80, (6, 47.6), 0.5), drawn(rng, 25, (6, 47.6), 0.5)
    demand = np.where(rng.random(80) < 0.3, 0, 10.0 ** rng.uniform(-orders / 2, orders / 2, 80))
    supply = np.where(rng.random(25) < 0.2, 0, 10.0 ** rng.uniform(-orders / 8, orders / 8, 25))
    question = (origins, facilities, demand, supply, [(8, 1.0), (15, lightest)], CAR_ROLLING)
    same(stream_access(*question), stored(*question))


def test_nothing_is_left_where_a_share_ends():
    """Far from a huge share the score is exactly zero, not what rounding leaves of it."""
    origins = places(np.linspace(4, 8, 400), np.full(400, 47.0))
    hospital = places([5.0, 5.1], [47.0, 47.0])
    result = stream_access(origins, hospital, np.full(400, 1e-7), [1e12 / 3, 1 / 7], BANDS, FOOT)
    assert 0 < (result.score > 0).sum() < 20
    assert (result.unserved == (result.score == 0)).all()


@pytest.mark.parametrize("spread", [30, 170])
def test_bands_that_reach_across_the_sphere_are_as_when_stored(spread):
    rng = np.random.default_rng(1)
    origins, facilities = drawn(rng, 60, (10, 5), spread), drawn(rng, 20, (10, 5), spread)
    for bands in ([(2000, 1.0), (5000, 0.5)], [(300, 1.0), (1000, 0.3)]):
        question = (origins, facilities, np.ones(60), np.ones(20), bands, CAR_ASSUMED)
        same(stream_access(*question), stored(*question))


def test_one_misplaced_place_changes_nothing_for_the_others():
    rng = np.random.default_rng(2)
    origins, facilities = drawn(rng, 200, (6, 47.6), 0.5), drawn(rng, 30, (6, 47.6), 0.5)
    far = places(
        np.append(origins.longitude, -170), np.append(origins.latitude, -60), [*origins.density, 1]
    )
    near = stream_access(origins, facilities, np.ones(200), np.ones(30), BANDS, CAR_ROLLING)
    both = stream_access(far, facilities, np.ones(201), np.ones(30), BANDS, CAR_ROLLING)
    np.testing.assert_allclose(both.score, [*near.score, 0], rtol=1e-12)
