"""Rows that tests are made of: a programme open in Haute-Saône, and families who enter it."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.directory.models import Service
from maillage.families.models import Child, Contact, Household
from maillage.practitioners.models import Practitioner
from maillage.support import actions, adjusting
from maillage.support.models import Episode, Programme, Session
from maillage.territory.models import Departement

NOW = datetime(2026, 11, 23, 8, tzinfo=agenda.PARIS)
TODAY = date(2026, 11, 23)
RULES: dict[str, Any] = {
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2027, 12, 31),
    "finish_by": date(2028, 3, 31),
    "household_cap": 10,
    "charter": "Écouter sans juger.",
    "quota_source": "tests",
    "reason": "Première version.",
}
_hours = count()


def programme(*, quotas: dict[str, int] | None = None, **rules: Any) -> Programme:
    """An open programme; its quotas by département."""
    wanted = adjusting.Rules(**RULES | rules, quotas=quotas or {"70": 10})
    for code in wanted.quotas:
        Departement.objects.get_or_create(pk=code, defaults={"name": code})
    made = adjusting.create(
        adjusting.Identity(key=f"essai-{uuid4().hex[:8]}", name="Essai", source="tests"), wanted
    )
    adjusting.open_programme(made)
    return made


def service(within: Programme | None = None, name: str = "", **values: Any) -> Service:
    """A service of individual support, entered in a programme."""
    made = agenda.support(name or f"Écoute {uuid4().hex[:6]}", **values)
    if within is not None:
        adjusting.enter_service(within, made, on=RULES["starts_on"])
    return made


def family(departement: str = "70", *born: date, name: str = "Nour") -> Contact:
    """A parent and what is known of the children."""
    Departement.objects.get_or_create(pk=departement, defaults={"name": departement})
    household = Household.objects.create(departement_id=departement)
    for month in born:
        Child.objects.create(household=household, departement_id=departement, birth_month=month)
    return Contact.objects.create(
        household=household, departement_id=departement, name=name,
        email=f"{uuid4().hex[:8]}@example.org", channel=Contact.Channel.EMAIL,
    )  # fmt: skip


def appointment(
    given: Service, contact: Contact, *, by: Practitioner | None = None,
    state: str = "confirmed", starts_at: datetime | None = None,
) -> Appointment:  # fmt: skip
    """An appointment of an hour, written as it stands: booking has its own tests."""
    practitioner = by or agenda.practitioner(f"Ada {uuid4().hex[:4]}")
    agenda.employed(practitioner, given.organization)
    start = starts_at or NOW - timedelta(days=200) + timedelta(hours=next(_hours))
    made = Appointment.objects.create(
        departement_id=given.departement_id, organization=given.organization, service=given,
        household=contact.household, contact=contact, starts_at=start,
        ends_at=start + timedelta(hours=1), mode="phone", state=state,
        composition=Appointment.Composition.ALONE,
    )  # fmt: skip
    made.practitioners.add(practitioner)
    return made


def session(
    given: Service, contact: Contact, *, by: Practitioner | None = None, **told: Any
) -> Session:
    """One more session of this family."""
    found = actions.count_in(appointment(given, contact, by=by), now=NOW, **told)
    assert found is not None
    return found


def episode(given: Service, contact: Contact, **told: Any) -> Episode:
    """An episode with one session."""
    return session(given, contact, **told).episode


def someone_supported(given: Service, contact: Contact) -> Session:
    """A family with one session, and its own words, in a programme."""
    within = programme()
    adjusting.enter_service(within, given, on=RULES["starts_on"])
    return session(given, contact, goals="Que le coucher se passe sans cris.")


def addresses(booked: Appointment, within: Service) -> dict[str, list[Any]]:
    """What the addresses of this room name, once this appointment is a session."""
    entered = programme()
    adjusting.enter_service(entered, within, on=RULES["starts_on"])
    found = actions.count_in(booked, goals="Que le coucher se passe sans cris.", now=NOW)
    assert found is not None
    episode_id = found.episode_id
    named = ("episode", "next_step", "hand_over", "close", "same_family")
    return {f"support:{name}": [episode_id] for name in named} | {
        "support:words": [episode_id, booked.contact_id],
        "support:session": [found.pk],
        "support:adjust": [entered.pk],
    }
