"""Rows of the queue of calls that tests stand on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.families.models import Consent, Contact
from maillage.organizations.models import Organization
from maillage.people.models import User
from maillage.workday import calls
from maillage.workday.models import CallBack


def call_back(
    appointment: Appointment, by: User, *, at: Organization | None = None, in_days: int = 0
) -> CallBack:
    """The family of this appointment is to be called."""
    about = {"origin": CallBack.Origin.BOOKED, "object_id": appointment.pk}
    return _kept(appointment.contact, at or appointment.organization, by, in_days, **about)


def newcomer(at: Organization, by: User, *, name: str = "Maud", in_days: int = 0) -> CallBack:
    """Someone for whom nothing was found is to be called."""
    who = calls.Newcomer(name, Contact.Channel.SMS, "+33639980077")
    return _kept(who, at, by, in_days)


def _kept(
    who: Contact | calls.Newcomer, at: Organization, by: User, in_days: int, **about: Any
) -> CallBack:
    promise = calls.Promise(
        key=uuid4(),
        organization_id=at.pk,
        departement_id=at.departement_id,
        who=who,
        purpose=CallBack.Purpose.SEARCH,
        call_on=timezone.localdate() + timedelta(days=in_days),
        means=Consent.Means.DESK,
        **about,
    )
    with scope.system():
        return calls.keep(promise, by=by.pk)
