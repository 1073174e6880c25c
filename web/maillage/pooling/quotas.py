"""What each party was given against what was agreed, over the period in which parts are judged.

Only sums of hours by party leave this module: a party may not read the others' appointments, and
needs their hours to know its own part.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from maillage.core import scope
from maillage.pooling.checks import POINTS
from maillage.pooling.grids import Ground
from maillage.pooling.ledger import next_month, worked_in
from maillage.pooling.models import PoolingAgreement, PoolingParty

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAY = timedelta(days=1)
ROUNDING = 1e-9


class Span(NamedTuple):
    """A period, from a day until the eve of another."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - DAY


@dataclass(frozen=True, slots=True)
class Part:
    """What one party was given so far."""

    party: PoolingParty
    minutes: int
    total: int  # of every party

    @property
    def share(self) -> float:
        """Percent of all hours."""
        return 100 * self.minutes / self.total if self.total else 0.0

    @property
    def gap(self) -> float:
        """Points above (or below) the quota."""
        return self.share - float(self.party.quota) if self.total else 0.0

    @property
    def is_kept(self) -> bool:
        """Whether it lies within the five points that the communes allow themselves."""
        return abs(self.gap) <= POINTS + ROUNDING

    @property
    def owed(self) -> int:
        """Minutes that would bring it to its quota of what was given; below zero, too many."""
        return round(self.total * float(self.party.quota) / 100) - self.minutes


@dataclass(frozen=True, slots=True)
class Judged:
    """One period of an agreement."""

    span: Span
    parts: list[Part]
    is_over: bool

    @property
    def total(self) -> int:
        """Minutes of every party."""
        return sum(one.minutes for one in self.parts)

    @property
    def is_kept(self) -> bool:
        """Whether every party lies within five points of its quota."""
        return all(one.is_kept for one in self.parts)


def period_of(agreement: PoolingAgreement, day: date) -> Span:
    """The calendar month, quarter or year of a day, within the days of the agreement."""
    months = MONTHS[agreement.period]
    start = day.replace(day=1, month=1 + (day.month - 1) // months * months)
    end = start
    for _each in range(months):
        end = next_month(end)
    if agreement.ends_on is not None:
        end = min(end, agreement.ends_on + DAY)
    return Span(max(start, agreement.starts_on), end)


def judged(land: Ground, span: Span, today: date) -> Judged:
    """Add up a period, until today when it is not over."""
    with scope.system():
        worked = worked_in(land, span.start, span.end)
    total = sum(worked.minutes.get(one.pk, 0) for one in land.parties)
    parts = [Part(one, worked.minutes.get(one.pk, 0), total) for one in land.parties]
    return Judged(span, parts, span.end <= today)


def to_show(land: Ground, today: date) -> list[Judged]:
    """The period of today, and the one before it: none for what never came into force."""
    agreement = land.agreement
    if agreement.approved_at is None or agreement.starts_on > today:
        return []
    last = min(today, agreement.ends_on or today)
    now = period_of(agreement, last)
    before = now.start - DAY
    spans = [now] if before < agreement.starts_on else [now, period_of(agreement, before)]
    return [judged(land, one, today) for one in spans]
