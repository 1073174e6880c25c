"""Whatever the day on which the demonstration is laid, its practitioner finds a day's work."""

from datetime import date

import pytest

from maillage.demo.workday import _last_working_day


@pytest.mark.parametrize(
    ("laid", "last"),
    [
        (date(2026, 11, 23), date(2026, 11, 20)),  # Monday: Friday
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 27), date(2026, 11, 26)),
        (date(2026, 11, 28), date(2026, 11, 27)),  # Saturday: Friday
        (date(2026, 11, 29), date(2026, 11, 27)),  # Sunday: Friday
    ],
)
def test_sessions_to_close_are_those_of_the_last_working_day(laid, last):
    assert _last_working_day(laid) == last
