"""The moments a family asks for: open at 6:30 on Tuesday, in the evening, on Wednesday."""

from dataclasses import dataclass
from datetime import date, time

from django.db.models import Q

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# The first to the fifth Wednesday of a month, and the last to the fifth from its end.
RANKS = tuple(f"{sign}{rank}" for sign in ("", "-") for rank in range(1, 6))


@dataclass(frozen=True, slots=True)
class When:
    """Days of the week (Monday is 0), and what must hold for the local hours of those days."""

    weekdays: tuple[int, ...]
    moment: time | None = None  # open at that time
    until: time | None = None  # open until that time at least

    def rule(self, day: date) -> Q:
        """Keep what has a rule for such a moment that is not over on `day`."""
        names = [WEEKDAYS[weekday] for weekday in self.weekdays]
        named = [*names, *(f"{rank}{name}" for rank in RANKS for name in names)]
        kept = Q(schedules__byday__overlap=named)
        kept &= Q(schedules__until=None) | Q(schedules__until__gte=day)
        if self.moment is not None:
            kept &= Q(schedules__opens_at__lte=self.moment, schedules__closes_at__gt=self.moment)
        if self.until is not None:
            kept &= Q(schedules__closes_at__gte=self.until)
        return kept


def at(weekday: int, moment: time) -> When:
    """Open on that weekday (Monday is 0) at that local time."""
    return When((weekday,), moment=moment)


EVENINGS = When((0, 1, 2, 3, 4), until=time(19))  # at least the first hour after 18:00
WEDNESDAY = When((2,))
