"""A practitioner with an account, a programme, and hours of any day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.directory.models import Service
from maillage.organizations.tests.staff import Role, person
from maillage.people.models import User
from maillage.practitioners.models import Practitioner
from maillage.support import actions as support
from maillage.support.tests import made


@dataclass(frozen=True)
class Office:
    """Where Ada works."""

    ada: User
    practitioner: Practitioner
    service: Service
    give: Callable[..., Appointment]


@pytest.fixture
def office(db: None) -> Office:
    with scope.system():
        given = made.service(
            made.programme(household_cap=100, quotas={"70": 100}), "Parler à une psychologue"
        )
        ada = person("ada@example.org", Role.PRACTITIONER, at=given.organization)
        practitioner = agenda.practitioner(user=ada)
        agenda.employed(practitioner, given.organization)

    def give(starts_at: datetime, *, state: str = "confirmed", counted: bool = True) -> Appointment:
        with scope.system():
            contact = made.family("70", (timezone.localdate() - timedelta(days=900)).replace(day=1))
            booked = made.appointment(
                given, contact, by=practitioner, state=state, starts_at=starts_at
            )
            if counted:
                support.count_in(booked)
        return booked

    return Office(ada, practitioner, given, give)
