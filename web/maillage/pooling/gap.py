"""Hours that families ask for against hours that practitioners offer, per skill and EPCI.

Demand is what came in the last twelve weeks: appointments given, families still waiting, searches
without an answer (an hour each, by the need that was searched). Capacity is what the rules of those
whose papers are valid offer in the next four weeks. Both in hours a week. Someone with two skills
counts for each of them: columns are read one skill at a time and never added up.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from django.utils import timezone

from maillage.agenda.models import Appointment, Availability, Occurrence, WaitingEntry
from maillage.directory.feedback import UnmetNeed
from maillage.practitioners.models import Practitioner, Skill
from maillage.practitioners.skills_of_needs import SKILL_OF
from maillage.territory.models import Commune, Epci

PAST_WEEKS = 12
NEXT_WEEKS = 4

Key: TypeAlias = tuple[str, str | None]  # skill, SIREN of the EPCI; None at a distance or unknown


@dataclass(frozen=True, slots=True)
class Line:
    """One skill in one EPCI, in hours a week."""

    skill: Skill
    epci: Epci | None
    demand: float
    capacity: float
    people: int  # who offers it there

    @property
    def gap(self) -> float:
        """Hours short (below zero) or to spare."""
        return self.capacity - self.demand


def lines(departement: str, now: datetime) -> list[Line]:
    """Every skill and EPCI where something is asked for or offered; what is shortest first."""
    skills = dict(Practitioner.objects.order_by("pk").values_list("pk", "skills"))
    demand, capacity = defaultdict[Key, float](float), defaultdict[Key, float](float)
    people: dict[Key, set[UUID]] = defaultdict(set)
    for key, hours in _asked(departement, now, skills):
        demand[key] += hours / PAST_WEEKS
    for key, hours, person in _offered(departement, now, skills):
        capacity[key] += hours / NEXT_WEEKS
        people[key].add(person)
    epcis = Epci.objects.in_bulk([siren for _skill, siren in {*demand, *capacity} if siren])
    found = [
        Line(
            Skill(skill), epcis[siren] if siren else None, demand[skill, siren],
            capacity[skill, siren], len(people[skill, siren]),
        )
        for skill, siren in {*demand, *capacity}
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.gap, one.skill, one.epci.name if one.epci else ""))


def _asked(
    departement: str, now: datetime, skills: dict[UUID, list[str]]
) -> Iterator[tuple[Key, float]]:
    since = now - timedelta(weeks=PAST_WEEKS)
    given = Appointment.objects.filter(
        departement=departement, state__in=Appointment.LIVE, starts_at__gte=since, starts_at__lt=now
    )
    for one in given.values(
        "starts_at", "ends_at", "practitioners", "household__commune__epci",
        "service_at_location__location__commune__epci", "service_at_location",
    ).order_by("pk"):  # fmt: skip
        on_site = one["service_at_location"] is not None
        here = one["service_at_location__location__commune__epci"]
        epci = here if on_site else one["household__commune__epci"]
        hours = (one["ends_at"] - one["starts_at"]).total_seconds() / 3600
        for skill in skills.get(one["practitioners"], ()):
            yield (skill, epci), hours
    yield from _waiting(departement, since, skills)
    month = timezone.localdate(since).replace(day=1)
    unmet = UnmetNeed.objects.filter(departement=departement, month__gte=month)
    for need, epci, count in unmet.values_list("need", "commune__epci", "count").order_by("pk"):
        if need in SKILL_OF:
            yield (SKILL_OF[need], epci), float(count)


def _waiting(
    departement: str, since: datetime, skills: dict[UUID, list[str]]
) -> Iterator[tuple[Key, float]]:
    """An hour for each family that waits, for the skills of those who give the service."""
    state = WaitingEntry.State
    found = list(
        WaitingEntry.objects.filter(
            departement=departement, state__in=[state.WAITING, state.OFFERED], since__gte=since
        ).order_by("pk")
    )
    givers: dict[UUID, set[str]] = defaultdict(set)
    rules = Availability.objects.filter(service__in={one.service_id for one in found})
    for service, person in rules.order_by("pk").values_list("service", "practitioner"):
        givers[service].update(skills.get(person, ()))
    epci = _epci_of({code for one in found for code in one.communes})
    for one in found:
        where = epci.get(one.communes[0]) if one.communes else None
        for skill in sorted(givers[one.service_id]):
            yield (skill, where), 1.0


def _offered(
    departement: str, now: datetime, skills: dict[UUID, list[str]]
) -> Iterator[tuple[Key, float, UUID]]:
    found = Occurrence.objects.filter(
        departement=departement,
        starts_at__gte=now,
        starts_at__lt=now + timedelta(weeks=NEXT_WEEKS),
        practitioner__stopped_on=None,
        practitioner__bookable_until__gte=timezone.localdate(now),
    ).order_by("pk")
    place = "availability__service_at_location__location__commune__epci"
    for person, start, end, epci in found.values_list(
        "practitioner", "starts_at", "ends_at", place
    ):
        for skill in skills.get(person, ()):
            yield (skill, epci), (end - start).total_seconds() / 3600, person


def _epci_of(codes: Iterable[str]) -> dict[str, str | None]:
    return dict(Commune.objects.filter(pk__in=list(codes)).values_list("pk", "epci"))
