"""Appointments as an iCalendar document (RFC 5545, RFC 7986): the same rows give the same bytes.

An appointment that was moved stays one event: its number is that of its first row, its sequence
counts the moves. One that was cancelled, or given to someone else, is said so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Event, vDuration

from maillage.agenda.feeds import REFRESHED_EVERY
from maillage.agenda.models import Appointment, CalendarFeed
from maillage.core import scope
from maillage.core.calendars import calendar, written
from maillage.families.models import Contact
from maillage.territory.clocks import time_zone

PRODUCER = "-//Maillage//Agenda//FR"
BEHIND = timedelta(days=30)
STATUS = {"pending": "TENTATIVE", "cancelled": "CANCELLED", "moved": "CANCELLED",
          "excused": "CANCELLED"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One event: an appointment at the end of its moves."""

    appointment: Appointment
    first: UUID
    moves: int

    @property
    def status(self) -> str:
        """How RFC 5545 says its state."""
        return STATUS.get(self.appointment.state, "CONFIRMED")

    @property
    def sequence(self) -> int:
        """How many times it changed."""
        return self.moves + (self.status == "CANCELLED")


def calendar_of(feed: CalendarFeed, now: datetime) -> bytes:
    """Return the whole calendar of one owner, from a month ago on."""
    since = now - BEHIND
    if feed.practitioner is not None:
        with scope.system():
            lines = _lines(feed.practitioner.appointments.all(), since)
            return _document(_("Rendez-vous"), [_for_practitioner(line) for line in lines])
    scope.hold_contact(feed.contact_id)
    contact = Contact.objects.get(calendar_feeds=feed)
    events = [_for_parent(line, contact) for line in _lines(contact.appointments.all(), since)]
    return _document(settings.DISCREET_NAME if contact.discreet else settings.SITE_NAME, events)


def _lines(appointments: QuerySet[Appointment], since: datetime) -> list[Line]:
    found = appointments.filter(starts_at__gte=since).select_related(
        "service", "service_at_location__location__commune"
    )
    rows = list(found.prefetch_related("practitioners").order_by("starts_at", "pk"))
    mine = {one.pk for one in rows}
    ends = [one for one in rows if one.moved_to_id not in mine]
    roots = _roots(one.pk for one in ends)
    return [Line(one, *roots[one.pk]) for one in ends]


def _roots(keys: Iterable[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """Walk back from each appointment to its first row, all of them one step at a time."""
    found = {key: (key, 0) for key in keys}
    while True:
        steps = dict(
            Appointment.objects.filter(moved_to__in={first for first, _n in found.values()})
            .values_list("moved_to_id", "pk")
        )  # fmt: skip
        if not steps:
            return found
        found = {
            key: (steps[first], moves + 1) if first in steps else (first, moves)
            for key, (first, moves) in found.items()
        }


def _for_practitioner(line: Line) -> Event:
    """Say when and where, never who nor why."""
    event = _event(line, _("Rendez-vous"), _where(line.appointment, named=True))
    event.add("url", line.appointment.video_url or settings.SITE_URL + reverse("agenda:agenda"))
    return event


def _for_parent(line: Line, contact: Contact) -> Event:
    found = line.appointment
    if contact.discreet:
        return _event(line, settings.DISCREET_NAME, _where(found, named=False))
    event = _event(line, found.service.name, _where(found, named=True))
    names = ", ".join(sorted(one.name for one in found.practitioners.all()))
    event.add("description", _("Avec {names}").format(names=names))
    if found.video_url:
        event.add("url", found.video_url)
    return event


def _event(line: Line, summary: str, where: str) -> Event:
    found = line.appointment
    zone = time_zone(found.departement_id)
    changed = max(found.booked_at, found.cancelled_at or found.booked_at)
    event = Event()
    event.add("uid", f"{line.first}@maillage")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", found.starts_at.astimezone(zone))
    event.add("dtend", found.ends_at.astimezone(zone))
    event.add("sequence", line.sequence)
    event.add("status", line.status)
    event.add("transp", "TRANSPARENT" if line.status == "CANCELLED" else "OPAQUE")
    event.add("class", "PRIVATE")
    event.add("summary", summary)
    event.add("location", where)
    return event


def _where(found: Appointment, *, named: bool) -> str:
    if found.service_at_location is None:
        return str(found.get_mode_display())
    place = found.service_at_location.location
    words = [place.name if named else "", place.address, place.commune.name]
    return ", ".join(word for word in words if word)


def _document(name: str, events: list[Event]) -> bytes:
    whole = calendar(PRODUCER, name)
    whole.add("calscale", "GREGORIAN")
    whole.add("refresh-interval", vDuration(REFRESHED_EVERY), parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", vDuration(REFRESHED_EVERY))
    return written(whole, events)
