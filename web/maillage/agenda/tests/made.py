"""Rows that tests are made of: a psychologist who receives in Gray on Tuesdays and in Vesoul."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from maillage.agenda import occurrences
from maillage.agenda.booking import Booking, Who
from maillage.agenda.models import (
    Appointment,
    Availability,
    Offer,
    Room,
    Shortage,
    WaitingEntry,
)
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.families.models import Contact
from maillage.organizations.models import Organization
from maillage.practitioners.models import Credential, Employment, Practitioner

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 23)  # a Monday
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
PAPERS = {"diploma": None, "training": 2028, "fitness_certificate": 2027, "charter": None}


def at(day: int, hour: int, minute: int = 0, *, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def practitioner(
    name: str = "Ada Psychologue", *, papers: bool = True, **values: Any
) -> Practitioner:
    skills = values.pop("skills", [])
    one = Practitioner.objects.create(name=name, profession="psychologist", **values)
    for kind, year in PAPERS.items() if papers else ():
        until = date(year, 6, 30) if year else None
        Credential.objects.create(
            practitioner=one, kind=kind, label=kind, issued_on=date(2025, 10, 1),
            valid_until=until, checked_on=date(2026, 1, 5),
        )  # fmt: skip
    for skill in skills:
        Credential.objects.create(
            practitioner=one, kind="skill", skill=skill, label=skill, issued_on=date(2025, 10, 1),
            checked_on=date(2026, 1, 5),
        )  # fmt: skip
    one.refresh_from_db()
    return one


def employed(one: Practitioner, employer: Organization) -> Employment:
    return Employment.objects.get_or_create(
        practitioner=one,
        organization=employer,
        defaults={"departement": employer.departement, "starts_on": date(2025, 1, 1)},
    )[0]


def support(name: str = "Parler à une psychologue", **values: Any) -> Service:
    return directory.service(
        name, kind="individual_support", joining="appointment", cost="by_income",
        modes=["on_site", "phone", "video"], **values,
    )  # fmt: skip


def availability(
    one: Practitioner, *byday: str, town: str | None = "70279", **values: Any
) -> Availability:
    service = values.pop("service", None) or support(f"Écoute {uuid4()}")
    employer = values.pop("employer", service.organization)
    employed(one, employer)
    place = values.pop("place", None) or (directory.place(service, town) if town else None)
    rule = Availability.objects.create(
        practitioner=one, organization=employer, departement=employer.departement, service=service,
        service_at_location=place, byday=list(byday or ("TU",)),
        **{"dtstart": date(2026, 9, 1), "opens_at": time(9), "closes_at": time(12)}
        | {"slot_minutes": 60, "modes": ["on_site"] if town else ["phone"]} | values,
    )  # fmt: skip
    occurrences.rebuild([one.pk], today=TODAY)
    return rule


def room(rule: Availability, capacity: int = 4) -> Room:
    assert rule.service_at_location is not None
    location = rule.service_at_location.location
    rule.room = Room.objects.create(location=location, name="Salle bleue", capacity=capacity)
    rule.save()
    return rule.room


def shared(
    names: dict[str, str], *, town: str | None = "70279", **values: Any
) -> list[Availability]:
    """One rule for each person of one service and place; professions by name."""
    service, rules = support(), list[Availability]()
    place = directory.place(service, town) if town else None
    for name, profession in names.items():
        one = practitioner(name)
        one.profession = profession
        one.save()
        rules.append(availability(one, town=town, service=service, place=place, **values))
    return rules


def booking(rule: Availability, starts_at: datetime, **values: Any) -> Booking:
    who = Who(name="Nour", channel=Contact.Channel.EMAIL, email="nour@example.org")
    return Booking(
        **{
            "key": uuid4(),
            "availability_id": rule.pk,
            "starts_at": starts_at,
            "mode": rule.modes[0],
            "composition": Appointment.Composition.ALONE,
            "who": who,
        }
        | values
    )


def offer_and_shortage(entry: WaitingEntry, rule: Availability) -> None:
    """A slot held for a family, and a service that had none left."""
    Offer.objects.create(
        entry=entry, departement_id=entry.departement_id, availability=rule, mode=rule.modes[0],
        starts_at=at(1, 10), ends_at=at(1, 11), made_at=NOW, held_until=at(1, 9),
    )  # fmt: skip
    Shortage.objects.create(
        service=rule.service, departement_id=entry.departement_id, since=TODAY, noticed_on=TODAY
    )
