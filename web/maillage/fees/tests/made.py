"""Rows that tests are made of: a scale of five bands from 0 to 10 euros, applied by a service."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.fees import actions
from maillage.fees.models import (
    Band,
    Confirmation,
    Cost,
    Funding,
    Schedule,
    ScheduleVersion,
    Tariff,
)
from maillage.organizations.models import Organization
from maillage.organizations.tests import staff

FIVE = ((800, 0, 0), (1300, 2, 0), (1800, 4, 0), (2500, 7, 0), (None, 10, 0))
SINCE = date(2026, 9, 1)


def schedule(employer: Organization, name: str = "Barème maison", **values: Any) -> Schedule:
    facts = {"per": Schedule.Per.SESSION} | values
    return Schedule.objects.get_or_create(organization=employer, name=name, defaults=facts)[0]


def version(
    of: Schedule, rows: Sequence[tuple[Any, Any, Any]] = FIVE, **values: Any
) -> ScheduleVersion:
    facts = {
        "valid_from": SINCE, "status": "checked", "source": "Conseil du 3 juin 2026",
        "rounding": Decimal("1.00"), "floor": Decimal(0), "ceiling": Decimal(131),
    }  # fmt: skip
    with transaction.atomic():
        made = ScheduleVersion.objects.create(schedule=of, **facts | values)
        Band.objects.bulk_create(
            Band(
                version=made, position=position, base=Decimal(str(base)),
                percent=Decimal(str(percent)), up_to=None if top is None else Decimal(str(top)),
            )
            for position, (top, base, percent) in enumerate(rows, 1)
        )  # fmt: skip
    return made


def applied(service: Service, of: Schedule, since: date = SINCE) -> Tariff:
    return Tariff.objects.create(service=service, schedule=of, valid_from=since)


def scaled(service: Service, **values: Any) -> ScheduleVersion:
    """A service that asks a fee by income."""
    own = schedule(service.organization)
    applied(service, own)
    return version(own, **values)


def fill(appointment: Appointment) -> None:
    """One row in every table of the room."""
    scaled(appointment.service)
    actions.set_fee(appointment, actions.Answer())
    facts = {"service": appointment.service, "departement_id": appointment.departement_id}
    Funding.objects.create(year=2026, funder="caf", percent=100, **facts)
    Cost.objects.create(
        spent_on=date(2026, 10, 1),
        kind="staff",
        label="Octobre",
        amount=Decimal("1200.00"),
        **facts,
    )


def confirmed(version: ScheduleVersion) -> Confirmation:
    """An operator answers for an unchecked version."""
    email = f"{uuid4()}@example.org"
    return Confirmation.objects.create(
        version=version, compared_with="Annexe de la convention", confirmed_by=staff.person(email)
    )


def arguments(appointment: Appointment) -> dict[str, list[Any]]:
    """What the addresses of the room need, for the access matrix."""
    fill(appointment)
    service = appointment.service
    Service.objects.filter(pk=service.pk).update(cost="by_income")
    version = ScheduleVersion.objects.get()
    return {
        "fees:schedule": [version.schedule_id],
        "fees:add_version": [version.schedule_id],
        "fees:confirm": [version.pk],
        "fees:apply": [service.pk],
        "fees:accounts": [service.pk, 2026],
        "fees:add_cost": [service.pk, 2026],
        "fees:funding_csv": [2026],
    }
