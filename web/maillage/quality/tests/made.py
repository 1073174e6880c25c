"""Rows that tests are made of: a family whose support is over, and what it is asked."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.utils import timezone

from maillage.agenda import feeds
from maillage.agenda.models import Appointment, Availability
from maillage.agenda.tests import made as agenda
from maillage.core import choices
from maillage.core.models import MessageKind
from maillage.core.tokens import fingerprint
from maillage.families.models import Contact, Household
from maillage.people.models import User
from maillage.quality.models import (
    Change,
    Citation,
    Feedback,
    FeedbackRequest,
    StaffFeedback,
    SupervisionMeeting,
)

QUARTER = date(2026, 7, 1)
NOW = datetime(2026, 11, 23, 10, tzinfo=agenda.PARIS)
_tokens = count()


def family(rule: Availability, commune: str | None = None, **values: Any) -> Contact:
    """A parent known where this rule is."""
    household = Household.objects.create(departement=rule.departement, commune_id=commune)
    facts = {"name": "Nour", "email": f"{uuid4().hex[:8]}@example.org", "channel": "email"}
    return Contact.objects.create(
        household=household, departement=rule.departement, **facts | values
    )


def session(
    rule: Availability, contact: Contact, starts_at: datetime, state: str = "attended", **more: Any
) -> Appointment:
    """An appointment of the past, as it ended."""
    booked_at = more.pop("booked_at", starts_at - timedelta(days=7))
    found = Appointment(
        departement=rule.departement, organization=rule.organization, service=rule.service,
        household=contact.household, contact=contact, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), mode="phone", composition="alone", state=state,
        **more,
    )  # fmt: skip
    if state == "cancelled":
        found.cancelled_at = starts_at
    found.save(force_insert=True)
    found.practitioners.add(rule.practitioner)
    Appointment.objects.filter(pk=found.pk).update(booked_at=booked_at)
    return found


def feedback(
    rule: Availability | Appointment, *three: int, words: str = "", reading: str = ""
) -> Feedback:
    """What a family said in the third quarter of 2026."""
    useful, listened, less_alone = three or (4, 4, 3)
    return Feedback.objects.create(
        departement=rule.departement, organization=rule.organization, quarter=QUARTER,
        useful=useful, listened=listened, less_alone=less_alone, words=words,
        reading=reading or ("waiting" if words else "none"),
    )  # fmt: skip


def one_of_each(appointment: Appointment, officer: User) -> None:
    """A row in every table of the room, and of messages and calendars."""
    FeedbackRequest.objects.create(
        token_hash=f"hash-{next(_tokens)}", departement=appointment.departement,
        organization=appointment.organization, service=appointment.service,
        household=appointment.household, contact=appointment.contact, appointment=appointment,
        asked_at=NOW, expires_at=NOW + timedelta(days=60),
    )  # fmt: skip
    said = feedback(appointment, words="Trop loin.", reading="kept")
    StaffFeedback.objects.create(
        departement=appointment.departement, organization=appointment.organization,
        quarter=QUARTER, means=3, backed=3, fits=3, once_key=uuid4().hex,
    )  # fmt: skip
    change = Change.objects.create(
        departement=appointment.departement, said="C’est loin.", did="Nous venons.",
        done_on=QUARTER, written_by=officer,
    )  # fmt: skip
    Citation.objects.create(change=change, departement=appointment.departement, feedback=said)
    SupervisionMeeting.objects.create(
        departement=appointment.departement, organization=appointment.organization, held_on=QUARTER,
        hours=2, persons=3,
    )  # fmt: skip
    choices.decline(appointment.contact_id, "70", [MessageKind.FEEDBACK])
    choices.stop_address(appointment.contact_id, "70")
    feeds.open_for_contact(appointment.contact)


TOKEN = "lien-vers-un-avis"


def addresses(appointment: Appointment, officer: User) -> dict[str, list[Any]]:
    """What the addresses of messages, calendars and quality need; the rows are made here."""
    asked = FeedbackRequest(
        token_hash=fingerprint(TOKEN), departement=appointment.departement,
        organization=appointment.organization, service=appointment.service,
        household=appointment.household, contact=appointment.contact, appointment=appointment,
        asked_at=timezone.now(), expires_at=timezone.now() + timedelta(days=60),
    )  # fmt: skip
    asked.save(force_insert=True)
    said = feedback(appointment, words="Trop loin.", reading="kept")
    change = Change.objects.create(
        departement=appointment.departement, said="C’est loin.", did="Nous venons.",
        done_on=QUARTER, written_by=officer,
    )  # fmt: skip
    Citation.objects.create(change=change, departement=appointment.departement, feedback=said)
    stop = choices.stop_address(appointment.contact_id, appointment.departement_id)
    calendar = feeds.open_for_contact(appointment.contact)
    return {
        "quality:feedback": [TOKEN],
        "quality:moderate": ["famille", said.pk],
        "quality:publish_change": [change.pk],
        "quality:withdraw_change": [change.pk],
        "core:stop": [stop.rstrip("/").rpartition("/")[2]],
        "core:sms_receipt_at": ["wrong"],
        "families:sms_reply_at": ["wrong"],
        "agenda:feed": [calendar],
    }
