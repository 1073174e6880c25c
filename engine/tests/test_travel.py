"""Estimated travel times: geometry by hand, pairs within reach, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import (
    CAR_ASSUMED,
    CAR_MOUNTAIN,
    CAR_ROLLING,
    FOOT,
    BadArray,
    BadParameter,
    TravelModel,
    density_level,
    estimate_minutes,
    great_circle_km,
    pairs_within,
    places,
)


def test_a_degree_of_latitude_is_an_arc_of_the_mean_earth():
    assert great_circle_km(6, 47, 6, 48) == pytest.approx(6371.0088 * np.pi / 180, rel=1e-12)
    assert great_circle_km(0, 0, 180, 0) == pytest.approx(6371.0088 * np.pi, rel=1e-12)


def test_distances_agree_with_the_spherical_law_of_cosines():
    vesoul, lure = np.radians([6.1547, 47.6220]), np.radians([6.4972, 47.6843])
    angle = np.sin(vesoul[1]) * np.sin(lure[1])
    angle += np.cos(vesoul[1]) * np.cos(lure[1]) * np.cos(lure[0] - vesoul[0])
    km = great_circle_km(6.1547, 47.6220, 6.4972, 47.6843)
    assert km == pytest.approx(np.arccos(angle) * 6371.0088, rel=1e-9)
    assert km == pytest.approx(26.57, abs=0.01)


def test_minutes_of_a_constant_speed_model_are_distance_over_speed():
    # 10 km × 1.3 at 4 km/h.
    assert FOOT.minutes(10, 4) == pytest.approx(195)


def test_longer_trips_are_faster():
    ten, forty = CAR_ROLLING.minutes([10, 40], 42.7)
    assert ten == pytest.approx(60 * 1.3 * 10 / 42.7)
    assert forty == pytest.approx(ten * 4**0.789)


def test_both_ends_set_the_speed():
    here, there = places([6.0], [47.0], [4]), places([6.1], [47.0], [2])
    km = great_circle_km(6.0, 47.0, 6.1, 47.0)
    way, back = (
        estimate_minutes(a, b, CAR_ASSUMED)[0, 0] for a, b in ((here, there), (there, here))
    )
    assert way == back == pytest.approx(60 * 1.3 * km / np.sqrt(60 * 35))


def test_a_place_is_zero_minutes_from_itself():
    here = places([6.0], [47.0])
    assert estimate_minutes(here, here, CAR_ROLLING).tolist() == [[0.0]]
    assert pairs_within(here, here, 1, CAR_ROLLING).minutes.tolist() == [0.0]


def test_an_interval_is_symmetric_in_proportion():
    low, high = CAR_ROLLING.interval(30, 0.8)
    assert low * high == pytest.approx(900)
    assert high == pytest.approx(30 * np.exp(0.156 * 1.2815515655446004))


def test_a_model_never_measured_offers_no_interval():
    with pytest.raises(BadParameter, match="the error of this foot model was never measured"):
        FOOT.interval(30)


def test_faster_roads_shorten_every_trip_in_proportion():
    assert CAR_ROLLING.with_speeds(2).minutes(8, 2 * 40) == CAR_ROLLING.minutes(8, 40) / 2
    assert CAR_ROLLING.with_speeds(2).speeds_kmh[3] == pytest.approx(2 * 39.8)


coordinates = st.tuples(st.floats(5.5, 7.0), st.floats(47.2, 48.0), st.integers(1, 4))
points = st.lists(coordinates, min_size=1, max_size=12).map(
    lambda rows: places(*(np.array(column) for column in zip(*rows, strict=True)))
)


@pytest.mark.parametrize("model", [CAR_ROLLING, CAR_MOUNTAIN, FOOT])
@given(origins=points, destinations=points, cutoff=st.floats(0.5, 200))
def test_pairs_within_are_those_of_the_whole_table(model, origins, destinations, cutoff):
    table = estimate_minutes(origins, destinations, model)
    found = pairs_within(origins, destinations, cutoff, model).dense()
    np.testing.assert_array_equal(np.isnan(found), table > cutoff)
    np.testing.assert_allclose(found[~np.isnan(found)], table[table <= cutoff], rtol=1e-12)


@given(points)
def test_reach_is_the_inverse_of_minutes(origins):
    speed = CAR_MOUNTAIN.speed(origins.density)
    np.testing.assert_allclose(CAR_MOUNTAIN.minutes(CAR_MOUNTAIN.reach_km(25, speed), speed), 25)


def test_pairs_across_the_date_line_and_near_a_pole_are_found():
    west, east = places([179.95, 10], [-17, 89.99]), places([-179.95, -170], [-17, 89.99])
    found = pairs_within(west, east, 60, CAR_ROLLING)
    assert found.origin.tolist() == [0, 1]
    assert found.destination.tolist() == [0, 1]


def test_nothing_to_reach_gives_no_pair():
    here, nowhere = places([6.0], [47.0]), places([], [])
    assert pairs_within(here, nowhere, 30, CAR_ROLLING).shape == (1, 0)
    assert pairs_within(nowhere, here, 30, CAR_ROLLING).minutes.size == 0


@pytest.mark.parametrize(
    ("population", "area", "level"),
    [(2500, 1, 1), (2499, 1, 2), (300, 1, 2), (299, 1, 3), (50, 1, 3), (49, 1, 4), (1e5, 1e4, 1)],
)
def test_density_levels_start_at_their_bounds(population, area, level):
    assert density_level([population], [area]).tolist() == [level]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: places([47.6], [6.1]), "look swapped: got longitude 47.6, latitude 6.1"),
        (lambda: places([6.1, 47.6], [47.6, 6.1]), "longitude 47.6, latitude 6.1 at index 1"),
        (lambda: places([652000.0], [47]), r"got 652000.0 at index 0 \(projected metres\?\)"),
        (lambda: places([6, np.nan], [47, 47]), "longitude must be degrees .* got nan at index 1"),
        (lambda: places([6], [95]), "latitude must be degrees between -90 and 90; got 95.0"),
        (lambda: places([6, 7], [47]), "latitude must hold 2 values; got 1"),
        (lambda: places([6], [47], [5]), "density must hold 1 levels among 1, 2, 3, 4"),
        (lambda: density_level([10], [0]), "area_km2 must be > 0; got 0.0 at index 0"),
        (lambda: density_level([-1], [1]), "population must be finite and >= 0; got -1.0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(BadArray, match=message):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: TravelModel("car", (0, 1, 1, 1), "none"),
        lambda: TravelModel("car", (1, 1, 1, 1), "none", exponent=1.2),
        lambda: TravelModel("car", (1, 1, 1, 1), "none", detour=-1),
        lambda: CAR_ROLLING.interval(30, 1.0),
        lambda: pairs_within(places([6], [47]), places([6], [47]), 0, FOOT),
        lambda: pairs_within(places([6], [47]), places([6], [47]), np.inf, FOOT),
    ],
)
def test_a_parameter_out_of_range_is_refused(call):
    with pytest.raises(BadParameter):
        call()


def test_overseas_coordinates_are_not_taken_for_swapped():
    assert places([55.45], [-20.88]).longitude.tolist() == [55.45]  # Saint-Denis de La Réunion
    with pytest.raises(BadArray, match="look swapped"):
        places([-20.88], [55.45])
