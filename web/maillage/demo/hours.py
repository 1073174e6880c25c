"""Opening hours as one readable line, e.g. ``every 2 weeks WE 14:00-17:00 term``.

Grammar: ``[every N weeks | monthly] DAYS HH:MM-HH:MM [term | holidays] [bank-holidays] [(note)]``
where DAYS is ``MO-FR``, ``TU/TH`` or, for a monthly rhythm, ``1WE`` (first Wednesday), ``-1SA``.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil.rrule import rrulestr

WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LINE = re.compile(
    r"(?:every (?P<weeks>\d+) weeks |(?P<monthly>monthly) )?"
    r"(?P<days>[A-Z0-9/-]+) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)"
    r"(?: (?P<period>term|holidays))?(?P<bank> bank-holidays)?(?: \((?P<note>.+)\))?"
)
_WEEKDAY = re.compile("|".join(WEEK))
_MONTH_DAY = re.compile(rf"-?[1-5](?:{'|'.join(WEEK)})")


class BadHours(ValueError):
    """A line of hours that cannot be read."""


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One rule of opening, as the directory stores it."""

    freq: str
    interval: int
    byday: tuple[str, ...]
    opens_at: time
    closes_at: time
    school_period: str
    open_on_public_holidays: bool
    note: str

    def days(self, since: date, first: date, last: date) -> list[date]:
        """Return the days of this rule between two days, both included; holidays are not known."""
        rule = f"FREQ={self.freq};INTERVAL={self.interval};BYDAY={','.join(self.byday)}"
        found = rrulestr(rule, dtstart=_midnight(since))
        return [day.date() for day in found.between(_midnight(first), _midnight(last), inc=True)]


def read(line: str) -> Hours:
    """Read one line; raise `BadHours` saying what is wrong with it."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadHours(
            f"{line!r} is not '[every N weeks|monthly] DAYS HH:MM-HH:MM [term|holidays]'"
        )
    opens, closes = (_clock(found[name], line) for name in ("opens", "closes"))
    if opens >= closes:
        raise BadHours(f"{line!r} closes before it opens")
    return Hours(
        freq="MONTHLY" if found["monthly"] else "WEEKLY",
        interval=int(found["weeks"] or 1),
        byday=_days(found["days"], monthly=bool(found["monthly"]), line=line),
        opens_at=opens,
        closes_at=closes,
        school_period=found["period"] or "always",
        open_on_public_holidays=bool(found["bank"]),
        note=found["note"] or "",
    )


def _days(text: str, *, monthly: bool, line: str) -> tuple[str, ...]:
    if text in {f"{first}-{last}" for first in WEEK for last in WEEK}:
        first, last = (WEEK.index(day) for day in text.split("-"))
        return WEEK[first : last + 1]
    days = tuple(text.split("/"))
    wanted = _MONTH_DAY if monthly else _WEEKDAY
    wrong = [day for day in days if not wanted.fullmatch(day)]
    if wrong:
        raise BadHours(f"{line!r}: {wrong[0]!r} is no day of a {'month' if monthly else 'week'}")
    return days


def _clock(text: str, line: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise BadHours(f"{line!r}: {text} is no time of day") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
