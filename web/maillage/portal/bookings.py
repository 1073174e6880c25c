"""The one way in which a family's appointment is taken, whoever takes it.

The time, the session it counts as, the price and the message are one transaction: either the family
has all of them, or nothing happened.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from maillage.agenda.actions import book
from maillage.agenda.assisted import book_for_parent
from maillage.agenda.booking import Booking
from maillage.agenda.models import Appointment
from maillage.core import prepared
from maillage.families.models import Consent
from maillage.families.telling import tell
from maillage.fees.actions import Answer, set_fee
from maillage.portal.promises import first_confirmation, new_link
from maillage.support.actions import count_in

NOTHING_SAID = Answer()


@dataclass(frozen=True, slots=True)
class Said:
    """What a family says beside the time: what it hopes for, what it answers about the price."""

    answer: Answer = NOTHING_SAID
    goals: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """Who takes the appointment for a parent, and how the parent agreed to it."""

    by: int
    means: Consent.Means


@dataclass(frozen=True, slots=True)
class Taken:
    """An appointment, and the token of a link of its family."""

    appointment: Appointment
    token: str


@prepared.statements()
@transaction.atomic
def take(
    wanted: Booking,
    said: Said | None = None,
    *,
    heard: Heard | None = None,
    now: datetime | None = None,
) -> Taken:
    """Take an appointment, count it, set its price, write to the family.

    Raises what `book` and `count_in` raise; then nothing is kept. The same request sent twice gives
    the same appointment and one message: `book` holds the practitioner's lock until both are done.
    """
    words = said or Said()
    appointment = _booked(wanted, heard, now)
    token = new_link(appointment)
    if appointment.just_booked:
        count_in(
            appointment,
            goals=words.goals,
            birth_months=wanted.children,
            due_months=wanted.due_months,
            now=now,
        )
        fee = set_fee(appointment, words.answer, by=heard.by if heard else None)
        facts = first_confirmation(appointment, token, fee)
        tell(appointment.contact, "portal/mail/confirmed.txt", facts)
    return Taken(appointment, token)


def _booked(wanted: Booking, heard: Heard | None, now: datetime | None) -> Appointment:
    if heard is None:
        return book(wanted, now=now)
    return book_for_parent(wanted, means=heard.means, by=heard.by)
