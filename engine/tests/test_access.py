"""Access: known answers, laws that always hold, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import coo_matrix, csr_array

from maillage_engine import (
    Concerned,
    EngineError,
    below_median,
    concerned,
    coverage,
    farther_than,
    nearest,
    pairs,
    reachable,
    step_weight,
    two_step_access,
)

REACH = np.array([[1.0, 0.0], [1.0, 1.0]])
BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]


@pytest.mark.parametrize(
    ("case", "demand", "supply", "score"),
    [
        ("one crèche, one commune", [10, 0], [5, 0], [0.5, 0.5]),
        ("shared crèche is split by population", [10, 30], [8, 0], [0.2, 0.2]),
        ("second crèche helps only those who reach it", [10, 30], [8, 6], [0.2, 0.4]),
        ("nobody to serve, nobody scores", [0, 0], [8, 6], [0, 0]),
    ],
)
def test_known_answers(case, demand, supply, score):
    assert two_step_access(demand, supply, REACH).score == pytest.approx(score)


# By PySAL access 1.1.10.post3: Access(...).enhanced_two_stage_fca(max_cost=30,
# weight_fn=weights.step_fn({10: 1, 20: .68, 30: .22})) and .two_stage_fca(max_cost=30) on these
# demand, supply and minutes; `test_peers.py` runs them again where the package is installed.
MINUTES = np.array([[5, 12, 31], [10, 20, 30], [25, 8, 15], [40, 28, 9.0]])
PEOPLE, PLACES = [120, 45, 300, 80], [20, 0, 35]
PYSAL_E2SFCA = [0.08658008658008658, 0.1127794741268712, 0.10002754419222605, 0.11908812521265735]
PYSAL_2SFCA = [0.043010752688172046, 0.12536369386464263, 0.12536369386464263, 0.08235294117647059]


@pytest.mark.parametrize(
    ("method", "bands", "score"),
    [("E2SFCA", BANDS, PYSAL_E2SFCA), ("2SFCA", [(30, 1.0)], PYSAL_2SFCA)],
)
def test_an_independent_package_gives_the_same_scores(method, bands, score):
    result = two_step_access(PEOPLE, PLACES, step_weight(MINUTES, bands))
    np.testing.assert_allclose(result.score, score, rtol=1e-14)


def test_pressure_counts_weighted_people_per_place():
    result = two_step_access(PEOPLE, PLACES, step_weight(MINUTES, BANDS))
    # 120 + 45 + 0.22 × 300 people on 20 places; no place; 0.22 × 45 + 0.68 × 300 + 80 on 35.
    assert result.pressure == pytest.approx([231 / 20, np.inf, 293.9 / 35])


def test_unserved_means_that_no_place_is_within_reach():
    reach = [[0, 1.0, 0], [0, 0, 1.0], [0, 0, 0]]
    result = two_step_access([5, 0, 5], [9, 0, 7], reach)
    # The first reaches a closed crèche only; the second, where nobody lives, reaches an open one.
    assert result.unserved.tolist() == [True, False, True]
    assert result.score.tolist() == [0, 0, 0]


def test_without_any_facility_everyone_is_unserved():
    result = two_step_access([5, 3], [], np.empty((2, 0)))
    assert result.unserved.tolist() == [True, True]
    assert result.pressure.size == 0


@pytest.mark.parametrize(
    ("case", "demand", "supply", "weight", "message"),
    [
        ("negative people", [-1, 2], [1, 1], REACH, r"demand must be finite and >= 0; got -1.0 at"),
        ("missing capacity", [1, 2], [1, np.nan], REACH, r"supply .* got nan at index 1"),
        ("wrong shape", [1, 2, 3], [1, 1], REACH, r"must have shape \(3, 2\); got \(2, 2\)"),
        ("no origin", [], [1], np.empty((0, 1)), r"demand must hold at least one value; got none"),
        ("a table of people", [[1, 2]], [1], REACH, r"demand must be a vector; got .* \(1, 2\)"),
        ("words", ["many"], [1], [[1]], r"demand must hold numbers only"),
        ("minutes given as weights", [1], [1], [[12.0]], r"\[0, 1\]; got 12.0 \(are these min"),
        ("missing weight", [1], [1], [[np.nan]], r"weight must lie in \[0, 1\]; got nan"),
        ("sparse weight below 0", [1], [1], csr_array([[-0.5]]), r"weight must lie .* got -0.5"),
    ],
)
def test_refusals_say_what_is_wrong(case, demand, supply, weight, message):
    with pytest.raises(EngineError, match=message):
        two_step_access(demand, supply, weight)


@st.composite
def instances(draw):
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    people = draw(arrays(float, n, elements=st.integers(0, 5_000).map(float)))
    places = draw(arrays(float, m, elements=st.integers(0, 200).map(float)))
    minutes = draw(arrays(float, (n, m), elements=st.floats(0, 90)))
    return people, places, step_weight(minutes, BANDS)


@given(instances())
def test_no_place_is_lost_or_invented(instance):
    people, places, weight = instance
    reached = weight.T @ people > 0
    score = two_step_access(people, places, weight).score
    assert people @ score == pytest.approx(places[reached].sum())


@given(instances())
def test_sparse_and_dense_agree(instance):
    people, places, weight = instance
    dense = two_step_access(people, places, weight)
    for sparse in (csr_array(weight), coo_matrix(weight)):
        again = two_step_access(people, places, sparse)
        np.testing.assert_allclose(again.score, dense.score)
        assert (again.unserved == dense.unserved).all()


@given(instances(), st.integers(1, 50))
def test_a_new_place_never_hurts_anyone(instance, extra):
    people, places, weight = instance
    before = two_step_access(people, places, weight).score
    after = two_step_access(people, places + extra, weight).score
    assert (after >= before - 1e-12).all()


@given(instances(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(instance, random):
    people, places, weight = instance
    rows, columns = list(range(people.size)), list(range(places.size))
    random.shuffle(rows)
    random.shuffle(columns)
    straight = two_step_access(people, places, weight).score
    shuffled = two_step_access(people[rows], places[columns], weight[np.ix_(rows, columns)]).score
    np.testing.assert_allclose(shuffled, straight[rows])


@given(instances(), st.floats(0.01, 1))
def test_scaling_every_weight_changes_no_score(instance, factor):
    people, places, weight = instance
    straight = two_step_access(people, places, weight)
    scaled = two_step_access(people, places, weight * factor)
    np.testing.assert_allclose(scaled.score, straight.score)


def test_nearest_takes_the_first_of_equal_times_and_says_when_there_is_none():
    found = nearest([[9, 7, 7], [np.nan, np.inf, np.nan], [0, 0, 1]])
    assert found.destination.tolist() == [1, -1, 0]
    np.testing.assert_array_equal(found.minutes, [7, np.nan, 0])


def test_in_a_sparse_table_absent_is_out_of_reach_and_a_stored_zero_is_next_door():
    times = coo_matrix(([0.0, 12.0], ([0, 1], [1, 0])), shape=(3, 2))
    found = nearest(times)
    assert found.destination.tolist() == [1, 0, -1]
    np.testing.assert_array_equal(found.minutes, [0, 12, np.nan])


def test_nearest_without_any_destination_finds_none():
    assert nearest(np.empty((2, 0))).destination.tolist() == [-1, -1]


@given(arrays(float, (5, 4), elements=st.floats(0, 60) | st.just(np.nan)))
def test_nearest_is_the_minimum_of_each_row(minutes):
    known = np.where(np.isnan(minutes), np.inf, minutes)
    best = nearest(minutes).minutes
    np.testing.assert_array_equal(np.where(np.isnan(best), np.inf, best), known.min(axis=1))


def test_coverage_counts_people_and_includes_the_threshold():
    assert coverage([10, 30, 30.01, np.nan], [100, 50, 40, 10], cutoff_min=30) == 0.75
    assert coverage([10, 30, 30.01, np.nan], cutoff_min=30) == 0.5


def test_farther_than_marks_those_beyond_or_without_a_route():
    assert farther_than([30, 30.1, np.nan], 30).tolist() == [False, True, True]


def test_below_median_uses_the_median_person():
    # 100 people have 2, so the median person has 2, and half of it is 1.
    assert below_median([0.5, 1.0, 2.0], [10, 20, 100], 0.5).tolist() == [True, False, False]


def test_where_the_median_person_has_nothing_nobody_is_below():
    assert below_median([0, 0, 2.0], [50, 60, 10]).tolist() == [False, False, False]


def test_concerned_counts_places_and_people():
    assert concerned([True, False], [30, 70]) == Concerned(places=1, people=30.0, share=0.3)


def test_reachable_sums_what_is_near_without_sharing_it():
    weight = step_weight(MINUTES, BANDS)
    # Second row: 10 min to 20 places, 30 min to 35 places.
    assert reachable(PLACES, weight)[1] == pytest.approx(20 + 0.22 * 35)
    sparse = pairs(MINUTES, cutoff_min=30)
    laid = sparse.matrix(step_weight(sparse.minutes, BANDS))
    np.testing.assert_allclose(reachable(PLACES, laid), reachable(PLACES, weight))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: coverage([1], [0], cutoff_min=5), "at least one person; got a total of 0"),
        (lambda: coverage([1, 2], [1], cutoff_min=5), "demand must hold 2 values; got 1"),
        (lambda: coverage([1], cutoff_min=-1), "cutoff_min must be >= 0 minutes; got -1"),
        (lambda: nearest([[1, -2]]), "must be >= 0 minutes; got -2.0 at row 0, column 1"),
        (lambda: nearest([1, 2]), r"table of two dimensions; got shape \(2,\)"),
        (lambda: below_median([1], [1], 2), r"fraction must lie in \[0, 1\]; got 2"),
    ],
)
def test_opportunity_measures_refuse_nonsense(call, message):
    with pytest.raises(EngineError, match=message):
        call()
