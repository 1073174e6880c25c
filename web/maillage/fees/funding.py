"""R36: who pays a service in a year, and what each share comes to, to the cent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from maillage.agenda.models import Appointment
from maillage.core import audit
from maillage.core.shares import by_largest_remainder
from maillage.directory.models import Service
from maillage.fees.errors import SharesDoNotAddUp
from maillage.fees.models import Cost, Fee, Funder, Funding
from maillage.fees.scale import CENT, HUNDRED, NOTHING, plain
from maillage_parameters import get

CAF_LIMIT = "funding.caf_largest_share"


@dataclass(frozen=True, slots=True)
class Part:
    """What one funder pays."""

    funder: str
    percent: Decimal
    amount: Decimal

    @property
    def name(self) -> str:
        """The funder, as people read it."""
        return str(Funder(self.funder).label)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One service and year: what was spent, who pays it, what families were asked."""

    service: Service
    year: int
    spent: Decimal
    parts: tuple[Part, ...]
    asked_of_families: Decimal
    sessions: int
    caf_limit: Decimal

    @property
    def has_no_funder(self) -> bool:
        """Whether money is spent that nobody was said to pay."""
        return bool(self.spent) and not self.parts

    @property
    def caf_share(self) -> Decimal:
        """The share of the Caf, in percent."""
        return sum((one.percent for one in self.parts if one.funder == Funder.CAF), NOTHING)

    @property
    def caf_pays_too_much(self) -> bool:
        """Whether the Caf's share reaches what calls for projects ask it to stay under."""
        return self.caf_share >= self.caf_limit

    @property
    def per_session(self) -> Decimal | None:
        """What a session held cost, all funders together; None before the first one."""
        return (self.spent / self.sessions).quantize(CENT) if self.sessions else None


def split(total: Decimal, shares: Sequence[tuple[str, Decimal]]) -> list[Part]:
    """Share an amount so that the parts make it exactly: largest remainder, in cents.

    Each part is first rounded down; the cents left go one by one to the largest remainders. Between
    equal remainders the larger share comes first, then the order in which shares are given.
    """
    sign = -1 if total < 0 else 1
    cents = int(abs(total) / CENT)
    percents = [Fraction(percent) for _funder, percent in shares]
    parts = by_largest_remainder(cents, [cents * one / 100 for one in percents], favour=percents)
    pairs = zip(shares, parts, strict=True)
    return [Part(funder, percent, sign * part * CENT) for (funder, percent), part in pairs]


def ledgers(services: Collection[Service], year: int) -> list[Ledger]:
    """The accounts of several services for a year, in four queries."""
    keys = [service.pk for service in services]
    in_year = {"service__in": keys, "spent_on__year": year}
    spent = Cost.objects.filter(**in_year).order_by().values_list("service").annotate(Sum("amount"))
    costs = dict(spent)
    shares: dict[UUID, list[tuple[str, Decimal]]] = {}
    for one in Funding.objects.filter(service__in=keys, year=year).order_by("funder"):
        shares.setdefault(one.service_id, []).append((one.funder, one.percent))
    asked, held = _sessions(keys, year)
    limit = get(CAF_LIMIT).on(date(year, 12, 31)).amount
    return [
        Ledger(
            service=service,
            year=year,
            spent=costs.get(service.pk, NOTHING),
            parts=tuple(split(costs.get(service.pk, NOTHING), shares.get(service.pk, []))),
            asked_of_families=asked.get(service.pk, NOTHING),
            sessions=held.get(service.pk, 0),
            caf_limit=limit,
        )
        for service in services
    ]


def _sessions(keys: list[UUID], year: int) -> tuple[dict[UUID, Decimal], dict[UUID, int]]:
    attended = Appointment.objects.filter(
        service__in=keys, starts_at__year=year, state=Appointment.State.ATTENDED
    ).order_by()
    held: dict[UUID, int] = {}
    for service in attended.values_list("service", flat=True):
        held[service] = held.get(service, 0) + 1
    fees = Fee.objects.filter(appointment__in=attended).order_by()
    return dict(fees.values_list("appointment__service").annotate(Sum("amount"))), held


@transaction.atomic
def set_shares(
    service: Service, year: int, shares: Mapping[str, Decimal], *, by: int
) -> list[Funding]:
    """Say who pays a service in a year; no share at all takes the year back.

    Raises `SharesDoNotAddUp`. The service is locked, so that two people who write at once leave the
    shares of one of them; the database refuses at the end any total but 100 %.
    """
    kept = {funder: percent for funder, percent in shares.items() if percent}
    total = sum(kept.values(), NOTHING)
    if kept and total != HUNDRED:
        raise SharesDoNotAddUp(total=plain(total))
    Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
    Funding.objects.filter(service=service, year=year).delete()
    made = Funding.objects.bulk_create(
        Funding(
            service=service,
            departement_id=service.departement_id,
            year=year,
            funder=funder,
            percent=percent,
        )
        for funder, percent in kept.items()
    )
    audit.record(by, "fees.shares_set", service, departement=service.departement_id)
    return made


@transaction.atomic
def add_cost(cost: Cost, *, by: int) -> Cost:
    """Write one line of what a service spent. A wrong line is undone by its opposite."""
    cost.departement_id, cost.recorded_by_id = cost.service.departement_id, by
    cost.save(force_insert=True)
    audit.record(by, "fees.cost_added", cost.service, departement=cost.departement_id)
    return cost
