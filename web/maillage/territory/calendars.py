"""Public and school holidays of a département, from the packages kept for that.

School zones are those in force since 2016. Corsica and the overseas départements have calendars
of their own, set by their rector, that the package does not hold: unknown here, never guessed.
"""

from datetime import date
from functools import cache

from holidays import country_holidays
from vacances_scolaires_france import SchoolHolidayDates

# Arrêté du 16 avril 2015 fixant le calendrier scolaire: the académies of each zone.
ZONES = {
    "A": "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86"
    " 87 89 90",
    "B": "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60"
    " 61 62 67 68 72 76 80 83 84 85 88",
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}
FIRST_YEAR_OF_THESE_ZONES = 2016
ZONE_OF = {code: zone for zone, codes in ZONES.items() for code in codes.split()}
# Alsace and Moselle keep Good Friday and 26 December; overseas, the abolition of slavery.
SUBDIVISION_OF = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "976": "976",
}


def school_zone(departement: str) -> str | None:
    """Return A, B or C; None where the département has a calendar of its own."""
    return ZONE_OF.get(departement)


def is_public_holiday(day: date, departement: str) -> bool:
    """Say whether `day` is a public holiday there."""
    return day in public_holidays(departement, day.year)


def is_school_holiday(day: date, departement: str) -> bool | None:
    """Say whether `day` falls in the school holidays; None when the calendar is not known."""
    known = school_holidays(departement, day.year)
    return None if known is None else day in known


@cache
def public_holidays(departement: str, year: int) -> frozenset[date]:
    """Return the public holidays of one year, local ones included."""
    return frozenset(country_holidays("FR", subdiv=SUBDIVISION_OF.get(departement), years=year))


@cache
def school_holidays(departement: str, year: int) -> frozenset[date] | None:
    """Return the days of school holidays of one year; None when the calendar is not known.

    A year is known once its last Christmas holidays are published: half a year is not a year.
    """
    zone = school_zone(departement)
    return None if zone is None else _days_of_zone(zone, year)


@cache
def _days_of_zone(zone: str, year: int) -> frozenset[date] | None:
    if year < FIRST_YEAR_OF_THESE_ZONES:
        return None
    kept = _calendar()
    if year > kept.max_year:
        return None
    days = frozenset(kept.holidays_for_year_and_zone(year, zone))
    return days if date(year, 12, 31) in days else None


@cache
def _calendar() -> SchoolHolidayDates:
    return SchoolHolidayDates()
