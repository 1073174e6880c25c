"""Pairs: what is kept, in which order, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from maillage_engine import BadArray, pairs, pairs_from


def test_a_table_keeps_what_has_a_route_within_the_threshold():
    kept = pairs([[0, 31, np.nan], [30, np.inf, 5]], cutoff_min=30)
    assert kept.shape == (2, 3)
    assert kept.origin.tolist() == [0, 1, 1]
    assert kept.destination.tolist() == [0, 0, 2]
    assert kept.minutes.tolist() == [0, 30, 5]


def test_columns_may_come_in_any_order():
    kept = pairs_from((2, 3), [1, 0, 1], [2, 1, 0], [5, 7, 30])
    assert kept.origin.tolist() == [0, 1, 1]
    assert kept.minutes.tolist() == [7, 30, 5]


@given(
    arrays(float, (4, 3), elements=st.floats(0, 60) | st.just(np.nan) | st.just(0.0)),
    st.floats(0, 60),
)
def test_every_way_in_gives_the_same_pairs(minutes, cutoff):
    there = ~np.isnan(minutes)
    row, column = np.nonzero(there)
    stored = csr_array((minutes[there], (row, column)), shape=minutes.shape)
    wanted = np.where(minutes <= cutoff, minutes, np.nan)
    for way in (minutes, stored, pairs(minutes)):
        np.testing.assert_array_equal(pairs(way, cutoff_min=cutoff).dense(), wanted)


def test_a_matrix_of_values_keeps_zeros():
    laid = pairs([[1, 2], [np.nan, 3]]).matrix([0.5, 0, 1])
    assert laid.nnz == 3
    assert laid.toarray().tolist() == [[0.5, 0], [0, 1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pairs_from((2, 2), [0, 0], [1, 1], [3, 4]), "origin 0, destination 1 twice"),
        (lambda: pairs_from((2, 2), [0, 2], [1, 1], [3, 4]), r"0\.\.1; got 2 at index 1"),
        (lambda: pairs_from((2, 2), [0], [-1], [3]), r"destination must lie in 0\.\.1; got -1"),
        (lambda: pairs_from((2, 2), [0.5], [1], [3]), "whole positions; got float64"),
        (lambda: pairs_from((2, 2), [0, 1], [1], [3]), r"origin must hold 1 positions"),
        (lambda: pairs_from((2, 2), [0], [1], [-3]), "minutes must be >= 0 minutes; got -3.0"),
        (lambda: pairs([[1, 2]]).matrix([1]), "values must hold 2 values; got 1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(BadArray, match=message):
        call()
