"""What may be done with rules of availability. Each write is one transaction, under the lock.

A rule changes what is offered from now on; what families have booked stays as it was promised.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format

from maillage.agenda import freed, occurrences, slots
from maillage.agenda.errors import RuleChangedMeanwhile, RuleIsOver, RulesMeet
from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import (
    Appointment,
    Availability,
    AvailabilityException,
    Occurrence,
    Room,
)
from maillage.core import audit
from maillage.directory.hours import weekly_text
from maillage.directory.models import Schedule
from maillage.directory.openings import Almanac, Exceptions, time_zone

LOOKED_AHEAD = timedelta(days=400)  # a school year and more: rhythms meet within it or hardly ever
SAID = (
    "freq", "interval", "byday", "dtstart", "until", "opens_at", "closes_at", "school_period",
    "open_on_public_holidays",
)  # fmt: skip


@transaction.atomic
def keep(
    rule: Availability, apart: Exceptions, *, by: int, acting_as: str = "", today: date
) -> Availability:
    """Add a rule or change it, with its days apart from today on.

    Raises `RulesMeet`, `RuleIsOver`, or `RuleChangedMeanwhile` when somebody changed it since
    `rule.version` was read. Two edits of one practitioner wait for each other, so neither overlooks
    what the other wrote; the stored stretches follow in the same transaction, and what they open is
    first offered to the families who wait.
    """
    lock_practitioners(slots.company([rule.practitioner_id]))
    new = rule._state.adding
    if not new:
        _refuse_unseen_changes(rule, today)
    _refuse_two_places(rule, apart, today)
    if rule.room is not None and rule.room._state.adding:
        rule.room = Room.objects.get_or_create(
            location=rule.room.location,
            name=rule.room.name,
            defaults={"capacity": rule.room.capacity},
        )[0]
    rule.version += 0 if new else 1
    rule.save()
    rule.exceptions.filter(day__gte=today).delete()
    AvailabilityException.objects.bulk_create(
        AvailabilityException(
            availability=rule,
            day=day,
            opens_at=hours[0] if hours else None,
            closes_at=hours[1] if hours else None,
        )
        for day, hours in sorted(apart.items())
        if day >= today
    )
    occurrences.rebuild([rule.practitioner_id], today=today)
    verb = "agenda.rule_added" if new else "agenda.rule_changed"
    audit.record(by, verb, rule, departement=rule.departement_id, acting_as=acting_as)
    now = timezone.now()
    freed.offer([rule.practitioner_id], now, now + timedelta(days=rule.horizon_days), now=now)
    return rule


@transaction.atomic
def end(rule: Availability, last_day: date, *, by: int, acting_as: str = "", today: date) -> None:
    """Offer nothing more after `last_day`; what is booked stays. Twice is harmless.

    A rule that has not started by then is removed: it never offered anything.
    """
    lock_practitioners([rule.practitioner_id])
    found = Availability.objects.filter(pk=rule.pk).first()
    if found is None or (found.until is not None and found.until <= last_day):
        return
    audit.record(
        by, "agenda.rule_ended", found, departement=found.departement_id, acting_as=acting_as
    )
    if found.dtstart > last_day:
        found.delete()
    else:
        found.until = last_day
        found.version += 1
        found.save(update_fields=["until", "version"])
        found.exceptions.filter(day__gt=last_day).delete()
    occurrences.rebuild([rule.practitioner_id], today=today)


def is_over(rule: Availability | None, today: date) -> bool:
    """Whether a rule offers nothing more."""
    return rule is None or (rule.until is not None and rule.until < today)


def standing(rules: Iterable[Availability], today: date) -> list[Availability]:
    """Keep those that still offer something."""
    return [rule for rule in rules if not is_over(rule, today)]


def in_words(rule: Availability, today: date) -> str:
    """Say when a rule opens, as families and professionals read it."""
    schedule = Schedule(**{name: getattr(rule, name) for name in SAID})
    return "\u00a0; ".join(weekly_text([schedule], day=today))


def booked_outside(practitioner_id: UUID, now: datetime) -> int:
    """Count the coming appointments that no rule would offer any more: they stand all the same."""
    offered = Occurrence.objects.filter(
        practitioner=practitioner_id,
        service=OuterRef("service"),
        starts_at__lte=OuterRef("starts_at"),
        ends_at__gte=OuterRef("ends_at"),
    )
    held = Q(state__in=[Appointment.State.PENDING, Appointment.State.CONFIRMED])
    coming = Appointment.objects.filter(held, practitioners=practitioner_id, starts_at__gt=now)
    return coming.filter(~Exists(offered)).count()


def _refuse_unseen_changes(rule: Availability, today: date) -> None:
    """Refuse to write over a rule that is over, or that says something else than what was read."""
    stored = Availability.objects.filter(pk=rule.pk).first()
    if stored is None or is_over(stored, today):
        raise RuleIsOver
    if stored.version != rule.version:
        raise RuleChangedMeanwhile(said=in_words(stored, today))


def _refuse_two_places(rule: Availability, apart: Exceptions, today: date) -> None:
    """Compare with every other rule of the person, whatever the employer: all of it is public."""
    others = Availability.objects.filter(practitioner=rule.practitioner_id).exclude(pk=rule.pk)
    rivals = [
        other
        for other in standing(others.select_related("service_at_location__location"), today)
        if _cannot_hold_with(rule, other)
    ]
    mine = _spans(rule, apart, today)
    theirs = occurrences.exceptions_of(rivals)
    for other in rivals:
        met = _first_meeting(mine, _spans(other, theirs[other.pk], today))
        if met is not None:
            day = met.astimezone(time_zone(rule.departement_id))
            raise RulesMeet(day=date_format(day, "l j F Y").capitalize(), where=_where(other))


def _cannot_hold_with(rule: Availability, other: Availability) -> bool:
    """Two places at once, or twice the same offer; answering the phone from a place is fine."""
    here, there = rule.service_at_location, other.service_at_location
    elsewhere = here is not None and there is not None and here.location_id != there.location_id
    return elsewhere or rule.service_id == other.service_id


def _spans(rule: Availability, apart: Exceptions, today: date) -> list[tuple[datetime, datetime]]:
    start = max(today, rule.dtstart)
    almanac = Almanac(rule.departement_id, start, start + LOOKED_AHEAD)
    return list(occurrences.spans(rule, apart, almanac))


def _first_meeting(
    mine: list[tuple[datetime, datetime]], theirs: list[tuple[datetime, datetime]]
) -> datetime | None:
    """Walk both lists in order of time; return when they first meet."""
    one = other = 0
    while one < len(mine) and other < len(theirs):
        starts_at = max(mine[one][0], theirs[other][0])
        if starts_at < min(mine[one][1], theirs[other][1]):
            return starts_at
        if mine[one][1] <= theirs[other][1]:
            one += 1
        else:
            other += 1
    return None


def _where(rule: Availability) -> str:
    if rule.service_at_location is not None:
        return rule.service_at_location.location.name
    return rule.service.name
