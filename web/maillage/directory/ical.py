"""The openings of a service, or of all that a place gives, as a calendar to subscribe to.

Stored openings are written one by one: a telephone shows exactly what the pages show, holidays and
exceptions included, which no calendar rule could say. Local hours come with the definition of
their time zone. An opening keeps its identifier for ever, so that a second reading updates it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Event, Timezone

from maillage.core import calendars
from maillage.directory.models import Location, Opening

PRODUCT = "-//Maillage//directory//FR"
REFRESH = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar is called, where it leads, and the clock that its hours follow."""

    name: str
    url: str
    zone: ZoneInfo
    host: str  # in identifiers: two sites never share one
    language: str = "fr"


def calendar(feed: Feed, openings: Iterable[Opening], *, now: datetime) -> bytes:
    """Return an iCalendar file (RFC 5545); `openings` come with their service and location.

    `now` stamps the file: the same openings read at the same time give the same bytes.
    """
    found = calendars.calendar(PRODUCT, feed.name)
    found.add("method", "PUBLISH")
    found.add("url", feed.url)
    found.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    found.add("x-published-ttl", REFRESH)
    listed = list(openings)
    if listed and feed.zone.key != "UTC":
        found.add_component(_clock(feed.zone, [opening.day for opening in listed]))
    for opening in listed:
        found.add_component(_event(feed, opening, now))
    return bytes(found.to_ical())


def _clock(zone: ZoneInfo, days: list[date]) -> Timezone:
    """Return the rules of the clock over the span of the days, a year of margin on each side."""
    first, last = date(min(days).year - 1, 1, 1), date(max(days).year + 1, 12, 31)
    return Timezone.from_tzid(zone.key, first_date=first, last_date=last)


def _event(feed: Feed, opening: Opening, now: datetime) -> Event:
    service = opening.service
    event = Event()
    event.add("uid", uid(opening, feed.host))
    event.add("dtstamp", now)
    event.add("dtstart", opening.starts_at.astimezone(feed.zone))
    event.add("dtend", opening.ends_at.astimezone(feed.zone))
    event.add("summary", service.name)
    event.add("url", feed.url)
    event.add("transp", "TRANSPARENT")  # an opening keeps nobody busy
    event.add("status", "TENTATIVE" if opening.to_confirm else "CONFIRMED")
    told = [
        _("À confirmer par téléphone avant de venir.") if opening.to_confirm else "",
        service.alert,
        _("Téléphone : {phone}").format(phone=service.phone) if service.phone else "",
    ]
    if any(told):
        event.add("description", "\n".join(part for part in told if part))
    if opening.service_at_location is not None:
        _place(event, opening.service_at_location.location)
    return event


def uid(opening: Opening, host: str) -> str:
    """Return an identifier that does not change when openings are stored again."""
    place = opening.service_at_location_id or opening.service_id
    return f"{place}-{opening.schedule_id}-{opening.day:%Y%m%d}@{host}"


def _place(event: Event, location: Location) -> None:
    town = f"{location.postcode} {location.commune.name}".strip()
    event.add(
        "location", ", ".join(part for part in (location.name, location.address, town) if part)
    )
    if not location.at_town_hall:
        event.add("geo", (location.latitude, location.longitude))
