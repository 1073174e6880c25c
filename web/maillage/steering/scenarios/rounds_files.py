"""A tour as files: a table, an agenda, a sheet to print. The same tour gives the same bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Event

from maillage.core import printed
from maillage.core.calendars import calendar, written
from maillage.core.csv_files import csv_bytes
from maillage.steering.scenarios import rounds_map, rounds_words
from maillage.steering.scenarios.rounds_map import Drawn
from maillage.steering.scenarios.rounds_question import EVERY, WEEKS, clock
from maillage.steering.scenarios.rounds_result import Tour
from maillage.territory.calendars import is_public_holiday
from maillage.territory.clocks import time_zone

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "steering" / "tour.typ"
PRODUCT = "-//Maillage//Pilotage//FR"
CYCLES = 13  # a year


def csv(made: Tour) -> bytes:
    """One row per visit of the cycle, with the day it belongs to."""
    head = ("semaine", "jour", "vehicule", "rang", "code", "commune", "arrivee", "debut", "fin",
            "depart_base", "retour_base", "minutes_de_route_du_jour", "km_du_jour")  # fmt: skip
    rows = [
        (one.week + 1, rounds_words.weekday(one.weekday), one.vehicle + 1, rank,
         made.question.stops[v.stop].code, made.question.stops[v.stop].name,
         clock(v.arrival), clock(v.start), clock(v.end), clock(one.departure), clock(one.back),
         one.driven, one.km)
        for one in made.days for rank, v in enumerate(one.visits, 1)
    ]  # fmt: skip
    return csv_bytes([head, *rows])


@dataclass(frozen=True, slots=True)
class _Repeated:
    """One stop at the same hours, every so many weeks."""

    stop: int
    weekday: int
    hours: tuple[int, int]
    first: int  # week of the cycle
    every: int


def ics(made: Tour, number: str, kept_at: datetime) -> bytes:
    """A year of visits (RFC 5545), public holidays left out; `number` names the decision."""
    zone = time_zone(made.question.departement)
    whole = calendar(PRODUCT, _("La tournée"))
    whole.add("calscale", "GREGORIAN")
    return written(whole, (_event(made, one, zone, (number, kept_at)) for one in _repeated(made)))


def _repeated(made: Tour) -> Iterable[_Repeated]:
    """Group the visits of a stop at the same hours, as often as it is visited."""
    on: dict[tuple[int, int, int, int], list[int]] = {}
    for one in made.days:
        for visit in one.visits:
            on.setdefault((visit.stop, one.weekday, visit.start, visit.end), []).append(one.week)
    for (stop, weekday, start, end), weeks in on.items():
        asked = made.question.stops[stop]
        if len(weeks) == asked.visits:
            yield _Repeated(stop, weekday, (start, end), weeks[0], EVERY[asked.rhythm])
        else:
            for week in weeks:
                yield _Repeated(stop, weekday, (start, end), week, WEEKS)


def _event(made: Tour, one: _Repeated, zone: ZoneInfo, about: tuple[str, datetime]) -> Event:
    number, kept_at = about
    stop = made.question.stops[one.stop]
    first = date.fromisoformat(made.question.monday) + timedelta(weeks=one.first, days=one.weekday)
    count = CYCLES * WEEKS // one.every
    days = [first + timedelta(weeks=one.every * turn) for turn in range(count)]
    event = Event()
    event.add("uid", f"{number}-{stop.code}-{one.first}-{one.weekday}-{one.hours[0]}@maillage")
    event.add("dtstamp", kept_at)
    event.add("dtstart", _at(first, one.hours[0], zone))
    event.add("dtend", _at(first, one.hours[1], zone))
    event.add("rrule", {"freq": "weekly", "interval": one.every, "count": count})
    off = [day for day in days if is_public_holiday(day, made.question.departement)]
    if off:
        event.add("exdate", [_at(day, one.hours[0], zone) for day in off])
    event.add("summary", stop.name)
    event.add("location", stop.name)
    event.add("geo", (stop.latitude, stop.longitude))
    return event


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(*divmod(minutes, 60)), tzinfo=zone)


def pdf(made: Tour, title: str, dated: date | None, drawn: Drawn) -> bytes:
    """A4: the calendar to hang in the vehicle, the map, what is left out, what it rests on."""
    return printed.pdf(
        TEMPLATE, _facts(made, title, dated, drawn), {"map.svg": rounds_map.svg(drawn)}
    )


def _facts(made: Tour, title: str, dated: date | None, drawn: Drawn) -> dict[str, Any]:
    columns, weeks = rounds_words.by_week(made)
    stop_columns, stops = rounds_words.of_stops(made)
    day_columns, days = rounds_words.compared(made)
    return {
        "lang": get_language() or "fr",
        "title": _("La tournée"),
        "decision": title,
        "question": rounds_words.asked(made.question, made.base),
        "dated": _dated(dated),
        "figures": [list(pair) for pair in rounds_words.figures(made)],
        "proof": rounds_words.proof(made),
        "stops_title": _("Étape par étape"),
        "stops": _table(stop_columns, stops),
        "weeks": [{"name": week.name, **_table(columns, week.rows)} for week in weeks],
        "left_title": _("Laissées de côté"),
        "left": rounds_words.left_out(made),
        "days_title": _("Un jour de moins, un jour de plus"),
        "days": _table(day_columns, days),
        "lines": [line.name for line in drawn.lines],
        "notes_title": _("À savoir"),
        "notes": rounds_words.notes(made),
        "sources": " · ".join(f"{name} : {value}" for name, value in rounds_words.provenance(made)),
    }


def _table(columns: list[Any], rows: rounds_words.Rows) -> dict[str, Any]:
    return {
        "head": [column.label for column in columns],
        "rows": [[cell.text for cell in row] for row in rows],
    }


def _dated(dated: date | None) -> str:
    if dated is None:
        return _("Document de travail : cette tournée n’est pas gardée.")
    return _("Gardée le %(day)s.") % {"day": date_format(dated, "j F Y")}
