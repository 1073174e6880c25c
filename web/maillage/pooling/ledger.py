"""What a month came to for each party: hours, kilometres, and the cost ledger shared out.

Hours are those of the appointments that were held: as long as was noted when the session was
closed, the booked length where nothing was noted. Those where nobody came count for their booked
length when the agreement says so. A place counts for its party, an appointment at a distance for
the organization that gave it. Kilometres go from the base to the first town of the day, from
town to town, and back: a trip is charged to the town it leads to, the way back to the last one.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from maillage.agenda.models import Appointment, AppointmentQuerySet
from maillage.pooling.compute import trips_between
from maillage.pooling.grids import Ground
from maillage.pooling.models import CostEntry, PoolingAgreement, VehicleUse
from maillage.pooling.shares import hundredths, split

ZERO = Decimal("0.00")
Totals = dict[UUID, int]  # by party


@dataclass(frozen=True, slots=True)
class Worked:
    """What was measured, by party; `unshared` minutes belong to no party of the agreement."""

    minutes: Totals
    metres: Totals
    noted: Totals  # of these minutes, those noted when the session was closed
    unshared: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one party owes for the month."""

    party_id: UUID
    minutes: int
    noted_minutes: int
    metres: int
    staff: Decimal
    travel: Decimal
    other: Decimal

    @property
    def euros(self) -> tuple[Decimal, Decimal, Decimal]:
        """Staff, travel and the rest."""
        return self.staff, self.travel, self.other

    @property
    def amount(self) -> Decimal:
        """What the party owes in all."""
        return self.staff + self.travel + self.other


@dataclass(frozen=True, slots=True)
class Month:
    """One month of an agreement, computed and not yet issued."""

    month: date
    shares: list[Share]
    costs: dict[str, Decimal]
    unshared: int

    @property
    def total(self) -> Decimal:
        """The cost ledger of the month; the shares add up to it, to the cent."""
        return sum(self.costs.values(), ZERO)

    @property
    def minutes(self) -> int:
        """Minutes of every party."""
        return sum(one.minutes for one in self.shares)

    @property
    def noted_minutes(self) -> int:
        """Of these, minutes noted when a session was closed."""
        return sum(one.noted_minutes for one in self.shares)

    @property
    def metres(self) -> int:
        """Metres of every party."""
        return sum(one.metres for one in self.shares)

    @property
    def content_hash(self) -> str:
        """A fingerprint of everything in it."""
        said = [
            self.month.isoformat(),
            self.unshared,
            sorted((kind, str(amount)) for kind, amount in self.costs.items()),
            [
                [
                    str(one.party_id),
                    one.minutes,
                    one.noted_minutes,
                    one.metres,
                    *map(str, one.euros),
                ]
                for one in self.shares
            ],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def month_of(land: Ground, month: date) -> Month:
    """Compute a month from what was really done and really spent."""
    worked = worked_in(land, month, next_month(month))
    costs = _costs(land.agreement, month)
    kinds = CostEntry.Kind
    parts = {kind: _split(land, worked, kind, costs.get(kind, ZERO)) for kind in kinds}
    shares = [
        Share(
            one.pk,
            worked.minutes.get(one.pk, 0),
            worked.noted.get(one.pk, 0),
            worked.metres.get(one.pk, 0),
            parts[kinds.STAFF][rank],
            parts[kinds.TRAVEL][rank],
            parts[kinds.OTHER][rank],
        )
        for rank, one in enumerate(land.parties)
    ]
    return Month(month, shares, costs, worked.unshared)


def worked_in(land: Ground, start: date, end: date) -> Worked:
    """What was really done from a day until the eve of another."""
    return _measure(land.agreement)(land, _start(start), _start(end))


def next_month(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=28) + timedelta(days=7)).replace(day=1)


def previous_month(day: date) -> date:
    """The first of the month before this day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _measure(agreement: PoolingAgreement) -> Callable[[Ground, datetime, datetime], Worked]:
    if agreement.practitioner_id is not None:
        return _of_practitioner
    return _of_room if agreement.room_id is not None else _of_vehicle


def _of_practitioner(land: Ground, start: datetime, end: datetime) -> Worked:
    held = _held(land, start, end).filter(practitioners=land.agreement.practitioner_id)
    minutes: Totals = defaultdict(int)
    noted: Totals = defaultdict(int)
    days: dict[date, list[str]] = defaultdict(list)
    party_of = {land.town(one): one.party_id for one in land.places}
    by_organization = {one.organization_id: one.pk for one in land.parties}
    unshared = 0
    for one in held:
        town = _town(one)
        party = party_of.get(town) if town else by_organization.get(one.organization_id)
        if party is None:
            unshared += _length(one)
            continue
        minutes[party] += _length(one)
        noted[party] += one.real_minutes or 0
        if town:
            days[timezone.localdate(one.starts_at)].append(town)
    return Worked(minutes, _driven(land, days.values(), party_of), noted, unshared)


def _of_room(land: Ground, start: datetime, end: datetime) -> Worked:
    by_organization = {one.organization_id: one.pk for one in land.parties}
    minutes: Totals = defaultdict(int)
    noted: Totals = defaultdict(int)
    unshared = 0
    for one in _held(land, start, end).filter(room=land.agreement.room_id):
        party = by_organization.get(one.organization_id)
        if party is None:
            unshared += _length(one)
        else:
            minutes[party] += _length(one)
            noted[party] += one.real_minutes or 0
    return Worked(minutes, {}, noted, unshared)


def _of_vehicle(land: Ground, start: datetime, end: datetime) -> Worked:
    minutes: Totals = defaultdict(int)
    metres: Totals = defaultdict(int)
    uses = VehicleUse.objects.filter(
        party__in=land.parties, period__startswith__gte=start, period__startswith__lt=end
    )
    for one in uses.order_by("pk"):
        minutes[one.party_id] += int((one.period.upper - one.period.lower).total_seconds()) // 60
        metres[one.party_id] += one.metres
    return Worked(minutes, metres, {})


def _held(land: Ground, start: datetime, end: datetime) -> AppointmentQuerySet:
    held = [Appointment.State.ATTENDED]
    if land.agreement.counts_no_shows:
        held.append(Appointment.State.NO_SHOW)
    return (
        Appointment.objects.filter(state__in=held, starts_at__gte=start, starts_at__lt=end)
        .select_related("service_at_location__location")
        .order_by("starts_at", "pk")
    )


def _driven(land: Ground, days: Iterable[list[str]], party_of: dict[str, UUID]) -> Totals:
    """Metres by party: each trip to the town it leads to, the way back to the last one."""
    trips = trips_between(land.communes)
    metres: Totals = defaultdict(int)
    for towns in days:
        start = land.base or towns[0]
        for before, after in zip([start, *towns], towns, strict=False):
            metres[party_of[after]] += trips.metres[before, after]
        if land.base:
            metres[party_of[towns[-1]]] += trips.metres[towns[-1], land.base]
    return metres


def _split(land: Ground, worked: Worked, kind: str, amount: Decimal) -> list[Decimal]:
    key, keys = land.agreement.cost_key, PoolingAgreement.CostKey
    quotas = hundredths([one.quota for one in land.parties])
    measured = worked.minutes
    if key == keys.FIXED:
        fixed = hundredths([one.fixed_share or Decimal(0) for one in land.parties])
        return split(amount, fixed, quotas)
    if key == keys.HOURS_AND_KM and kind == CostEntry.Kind.TRAVEL:
        measured = worked.metres
    return split(amount, [measured.get(one.pk, 0) for one in land.parties], quotas)


def _costs(agreement: PoolingAgreement, month: date) -> dict[str, Decimal]:
    found = agreement.costs.filter(month=month).order_by("kind").values("kind")
    return {row["kind"]: row["sum"] for row in found.annotate(sum=Sum("amount"))}


def _town(one: Appointment) -> str | None:
    return one.service_at_location.location.commune_id if one.service_at_location else None


def _length(one: Appointment) -> int:
    return one.real_minutes or int((one.ends_at - one.starts_at).total_seconds()) // 60


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
