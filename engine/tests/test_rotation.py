"""plan_rotation: known answers, every small instance by brute force, laws, refusals by name."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_engine import BadArray, EngineError, Infeasible, plan_rotation

LINE = np.array([[0.0, 20.0, 45.0], [20.0, 0.0, 25.0], [45.0, 25.0, 0.0]])
WEEK = np.tile([3.0, 3.5], (5, 1))


def small(seed):
    """Two to four days over two or three towns, at random, with every rule in use."""
    rng = np.random.default_rng(seed)
    days, towns = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    hours = rng.choice([0.0, 3.0, 3.5, 4.0], (days, 2), p=[0.1, 0.4, 0.3, 0.2])
    hours[0, 0] = 3.0
    kilometres = rng.uniform(5, 60, (towns, towns)).round(1)
    np.fill_diagonal(kilometres, 0)
    minutes = (kilometres * rng.uniform(0.8, 2.5, (towns, towns))).round(0)
    parties = int(rng.integers(2, towns + 1))
    party = np.concatenate([np.arange(parties), rng.integers(0, parties, towns - parties)])
    options = {
        "minutes": minutes,
        "midday": 60.0,
        "base": rng.uniform(0, 30, towns).round(1),
        "party": party,
        "minimum": rng.choice([0.0, 3.0], towns),
        "open_at": rng.random((days, 2, towns)) < 0.85,
        "today": rng.integers(-1, towns, (days, 2)),
        "tolerance": float(rng.choice([0.05, 0.15, 0.3])),
    }
    return hours, kilometres, rng.dirichlet(np.full(parties, 5.0)), options


def driven(towns, kilometres, base):
    there = [town for town in towns if town >= 0]
    if not there:
        return 0.0
    return base[there[0]] + kilometres[there[0], there[-1]] + base[there[-1]]


def keeps_the_rules(plan, hours, quota, options):
    """Every rule, read again from the arguments: nothing of the solver's is used."""
    total, midday = hours.sum(), options["midday"]
    spent = np.zeros(len(options["minimum"]))
    for day, pair in enumerate(plan):
        for half, town in enumerate(pair):
            if (town < 0) != (hours[day, half] == 0):
                return False
            if town >= 0:
                if not options["open_at"][day, half, town]:
                    return False
                spent[town] += hours[day, half]
        first, second = pair
        moves = first >= 0 and second >= 0 and first != second
        if moves and not options["minutes"][first, second] <= midday:
            return False
    part = np.bincount(options["party"], weights=spent, minlength=len(quota)) / total
    enough = (spent >= options["minimum"] - 1e-9).all()
    return bool(enough and (np.abs(part - quota) <= options["tolerance"] + 1e-9).all())


def by_brute_force(hours, kilometres, quota, options):
    """The fewest kilometres, then the fewest half-days moved; None when no rotation fits."""
    towns, best = kilometres.shape[0], None
    choices = [range(towns) if slot else [-1] for slot in hours.ravel() > 0]
    for flat in product(*choices):
        plan = np.array(flat).reshape(hours.shape)
        if not keeps_the_rules(plan, hours, quota, options):
            continue
        far = sum(driven(pair, kilometres, options["base"]) for pair in plan)
        moved = int(((plan >= 0) & (plan != options["today"])).sum())
        if best is None or (round(far, 6), moved) < best:
            best = (round(far, 6), moved)
    return best


@pytest.mark.parametrize("seed", range(120))
def test_every_small_instance_equals_brute_force(seed):
    hours, kilometres, quota, options = small(seed)
    wanted = by_brute_force(hours, kilometres, quota, options)
    try:
        plan = plan_rotation(hours, kilometres, quota, **options)
    except Infeasible:
        assert wanted is None
        return
    assert wanted is not None
    assert keeps_the_rules(plan.town, hours, quota, options)
    assert plan.objective == pytest.approx(wanted[0], abs=1e-5)
    assert (plan.proven, plan.fewest_moved) == (True, True)
    assert plan.bound == pytest.approx(wanted[0], abs=1e-4)
    if (options["today"] >= 0).any():
        assert plan.moved == wanted[1]


def test_brute_force_meets_both_answers():
    """The comparison above is worth something only if both happen often."""
    found = [by_brute_force(*small(seed)) is None for seed in range(120)]
    assert 20 < sum(found) < 100


def test_a_day_in_one_town_is_shorter_than_a_day_in_two():
    plan = plan_rotation([[3, 3], [3, 3]], LINE[:2, :2], [0.5, 0.5], base=[10, 10])
    assert sorted(plan.town.tolist()) == [[0, 0], [1, 1]]
    assert (plan.objective, plan.hours.tolist(), plan.share.tolist()) == (40, [6, 6], [0.5, 0.5])


def test_three_communes_share_a_week_as_agreed():
    plan = plan_rotation(WEEK, LINE, [0.4, 0.35, 0.25], base=LINE[0])
    assert np.abs(plan.share - [0.4, 0.35, 0.25]).max() <= 0.05 + 1e-9
    assert plan.proven
    assert plan.gap == 0.0


def test_a_trip_that_does_not_fit_at_midday_is_never_proposed():
    far = np.where(LINE > 0, 95.0, 0.0)
    plan = plan_rotation(WEEK, LINE, [0.4, 0.4, 0.2], minutes=far, midday=90)
    assert (plan.town[:, 0] == plan.town[:, 1]).all()


def test_a_town_without_a_route_is_served_for_whole_days():
    no_way = np.array([[0, np.nan], [np.nan, 0]])
    plan = plan_rotation([[3, 3], [3, 3]], LINE[:2, :2], [0.5, 0.5], minutes=no_way)
    assert sorted(map(tuple, plan.town.tolist())) == [(0, 0), (1, 1)]


def test_a_room_that_is_taken_sends_the_practitioner_elsewhere():
    free = np.ones((1, 2, 2), dtype=bool)
    free[0, 0, 1] = False
    plan = plan_rotation([[3, 3]], LINE[:2, :2], [0.5, 0.5], open_at=free)
    assert plan.town.tolist() == [[0, 1]]


def test_among_as_few_kilometres_today_s_days_are_kept():
    today = [[1, 1], [0, 0], [0, 0], [1, 1]]
    plan = plan_rotation(np.full((4, 2), 3.0), LINE[:2, :2], [0.5, 0.5], today=today)
    assert (plan.town.tolist(), plan.moved) == (today, 0)


def test_what_is_not_worked_is_given_to_nobody():
    plan = plan_rotation([[3, 0], [0, 3]], LINE[:2, :2], [0.5, 0.5])
    assert plan.town[0, 1] == plan.town[1, 0] == -1


@pytest.mark.parametrize(("constraint", "quota", "options", "message"), [
    ("open_at", [0.5, 0.5], {"open_at": np.zeros((2, 2, 2))}, "morning of day 1"),
    ("midday", [0.5, 0.5], {
        "minutes": [[0, 99], [99, 0]], "open_at": [[[1, 0], [0, 1]], [[1, 1], [1, 1]]],
    }, "On day 1 no town"),
    ("minimum", [0.5, 0.5], {"minimum": [0, 13]}, "Town 1 cannot be given 13 hours"),
    ("minimum", [0.5, 0.5], {"minimum": [9, 9]}, "18 hours for 12 in the cycle"),
    ("quota", [0.62, 0.38], {"tolerance": 0.01}, "Party 0 cannot be given"),
    ("minimum and quota", [0.75, 0.25], {"minimum": [0, 6], "tolerance": 0}, "cannot both"),
])  # fmt: skip
def test_what_cannot_be_kept_is_named(constraint, quota, options, message):
    with pytest.raises(Infeasible, match=message) as refusal:
        plan_rotation(np.full((2, 2), 3.0), LINE[:2, :2], quota, **options)
    assert refusal.value.constraint == constraint


@pytest.mark.parametrize(("hours", "kilometres", "quota", "options", "message"), [
    ([3, 3], LINE, [1 / 3] * 3, {}, r"hours must have shape \(n_days, 2\)"),
    ([[3, -1]], LINE, [1 / 3] * 3, {}, "hours must be finite and >= 0; got -1.0 at index 1"),
    ([[0, 0]], LINE, [1 / 3] * 3, {}, "at least one half-day"),
    ([[3, 3]], LINE[:2], [0.5, 0.5], {}, r"kilometres must have shape"),
    ([[3, 3]], LINE, [0.5, 0.4, 0.2], {}, "quota must sum to 1; got 1.1"),
    ([[3, 3]], LINE, [0.5, 0.5], {}, "each of the 2 parties"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"minutes": LINE[:2, :2]}, r"shape \(3, 3\)"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"today": [[0, 3]]}, "towns from 0 to 2"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"open_at": [[1, 1]]}, "open_at must have shape"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"tolerance": 5}, r"tolerance must lie in \[0, 1\]"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"midday": -5}, "midday must hold 1 numbers >= 0 or one"),
    ([[3, 3]], LINE, [1 / 3] * 3, {"time_limit": 0}, "time_limit must be"),
])  # fmt: skip
def test_refusals_say_what_was_wanted(hours, kilometres, quota, options, message):
    with pytest.raises(EngineError, match=message):
        plan_rotation(hours, kilometres, quota, **options)


def test_a_negative_distance_is_refused():
    with pytest.raises(BadArray, match="kilometres must be finite and >= 0"):
        plan_rotation([[3, 3]], -LINE, [1 / 3] * 3)


seeds = st.integers(1_000, 100_000)
quick = settings(max_examples=40, deadline=None)


def solved(hours, kilometres, quota, options):
    try:
        return plan_rotation(hours, kilometres, quota, **options)
    except Infeasible:
        return None


@quick
@given(seeds)
def test_a_plan_keeps_every_rule_and_its_bound(seed):
    hours, kilometres, quota, options = small(seed)
    plan = solved(hours, kilometres, quota, options)
    if plan is not None:
        assert keeps_the_rules(plan.town, hours, quota, options)
        assert plan.bound <= plan.objective + 1e-6
        assert plan.hours.sum() == pytest.approx(hours.sum())
        assert plan.share.sum() == pytest.approx(1)


@quick
@given(seeds)
def test_the_order_of_days_and_towns_changes_no_kilometre(seed):
    hours, kilometres, quota, options = small(seed)
    plan = solved(hours, kilometres, quota, options)
    rng = np.random.default_rng(seed)
    days, towns = rng.permutation(hours.shape[0]), rng.permutation(kilometres.shape[0])
    renamed = np.append(np.argsort(towns), -1)  # -1 stays nowhere
    mixed = options | {
        "minutes": options["minutes"][np.ix_(towns, towns)],
        "base": options["base"][towns], "party": options["party"][towns],
        "minimum": options["minimum"][towns],
        "open_at": options["open_at"][days][:, :, towns],
        "today": renamed[options["today"][days]],
    }  # fmt: skip
    other = solved(hours[days], kilometres[np.ix_(towns, towns)], quota, mixed)
    assert (plan is None) == (other is None)
    if plan is not None:
        assert other.objective == pytest.approx(plan.objective, abs=1e-5)
        assert other.moved == plan.moved


@quick
@given(seeds)
def test_a_looser_quota_never_costs_kilometres(seed):
    hours, kilometres, quota, options = small(seed)
    plan = solved(hours, kilometres, quota, options)
    loose = solved(hours, kilometres, quota, options | {"tolerance": 1.0})
    if plan is not None:
        assert loose.objective <= plan.objective + 1e-5
