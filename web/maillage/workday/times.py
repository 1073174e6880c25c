"""The next free times of one person, laid out by local day."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from maillage.agenda.errors import SlotIsTaken
from maillage.agenda.models import Appointment
from maillage.agenda.slots import Asked, Slot, next_slots
from maillage.directory.openings import time_zone

AHEAD = timedelta(days=42)
STAMP = "%Y%m%dT%H%MZ"


def next_times(
    former: Appointment, practitioner: UUID, now: datetime
) -> list[tuple[date, list[dict[str, Any]]]]:
    """The times of the same service that this person still has, day by day."""
    asked = Asked([former.service_id], now, now + AHEAD, now, practitioner=practitioner)
    lines = [_line(slot, former.departement_id) for slot in next_slots(asked).slots]
    return [(day, list(each)) for day, each in groupby(lines, key=lambda one: one["moment"].date())]


def moment_of(stamp: str) -> datetime:
    """Read the moment that an address names. Raises `SlotIsTaken` when it means nothing."""
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise SlotIsTaken from None


def _line(slot: Slot, departement: str) -> dict[str, Any]:
    rule = slot.occurrence.availability
    place = rule.service_at_location
    return {
        "moment": slot.starts_at.astimezone(time_zone(departement)).replace(tzinfo=None),
        "rule": rule.pk,
        "stamp": f"{slot.starts_at.astimezone(UTC):{STAMP}}",
        "where": f"{place.location.name}, {place.location.commune.name}"
        if place is not None
        else ", ".join(rule.mode_labels),
    }
