"""What a family is told of its appointment, and the link that is its own."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from icalendar import Event

from maillage.agenda.models import Appointment, WaitingEntry
from maillage.core import calendars
from maillage.directory.openings import time_zone
from maillage.directory.vocabulary import Delivery
from maillage.families import links
from maillage.families.models import Contact, ContactLink
from maillage.families.reach import as_dialled
from maillage.families.telling import tell
from maillage.fees.models import Fee
from maillage.portal import words
from maillage.portal.prices import said_of, said_with

LINK_OUTLIVES = timedelta(days=60)
STEPS = (_("Choisir un moment"), _("Dire qui vient"), _("C’est noté"))
PRODUCER = "-//Maillage//Rendez-vous//FR"


def new_link(appointment: Appointment) -> str:
    """Make one more link for the family; those sent before still work."""
    return links.make(
        appointment.contact,
        ContactLink.Opens.APPOINTMENT,
        appointment.pk,
        until=appointment.ends_at + LINK_OUTLIVES,
    )


def told_to_wait(entry: WaitingEntry) -> str:
    """Write to a family that waits, and return its link: where it stands, and how to leave."""
    token = offer_link(entry)
    link = settings.SITE_URL + reverse("portal:offer", args=[token])
    tell(entry.contact, "portal/mail/waits.txt", {"link": link, "site_name": settings.SITE_NAME})
    return token


def offer_link(entry: WaitingEntry) -> str:
    """Make one more link to a place in a waiting list."""
    return links.make(entry.contact, ContactLink.Opens.OFFER, entry.pk)


def said(appointment: Appointment, *, own: bool = True) -> dict[str, Any]:
    """Return what may be said of an appointment to anyone who may see it: no link.

    The other parent, whose `own` appointment it is not, never reads a number to call.
    """
    moment = _local(appointment.starts_at, appointment)
    today = _local(timezone.now(), appointment).date()
    return {
        "appointment": appointment,
        "title": words.name(appointment.service),
        "day": words.day(moment.date(), today),
        "hour": words.hour(moment.time()),
        "with": words.listed([one.name for one in appointment.people()]),
        "site_name": settings.SITE_NAME,
        "phone": appointment.service.phone or appointment.service.organization.phone,
        "how": how(appointment) if own or appointment.video_url else "",
    }


def how(appointment: Appointment) -> str:
    """At a distance: where to click, or who calls whom; nothing on site."""
    if appointment.video_url:
        return gettext("En vidéo : %(address)s") % {"address": appointment.video_url}
    if appointment.mode == Delivery.VIDEO:
        return gettext("En vidéo : la structure vous enverra l’adresse.")
    if appointment.mode != Delivery.PHONE:
        return ""
    if appointment.contact.phone:
        number = {"number": as_dialled(appointment.contact.phone)}
        return gettext("Par téléphone : nous vous appelons au %(number)s.") % number
    phone = appointment.service.phone or appointment.service.organization.phone
    if phone:
        return gettext("Par téléphone : c’est vous qui appelez, au %(phone)s.") % {"phone": phone}
    return gettext("Par téléphone : nous vous écrirons pour dire qui appelle.")


def facts(appointment: Appointment, token: str, *, own: bool = True) -> dict[str, Any]:
    """Return what pages and messages say of an appointment, in the reader's language."""
    link = settings.SITE_URL + reverse("portal:appointment", args=[token])
    return {**said(appointment, own=own), "link": link}


def confirmation(appointment: Appointment, token: str) -> dict[str, Any]:
    """Return what the message says of an appointment just taken: what is due too."""
    return {**facts(appointment, token), "fee": said_of(appointment)}


def first_confirmation(appointment: Appointment, token: str, fee: Fee | None) -> dict[str, Any]:
    """The same, for who has just written the fee."""
    return {**facts(appointment, token), "fee": said_with(appointment, fee)}


def calendar(appointment: Appointment, token: str, reader: Contact, now: datetime) -> bytes:
    """Return the appointment for any calendar program; nothing of its subject if discreet."""
    said = facts(appointment, token, own=reader.pk == appointment.contact_id)
    event = Event()
    event.add("uid", f"{appointment.pk}@maillage")
    event.add("dtstamp", now)
    event.add("dtstart", _local(appointment.starts_at, appointment))
    event.add("dtend", _local(appointment.ends_at, appointment))
    event.add("summary", said["site_name"] if reader.discreet else said["title"])
    event.add("url", said["link"])
    if appointment.video_url:
        event.add("conference", appointment.video_url, parameters={"VALUE": "URI"})
        event.add("description", said["how"])
    if appointment.service_at_location is not None:
        place = appointment.service_at_location.location
        event.add("location", f"{place.name}, {place.address} {place.commune.name}")
    if appointment.state == Appointment.State.CANCELLED:
        event.add("status", "CANCELLED")
    return calendars.written(calendars.calendar(PRODUCER), [event])


def _local(moment: datetime, appointment: Appointment) -> datetime:
    return moment.astimezone(time_zone(appointment.departement_id))
