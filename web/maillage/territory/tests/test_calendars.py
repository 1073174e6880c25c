"""Which days are holidays, and where we do not know."""

from datetime import date

import pytest

from maillage.territory import calendars


@pytest.mark.parametrize(
    ("day", "departement", "off"),
    [
        (date(2026, 5, 14), "70", True),  # Ascension
        (date(2026, 4, 3), "70", False),  # Good Friday
        (date(2026, 4, 3), "67", True),
        (date(2026, 4, 3), "68", True),
        (date(2026, 12, 26), "57", True),
        (date(2026, 5, 27), "971", True),  # abolition of slavery in Guadeloupe
        (date(2026, 5, 27), "972", False),
        (date(2026, 12, 20), "974", True),
    ],
)
def test_public_holidays_follow_local_law(day, departement, off):
    assert calendars.is_public_holiday(day, departement) is off


@pytest.mark.parametrize(
    ("day", "departement", "off"),
    [
        (date(2026, 2, 10), "70", True),  # zone A, 7 to 22 February 2026
        (date(2026, 2, 10), "67", False),  # zone B, from 14 February
        (date(2026, 2, 24), "67", True),
        (date(2026, 2, 24), "91", True),  # zone C, from 21 February
        (date(2026, 11, 22), "70", False),
        (date(2026, 12, 25), "70", True),
    ],
)
def test_school_holidays_follow_the_zone(day, departement, off):
    assert calendars.is_school_holiday(day, departement) is off


@pytest.mark.parametrize("departement", ["2A", "2B", "971", "972", "973", "974", "976"])
def test_where_the_rector_sets_the_calendar_it_is_unknown(departement):
    assert calendars.school_zone(departement) is None
    assert calendars.school_holidays(departement, 2026) is None
    assert calendars.is_school_holiday(date(2026, 7, 20), departement) is None


def test_a_year_published_by_half_is_unknown():
    assert calendars.school_holidays("70", 2027) is not None
    assert calendars.school_holidays("70", 2028) is None
    assert calendars.school_holidays("70", 2099) is None
    assert calendars.school_holidays("70", 2015) is None


def test_every_metropolitan_departement_but_corsica_has_one_zone():
    codes = [code for zone in calendars.ZONES.values() for code in zone.split()]
    assert len(codes) == len(set(codes)) == 94
