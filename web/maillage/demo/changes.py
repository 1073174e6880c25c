"""Days that differ from the rule: yearly closures and single changes, relative to an anchor day."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

_CLOSURE = re.compile(r"(\d\d)-(\d\d)\.\.(\d\d)-(\d\d) (.+)")
_CHANGE = re.compile(r"after (\d+) days (?:closed|(\d\d:\d\d)-(\d\d:\d\d)) (.+)")


class BadChange(ValueError):
    """A line of closure or change that cannot be read."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed every year between two days, both included, e.g. ``08-03..08-21 Congés d’été``."""

    first: tuple[int, int]
    last: tuple[int, int]
    note: str

    def days_from(self, anchor: date, until: date) -> list[tuple[date, date]]:
        """Return the closed ranges that touch the time between `anchor` and `until`."""
        ranges = []
        for year in range(anchor.year - 1, until.year + 1):
            begin = date(year, *self.first)
            end = date(year + (self.last < self.first), *self.last)
            if end >= anchor and begin <= until:
                ranges.append((begin, end))
        return ranges


@dataclass(frozen=True, slots=True)
class Change:
    """The first opening a number of days after the anchor is closed, or at other hours."""

    after: timedelta
    opens_at: time | None
    closes_at: time | None
    note: str


def read_closure(line: str) -> Closure:
    """Read ``MM-DD..MM-DD reason``."""
    found = _CLOSURE.fullmatch(line)
    if found is None:
        raise BadChange(f"{line!r} is not 'MM-DD..MM-DD reason'")
    first_month, first_day, last_month, last_day = (int(part) for part in found.groups()[:4])
    for month, day in ((first_month, first_day), (last_month, last_day)):
        try:
            date(2001, month, day)
        except ValueError:
            raise BadChange(f"{line!r}: {month:02}-{day:02} is no day of the year") from None
    return Closure((first_month, first_day), (last_month, last_day), found[5])


def read_change(line: str) -> Change:
    """Read ``after N days closed reason`` or ``after N days HH:MM-HH:MM reason``."""
    found = _CHANGE.fullmatch(line)
    if found is None:
        raise BadChange(f"{line!r} is not 'after N days (closed | HH:MM-HH:MM) reason'")
    days, opens, closes, note = found.groups()
    return Change(
        after=timedelta(days=int(days)),
        opens_at=time.fromisoformat(opens) if opens else None,
        closes_at=time.fromisoformat(closes) if closes else None,
        note=note,
    )
