"""Costs noted, vehicles out, statements issued. What was issued never changes: it is corrected."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from maillage.core import audit
from maillage.pooling import locks
from maillage.pooling.errors import (
    CorrectionNeedsAReason,
    MonthIsNotOver,
    StatementIsTheSame,
    VehicleIsOut,
)
from maillage.pooling.grids import ground
from maillage.pooling.ledger import month_of, next_month
from maillage.pooling.models import (
    CostEntry,
    PoolingAgreement,
    PoolingParty,
    Statement,
    StatementShare,
    VehicleUse,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One expense as it was typed."""

    month: date
    kind: str
    label: str
    amount: Decimal


@transaction.atomic
def note_cost(agreement: PoolingAgreement, cost: Cost, *, by: int) -> CostEntry:
    """Add a line to the ledger. A mistake is undone by a line of the opposite amount."""
    found = locks.locked_agreement(agreement.pk)
    entry = CostEntry(
        agreement=found,
        month=cost.month.replace(day=1),
        kind=cost.kind,
        label=cost.label,
        amount=cost.amount,
    )
    entry.save(force_insert=True)
    audit.record(by, "pooling.cost_noted", entry, departement=found.departement_id)
    return entry


@transaction.atomic
def note_use(
    party: PoolingParty, span: tuple[datetime, datetime], metres: int, *, by: int
) -> VehicleUse:
    """Note that the vehicle went out for a party. Raises `VehicleIsOut` when it already was."""
    agreement = locks.locked_agreement(party.agreement_id)
    use = VehicleUse(vehicle=agreement.vehicle, party=party, period=span, metres=metres)
    try:
        with transaction.atomic():
            use.save(force_insert=True)
    except IntegrityError as refusal:
        if "a_vehicle_is_out_once_at_a_time" not in str(refusal):
            raise
        raise VehicleIsOut from None
    audit.record(by, "pooling.vehicle_out", use, departement=agreement.departement_id)
    return use


@transaction.atomic
def issue(
    agreement: PoolingAgreement, month: date, *, reason: str = "", by: int, today: date
) -> Statement:
    """Fix what a month came to. Raises `MonthIsNotOver`, `StatementIsTheSame`,
    `CorrectionNeedsAReason`.

    The agreement is locked first: a cost noted at the same time is in it, or in the next version.
    """
    found = locks.locked_agreement(agreement.pk)
    if next_month(month) > today:
        raise MonthIsNotOver
    computed = month_of(ground(found), month)
    last = found.statements.filter(month=month).order_by("-version").first()
    if last is not None and last.content_hash == computed.content_hash:
        raise StatementIsTheSame
    if last is not None and not reason:
        raise CorrectionNeedsAReason
    statement = Statement(
        agreement=found,
        month=month,
        version=last.version + 1 if last else 1,
        reason=reason if last else "",
        minutes=computed.minutes,
        noted_minutes=computed.noted_minutes,
        unshared_minutes=computed.unshared,
        metres=computed.metres,
        total=computed.total,
        content_hash=computed.content_hash,
        issued_by_id=by,
    )
    statement.save(force_insert=True)
    organizations = dict(found.parties.values_list("pk", "organization"))
    StatementShare.objects.bulk_create(
        StatementShare(
            statement=statement,
            party_id=one.party_id,
            organization_id=organizations[one.party_id],
            holder_id=found.holder_id,
            minutes=one.minutes,
            noted_minutes=one.noted_minutes,
            metres=one.metres,
            staff=one.staff,
            travel=one.travel,
            other=one.other,
        )
        for one in computed.shares
    )
    audit.record(by, "pooling.statement_issued", statement, departement=found.departement_id)
    return statement
