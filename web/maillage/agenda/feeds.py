"""Calendars to subscribe to: one for each practitioner, whatever the employers; one for a parent.

The address holds a secret that its owner can replace or close; only its hash is kept. Nothing in a
practitioner's calendar names a family or says why it comes: it is read by programs of others.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from maillage.agenda.calendar_feed import CalendarFeedQuerySet
from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import CalendarFeed
from maillage.core import audit, scope
from maillage.core.tokens import fingerprint
from maillage.families.models import Contact
from maillage.practitioners.models import Practitioner

REFRESHED_EVERY = timedelta(hours=1)  # what calendar programs are asked
NOTED_EVERY = timedelta(minutes=5)  # some programs ask every minute: one row is enough
LATE_AFTER = timedelta(days=2)  # most programs come within a day


class Sync(StrEnum):
    """How well a calendar keeps up."""

    NONE = "none"  # no address
    NEVER = "never"  # an address that no program has read yet
    WELL = "well"
    LATE = "late"  # read once, and not for two days
    FORMER = "former"  # the program still asks for a closed address


@dataclass(frozen=True, slots=True)
class Health:
    """What its owner is told."""

    state: Sync
    at: datetime | None = None


@transaction.atomic
def open_for_practitioner(one: Practitioner, *, by: int | None = None) -> str:
    """Make a new address and close the former; return its secret, which is kept nowhere."""
    lock_practitioners([one.pk])
    token = _open(CalendarFeed(practitioner=one))
    audit.record(by, "agenda.feed_opened", one)
    return token


@transaction.atomic
def open_for_contact(contact: Contact) -> str:
    """Make a new address for a parent, already recognised, and close the former."""
    Contact.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
    return _open(CalendarFeed(contact=contact))


@transaction.atomic
def close(feed: CalendarFeed, *, by: int | None = None) -> None:
    """Close an address; twice is harmless."""
    CalendarFeed.objects.live().filter(pk=feed.pk).update(revoked_at=timezone.now())
    if feed.practitioner is not None:
        audit.record(by, "agenda.feed_closed", feed.practitioner)


def of_practitioner(one: Practitioner) -> CalendarFeed | None:
    """Return the address in force, or the last one that was closed."""
    return _latest(CalendarFeed(practitioner=one))


def of_contact(contact: Contact) -> CalendarFeed | None:
    """Return the address in force, or the last one that was closed."""
    return _latest(CalendarFeed(contact=contact))


def health(feed: CalendarFeed | None, now: datetime) -> Health:
    """Say when the calendar was last read, or what is wrong."""
    if feed is None:
        return Health(Sync.NONE)
    vain = _asked_in_vain(feed)
    if vain is not None and (feed.fetched_at is None or vain > feed.fetched_at):
        return Health(Sync.FORMER, vain)
    if feed.revoked_at is not None:
        return Health(Sync.NONE)
    if feed.fetched_at is None:
        return Health(Sync.NEVER)
    late = feed.fetched_at < now - LATE_AFTER
    return Health(Sync.LATE if late else Sync.WELL, feed.fetched_at)


def fetched(token: str, now: datetime) -> CalendarFeed | None:
    """Find the owner of an address and note that it was read; None when it is closed.

    It does not raise: a refusal would undo the note that a closed address is still asked for.
    """
    key = fingerprint(token)
    scope.hold_link(key)
    found = CalendarFeed.objects.filter(pk=key)
    feed = found.select_related("practitioner").first()
    if feed is None:
        return None
    person = feed.practitioner
    gone = person is not None and person.stopped_on is not None and person.stopped_on < now.date()
    if feed.revoked_at is not None or gone:
        found.update(asked_in_vain_at=now)
        return None
    if feed.fetched_at is None or feed.fetched_at < now - NOTED_EVERY:
        found.update(fetched_at=now)
    return feed


def _open(feed: CalendarFeed) -> str:
    token = secrets.token_urlsafe(24)
    _siblings(feed).live().update(revoked_at=timezone.now())
    feed.token_hash = fingerprint(token)
    feed.save(force_insert=True)
    return token


def _siblings(feed: CalendarFeed) -> CalendarFeedQuerySet:
    if feed.practitioner_id is not None:
        return CalendarFeed.objects.filter(practitioner=feed.practitioner_id)
    return CalendarFeed.objects.filter(contact=feed.contact_id)


def _latest(feed: CalendarFeed) -> CalendarFeed | None:
    live_first = F("revoked_at").desc(nulls_first=True)
    return _siblings(feed).order_by(live_first, "-created_at").first()


def _asked_in_vain(feed: CalendarFeed) -> datetime | None:
    asked = _siblings(feed).exclude(asked_in_vain_at=None).order_by("-asked_in_vain_at")
    return asked.values_list("asked_in_vain_at", flat=True).first()
