"""Variants of the two-step method: known answers, what each conserves, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from maillage_engine import (
    BadArray,
    balanced_access,
    huff_three_step_access,
    modified_two_step_access,
    standardised_demand,
    step_weight,
    three_step_access,
    two_step_access,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]
MINUTES = np.array([[5, 12, 31], [10, 20, 30], [25, 8, 15], [40, 28, 9.0]])
PEOPLE, PLACES = [120, 45, 300, 80], [20, 0, 35]
WEIGHT = step_weight(MINUTES, BANDS)
METHODS = [
    two_step_access,
    three_step_access,
    modified_two_step_access,
    huff_three_step_access,
    balanced_access,
]


def test_pysal_gives_the_same_three_step_scores():
    # PySAL access 1.1.10.post3: .three_stage_fca(max_cost=30, weight_fn=step_fn(...)).
    expected = [0.11585591913988566, 0.10882172200546276, 0.06591754861139061, 0.20531309536938386]
    np.testing.assert_allclose(
        three_step_access(PEOPLE, PLACES, WEIGHT).score, expected, rtol=1e-14
    )


# Two communes of 10 and 30 people; crèches of 8 and 6 places; the second commune reaches both.
REACH = np.array([[1.0, 0.0], [0.5, 1.0]])


@pytest.mark.parametrize(
    ("method", "score"),
    [
        # Catchments 10 + 15 = 25 and 30: shares 0.32 and 0.2.
        (two_step_access, [0.32, 0.5 * 0.32 + 0.2]),
        (modified_two_step_access, [0.32, 0.25 * 0.32 + 0.2]),
        # The second commune's choice is 1/3, 2/3: catchments 10 + 30/6 = 15 and 20.
        (three_step_access, [8 / 15, (1 / 6) * (8 / 15) + (2 / 3) * (6 / 20)]),
        # By size too: 4/10 and 6/10; catchments 10 + 12 = 22 and 18.
        (huff_three_step_access, [8 / 22, 0.4 * 0.5 * (8 / 22) + 0.6 * (6 / 18)]),
        # Rows to one: catchments 10 + 10 = 20 and 20; columns to one: 2/3, 1/3 and 0, 1.
        (balanced_access, [(2 / 3) * (8 / 20), (1 / 3) * (8 / 20) + 6 / 20]),
    ],
)
def test_known_answers_by_hand(method, score):
    assert method([10, 30], [8, 6], REACH).score == pytest.approx(score)


@st.composite
def instances(draw):
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    people = draw(arrays(float, n, elements=st.integers(0, 5_000).map(float)))
    places = draw(arrays(float, m, elements=st.integers(0, 200).map(float)))
    minutes = draw(arrays(float, (n, m), elements=st.floats(0, 60)))
    return people, places, step_weight(minutes, BANDS)


@pytest.mark.parametrize("method", METHODS)
@given(instance=instances())
def test_sparse_and_dense_agree(method, instance):
    people, places, weight = instance
    dense, sparse = method(people, places, weight), method(people, places, csr_array(weight))
    np.testing.assert_allclose(sparse.score, dense.score, atol=1e-12)
    np.testing.assert_allclose(sparse.pressure, dense.pressure)
    assert (sparse.unserved == dense.unserved).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25)
@given(instance=instances(), random=st.randoms(use_true_random=False))
def test_the_order_of_origins_and_of_facilities_does_not_matter(method, instance, random):
    people, places, weight = instance
    rows, columns = list(range(people.size)), list(range(places.size))
    random.shuffle(rows)
    random.shuffle(columns)
    straight = method(people, places, weight)
    shuffled = method(people[rows], places[columns], weight[np.ix_(rows, columns)])
    np.testing.assert_allclose(shuffled.score, straight.score[rows], rtol=1e-12)
    np.testing.assert_allclose(shuffled.pressure, straight.pressure[columns], rtol=1e-12)
    assert (shuffled.unserved == straight.unserved[rows]).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25)
@given(instance=instances(), factor=st.sampled_from([1e-6, 0.5, 1e6]))
def test_counting_in_thousands_changes_no_place_per_person(method, instance, factor):
    people, places, weight = instance
    usual = method(people, places, weight).score
    np.testing.assert_allclose(method(people * factor, places * factor, weight).score, usual)
    np.testing.assert_allclose(method(people, places * factor, weight).score, usual * factor)


@pytest.mark.parametrize("method", [m for m in METHODS if m is not huff_three_step_access])
@settings(max_examples=25)
@given(instance=instances(), which=st.integers(0, 4), extra=st.integers(1, 50))
def test_more_places_at_one_facility_hurt_nobody(method, instance, which, extra):
    # With Huff's choice they may: a larger facility draws people to it, into a longer queue.
    people, places, weight = instance
    more = places.copy()
    more[which % places.size] += extra
    before, after = (method(people, one, weight) for one in (places, more))
    assert (after.score >= before.score - 1e-12).all()
    assert (after.unserved <= before.unserved).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25)
@given(instance=instances(), which=st.integers(0, 6), extra=st.integers(1, 500))
def test_more_people_at_one_place_help_nobody(method, instance, which, extra):
    people, places, weight = instance
    crowd = people.copy()
    crowd[which % people.size] += extra
    before, after = (method(one, places, weight) for one in (people, crowd))
    # A facility that nobody used has no share to give: its first people are its first users.
    if not (before.pressure == 0).any():
        assert (after.score <= before.score + 1e-12).all()


@given(instances())
def test_three_steps_hand_out_every_place_someone_can_reach(instance):
    people, places, weight = instance
    reached = weight.T @ people > 0
    score = three_step_access(people, places, weight).score
    assert people @ score == pytest.approx(places[reached].sum())


@pytest.mark.parametrize("method", [modified_two_step_access, huff_three_step_access])
@given(instance=instances())
def test_methods_that_lose_distant_places_never_invent_any(method, instance):
    people, places, weight = instance
    assert people @ method(people, places, weight).score <= places.sum() * (1 + 1e-12)


@given(instances())
def test_counting_distance_twice_never_scores_more(instance):
    people, places, weight = instance
    twice = modified_two_step_access(people, places, weight).score
    assert (twice <= two_step_access(people, places, weight).score + 1e-12).all()


@given(instances())
def test_balanced_scores_add_up_to_the_levels_of_service(instance):
    people, places, weight = instance
    result = balanced_access(people, places, weight)
    reached = (weight.T @ people > 0) & (places > 0)
    assert result.score.sum() == pytest.approx((1 / result.pressure[reached]).sum())


def test_with_one_facility_choice_changes_nothing():
    weight = np.array([[1.0], [0.68], [0.22]])
    two, three = (f([5, 8, 9], [4], weight).score for f in (two_step_access, three_step_access))
    np.testing.assert_allclose(three, two)


def test_demand_is_counted_by_use():
    # Two origins of 10 and 20 children; under one, they use the service three times as much.
    counted = standardised_demand([[10, 0], [5, 15]], [3, 1])
    assert counted == pytest.approx([30 * 30 / 60, 30 * 30 / 60])
    assert counted.sum() == pytest.approx(30)


@pytest.mark.parametrize("method", METHODS[1:])
def test_refusals_are_those_of_the_two_step_method(method):
    with pytest.raises(BadArray, match=r"demand must be finite and >= 0; got -1\.0 at index 0"):
        method([-1], [1], [[1]])
    with pytest.raises(BadArray, match=r"weight must have shape \(1, 1\); got \(2, 1\)"):
        method([1], [1], [[1], [1]])


@pytest.mark.parametrize(
    ("people", "use", "message"),
    [
        ([1, 2], [1], "table of two dimensions"),
        ([[1, 2]], [1], "use_by_age must hold 2 values; got 1"),
        ([[1, -2]], [1, 1], r"people_by_age must be finite and >= 0; got -2\.0"),
        ([[1, 0]], [0, 5], "at least one age that uses the service"),
    ],
)
def test_standardising_refuses_nonsense(people, use, message):
    with pytest.raises(BadArray, match=message):
        standardised_demand(people, use)
