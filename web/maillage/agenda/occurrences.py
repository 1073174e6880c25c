"""From rules of availability to stored occurrences, so that a search for a slot expands nothing.

Several people are often free at one moment, and a page shows a few of them. `turn_of` draws anew
each day who comes first: nobody is always shown before a colleague, and the same page gives the
same answer all day long.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from uuid import UUID

from django.db import transaction

from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import Availability, AvailabilityException, Occurrence
from maillage.directory.openings import Almanac, Exceptions, Hours, occurrences, span
from maillage.practitioners.models import Practitioner

Key = tuple[UUID, datetime, datetime, tuple[str, ...], str]  # and how and where one receives


def rebuild_all(*, today: date) -> Iterator[int]:
    """Rebuild every practitioner, each in a transaction, so that nobody waits for another."""
    everyone = list(Practitioner.objects.order_by("pk").values_list("pk", flat=True))
    for one in everyone:
        yield rebuild([one], today=today)


@transaction.atomic
def rebuild(practitioner_ids: Collection[UUID], *, today: date) -> int:
    """Make the stored occurrences of these practitioners what their rules say; return how many.

    Practitioners are locked first: two edits at once give the occurrences of the last rules. What
    is already booked does not depend on occurrences, so a rule may change under it.
    """
    lock_practitioners(practitioner_ids)
    rules = (
        Availability.objects.filter(practitioner__in=practitioner_ids)
        .select_related("service_at_location__location")
        .order_by("pk")
    )
    apart = exceptions_of(rules)
    wanted = {key: rule for rule in rules for key in _keys(rule, apart[rule.pk], today)}
    stored = Occurrence.objects.filter(practitioner__in=practitioner_ids)
    kept = {
        (one.availability_id, one.starts_at, one.ends_at, tuple(one.modes), one.commune): one.pk
        for one in stored
    }
    Occurrence.objects.filter(pk__in=[kept[key] for key in kept.keys() - wanted.keys()]).delete()
    Occurrence.objects.bulk_create(
        Occurrence(
            availability=wanted[key],
            practitioner_id=wanted[key].practitioner_id,
            service_id=wanted[key].service_id,
            departement_id=wanted[key].departement_id,
            starts_at=key[1],
            ends_at=key[2],
            modes=wanted[key].modes,
            commune=key[4],
            turn=turn_of(wanted[key].practitioner_id, key[1]),
        )
        for key in sorted(wanted.keys() - kept.keys())
    )
    return len(wanted)


def turn_of(practitioner_id: UUID, starts_at: datetime) -> int:
    """Draw the rank of someone among those who are free at one moment: another one each day."""
    drawn = f"{practitioner_id}/{starts_at.astimezone(UTC).date()}"
    return int(md5(drawn.encode(), usedforsecurity=False).hexdigest()[:7], 16)


def spans(
    rule: Availability, apart: Exceptions, almanac: Almanac
) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches that a rule and its days apart make over the span of the almanac."""
    for one in occurrences(rule, apart, almanac):
        starts_at, ends_at = span(one.day, one.opens_at, one.closes_at, almanac.zone)
        if ends_at > starts_at:  # both hours may fall in the hour that a clock change removes
            yield starts_at, ends_at


def _keys(rule: Availability, apart: Exceptions, today: date) -> Iterator[Key]:
    almanac = Almanac(rule.departement_id, today, today + timedelta(days=rule.horizon_days))
    place = rule.service_at_location
    commune = place.location.commune_id if place is not None else ""
    for starts_at, ends_at in spans(rule, apart, almanac):
        yield rule.pk, starts_at, ends_at, tuple(rule.modes), commune


def exceptions_of(rules: Collection[Availability]) -> "defaultdict[UUID, Exceptions]":
    """Read the days apart of these rules, by rule and by day."""
    found: defaultdict[UUID, dict[date, Hours | None]] = defaultdict(dict)
    for one in AvailabilityException.objects.filter(availability__in=rules):
        hours = None
        if one.opens_at is not None and one.closes_at is not None:
            hours = (one.opens_at, one.closes_at)
        found[one.availability_id][one.day] = hours
    return found  # type: ignore[return-value]
