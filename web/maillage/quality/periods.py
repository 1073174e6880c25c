"""Quarters of a year, over: the only periods that figures are published for.

Fixed periods that never overlap: nobody finds one family by taking a figure away from another.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from maillage.territory.clocks import time_zone

SHOWN = 8
FIRST_MONTHS = (1, 4, 7, 10)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter: 2026-3 is July to September 2026."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the quarter of a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def read(cls, code: str, today: date) -> Self | None:
        """Read ``2026-3``; None unless it is over and shown."""
        match = re.fullmatch(r"(\d{4})-([1-4])", code)
        found = cls(int(match[1]), int(match[2])) if match else None
        return found if found in cls.shown(today) else None

    @classmethod
    def shown(cls, today: date) -> list[Self]:
        """The last quarters that are over, the latest first."""
        found, one = [], cls.of(today)
        for _ in range(SHOWN):
            one = one.before()
            found.append(one)
        return found

    def before(self) -> Self:
        """The quarter just before."""
        return type(self)(
            *((self.year, self.number - 1) if self.number > 1 else (self.year - 1, 4))
        )

    def after(self) -> Self:
        """The quarter just after."""
        return type(self)(
            *((self.year, self.number + 1) if self.number < 4 else (self.year + 1, 1))
        )

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, FIRST_MONTHS[self.number - 1], 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date.fromordinal(self.after().first.toordinal() - 1)

    @property
    def code(self) -> str:
        """How addresses write it."""
        return f"{self.year}-{self.number}"

    def span(self, departement: str) -> tuple[datetime, datetime]:
        """From its first moment to that of the next, on the clock of the département."""
        zone = time_zone(departement)
        start = datetime.combine(self.first, time(), zone)
        return start, datetime.combine(self.after().first, time(), zone)
