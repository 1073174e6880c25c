"""Invented practitioners who receive at the hours of the demonstration's individual support."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid5

from maillage.agenda import occurrences
from maillage.agenda.models import Appointment, Availability, Claim
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE, school_year_start
from maillage.directory.models import Schedule
from maillage.directory.vocabulary import Kind
from maillage.organizations.models import Organization
from maillage.people.models import User
from maillage.practitioners.models import Credential, Employment, Practitioner, Profession

CHECKED_EVERY = timedelta(days=330)
SEEN_AFTER = timedelta(days=60)
RULES_OF_THE_HOUSE = ("louise", "together/aline", "together/samuel")  # house.py lays them


@dataclass(frozen=True, slots=True)
class Person:
    """One invented professional."""

    key: str
    name: str
    profession: Profession
    skills: tuple[str, ...]
    account: str = ""


PEOPLE = (
    Person(
        "samuel", "Samuel Vautrin", Profession.SPECIAL_EDUCATOR,
        ("special_education", "teenagers"), "samuel@demo.example.org",
    ),
    Person("aline", "Aline Perrin", Profession.PSYCHOLOGIST, ("child_psychology", "baby")),
    Person("karim", "Karim Benali", Profession.PSYCHOLOGIST, ("family_dynamics", "separation")),
    Person("louise", "Louise Grandjean", Profession.FAMILY_COUNSELLOR, ("family_dynamics",)),
)  # fmt: skip


def receive(anchor: date) -> None:
    """Let each of them receive at the hours of some services; what is booked is left as it is."""
    people = [_person(one, anchor) for one in PEOPLE]
    schedules = Schedule.objects.filter(
        service__kind=Kind.INDIVIDUAL_SUPPORT,
        service__departement=HOME,
        service__is_demonstration=True,
    ).select_related("service")
    standing = Availability.objects.filter(practitioner__in=people)
    wanted = [_rule(*pair) for pair in _shared_out(list(schedules.order_by("pk")), people)]
    kept = [*(rule.pk for rule in wanted), *(rule_id(key) for key in RULES_OF_THE_HOUSE)]
    standing.exclude(pk__in=kept).delete()
    names = [field.name for field in Availability._meta.concrete_fields if not field.primary_key]
    Availability.objects.bulk_create(
        wanted, update_conflicts=True, unique_fields=["id"], update_fields=names
    )
    for rule in wanted:
        _employ(rule.practitioner, rule.organization, anchor)
    occurrences.rebuild([one.pk for one in people], today=anchor)


def remove() -> None:
    """Take them away, with whatever was tried with them."""
    people = Practitioner.objects.filter(is_demonstration=True)
    Claim.objects.filter(practitioner__in=people).delete()
    Appointment.objects.filter(practitioners__in=people).delete()
    people.delete()


def rule_id(key: str) -> UUID:
    """The identifier of a rule that has no hours in the directory."""
    return uuid5(NAMESPACE, f"availability/house/{key}")


def _person(one: Person, anchor: date) -> Practitioner:
    practitioner, _ = Practitioner.objects.update_or_create(
        pk=uuid5(NAMESPACE, f"practitioner/{one.key}"),
        defaults={
            "name": one.name,
            "profession": one.profession,
            "languages": ["fr"],
            "user": User.objects.filter(email=one.account).first() if one.account else None,
            "is_demonstration": True,
        },
    )
    papers = [(kind, "") for kind in Credential.MANDATORY]
    for kind, skill in papers + [(Credential.Kind.SKILL, skill) for skill in one.skills]:
        Credential.objects.update_or_create(
            practitioner=practitioner,
            kind=kind,
            skill=skill,
            defaults={
                "label": str(kind.label),
                "issued_on": anchor - SEEN_AFTER,
                "valid_until": school_year_start(anchor) + CHECKED_EVERY * 2,
                "checked_on": anchor,
            },
        )
    return practitioner


def _shared_out(
    schedules: list[Schedule], people: list[Practitioner]
) -> Iterator[tuple[Schedule, Practitioner]]:
    """Give each service to one practitioner, whatever the number of its rules."""
    services = sorted({schedule.service_id for schedule in schedules}, key=str)
    for schedule in schedules:
        yield schedule, people[services.index(schedule.service_id) % len(people)]


def _rule(schedule: Schedule, practitioner: Practitioner) -> Availability:
    service, place = schedule.service, schedule.service_at_location_id
    remote = [mode for mode in service.modes if mode in {"phone", "video"}]
    key = (service.pk, place, schedule.byday, schedule.opens_at, schedule.dtstart, schedule.until)
    return Availability(
        pk=uuid5(NAMESPACE, f"availability/{key}/{schedule.school_period}"),
        practitioner=practitioner,
        organization_id=service.organization_id,
        departement_id=service.departement_id,
        service=service,
        service_at_location_id=place,
        modes=["on_site"] if place else remote,
        freq=schedule.freq,
        interval=schedule.interval,
        byday=schedule.byday,
        dtstart=schedule.dtstart,
        until=schedule.until,
        opens_at=schedule.opens_at,
        closes_at=schedule.closes_at,
        school_period=schedule.school_period,
    )


def _employ(practitioner: Practitioner, employer: Organization, anchor: date) -> None:
    Employment.objects.get_or_create(
        practitioner=practitioner,
        organization=employer,
        defaults={
            "departement_id": employer.departement_id,
            "starts_on": school_year_start(anchor),
        },
    )
