"""What may be shown of counts: nothing small, nothing exact, nothing that a subtraction reveals."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.quality.periods import Quarter
from maillage.quality.protection import LEAST, column, published, rounded, share, wilson

TODAY = date(2026, 11, 22)
REUNION = ZoneInfo("Indian/Reunion")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (2_500, 2_500)],
)
def test_small_counts_are_hidden_and_others_rounded_to_five(count, shown):
    assert published(count) == shown


def test_incomes_are_hidden_below_eleven():
    assert [published(10, 11), published(11, 11)] == [None, 10]


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 20, 0), (20, 20, 100), (10, 20, 50), (3, 30, None), (28, 30, None), (2, 4, None)],
)
def test_a_share_is_shown_when_both_sides_are_large_enough(part, whole, shown):
    assert share(part, whole) == shown


def test_a_count_hidden_alone_hides_the_smallest_of_the_others():
    assert column({"Gray": 3, "Vesoul": 40, "Lure": 12}) == {
        "Gray": None, "Vesoul": 40, "Lure": None,
    }  # fmt: skip


@given(st.dictionaries(st.integers(0, 99), st.integers(0, 60), max_size=9))
def test_what_is_hidden_is_never_found_by_subtraction(counts):
    """Even knowing the exact total, the hidden part is of several and not small, or of all."""
    shown = column(counts)
    hidden = [counts[key] for key, value in shown.items() if value is None]
    assert all(value == rounded(counts[key]) for key, value in shown.items() if value is not None)
    if hidden and any(value for value in shown.values()):
        assert len(hidden) >= 2
        assert sum(hidden) >= LEAST


def test_the_interval_is_that_of_wilson():
    """Known answer: 8 of 10 gives 0.490 to 0.943 (Wilson score, 95 %)."""
    low, high = wilson(8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_only_quarters_that_are_over_are_shown():
    shown = Quarter.shown(TODAY)
    assert [one.code for one in shown[:4]] == ["2026-3", "2026-2", "2026-1", "2025-4"]
    assert len(shown) == 8
    for code in ("2026-4", "2027-1", "2020-1", "2026-5", "2026", "x", "2026-3-1"):
        assert Quarter.read(code, TODAY) is None


def test_quarters_follow_each_other_without_a_gap_or_an_overlap():
    one = Quarter(2026, 3)
    assert (one.first, one.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert one.after().first == date(2026, 10, 1)
    assert Quarter(2026, 1).before() == Quarter(2025, 4)
    assert one.span("70")[1] == one.after().span("70")[0]
    assert one.span("974")[0] == datetime(2026, 7, 1, tzinfo=REUNION)
