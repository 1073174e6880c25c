"""Rounds: every rule read again, small cases beside all plans, reasons, and refusals."""

from itertools import permutations, product

import numpy as np
import pytest

from maillage_engine import BadArray, BadParameter, Infeasible, _least_driving
from maillage_engine._day import Task, timetable
from maillage_engine.rounds import EVERY, WEEKS, Stop, Vehicle, plan_rounds
from maillage_engine.stops import choose_stops

ROAD = [[0, 20, 25], [20, 0, 10], [25, 10, 0]]
MORNING = {1: (540.0, 720.0)}


def case(seed):
    """Draw a small service: asymmetric roads, some without a route, one or two vehicles."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    where = rng.uniform(0, 40, (n + 2, 2))
    minutes = np.hypot(*(where[:, None] - where).T).T * rng.uniform(1, 1.3, (n + 2, n + 2))
    minutes[rng.random(minutes.shape) < 0.05] = np.nan
    stops = [
        Stop(
            place=k + 2,
            stay=float(rng.integers(20, 90)),
            pattern=str(rng.choice(list(EVERY), p=[0.4, 0.4, 0.2])),
            windows={
                int(day): (float(begin), float(begin + 150))
                for day in rng.choice(3, 2, replace=False)
                for begin in [rng.integers(480, 720)]
            },
            prize=float(rng.integers(1, 10)),
        )
        for k in range(n)
    ]
    vehicles = [
        Vehicle(depot=k, shift=float(rng.integers(120, 260)), weekdays=(0, 1, 2))
        for k in range(int(rng.integers(1, 3)))
    ]
    return minutes, stops, vehicles


def shortest_day(minutes, stops, vehicles, weekday, members):
    """The fewest minutes over every sharing out and order; infinite when none keeps the rules."""
    best = np.inf
    tasks = [Task(s, stops[s].place, stops[s].stay, *stops[s].windows[weekday]) for s in members]
    for owner in product(range(len(vehicles)), repeat=len(tasks)):
        total = 0.0
        for number, vehicle in enumerate(vehicles):
            own = [t for t, v in zip(tasks, owner, strict=True) if v == number]
            orders = [timetable(minutes, order, number, vehicle) for order in permutations(own)]
            total += min((one.driven for one in orders if one), default=np.inf) if own else 0.0
        best = min(best, total)
    return best


def best_plan(minutes, stops, vehicles):
    """Most prize, then fewest minutes, over every choice of days."""
    known, best = {}, (0.0, 0.0)
    slots = [[None, *((d, w) for d in s.windows for w in range(EVERY[s.pattern]))] for s in stops]
    for chosen in product(*slots):
        total = 0.0
        for week, weekday in product(range(WEEKS), range(3)):
            members = tuple(
                n
                for n, slot in enumerate(chosen)
                if slot and slot[0] == weekday and week % EVERY[stops[n].pattern] == slot[1]
            )
            if (weekday, members) not in known:
                known[weekday, members] = shortest_day(minutes, stops, vehicles, weekday, members)
            total += known[weekday, members]
        prize = sum(s.prize for s, slot in zip(stops, chosen, strict=True) if slot)
        if np.isfinite(total):
            best = min(best, (-prize, total))
    return best


def check_rules(plan, minutes, stops, vehicles):
    """Read the timetable again: roads, windows, shifts, and the same weekday every time."""
    calls = {}
    for one in plan.rounds:
        vehicle = vehicles[one.vehicle]
        assert one.weekday in vehicle.weekdays
        clock, place, driven = one.departure, vehicle.depot, 0.0
        for call in one.calls:
            stop = stops[call.stop]
            driven += minutes[place, stop.place]
            assert call.arrival == pytest.approx(clock + minutes[place, stop.place])
            assert call.start >= max(call.arrival, stop.windows[one.weekday][0]) - 1e-6
            assert call.end == pytest.approx(call.start + stop.stay)
            assert call.end <= stop.windows[one.weekday][1] + 1e-6
            clock, place = call.end, stop.place
            calls.setdefault(call.stop, []).append((one.week, one.weekday))
        driven += minutes[place, vehicle.depot]
        assert one.driven == pytest.approx(driven)
        assert one.back == pytest.approx(clock + minutes[place, vehicle.depot])
        assert one.back - one.departure <= vehicle.shift + 1e-6
        assert vehicle.start - 1e-6 <= one.departure
        assert one.back <= vehicle.end + 1e-6
    for stop, visits in calls.items():
        every = EVERY[stops[stop].pattern]
        first, weekday = plan.first_week[stop], plan.weekday[stop]
        assert visits == [(week, weekday) for week in range(first, WEEKS, every)]
    assert set(calls) == set(plan.weekday)
    assert set(calls) | {one.stop for one in plan.left_out} == set(range(len(stops)))


def test_small_plans_keep_every_rule_and_are_compared_with_all_plans():
    worst, proven = 0.0, 0
    for seed in range(25):
        minutes, stops, vehicles = case(seed)
        prize, driven = best_plan(minutes, stops, vehicles)
        plan = plan_rounds(minutes, stops, vehicles, iterations=60)
        check_rules(plan, minutes, stops, vehicles)
        assert plan.prize == -prize, seed
        assert plan.driven >= driven - 1e-6, seed
        worst = max(worst, (plan.driven - driven) / max(driven, 1.0))
        assert plan.least <= driven + 1e-6, seed
        assert not plan.proven or plan.driven == pytest.approx(driven), seed
        assert plan.prize <= plan.bound
        proven += plan.proven
    assert worst <= 0.02
    assert proven == 15


def test_what_no_plan_can_go_below_is_worked_out_by_hand():
    stops = [Stop(1, 60, prize=1.0), Stop(2, 60, prize=1.0)]
    together = plan_rounds(ROAD, stops, [Vehicle(0)])
    assert (together.driven, together.least, together.proven) == (220.0, 220.0, True)
    apart = plan_rounds(ROAD, stops, [Vehicle(0, shift=115)])
    assert (apart.driven, apart.least, apart.proven) == (360.0, 360.0, True)
    lone = plan_rounds(ROAD, stops, [Vehicle(0, shift=115, weekdays=(0,))])
    assert (lone.least, lone.driven, lone.proven) == (lone.driven, lone.least, False)  # one is left


def test_a_bound_by_roads_alone_holds_where_sets_are_too_many(monkeypatch):
    minutes, stops, vehicles = case(7)
    exact = plan_rounds(minutes, stops, vehicles, iterations=60)
    monkeypatch.setattr(_least_driving, "MOST_SETS", 0)
    rough = plan_rounds(minutes, stops, vehicles, iterations=60)
    assert rough.driven == exact.driven
    assert 0 < rough.least < exact.least
    same_place = plan_rounds(ROAD, [Stop(1, 60), Stop(1, 60)], [Vehicle(0)], exchanges=5)
    assert same_place.least == 0 < same_place.driven


def test_the_same_seed_gives_the_same_plan():
    minutes, stops, vehicles = case(11)
    first, second = (plan_rounds(minutes, stops, vehicles, exchanges=20, seed=5) for _ in range(2))
    assert first == second


def test_visits_of_alternate_weeks_go_together_and_fortnights_keep_their_weekday():
    stops = [Stop(1, 60, "weekly", MORNING), Stop(2, 60, "fortnightly", MORNING)]
    plan = plan_rounds(ROAD, stops, [Vehicle(0)])
    assert plan.weekday == {0: 1, 1: 1}
    assert [(r.week, len(r.calls)) for r in plan.rounds] in (
        [(0, 2), (1, 1), (2, 2), (3, 1)],
        [(0, 1), (1, 2), (2, 1), (3, 2)],
    )
    assert plan.driven == 2 * 55 + 2 * 40


def test_a_vehicle_leaves_no_sooner_than_it_needs_to():
    plan = plan_rounds(ROAD, [Stop(1, 60, "weekly", MORNING)], [Vehicle(0)])
    first = plan.rounds[0]
    assert (first.departure, first.calls[0].arrival, first.back) == (520.0, 540.0, 620.0)


def test_stops_left_out_say_why():
    cut = [[0, 20, np.nan, 300], [20, 0, 9, 9], [np.nan, 9, 0, 9], [300, 9, 9, 0]]
    stops = [
        Stop(1, 100, "weekly", MORNING, prize=5),
        Stop(1, 100, "weekly", MORNING, prize=4),
        Stop(1, 60, "weekly", {6: (540, 720)}, prize=9),
        Stop(2, 60, "weekly", MORNING, prize=9),
        Stop(3, 60, "weekly", {1: (540, 1080)}, prize=9),
    ]
    plan = plan_rounds(cut, stops, [Vehicle(0)])
    assert [(one.stop, one.reason) for one in plan.left_out] == [
        (1, "room"), (2, "windows"), (3, "reach"), (4, "shift")
    ]  # fmt: skip
    assert (plan.prize, plan.bound) == (5.0, 9.0)


@pytest.mark.parametrize(
    ("stop", "constraint"),
    [
        (Stop(2, 10), "reach"),
        (Stop(1, 10, windows={6: (540, 720)}), "windows"),
        (Stop(1, 400), "shift"),
    ],
)
def test_a_stop_that_must_be_served_and_cannot_be_names_the_constraint(stop, constraint):
    cut = [[0, 20, np.nan], [20, 0, 9], [9, 9, 0]]
    with pytest.raises(Infeasible, match="Stop 0 cannot be served") as refusal:
        plan_rounds(cut, [stop], [Vehicle(0)])
    assert refusal.value.constraint == constraint


def test_too_many_needed_stops_are_refused_for_want_of_room():
    with pytest.raises(Infeasible, match=r"No day was found for stop . beside") as refusal:
        plan_rounds(ROAD, [Stop(1, 100, "weekly", MORNING)] * 2, [Vehicle(0)], exchanges=5)
    assert refusal.value.constraint == "room"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pattern": "yearly"}, "the pattern of stop 0 must be weekly, fortnightly, monthly"),
        ({"place": 9}, "stop 0 must lie at a place from 0 to 2; got 9"),
        ({"stay": -1}, "the stay of stop 0 must be a finite number >= 0 minutes; got -1"),
        ({"prize": -2.0}, "the prize of stop 0 must be a finite number >= 0; got -2"),
        ({"windows": {1: (700, 600)}}, "the windows of stop 0 must be"),
    ],
)
def test_refusals_say_what_is_wrong(changes, message):
    options = {"place": 1, "stay": 60, **changes}
    with pytest.raises(BadParameter, match=message):
        plan_rounds(ROAD, [Stop(**options)], [Vehicle(0)])


def test_a_table_that_is_not_square_and_an_impossible_vehicle_are_refused():
    with pytest.raises(BadArray, match="minutes must be a square table"):
        plan_rounds([[0, 1]], [Stop(0, 1)], [Vehicle(0)])
    with pytest.raises(BadParameter, match="vehicle 0 must start before it ends"):
        plan_rounds(ROAD, [Stop(1, 1)], [Vehicle(0, start=900, end=800)])
    with pytest.raises(BadParameter, match="at least one stop"):
        plan_rounds(ROAD, [], [Vehicle(0)])


def test_chosen_stops_reach_no_more_than_the_best_choice_and_fit_in_their_days():
    met = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        m, days = int(rng.integers(2, 6)), int(rng.integers(1, 3))
        where = rng.uniform(0, 40, (m + 1, 2))
        minutes = np.hypot(*(where[:, None] - where).T).T
        reach, people = rng.random((9, m)) < 0.4, rng.integers(1, 50, 9).astype(float)
        vehicles = [Vehicle(0, 200.0, 0.0, 1440.0)] * days
        stops = [Stop(k + 1, 45.0, windows={0: (0.0, 1440.0)}) for k in range(m)]
        best = max(
            people @ reach[:, list(c)].any(1)
            for size in range(1, m + 1)
            for c in {tuple(sorted(p[:size])) for p in permutations(range(m))}
            if np.isfinite(shortest_day(minutes, stops, vehicles, 0, c))
        )
        found = choose_stops(reach, people, minutes, 45, days=days, shift=200)
        assert found.objective <= best <= found.bound + 1e-6, seed
        assert sorted(s for day in found.days for s in day) == found.stops.tolist()
        assert len(found.days) <= days
        met += found.objective == best
        assert found.proven == (found.objective >= found.bound - 1e-6)
        assert found.gap == pytest.approx(1 - found.objective / found.bound)
    assert met == 25


def test_no_stop_in_a_day_is_refused():
    with pytest.raises(Infeasible, match="No stop fits in a day of 30 minutes") as refusal:
        choose_stops([[1]], [1], [[0, 20], [20, 0]], 60, shift=30)
    assert refusal.value.constraint == "shift"
