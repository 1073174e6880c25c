"""What a family answers about its fee. Money never stops anything: no answer is ever refused."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from maillage.agenda.models import Appointment
from maillage.core import audit
from maillage.directory.openings import time_zone
from maillage.fees.models import Fee
from maillage.fees.quotes import Quote, quote
from maillage.fees.scale import NOTHING

COUPLES = {Appointment.Composition.COUPLE, Appointment.Composition.FAMILY}


@dataclass(frozen=True, slots=True)
class Answer:
    """A band, or an income that is used then forgotten; nothing said; or asking to pay nothing."""

    kind: str = Fee.Kind.UNDISCLOSED
    band: UUID | None = None
    income: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What an answer comes to on a scale."""

    kind: str
    band: UUID | None
    amount: Decimal


def due(asked: Quote, answer: Answer) -> Due:
    """What an answer comes to. An answer that means nothing here counts as nothing said."""
    if answer.kind == Fee.Kind.WAIVER:
        return Due(Fee.Kind.WAIVER, None, NOTHING)
    if answer.kind == Fee.Kind.BAND:
        bands = [line.band for line in asked.lines]
        if _is_an_income(answer.income):
            position = asked.scale.position(answer.income or NOTHING)
            amount = asked.scale.in_band(position, answer.income or NOTHING)
            return Due(Fee.Kind.BAND, bands[position], amount)
        if answer.band in bands:
            return Due(Fee.Kind.BAND, answer.band, asked.scale.least(bands.index(answer.band)))
    return Due(Fee.Kind.UNDISCLOSED, None, asked.lowest)


def _is_an_income(income: Decimal | None) -> bool:
    return income is not None and income.is_finite() and income >= 0


def set_fee(appointment: Appointment, answer: Answer, *, by: int | None = None) -> Fee | None:
    """Write what an appointment asks, by the scale of its day. None when it asks nothing.

    Never raises for money. Answering again replaces the answer, as long as the appointment stands;
    asking to pay nothing is always heard. Nothing is ever paid before the appointment.
    """
    asked = quote(appointment.service, local_day(appointment))
    return None if asked is None else _write(appointment, asked, answer, by)


@transaction.atomic
def _write(appointment: Appointment, asked: Quote, answer: Answer, by: int | None) -> Fee:
    found = due(asked, answer)
    fee, _made = Fee.objects.update_or_create(
        appointment=appointment,
        defaults={
            "version": asked.version,
            "band_id": found.band,
            "answer": found.kind,
            "valued_on": local_day(appointment),
            "payers": payers(appointment, asked),
            "unit_amount": found.amount,
        },
    )
    fee.refresh_from_db(fields=["amount"])
    audit.record(by, "fees.answered", appointment, departement=appointment.departement_id)
    return fee


@transaction.atomic
def waive(fee: Fee, *, by: int | None = None) -> Fee:
    """Ask nothing after all, before or after the appointment: no proof, no reason."""
    found = Fee.objects.select_for_update(of=("self",)).get(pk=fee.pk)
    if found.answer != Fee.Kind.WAIVER:
        found.answer, found.band, found.unit_amount = Fee.Kind.WAIVER, None, NOTHING
        found.save(update_fields=["answer", "band", "unit_amount"])
        found.refresh_from_db(fields=["amount"])
        place = found.appointment.departement_id
        audit.record(by, "fees.waived", found.appointment, departement=place)
    return found


def ask_nothing(appointment: Appointment, *, by: int | None = None) -> Fee | None:
    """Ask nothing of who comes to this appointment; None when nothing was asked."""
    fee = Fee.objects.filter(appointment=appointment).first()
    return None if fee is None else waive(fee, by=by)


def payers(appointment: Appointment, asked: Quote) -> int:
    """How many pay: each adult who comes where the scale is per person, else the session once."""
    return 2 if asked.is_per_person and appointment.composition in COUPLES else 1


def local_day(appointment: Appointment) -> date:
    """The day of the appointment where it takes place."""
    return appointment.starts_at.astimezone(time_zone(appointment.departement_id)).date()
