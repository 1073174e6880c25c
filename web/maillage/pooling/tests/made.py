"""Rows that tests are made of: a psychologist shared by Gray, Vesoul and Luxeuil-les-Bains."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.families.models import Contact, Household
from maillage.organizations.tests.staff import manager
from maillage.people.models import User
from maillage.pooling import accounting, actions, rotating
from maillage.pooling.actions import Answer, PartyTerms, PlaceTerms, Terms
from maillage.pooling.grids import Frame, Slot
from maillage.pooling.models import PoolingAgreement, PoolingPlace, Rotation, Statement, Vehicle
from maillage.practitioners.models import Practitioner

TODAY = agenda.TODAY  # Monday 23 November 2026
START = date(2026, 12, 7)
TOWNS = {"Gray": "70279", "Vesoul": "70550", "Luxeuil": "70311"}
QUOTAS = {"Gray": Decimal(40), "Vesoul": Decimal(35), "Luxeuil": Decimal(25)}
YES = Answer(accepted=True)
OF_AGREEMENT = ("agreement", "change", "step", "decide", "begin")
FRAME = Frame(1, ((time(9), time(12)), (time(13, 30), time(16, 30))), 30, START)
# Monday to Friday, Gray 4 half-days, Vesoul 4, Luxeuil 2: a day in each town at a time.
WEEK = ("Gray Gray", "Vesoul Vesoul", "Luxeuil Luxeuil", "Vesoul Vesoul", "Gray Gray")


def world(**values: Any) -> SimpleNamespace:
    """Ada, three communes that share her, one place and one manager in each."""
    parties = {name: directory.organization(f"Mairie de {name}") for name in TOWNS}
    for name, code in TOWNS.items():
        parties[name].commune = directory.commune(code)
        parties[name].save()
    people = values.pop("people", None)
    ada = agenda.practitioner(**values)
    service = agenda.support(f"Écoute {uuid4()}", organization=parties["Gray"])
    agenda.employed(ada, parties["Gray"])
    places = {name: directory.place(service, code) for name, code in TOWNS.items()}
    people = people or {
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


def everything(by: User) -> tuple[PoolingAgreement, Rotation, Statement]:
    """One row in each table of this room, for the wall that hides them."""
    here = world(people=dict.fromkeys(TOWNS, by))
    found = in_force(here)
    turned = agreed(here, rotation(here, found))
    october = date(2026, 10, 1)
    held(here, "Gray", 6, 9)
    cost = accounting.Cost(october, "staff", "Salaire", Decimal("3000.01"))
    accounting.note_cost(found, cost, by=by.pk)
    issued = accounting.issue(found, october, by=by.pk, today=TODAY)
    van = in_force(
        here, shared=Vehicle.objects.create(name="Le bus", organization=here.parties["Gray"])
    )
    out = (agenda.at(6, 9, month=10), agenda.at(6, 12, month=10))
    accounting.note_use(van.parties.get(rank=1), out, 10_000, by=by.pk)
    return found, turned, issued


def addresses(service: Service, shared: UUID, by: User) -> dict[str, list[Any]]:
    """What the addresses of pooling take: an agreement held by who gives this service."""
    parties = [
        PartyTerms(one, Decimal(50), None, [PlaceTerms(directory.place(service))])
        for one in (service.organization, directory.organization("La troisième"))
    ]
    ada = Practitioner.objects.get(pk=shared)
    plain = Terms("Partagée", service.organization, ada, date(2026, 1, 1), parties)
    found = actions.draft(plain, by=by.pk)
    actions.propose(found, found.edition, by=by.pk)
    found.refresh_from_db()
    for party in found.parties.all():
        actions.decide(found, found.edition, party, YES, by=by.pk)
    turned = rotating.begin(found, rotating.Wanted(FRAME, {}), by=by.pk)
    issued = accounting.issue(found, date(2026, 10, 1), by=by.pk, today=TODAY)
    month = [found.pk, "2026-09"]
    return {f"pooling:{name}": [found.pk] for name in OF_AGREEMENT} | {
        **{f"pooling:{name}": month for name in ("month", "note_cost", "note_use", "issue")},
        **{f"pooling:rotation{name}": [turned.pk] for name in ("", "_step", "_decide")},
        **{f"pooling:statement{name}": [issued.pk] for name in ("", "_pdf", "_csv")},
    }
