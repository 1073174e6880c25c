"""Openings as an iCalendar file (RFC 5545): instants, which every program shows in local hours."""

from collections.abc import Iterable
from datetime import UTC

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from maillage.directory.models import Opening
from maillage.portal import words


def calendar_of(name: str, openings: Iterable[Opening]) -> bytes:
    """Write one event for each opening."""
    calendar = Calendar()
    calendar.add("prodid", "-//Maillage//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for opening in openings:
        calendar.add_component(_event(opening))
    return bytes(calendar.to_ical())


def _event(opening: Opening) -> Event:
    event = Event()
    event.add("uid", f"{opening.schedule_id}-{opening.day:%Y%m%d}@maillage")
    event.add("summary", words.name(opening.service))
    event.add("dtstart", opening.starts_at.astimezone(UTC))
    event.add("dtend", opening.ends_at.astimezone(UTC))
    event.add("dtstamp", opening.service.updated_at)
    page = reverse("portal:service", args=[opening.service_id])
    event.add("url", f"{settings.SITE_URL}{page}")
    if opening.to_confirm:
        event.add("status", "TENTATIVE")
    if opening.service_at_location:
        place = opening.service_at_location.location
        parts = [place.name, place.address, f"{place.postcode} {place.commune.name}".strip()]
        event.add("location", ", ".join(part for part in parts if part))
    return event
