"""Several ways of travelling, opening hours, remote services, uncertain times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_engine import (
    BadArray,
    BadParameter,
    exponential_weight,
    pairs,
    step_weight,
    two_step_access,
)
from maillage_engine.reach import WEEK_MIN, blended_access, score_interval, while_open, with_remote

DAY = 24 * 60


def drawn(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 12)), int(rng.integers(1, 7))
    people, places = rng.integers(0, 40, n).astype(float), rng.integers(0, 20, m).astype(float)
    people[0] += 1
    ways = {name: rng.random((n, m)) * (rng.random((n, m)) < 0.5) for name in ("car", "foot")}
    car = rng.random(n)
    return people, places, ways, {"car": car, "foot": 1 - car}


@given(st.integers(0, 10_000))
def test_places_reached_by_someone_are_all_handed_out(seed):
    people, places, ways, shares = drawn(seed)
    found = blended_access(people, places, ways, shares)
    seen = sum(ways[name].T @ (shares[name] * people) for name in ways)
    assert people @ found.score == pytest.approx(places[seen > 0].sum())


@given(st.integers(0, 10_000))
def test_one_way_of_travelling_is_the_usual_score(seed):
    people, places, ways, _ = drawn(seed)
    usual = two_step_access(people, places, ways["car"])
    found = blended_access(people, places, {"car": ways["car"]}, {"car": np.ones(people.size)})
    assert found.score == pytest.approx(usual.score)
    assert found.unserved["car"].tolist() == usual.unserved.tolist()


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(BadArray, match=r"must sum to 1; got 0\.9 at index 0"):
        blended_access([1], [1], {"car": [[1]], "foot": [[1]]}, {"car": [0.5], "foot": [0.4]})
    with pytest.raises(BadArray, match="the same ways"):
        blended_access([1], [1], {"car": [[1]]}, {"foot": [1]})


def possible(minutes, opens, free, stay):
    """Try every minute of arrival."""
    for opened, closed in opens:
        for away, back in free:
            for arrival in np.arange(opened, closed - stay + 0.25, 0.5):
                if arrival >= away + minutes and arrival + stay <= back - minutes:
                    return True
    return False


@given(st.integers(0, 10_000))
def test_a_pair_is_kept_when_a_minute_of_arrival_works(seed):
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 600, 3)
    opens = [[(float(s), float(s + rng.integers(0, 240)))] for s in starts]
    free = [(float(s), float(s + rng.integers(30, 300))) for s in rng.integers(0, 600, 2)]
    minutes = rng.integers(0, 60, (4, 3)).astype(float)
    kept = while_open(minutes, opens, free, stay_min=30).dense()
    for i, j in np.ndindex(minutes.shape):
        assert np.isfinite(kept[i, j]) == possible(minutes[i, j], opens[j], free, 30)


def test_a_night_that_runs_over_sunday_is_one_window():
    sunday_night = [(WEEK_MIN - 60, 60)]
    found = while_open([[5.0]], [sunday_night], sunday_night, stay_min=100)
    assert found.minutes.tolist() == [5.0]
    assert while_open([[15.0]], [sunday_night], sunday_night, stay_min=100).minutes.size == 0


def test_a_place_that_never_opens_serves_nobody():
    assert while_open([[5.0]], [[]], [(0, DAY)]).minutes.size == 0
    with pytest.raises(BadArray, match="2 sets of windows; got 1"):
        while_open([[5.0, 6.0]], [[]], [(0, DAY)])
    with pytest.raises(BadArray, match="minutes of the week"):
        while_open([[5.0]], [[(0, WEEK_MIN + 1)]], [(0, DAY)])


def test_remote_places_are_shared_by_the_connected_and_stay_apart():
    base = two_step_access([10, 30], [8], [[1], [0]])
    found = with_remote(base, [10, 30], 20, [1.0, 0.5])
    assert found.on_site.tolist() == [0.8, 0.0]
    assert [10, 30] @ found.remote == pytest.approx(20)
    assert with_remote(base, [10, 30], 20, 0.0).remote.tolist() == [0, 0]
    with pytest.raises(BadArray, match=r"shares in \[0, 1\]"):
        with_remote(base, [10, 30], 20, 1.2)


def test_the_interval_is_the_score_itself_when_times_are_exact():
    minutes = np.array([[5.0, 25.0], [12.0, 31.0]])

    def score(found):
        weight = found.matrix(step_weight(found.minutes, [(10, 1.0), (30, 0.3)]))
        return two_step_access([10, 20], [4, 6], weight).score

    exact = score_interval(score, minutes, 0.0)
    usual = score(pairs(minutes))
    for bound in (exact.low, exact.middle, exact.high):
        assert bound == pytest.approx(usual)
    wide = score_interval(score, minutes, 0.3)
    assert (wide.low <= wide.middle).all()
    assert (wide.middle <= wide.high).all()
    assert (wide.high > wide.low).any()
    with pytest.raises(BadParameter, match="draws must be a whole number >= 10"):
        score_interval(score, minutes, 0.1, draws=2)


def test_the_interval_holds_the_true_score_about_as_often_as_it_says():
    chance = np.random.default_rng(25)
    minutes = chance.uniform(1, 40, (25, 8))
    people, places = chance.integers(10, 400, 25), chance.integers(5, 60, 8)

    def score(found):
        weight = found.matrix(exponential_weight(found.minutes, 0.08, 30))
        return two_step_access(people, places, weight).score

    told = score_interval(score, minutes, 0.2, level=0.8, draws=150)
    true = [score(pairs(minutes * chance.lognormal(0, 0.2, minutes.shape))) for _ in range(100)]
    inside = np.mean([(told.low <= one) & (one <= told.high) for one in true])
    assert 0.74 <= inside <= 0.86
