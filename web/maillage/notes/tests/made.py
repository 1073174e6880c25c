"""Rows that tests are made of: two psychologists with accounts, and a family that has an hour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from maillage.agenda import actions as agenda
from maillage.agenda.models import Appointment, Availability
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.families import links
from maillage.families.models import Consent, ContactLink
from maillage.notes import access, actions
from maillage.notes.models import AccessRequest, Departure
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import SINCE, Role, person
from maillage.people.models import User
from maillage.practitioners.models import Practitioner


@dataclass(frozen=True)
class Session:
    """An hour that Ada gives to Nour's family; Blaise is Ada's colleague."""

    appointment: Appointment
    rule: Availability
    token: str
    ada: User
    blaise: User

    @property
    def practitioner(self) -> Practitioner:
        return self.rule.practitioner


def session(*, day: int = 1, hour: int = 9) -> Session:
    """Make everything, and leave the public scope behind."""
    with scope.system():
        ada, blaise = person("ada@example.org"), person("blaise@example.org")
        rule = made.availability(made.practitioner(user=ada))
        other = made.practitioner("Blaise Éducateur", user=blaise)
        made.availability(other, service=rule.service, employer=rule.organization)
        for user in (ada, blaise):
            Membership.objects.create(
                user=user, role=Role.PRACTITIONER, organization=rule.organization,
                departement=rule.departement, starts_on=SINCE,
            )  # fmt: skip
        booked = agenda.book(made.booking(rule, made.at(day, hour)), now=made.NOW)
        token = links.make(booked.contact, ContactLink.Opens.APPOINTMENT, booked.pk)
    scope.hold_contact(None)
    return Session(booked, rule, token, ada, blaise)


@contextmanager
def signed_in(user: User) -> Iterator[None]:
    """What the middleware does for a professional of Haute-Saône."""
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=user.pk)
        yield
        scope.enter("public")


@contextmanager
def as_parent(booked: Session) -> Iterator[Appointment]:
    """What a signed link does."""
    with transaction.atomic():
        scope.enter("public")
        link = links.follow(booked.token, ContactLink.Opens.APPOINTMENT)
        yield Appointment.objects.get(pk=link.object_id)
        scope.hold_contact(None)
        scope.hold_link("")


def leave_everything(appointment: Appointment) -> None:
    """One row of each table of this room, as `system` may write them."""
    ada = person("ada@example.org")
    Practitioner.objects.filter(appointments=appointment).update(user=ada)
    actions.write(appointment, ada.pk, "Une note.")
    AccessRequest.objects.create(
        departement_id="70", contact=appointment.contact, appointment=appointment, asked_of=ada,
        public_key=b"x" * 32, asked_at=made.NOW, due_on=SINCE,
    )  # fmt: skip
    Departure.objects.create(user=ada, leaves_on=SINCE, destroy_on=SINCE.replace(day=2))


def asked_and_agreed(appointment: Appointment) -> tuple[AccessRequest, Consent]:
    """A request of the family's, and an agreement that it may take back."""
    access.ask(appointment)
    agreed = Consent.objects.create(
        purpose=Consent.Purpose.NOTES_HANDED, means=Consent.Means.ONLINE, departement_id="70",
        contact=appointment.contact,
    )  # fmt: skip
    return AccessRequest.objects.get(appointment=appointment), agreed
