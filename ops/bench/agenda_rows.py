"""Write the rows of `agenda_made.py` in the database that MAILLAGE_DB names.

python ops/bench/agenda_rows.py 200
"""

import sys
from collections.abc import Iterator
from datetime import date, time, timedelta
from uuid import UUID, uuid5

from agenda_made import SERVICE
from django.utils import timezone

import maillage.config.wsgi  # noqa: F401 (loads the application)
from maillage.agenda import occurrences
from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.directory.models import Location, Service, ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.practitioners.models import Credential, Employment, Practitioner
from maillage.territory.models import Commune

TOWNS = 40
YEAR = timedelta(days=365)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR")
EMPLOYER = uuid5(SERVICE, "organization")


def main() -> None:
    """Write the rows, a hundred practitioners at a time."""
    wanted, today = int(sys.argv[1]), timezone.localdate()
    with scope.system():
        places = _service(today)
    for first in range(0, wanted, 100):
        with scope.system():
            _people(range(first, min(first + 100, wanted)), places, today)


def person_id(number: int) -> UUID:
    """The practitioner of this number."""
    return uuid5(SERVICE, f"practitioner/{number}")


def _service(today: date) -> list[UUID]:
    trusted = {"accredited_from": today, "accredited_until": today + YEAR}
    employer, _ = Organization.objects.update_or_create(
        pk=EMPLOYER,
        defaults={
            "kind": "association", "name": "Réseau du banc", "departement_id": "70", **trusted
        },
    )  # fmt: skip
    service, _ = Service.objects.get_or_create(
        pk=SERVICE,
        defaults={
            "organization": employer, "departement_id": "70", "kind": "individual_support",
            "name": "Parler à quelqu’un", "description": "Un service inventé pour mesurer.",
            "modes": ["on_site", "phone", "video"], "joining": "appointment", "cost": "free",
            "verified_on": today,
        },
    )  # fmt: skip
    largest = Commune.objects.filter(departement="70").order_by("-population", "pk")[:TOWNS]
    places = []
    for town in largest:
        location, _ = Location.objects.get_or_create(
            pk=uuid5(SERVICE, f"location/{town.pk}"),
            defaults={
                "name": f"Maison de {town.name}", "organization": employer, "commune": town,
                "latitude": town.latitude, "longitude": town.longitude,
            },
        )  # fmt: skip
        at, _ = ServiceAtLocation.objects.get_or_create(service=service, location=location)
        places.append(at.pk)
    return places


def _people(numbers: range, places: list[UUID], today: date) -> None:
    missing = [n for n in numbers if not Practitioner.objects.filter(pk=person_id(n)).exists()]
    people = [
        Practitioner(pk=person_id(n), name=f"Personne {n}", profession="psychologist")
        for n in missing
    ]
    Practitioner.objects.bulk_create(people)
    later = today.replace(year=today.year + 2, day=1)
    Credential.objects.bulk_create(
        Credential(
            practitioner=one, kind=kind, label=kind, issued_on=today, checked_on=today,
            valid_until=later,
        )
        for one in people
        for kind in Credential.MANDATORY
    )  # fmt: skip
    Employment.objects.bulk_create(
        Employment(practitioner=one, organization_id=EMPLOYER, departement_id="70", starts_on=today)
        for one in people
    )
    Availability.objects.bulk_create(
        Availability(**values)
        for number, one in zip(missing, people, strict=True)
        for values in _rules(number, one.pk, places, today)
    )
    occurrences.rebuild([one.pk for one in people], today=today)


def _rules(
    number: int, person: UUID, places: list[UUID], today: date
) -> Iterator[dict[str, object]]:
    shared = {
        "practitioner_id": person, "organization_id": EMPLOYER,
        "departement_id": "70", "service_id": SERVICE, "dtstart": today, "notice_hours": 1,
    }  # fmt: skip
    day, other = WEEKDAYS[number % 5], WEEKDAYS[(number + 2) % 5]
    yield shared | {
        "service_at_location_id": places[number % len(places)], "modes": ["on_site"],
        "byday": [day], "opens_at": time(9), "closes_at": time(17),
    }  # fmt: skip
    yield shared | {
        "modes": ["phone", "video"], "byday": [other], "opens_at": time(13), "closes_at": time(20),
    }  # fmt: skip


if __name__ == "__main__":
    main()
