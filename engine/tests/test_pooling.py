"""Sharing practitioners: every front against all networks, laws, and refusals."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_engine import BadArray, BadParameter, Infeasible
from maillage_engine.pooling import pooling_front

INSTANCES = 200


def instance(seed):
    """Draw a small problem: ties every other time, and towns where nobody lives now and then."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 9)), int(rng.integers(2, 7))
    minutes = rng.integers(0, 30, (n, m)).astype(float) if seed % 2 else rng.uniform(0, 30, (n, m))
    people = rng.integers(0, 40, n).astype(float)
    people[0] += 1
    where = rng.uniform(0, 30, (m, 2))
    between = np.hypot(*(where[:, None] - where).T).T + rng.uniform(0, 4, (m, m))
    staff = rng.integers(1, 11, int(rng.integers(1, 4)))
    return minutes, people, staff, between, float(rng.integers(4, 25)), int(rng.integers(1, 4))


def partitions(sites):
    """Every way to put sites in groups."""
    if not sites:
        yield []
        return
    first, rest = sites[0], sites[1:]
    for smaller in partitions(rest):
        yield [[first], *smaller]
        for n, group in enumerate(smaller):
            yield [*smaller[:n], [first, *group], *smaller[n + 1 :]]


def highest_floor(sites, staff, between, share_minutes, share_sites):
    """The highest floor over all ways to share these sites out, by trying each."""
    best = 0
    for groups in partitions(list(sites)):
        if len(groups) > len(staff) or any(len(g) > share_sites for g in groups):
            continue
        together = all(
            max(between[a, b], between[b, a]) <= share_minutes
            for g in groups
            for a, b in combinations(g, 2)
        )
        if together:
            sizes = sorted(map(len, groups), reverse=True)
            best = max(best, min(t // s for t, s in zip(sorted(staff)[::-1], sizes, strict=False)))
    return best


def brute_front(minutes, people, staff, between, share_minutes, share_sites):
    """All (sites, floor, travel) that no other network beats."""
    found = set()
    for size in range(1, minutes.shape[1] + 1):
        for sites in combinations(range(minutes.shape[1]), size):
            floor = highest_floor(sites, staff, between, share_minutes, share_sites)
            if floor:
                total = float(people @ minutes[:, list(sites)].min(1))
                found.add((size, int(floor), round(total, 6)))
    return sorted(
        a
        for a in found
        if not any(b != a and b[0] <= a[0] and b[1] >= a[1] and b[2] <= a[2] for b in found)
    )


@pytest.mark.parametrize("block", range(8))
def test_the_front_is_that_of_all_networks(block):
    for seed in range(block, INSTANCES, 8):
        minutes, people, staff, between, apart, most = instance(seed)
        front = pooling_front(
            minutes, people, staff, between=between, share_minutes=apart, share_sites=most
        )
        found = sorted((p.sites.size, p.quality, round(p.objective, 6)) for p in front.points)
        assert found == brute_front(minutes, people, staff, between, apart, most), seed
        assert front.complete, seed
        for point in front.points:
            assert point.proven, seed
            assert point.bound <= point.objective + 1e-9
            assert people @ minutes[:, point.sites].min(1) == pytest.approx(point.objective)
            check_promises(point, staff, between, apart, most)


def check_promises(point, staff, between, share_minutes, share_sites):
    """Nobody is asked for more than their post, too many sites or too long a road."""
    assert point.tenths.min() == point.quality
    for person in set(point.practitioner.tolist()):
        own = point.sites[point.practitioner == person]
        assert point.tenths[point.practitioner == person].sum() == staff[person]
        assert own.size <= share_sites
        for a, b in combinations(own, 2):
            assert max(between[a, b], between[b, a]) <= share_minutes
        assert own.size == 1 or point.shared[person] == own.tolist()


@pytest.mark.parametrize("block", range(4))
def test_an_answer_left_out_is_beaten_by_the_one_named(block):
    for seed in range(block, INSTANCES, 4):
        minutes, people, staff, between, apart, most = instance(seed)
        front = pooling_front(
            minutes, people, staff, between=between, share_minutes=apart, share_sites=most
        )
        for lost in front.dominated:
            by = front.points[lost.by]
            assert by.sites.size <= lost.sites, seed
            assert by.quality >= lost.quality, seed
            assert by.objective <= lost.bound * (1 + 1e-6) + 1e-9, seed


def front_of(case, **changes):
    minutes, people, staff, between, apart, most = case
    options = {"between": between, "share_minutes": apart, "share_sites": most} | changes
    return pooling_front(minutes, people, options.pop("staff", staff), **options)


def no_worse(better, than):
    """Whether every compromise of one front is matched by the other."""
    return all(
        better.least_travel(p.sites.size, p.quality) <= p.objective * (1 + 1e-9) + 1e-9
        for p in than.points
    )


@given(st.integers(0, 10_000), st.floats(0, 20), st.integers(1, 10))
@settings(max_examples=25)
def test_a_longer_road_more_sites_each_or_one_more_post_never_hurt(seed, minutes, post):
    case = instance(seed)
    front = front_of(case)
    assert no_worse(front_of(case, share_minutes=case[4] + minutes), front)
    assert no_worse(front_of(case, share_sites=case[5] + 1), front)
    assert no_worse(front_of(case, staff=[*case[2], post]), front)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_higher_floor_or_fewer_sites_never_shorten_the_road(seed):
    case = instance(seed)
    front = front_of(case)
    most = case[0].shape[1]
    for count in range(1, most + 1):
        for floor in range(1, 11):
            assert front.least_travel(count, floor) <= front.least_travel(count, floor + 1)
            assert front.least_travel(count + 1, floor) <= front.least_travel(count, floor)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_the_order_of_places_and_posts_does_not_matter(seed):
    minutes, people, staff, between, apart, most = case = instance(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(minutes.shape[0]), rng.permutation(minutes.shape[1])
    turned = (
        minutes[np.ix_(rows, columns)], people[rows], rng.permutation(staff),
        between[np.ix_(columns, columns)], apart, most,
    )  # fmt: skip
    figures = [
        [(p.sites.size, p.quality, pytest.approx(p.objective)) for p in front_of(c).points]
        for c in (case, turned)
    ]
    assert figures[0] == figures[1]


ROAD = [[0, 10, 60], [10, 0, 50], [60, 50, 0]]


def test_two_near_towns_share_a_practitioner_and_the_far_one_keeps_hers():
    front = pooling_front(ROAD, [5, 9, 3], [10, 5], share_minutes=20)
    last = front.points[-1]
    assert last.sites.tolist() == [0, 1, 2]
    assert last.practitioner.tolist() == [0, 0, 1]
    assert last.tenths.tolist() == [5, 5, 5]
    assert last.shared == {0: [0, 1]}
    assert (last.objective, last.bound, last.proven) == (0.0, 0.0, True)


def test_the_odd_tenth_goes_where_most_people_come():
    front = pooling_front(ROAD, [5, 9, 0], [9], share_minutes=20, sites=(2, 2))
    assert front.points[-1].sites.tolist() == [0, 1]
    assert front.points[-1].tenths.tolist() == [4, 5]


def test_today_is_compared_with_its_own_floor():
    front = pooling_front(ROAD, [5, 9, 3], [10, 5], share_minutes=20, today=[0, 1])
    assert front.today.quality == 5
    assert front.today.objective == 150.0
    assert front.today.practitioner.tolist() in ([0, 1], [0, 0], [1, 0])
    alone = pooling_front(ROAD, [5, 9, 3], [10], share_minutes=20, today=[0, 2])
    assert alone.today.quality == 0
    assert alone.today.practitioner.tolist() == [-1, -1]


def test_candidates_keep_their_numbers_and_today_may_lie_elsewhere():
    front = pooling_front(ROAD, [5, 9, 3], [10, 5], share_minutes=20, candidates=[2, 1], today=[0])
    assert {site for p in front.points for site in p.sites.tolist()} == {1, 2}
    assert front.today.sites.tolist() == [0]


def test_someone_out_of_reach_counts_the_minutes_outside_or_is_refused():
    cut = [[0, np.nan], [np.nan, 0]]
    with pytest.raises(Infeasible, match="sites") as refusal:
        pooling_front(cut, [1, 1], [10], between=[[0, 5], [5, 0]], share_minutes=4)
    assert refusal.value.constraint == "sites and quality"
    front = pooling_front(cut, [1, 1], [10], between=[[0, 5], [5, 0]], share_minutes=4, outside=90)
    assert [(p.sites.size, p.quality, p.objective) for p in front.points] == [(1, 10, 90.0)]
    with pytest.raises(Infeasible, match="not so for origin 1") as alone:
        pooling_front([[0, 1], [np.nan, np.nan]], [1, 1], [10], between=[[0, 5], [5, 0]])
    assert alone.value.constraint == "reach"


def test_cutting_the_time_says_that_the_front_may_lack_points():
    rng = np.random.default_rng(7)
    where = rng.uniform(0, 60, (60, 2))
    minutes = np.hypot(*(where[:, None] - where).T).T
    front = pooling_front(minutes, np.ones(60), [10] * 4, time_limit=1e-6)
    assert not front.complete


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"staff": [10, 2.5]}, BadArray, r"staff must be whole tenths .* got 2.5 at index 1"),
        ({"staff": [0]}, BadArray, r"staff must be whole tenths .* got 0.0 at index 0"),
        ({"share_minutes": -1}, BadParameter, "share_minutes must be >= 0 minutes; got -1"),
        ({"share_sites": 0}, BadParameter, "share_sites must be a whole number >= 1; got 0"),
        ({"between": [[0, 1]]}, BadArray, r"between must have shape \(3, 3\)"),
        ({"sites": (2, 9)}, BadParameter, r"sites must be limits from 1 to 3, in order"),
        ({"quality": (5, 2)}, BadParameter, r"quality must be limits from 1 to 10, in order"),
        ({"outside": -3}, BadParameter, "outside must be a finite number >= 0 minutes; got -3"),
        ({"outside": 1}, BadParameter, "outside must be at least the longest time within reach"),
    ],
)
def test_refusals_say_what_is_wrong(changes, error, message):
    options = {"staff": [10], **changes}
    with pytest.raises(error, match=message):
        pooling_front(ROAD, [1, 1, 1], options.pop("staff"), **options)
