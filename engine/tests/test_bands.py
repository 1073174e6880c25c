"""Step weights prepared in four bytes a pair: the very weights of the matrix they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage_engine import (
    BadArray,
    BadParameter,
    banded,
    bands,
    pairs,
    reachable,
    step_weight,
    three_step_access,
    two_step_access,
)

STEPS = [(10, 1.0), (20, 0.68), (30, 0.22)]


@st.composite
def instances(draw):
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    on_bounds = st.sampled_from([0.0, 10.0, np.nextafter(10.0, 11), 20.0, 30.0, 31.0, np.nan])
    table = draw(arrays(float, (n, m), elements=st.floats(0, 40) | on_bounds))
    people = draw(arrays(float, n, elements=st.integers(0, 5_000).map(float)))
    supply = draw(arrays(float, m, elements=st.integers(0, 200).map(float)))
    return pairs(table), people, supply


BANDINGS = [STEPS, [(30, 0.5)], [(k, 1 - k / 40) for k in range(1, 31, 3)]]


@given(instances(), st.sampled_from(BANDINGS))
def test_scores_are_those_of_the_matrix_of_step_weights(instance, steps):
    known, people, supply = instance
    matrix = known.matrix(step_weight(known.minutes, steps))
    wanted, got = (two_step_access(people, supply, w) for w in (matrix, banded(known, steps)))
    np.testing.assert_allclose(got.score, wanted.score, rtol=1e-13, atol=0)
    np.testing.assert_allclose(got.pressure, wanted.pressure, rtol=1e-13)
    np.testing.assert_array_equal(got.unserved, wanted.unserved)
    np.testing.assert_array_equal(banded(known, steps).matrix().toarray(), matrix.toarray())


def test_a_pair_costs_four_bytes_when_rows_come_in_fours():
    ready = banded(pairs(np.full((3, 8), 5.0)), STEPS)
    assert ready.slot.nbytes == 4 * 3 * 8
    assert ready.start.tolist() == [0, 8, 16, 24]


def test_more_slots_than_four_bytes_can_name_take_eight(monkeypatch):
    monkeypatch.setattr(bands, "FOUR_BYTES", 7)
    ready = banded(pairs([[5, 25], [5, 5]]), STEPS)
    assert ready.slot.dtype == np.uint64
    assert (ready @ np.array([8.0, 6.0])).tolist() == [8 + 0.22 * 6, 14]


def test_nobody_and_nothing_are_fine():
    ready = banded(pairs(np.empty((2, 0))), STEPS)
    assert two_step_access([1, 2], [], ready).unserved.tolist() == [True, True]


def test_other_methods_take_prepared_weights_too():
    known = pairs([[5, 25], [15, np.nan]])
    ready, matrix = banded(known, STEPS), known.matrix(step_weight(known.minutes, STEPS))
    assert reachable([8, 6], ready).tolist() == reachable([8, 6], matrix).tolist()
    np.testing.assert_array_equal(
        three_step_access([10, 30], [8, 6], ready).score,
        three_step_access([10, 30], [8, 6], matrix).score,
    )


@pytest.mark.parametrize(
    ("call", "refused", "message"),
    [
        (lambda w: two_step_access([1], [1, 1], w), BadArray, r"shape \(1, 2\); got \(2, 2\)"),
        (lambda w: w @ np.ones(3), BadArray, "values must hold 2 values; got 3"),
        (lambda w: np.ones(3) @ w, BadArray, "values must hold 2 values; got 3"),
        (lambda w: banded(pairs([[1]]), []), BadParameter, "at least one"),
    ],
)
def test_refusals(call, refused, message):
    with pytest.raises(refused, match=message):
        call(banded(pairs([[5, 25], [5, 5]]), STEPS))
