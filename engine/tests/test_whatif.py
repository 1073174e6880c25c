"""What-if: a change gives what a whole new computation would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from maillage_engine import BadArray, change_capacity, step_weight, two_step_access

counts = st.integers(0, 900).map(float)


@given(
    arrays(float, 6, elements=counts),
    arrays(float, 4, elements=counts),
    arrays(float, (6, 4), elements=st.floats(0, 60)),
    st.integers(0, 3),
    counts,
)
def test_a_change_equals_a_new_computation(people, supply, minutes, which, after):
    weight = step_weight(minutes, [(10, 1.0), (20, 0.68), (30, 0.22)])
    near = np.flatnonzero(weight[:, which])
    change = change_capacity(people, near, weight[near, which], supply[which], after)
    changed = supply.copy()
    changed[which] = after
    again = two_step_access(people, changed, weight)
    before = two_step_access(people, supply, weight).score
    np.testing.assert_allclose(change.apply(before), again.score, rtol=1e-12, atol=1e-12)
    assert change.pressure == pytest.approx(again.pressure[which])


@given(arrays(float, 5, elements=counts), arrays(float, 5, elements=st.floats(0, 1)), counts)
def test_opening_then_closing_changes_nothing(people, weight, size):
    there, back = (
        change_capacity(people, np.arange(5), weight, *way) for way in ((0, size), (size, 0))
    )
    np.testing.assert_allclose(there.gain + back.gain, 0, atol=1e-12)
    assert back.pressure == np.inf


def test_the_places_gained_are_the_places_opened():
    people = np.array([120.0, 45, 300])
    change = change_capacity(people, [0, 2], [1.0, 0.22], before=0, after=12)
    assert people[change.origins] @ change.gain == pytest.approx(12)


def test_scores_are_not_changed_in_place():
    score = np.array([0.1, 0.2])
    change_capacity([1, 1], [0], [1], 0, 1).apply(score)
    assert score.tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (([1], [1], [1], 0, 1), r"origins must lie in 0\.\.0; got 1 at index 0"),
        (([1, 1], [0, 0], [1, 1], 0, 1), "once each"),
        (([1], [0.0], [1], 0, 1), "whole positions"),
        (([1], [0], [2], 0, 1), r"weight must lie in \[0, 1\]; got 2\.0"),
        (([1], [0], [1, 1], 0, 1), "weight must hold 1 values; got 2"),
        (([1], [0], [1], 0, -1), r"before and after must be finite and >= 0; got -1\.0"),
    ],
)
def test_refusals(args, message):
    with pytest.raises(BadArray, match=message):
        change_capacity(*args)
