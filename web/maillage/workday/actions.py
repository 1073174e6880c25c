"""What the day's page does in one tap: it only puts together what the rooms below offer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from maillage.agenda import actions as agenda
from maillage.agenda import telling
from maillage.agenda.booking import Booking
from maillage.agenda.models import Appointment, Availability
from maillage.fees.actions import Answer, set_fee
from maillage.notes import actions as notes
from maillage.support import actions as support
from maillage.support.actions import Outcome, count_in
from maillage.support.models import Session


@transaction.atomic
def close(appointment: Appointment, outcome: Outcome, words: str, *, by: int) -> None:
    """Note how a session went, and a word for oneself: both, or nothing.

    The same page sent twice changes nothing more. Raises what the agenda, support and notes raise.
    """
    session: Session | None = getattr(appointment, "session", None)
    if session is None:
        agenda.close(appointment, outcome.state, by=by, minutes=outcome.minutes)
    elif not _already(session, appointment, outcome):
        support.close_session(session, outcome, by=by)
    if words:
        notes.write(appointment, by, words)


@transaction.atomic
def book_next(
    former: Appointment, rule_id: UUID, starts_at: datetime, *, key: UUID, by: int
) -> Appointment:
    """Give the same family another time: nothing known is asked again, and it is told.

    Raises what `book` and `count_in` raise; then nothing is kept. The same key twice gives one.
    """
    rule = Availability.objects.filter(pk=rule_id).first()
    modes = rule.modes if rule is not None else [former.mode]
    wanted = Booking(
        key=key,
        availability_id=rule_id,
        starts_at=starts_at,
        mode=former.mode if former.mode in modes else modes[0],
        composition=Appointment.Composition(former.composition),
        known=former.contact_id,
    )
    booked = agenda.book(wanted, by=by)
    if booked.just_booked:
        count_in(booked)
        set_fee(booked, Answer(), by=by)
        telling.changed(booked, "agenda/mail/confirmed_by_us.txt")
    return booked


def _already(session: Session, appointment: Appointment, outcome: Outcome) -> bool:
    """Whether the very same was noted before: a page sent twice over a bad line."""
    if session.closed_at is None or appointment.state != outcome.state:
        return False
    if not outcome.attended:
        return session.next_step == outcome.next_step
    noted = (set(session.purposes), session.minutes, session.composition, session.next_step)
    return noted == (
        set(outcome.purposes), outcome.minutes, outcome.composition, outcome.next_step
    )  # fmt: skip
