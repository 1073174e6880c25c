"""Rows that tests are made of: a psychologist shared by Gray, Vesoul and Luxeuil-les-Bains."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.directory.tests import made as directory
from maillage.families.models import Contact, Household
from maillage.organizations.tests.staff import manager
from maillage.people.models import User
from maillage.pooling import accounting, actions, rotating
from maillage.pooling.actions import Answer, PartyTerms, PlaceTerms, Terms
from maillage.pooling.grids import Frame, Slot
from maillage.pooling.models import PoolingAgreement, PoolingPlace, Rotation, Statement

TODAY = agenda.TODAY  # Monday 23 November 2026
START = date(2026, 12, 7)
TOWNS = {"Gray": "70279", "Vesoul": "70550", "Luxeuil": "70311"}
QUOTAS = {"Gray": Decimal(40), "Vesoul": Decimal(35), "Luxeuil": Decimal(25)}
YES = Answer(accepted=True)
FRAME = Frame(1, ((time(9), time(12)), (time(13, 30), time(16, 30))), 30, START)
# Monday to Friday, Gray 4 half-days, Vesoul 4, Luxeuil 2: a day in each town at a time.
WEEK = ("Gray Gray", "Vesoul Vesoul", "Luxeuil Luxeuil", "Vesoul Vesoul", "Gray Gray")


def world(**values: Any) -> SimpleNamespace:
    """Ada, three communes that share her, one place and one manager in each."""
    parties = {name: directory.organization(f"Mairie de {name}") for name in TOWNS}
    for name, code in TOWNS.items():
        parties[name].commune = directory.commune(code)
        parties[name].save()
    ada = agenda.practitioner(**values)
    service = agenda.support(f"Écoute {uuid4()}", organization=parties["Gray"])
    agenda.employed(ada, parties["Gray"])
    places = {name: directory.place(service, code) for name, code in TOWNS.items()}
    people = {
        name: User.objects.filter(email=f"{name.lower()}@example.org").first()
        or manager(f"{name.lower()}@example.org", at=one)
        for name, one in parties.items()
    }
    return SimpleNamespace(parties=parties, ada=ada, service=service, places=places, people=people)


def terms(here: SimpleNamespace, **values: Any) -> Terms:
    parties = [
        PartyTerms(here.parties[name], QUOTAS[name], None, [PlaceTerms(here.places[name])])
        for name in TOWNS
    ]
    plain = Terms("Psychologue partagée", here.parties["Gray"], here.ada, date(2026, 9, 1), parties)
    return replace(plain, **values)


def proposed(here: SimpleNamespace, **values: Any) -> PoolingAgreement:
    by = here.people["Gray"].pk
    found = actions.draft(terms(here, **values), by=by)
    actions.propose(found, found.edition, by=by)
    found.refresh_from_db()
    return found


def approve(here: SimpleNamespace, found: PoolingAgreement, *names: str) -> PoolingAgreement:
    for name in names or TOWNS:
        party = found.parties.get(organization=here.parties[name])
        actions.decide(found, found.edition, party, YES, by=here.people[name].pk)
    found.refresh_from_db()
    return found


def in_force(here: SimpleNamespace, **values: Any) -> PoolingAgreement:
    return approve(here, proposed(here, **values))


def grid(agreement: PoolingAgreement, *weeks: tuple[str, ...]) -> dict[Slot, Any]:
    """Read "Gray Vesoul" as morning and afternoon of each day; - is nothing."""
    places = PoolingPlace.objects.filter(party__agreement=agreement)
    by_town = {one.service_at_location.location.commune_id: one.pk for one in places}
    return {
        Slot(week, day, half): by_town[TOWNS[town]]
        for week, days in enumerate(weeks or (WEEK,))
        for day, pair in enumerate(days)
        for half, town in enumerate(pair.split())
        if town != "-"
    }


def wanted(agreement: PoolingAgreement, *weeks: tuple[str, ...], **frame: Any) -> rotating.Wanted:
    found = replace(FRAME, weeks=max(1, len(weeks)), **frame)
    return rotating.Wanted(found, grid(agreement, *weeks), "Moins de route")


def rotation(here: SimpleNamespace, agreement: PoolingAgreement, *weeks: tuple[str, ...],
             **frame: Any) -> Rotation:  # fmt: skip
    by = here.people["Gray"].pk
    found = rotating.begin(agreement, wanted(agreement, *weeks, **frame), by=by)
    return rotating.propose(found, found.edition, by=by, today=TODAY)


def agreed(here: SimpleNamespace, found: Rotation, *names: str) -> Rotation:
    for name in names or TOWNS:
        party = found.agreement.parties.get(organization=here.parties[name])
        rotating.decide(found, found.edition, party, YES, by=here.people[name].pk, today=TODAY)
    found.refresh_from_db()
    return found


def held(
    here: SimpleNamespace, town: str | None, day: int, hour: int, **values: Any
) -> Appointment:
    """One hour of October 2026 that was given, in a town or at a distance."""
    home = Household.objects.create(departement_id="70")
    contact = Contact.objects.create(
        household=home, departement_id="70", name="Nour", channel="email", email="n@example.org"
    )
    starts_at = agenda.at(day, hour, month=values.pop("month", 10))
    organization = values.pop("organization", here.service.organization)
    one = Appointment.objects.create(
        departement_id="70", organization=organization, service=here.service, household=home,
        contact=contact, service_at_location=here.places[town] if town else None,
        starts_at=starts_at, mode="on_site" if town else "video", composition="alone",
        **{"ends_at": starts_at + timedelta(hours=1), "state": "attended"} | values,
    )  # fmt: skip
    one.practitioners.add(here.ada)
    return one


def everything() -> tuple[PoolingAgreement, Rotation, Statement]:
    """One row in each table of this room, for the wall that hides them."""
    here = world()
    found = in_force(here)
    turned = agreed(here, rotation(here, found))
    by = here.people["Gray"].pk
    october = date(2026, 10, 1)
    held(here, "Gray", 6, 9)
    accounting.note_cost(
        found, accounting.Cost(october, "staff", "Salaire", Decimal("3000.01")), by=by
    )
    issued = accounting.issue(found, october, by=by, today=TODAY)
    return found, turned, issued
