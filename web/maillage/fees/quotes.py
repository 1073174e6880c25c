"""What a family may be asked, shown before it books; and what past answers were worth."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from maillage.directory.models import Service
from maillage.fees.models import Band, Fee, Schedule, ScheduleVersion, Tariff
from maillage.fees.scale import Scale, Step


@dataclass(frozen=True, slots=True)
class Line:
    """One band to choose from: incomes, and what they pay at least and at most."""

    band: UUID
    starts_at: Decimal
    up_to: Decimal | None
    holds_bound: bool
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """The scale that a service applies one day, ready to be shown and answered."""

    version: ScheduleVersion
    per: str  # Schedule.Per
    basis: str
    lines: tuple[Line, ...]
    scale: Scale

    @property
    def lowest(self) -> Decimal:
        """What someone pays who prefers not to say."""
        return self.scale.lowest

    @property
    def highest(self) -> Decimal:
        """The most that anyone pays."""
        return max(line.most for line in self.lines)

    @property
    def asks_income(self) -> bool:
        """Whether the exact income changes the amount inside a band."""
        return any(step.percent for step in self.scale.steps)

    @property
    def is_per_person(self) -> bool:
        """Whether each adult pays."""
        return self.per == Schedule.Per.PERSON


def quote(service: Service, on: date) -> Quote | None:
    """What `service` asks on a day; None when it asks nothing, or may not ask anything.

    A scale that nobody compared with its text asks nothing until an operator confirms it.
    """
    return quotes([service.pk], on).get(service.pk)


def quotes(service_ids: Iterable[UUID], on: date) -> dict[UUID, Quote]:
    """The same for many services, in three queries."""
    tariffs = Tariff.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on, service__in=list(service_ids)
    )
    applied = dict(tariffs.values_list("service_id", "schedule_id"))
    if not applied:
        return {}
    versions = (
        ScheduleVersion.objects.on(on)
        .filter(Q(status=ScheduleVersion.Status.CHECKED) | Q(confirmation__isnull=False))
        .filter(schedule__in=applied.values())
        .select_related("schedule")
        .prefetch_related("bands")
    )
    found = {version.schedule_id: of_version(version) for version in versions}
    return {service: found[pk] for service, pk in applied.items() if pk in found}


def of_version(version: ScheduleVersion) -> Quote:
    """A version as a family reads it, whether it may bill or not."""
    bands = sorted(version.bands.all(), key=lambda band: band.position)
    scale = scale_of(version, bands)
    lines = tuple(
        Line(
            band=band.pk,
            starts_at=scale.starts_at(position),
            up_to=band.up_to,
            holds_bound=band.holds_bound,
            least=scale.least(position),
            most=scale.most(position),
        )
        for position, band in enumerate(bands)
    )
    return Quote(version, version.schedule.per, version.basis, lines, scale)


def scale_of(version: ScheduleVersion, bands: Iterable[Band]) -> Scale:
    """The rule of a version, in numbers."""
    steps = [Step(band.up_to, band.holds_bound, band.base, band.percent) for band in bands]
    return Scale(steps, version.rounding, version.floor, version.ceiling)


def replay(fee: Fee) -> tuple[Decimal, Decimal]:
    """Compute a past fee again from its version: the least and the most that it can have been.

    The two are one amount unless a band takes a part of the income, which nobody kept.
    """
    if fee.answer == Fee.Kind.WAIVER:
        return Decimal(0), Decimal(0)
    shown = of_version(fee.version)
    if fee.answer == Fee.Kind.UNDISCLOSED:
        return shown.lowest, shown.lowest
    line = next(line for line in shown.lines if line.band == fee.band_id)
    return line.least, line.most
