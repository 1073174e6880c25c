"""What the agenda itself tells families and services, each in the transaction of the fact."""

from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maillage.agenda.models import Appointment, Offer
from maillage.core import outbox
from maillage.core.models import MessageKind
from maillage.directory.models import Service
from maillage.directory.openings import time_zone
from maillage.families import links
from maillage.families.models import Contact, ContactLink
from maillage.families.telling import tell
from maillage.people.models import User

LINK_OUTLIVES = timedelta(days=60)


def offered(offer: Offer, contact: Contact) -> bool:
    """Tell a family that a slot is held for it, until when, and how to say yes or no.

    Return False when the family does not want to be written to about freed slots.
    """
    facts = _of_an_offer(offer, contact)
    return tell(contact, "agenda/mail/offered.txt", facts, kind=MessageKind.OFFER)


def passed_on(offer: Offer, contact: Contact) -> None:
    """Tell a family that the slot went to the next, and that it keeps its place."""
    facts = _of_an_offer(offer, contact)
    tell(contact, "agenda/mail/passed_on.txt", facts, kind=MessageKind.OFFER)


def changed(appointment: Appointment, template: str) -> None:
    """Tell a family what a professional did with its appointment; the link shows it."""
    token = links.make(
        appointment.contact, ContactLink.Opens.APPOINTMENT, appointment.pk,
        until=appointment.ends_at + LINK_OUTLIVES,
    )  # fmt: skip
    facts: dict[str, object] = {
        "appointment": appointment,
        "service": appointment.service,
        "moment": appointment.local_start,
        "with": ", ".join(one.name for one in appointment.practitioners.order_by("name", "pk")),
        "phone": appointment.service.phone or appointment.service.organization.phone,
        "link": settings.SITE_URL + reverse("portal:appointment", args=[token]),
        "site_name": settings.SITE_NAME,
    }
    tell(appointment.contact, template, facts, kind=MessageKind.CHANGE)


def no_slot_left(user: User, service: Service) -> None:
    """Tell one manager that families find nothing free any more."""
    with translation.override(user.language):
        facts = {
            "service": service,
            "address": settings.SITE_URL + reverse("agenda:rules"),
            "site_name": settings.SITE_NAME,
        }
        text = render_to_string("agenda/mail/no_slot_left.txt", facts).strip()
    subject, _sep, body = text.partition("\n")
    outbox.post(user.email, subject, body.strip() + "\n")


def _of_an_offer(offer: Offer, contact: Contact) -> dict[str, object]:
    token = links.make(contact, ContactLink.Opens.OFFER, offer.entry_id)
    place = offer.availability.service_at_location
    return {
        "service": offer.availability.service,
        "moment": _local(offer.starts_at, offer.departement_id),
        "held_until": _local(offer.held_until, offer.departement_id),
        "mode": offer.get_mode_display(),
        "place": place.location if place is not None and offer.mode == "on_site" else None,
        "with": offer.availability.practitioner.name,
        "link": settings.SITE_URL + reverse("portal:offer", args=[token]),
        "site_name": settings.SITE_NAME,
    }


def _local(moment: datetime, departement: str) -> datetime:
    return moment.astimezone(time_zone(departement)).replace(tzinfo=None)
