"""Whatever is given to a public function, it answers or refuses in one sentence of its own.

Each argument of each function is replaced by what people really pass by mistake: nothing, text,
negative or missing numbers, tables of another shape, numbers too large. A traceback of NumPy, Numba
or HiGHS, a warning, and a result that is not finite are faults.
"""

import inspect
from dataclasses import is_dataclass
from decimal import Decimal

import numpy as np
import pytest
from scipy.sparse import bsr_array, coo_array, csr_array, dia_array

import maillage_engine as engine
from maillage_engine import EngineError, Stop, Vehicle, pairs, places

TABLE = np.array([[0.0, 7.0, 12.0], [9.0, 0.0, 5.0], [30.0, 4.0, 0.0], [8.0, 8.0, 25.0]])
PEOPLE, PLACES = np.array([10.0, 0.0, 30.0, 20.0]), np.array([5.0, 0.0, 8.0])
REACH = TABLE <= 10
WEIGHT = REACH.astype(float)
SQUARE = np.array([[0.0, 7.0, 12.0], [7.0, 0.0, 5.0], [12.0, 5.0, 0.0]])
HOMES = places([6.0, 6.1, 6.2, 6.3], [47.0, 47.0, 47.1, 47.1])
SITES = places([6.0, 6.15, 6.3], [47.0, 47.05, 47.1])
ROADS = engine.road_network(HOMES, [0, 1, 2, 3, 1, 2], [1, 0, 3, 2, 2, 1], [5, 5, 4, 4, 6, 6.0])


def score_of(near):
    return engine.two_step_access(PEOPLE, PLACES, near.matrix(np.ones(near.minutes.size))).score


def first_sites(near, people):
    return engine.p_median(near, people, 1).sites


BEFORE = engine.two_step_access(PEOPLE, PLACES, WEIGHT)
SFCA = {"demand": PEOPLE, "supply": PLACES, "weight": WEIGHT}
SHARED = {"values": [1.0, 2.0, 0.0, 4.0], "weights": PEOPLE}
SITING = {"cost": TABLE, "demand": PEOPLE, "p": 2, "candidates": [0, 2], "start": [0]}
USUAL = {"time_limit": 5.0, "seed": 0}
# Every public function that takes arrays or numbers, with arguments that it accepts.
CALLS = {
    "two_step_access": SFCA,
    "three_step_access": SFCA,
    "modified_two_step_access": SFCA,
    "huff_three_step_access": SFCA,
    "balanced_access": SFCA,
    "reachable": {"supply": PLACES, "weight": WEIGHT},
    "standardised_demand": {"people_by_age": TABLE, "use_by_age": [1.0, 2.0, 3.0]},
    "nearest": {"minutes": TABLE},
    "coverage": {"minutes": PEOPLE, "demand": PEOPLE, "cutoff_min": 15.0},
    "farther_than": {"minutes": PEOPLE, "cutoff_min": 15.0},
    "below_median": {"score": PEOPLE, "demand": PEOPLE, "fraction": 0.5},
    "concerned": {"mask": [True, False, True, False], "demand": PEOPLE},
    "step_weight": {"minutes": TABLE, "bands": [(10, 1.0), (20, 0.5)]},
    "linear_weight": {"minutes": TABLE, "cutoff_min": 15.0},
    "gaussian_weight": {"minutes": TABLE, "cutoff_min": 15.0},
    "epanechnikov_weight": {"minutes": TABLE, "cutoff_min": 15.0},
    "exponential_weight": {"minutes": TABLE, "rate": 0.1, "cutoff_min": 15.0},
    "power_weight": {"minutes": TABLE, "exponent": 2, "nearest_min": 1.0, "cutoff_min": 15.0},
    "logistic_weight": {
        "minutes": TABLE, "midpoint_min": 9.0, "spread_min": 2.0, "cutoff_min": 15.0,
    },
    "pairs": {"minutes": TABLE, "cutoff_min": 15.0},
    "pairs_from": {
        "shape": (4, 3), "origin": [0, 1], "destination": [0, 2], "minutes": [1.0, 2.0],
        "cutoff_min": 15.0,
    },
    "banded_within": {
        "origins": HOMES, "destinations": SITES, "bands": [(40, 1.0), (90, 0.5)],
        "model": engine.FOOT,
    },
    "banded": {"pairs": pairs(TABLE), "bands": [(10, 1.0), (20, 0.5)]},
    "gini": SHARED,
    "theil": {**SHARED, "groups": ["a", "b", "a", "b"]},
    "theil_l": SHARED,
    "atkinson": {**SHARED, "aversion": 0.5},
    "kolm_pollak": {**SHARED, "aversion": 1.0, "burden": True},
    "palma": SHARED,
    "lorenz": SHARED,
    "extremes": SHARED,
    "quantile": {**SHARED, "share": 0.5},
    "quantile_ratio": {**SHARED, "high": 0.9, "low": 0.1},
    "group_means": {**SHARED, "groups": ["a", "b", "a", "b"]},
    "concentration_index": {**SHARED, "income": [1.0, 3.0, 2.0, 2.0]},
    "fgt": {**SHARED, "line": 2.0, "order": 1.0},
    "change_capacity": {
        "demand": PEOPLE, "origins": [0, 2], "weight": [1.0, 0.5], "before": 2.0, "after": 5.0,
    },
    "blended_access": {
        "demand": PEOPLE, "supply": PLACES, "weights": {"car": WEIGHT}, "shares": {"car": [1] * 4},
    },
    "while_open": {"cost": TABLE, "opens": [[(0, 60)]] * 3, "free": [(0, 99)], "stay_min": 5.0},
    "with_remote": {
        "access": BEFORE, "demand": PEOPLE, "remote_places": 5.0, "connected": [1, 0.5, 1, 1],
    },
    "score_interval": {
        "score": score_of, "cost": TABLE, "spread": 0.1, "level": 0.8, "draws": 10, "seed": 0,
    },
    "places": {"longitude": [6.0, 6.1], "latitude": [47.0, 47.1], "density": [1, 3]},
    "density_level": {"population": PEOPLE, "area_km2": [1.0, 2.0, 3.0, 4.0]},
    "great_circle_km": {
        "longitude": 6.0, "latitude": 47.0, "to_longitude": [6.1], "to_latitude": [47.1],
    },
    "estimate_minutes": {"origins": HOMES, "destinations": SITES, "model": engine.FOOT},
    "pairs_within": {
        "origins": HOMES, "destinations": SITES, "cutoff_min": 90.0, "model": engine.FOOT,
    },
    "score_estimate": {"estimate": PEOPLE, "truth": PEOPLE, "thresholds": (15, 30)},
    "calibrate": {
        "truth": pairs(np.full((40, 40), 9.0)), "origins": places([6.0] * 40, [47.0] * 40),
        "destinations": places(np.linspace(6.1, 6.4, 40), [47.0] * 40), "base": engine.FOOT,
        "longest_km": 40.0,
    },
    "bootstrap": {
        "measure": engine.gini, "columns": PEOPLE, "level": 0.9, "draws": 100, "seed": 0,
    },
    "p_median": {**SITING, **USUAL, "outside": 40.0},
    "p_center": {"cost": TABLE, "p": 2, "candidates": [0, 2], **USUAL},
    "max_cover": {"reach": REACH, "demand": PEOPLE, "p": 1, "candidates": [0, 2], **USUAL},
    "set_cover": {"reach": REACH, "candidates": [0, 1], **USUAL},
    "reasons": {"cost": TABLE, "demand": PEOPLE, "sites": [0, 2]},
    "compare_sites": {"cost": TABLE, "demand": PEOPLE, "before": [0], "after": [1, 2]},
    "steadiness": {
        "choose": first_sites, "cost": TABLE, "demand": PEOPLE, "draws": 2, "travel_spread": 0.1,
        "demand_spread": 0.1, "seed": 0,
    },
    "backup_cover": {"reach": REACH, "demand": PEOPLE, "p": 2, "second": 0.5, "time_limit": 5.0},
    "improve": {
        "cost": TABLE, "demand": PEOPLE, "today": [0, 1], "opening": 1, "closing": 1,
        "candidates": [1, 2], "time_limit": 5.0,
    },
    "capacitated_median": {
        "cost": TABLE, "demand": PEOPLE, "capacity": [40, 40, 40], "p": 2, "kept": [0],
        "time_limit": 5.0,
    },
    "staffed_plan": {
        "reach": REACH, "demand": PEOPLE, "means": engine.Means(9, 3, 20, 4), "opening": [1, 1, 1],
        "largest": [2.0, 2, 2], "open_today": [0], "time_limit": 5.0,
    },
    "share_places": {
        "weight": WEIGHT, "demand": PEOPLE, "places": 9.0, "today": PLACES, "most": [9, 9, 9],
    },
    "worst_off_first": {
        "offered": TABLE, "today": PEOPLE, "demand": PEOPLE, "p": 1, "start": [1],
    },
    "pooling_front": {
        "cost": SQUARE, "demand": [1, 2, 3], "staff": [1, 1], "between": SQUARE,
        "share_minutes": 30.0, "share_sites": 2, "sites": (1, 2), "quality": (1, 1),
        "candidates": [0, 1, 2], "today": [0], "outside": 60.0, "time_limit": 5.0,
    },
    "plan_rotation": {
        "hours": np.full((2, 2), 3.0), "kilometres": SQUARE, "quota": [0.4, 0.3, 0.3],
        "minutes": SQUARE, "midday": 90.0, "base": [1.0, 2, 3], "minimum": [0, 0, 0],
        "tolerance": 1.0, "time_limit": 5.0,
    },
    "plan_rounds": {
        "minutes": SQUARE, "stops": [Stop(1, 60), Stop(2, 60)], "vehicles": [Vehicle(0)],
        "iterations": 20, "exchanges": 2, "seed": 0,
    },
    "choose_stops": {
        "reach": np.array([[1, 0], [0, 1]]), "demand": [5, 6], "minutes": SQUARE, "stay": 60.0,
        "days": 1, "shift": 420.0,
    },
    "stream_access": {
        "origins": HOMES, "demand": PEOPLE, "facilities": SITES, "supply": PLACES,
        "bands": [(40, 1.0), (90, 0.5)], "model": engine.FOOT,
    },
    "departement_parts": {
        "origins": HOMES, "codes": ["21", "21", "70", "70"], "destinations": SITES, "reach_km": 9.0,
    },
    "road_network": {
        "points": HOMES, "tail": [0, 1], "head": [1, 0], "minutes": [5.0, 6.0],
        "to_road_kmh": 4.0,
    },
    "road_minutes": {
        "network": ROADS, "origins": HOMES, "destinations": SITES, "cutoff_min": 60.0,
        "farthest_km": 2.0,
    },
}  # fmt: skip

NASTY = {
    "nothing": None,
    "text": "beaucoup",
    "a number as text": "3",
    "several texts": ["1", "2", "3", "4"],
    "negative": -1,
    "nan": float("nan"),
    "infinite": float("inf"),
    "too large for a float": 10**400,
    "large": 2**63,
    "half": 0.5,
    "yes": True,
    "empty": [],
    "empty table": np.empty((0, 0)),
    "list": [1, 2],
    "negative list": [-1, 2, 1, 1],
    "missing number": [1.0, np.nan, 1.0, 1.0],
    "infinite number": [1.0, np.inf, 1.0, 1.0],
    "large numbers": [2**70, 2**70, 2**70, 2**70],
    "irregular": [[1, 2], [3]],
    "mask": np.array([True, False, True]),
    "longer mask": np.array([True, False, True, True]),
    "zeros": np.zeros(4),
    "three zeros": np.zeros(3),
    "complex": np.array([1j, 2, 3, 4]),
    "dates": np.array(["2024-01-01"] * 4, dtype="datetime64[D]"),
    "cube": np.ones((2, 2, 2)),
    "table of zeros": np.zeros((4, 3)),
    "table of nan": np.full((4, 3), np.nan),
    "transposed": TABLE.T,
    "negative table": -TABLE,
    "sparse": csr_array(TABLE),
    "sparse of nothing": csr_array((4, 3)),
    "sparse vector": coo_array(np.array([1.0, 0, 2, 3])),
    "diagonals": dia_array(TABLE),
    "blocks": bsr_array(TABLE, blocksize=(2, 3)),
    "masked": np.ma.masked_array([1.0, 2.0, 3.0, 4.0], mask=[0, 1, 0, 0]),
    "set": {1, 2, 3},
    "mapping": {"a": 1},
    "decimal": Decimal(2),
    "object": object(),
}


def call(name, arguments):
    function = getattr(engine, name)
    given = dict(arguments)
    columns = [given.pop("columns")] if "columns" in given else []
    if columns:
        return function(given.pop("measure"), *columns, **given)
    named = inspect.signature(function).parameters
    front = [given.pop(one) for one in list(given) if named[one].kind.name == "POSITIONAL_ONLY"]
    return function(*front, **given)


def built(value):
    """Whether it is an object of ours, a function, or yes or no.

    Those are made by functions that check: another thing in their place is a mistake of the
    programme, and Python says so.
    """
    first = value[0] if isinstance(value, list) else value
    return is_dataclass(first) or callable(first) or isinstance(value, bool)


ENDLESS = {"draws", "iterations", "exchanges", "days", "stay", "shift", "share_sites", "seed"}


def sentence(name, arguments):
    """What it says when it refuses; nothing when it answers."""
    try:
        call(name, arguments)
    except EngineError as refusal:
        return str(refusal)
    return ""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", CALLS)
def test_anything_is_answered_or_refused_in_one_sentence(name):
    call(name, CALLS[name])
    for argument, usual in CALLS[name].items():
        for kind, value in NASTY.items():
            if built(usual) or (argument in ENDLESS and "large" in kind):
                continue  # the latter asks for no more than patience
            told = sentence(name, {**CALLS[name], argument: value})
            assert "\n" not in told, (argument, kind)
            assert len(told) < 300, (argument, kind)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("gini", {"values": ["1", "2"]}, "values must hold numbers only, .* got text"),
        ("gini", {"values": [1, "2"]}, "values must hold numbers only, .* got text"),
        ("gini", {"values": NASTY["dates"]}, "values must hold numbers only, .* got dates"),
        ("gini", {"values": NASTY["masked"]}, "values must be finite and >= 0; got nan at index 1"),
        ("gini", {"values": [10**400]}, "values must hold numbers only, .* got a list that"),
        ("quantile", {"values": [1], "weights": None, "share": "0.5"}, "share must be a number"),
        ("theil", {"values": [1, 2], "groups": ["a", None]}, "groups must hold labels of one kind"),
        ("concerned", {"mask": ["no", "no"]}, "mask must hold numbers only, .* got text"),
        ("concerned", {"mask": [0, 2]}, r"mask must hold yes and no \(1 and 0\); got 2.0"),
        ("reasons", {**CALLS["reasons"], "sites": [0.7]}, "must hold whole positions; got float64"),
        ("p_median", {**SITING, "start": [0.7]}, "start must hold whole positions; got float64"),
        ("p_median", {**SITING, "start": [0, 0]}, "start must be given once each; got 0 more than"),
        ("p_median", {**SITING, "seed": -1}, "seed must be a whole number >= 0; got -1"),
        ("p_median", {**SITING, "outside": np.inf}, "outside must be a finite number >= 0"),
        ("improve", {**CALLS["improve"], "time_limit": -1}, "time_limit must be a finite number >"),
        ("pairs", {"minutes": TABLE, "cutoff_min": np.nan}, "cutoff_min must be >= 0 minutes"),
        ("pairs", {"minutes": coo_array([1.0, 2.0])}, "table of two dimensions; got shape"),
        (
            "nearest",
            {"minutes": dia_array(([[0, 5, 0]], [0]), (3, 3))},
            "dia table cannot tell a trip of 0 minutes",
        ),
        ("nearest", {"minutes": NASTY["blocks"]}, "bsr table cannot tell a trip of 0 minutes"),
        ("great_circle_km", {**CALLS["great_circle_km"], "longitude": 652000}, "projected metres"),
        ("score_interval", {**CALLS["score_interval"], "spread": 15}, r"spread must lie in 0\.\.3"),
    ],
)
def test_what_was_read_as_something_else_is_refused(name, arguments, told):
    with pytest.raises(EngineError, match=told):
        call(name, arguments)


def test_what_is_hidden_or_missing_in_a_table_of_times_is_out_of_reach():
    hidden = np.ma.masked_array([[5, 1], [2, 3]], mask=[[0, 1], [0, 0]])
    assert engine.nearest(hidden).minutes.tolist() == [5, 2]
    assert engine.nearest([[5, None], [2, 3]]).minutes.tolist() == [5, 2]


def test_candidates_may_be_a_mask():
    assert engine.p_center(TABLE, 1, candidates=[True, False, True]).sites.tolist() == [2]
    assert engine.p_center(TABLE, 1, candidates=[0, 2]).sites.tolist() == [2]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("p_median", {**SITING, "seed": None}, "seed must be a whole number >= 0"),
        ("p_median", {**SITING, "outside": 3}, "outside must be at least the longest time .* 30"),
        ("p_median", {**SITING, "demand": None}, "demand must count persons at each of 4 origins"),
        ("p_center", {"cost": np.empty((0, 3)), "p": 1}, "at least one origin is needed"),
        ("set_cover", {"reach": np.empty((0, 3))}, "at least one origin is needed"),
    ],
)
def test_what_crashed_or_counted_otherwise_is_refused(name, arguments, told):
    with pytest.raises(EngineError, match=told):
        call(name, arguments)
