"""Rows of the front door that tests stand on: an invitation, a wait, another parent, a visit."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from maillage.agenda import waiting
from maillage.agenda.models import Appointment, Availability
from maillage.core import scope
from maillage.families import codes, limits, links, second_parent
from maillage.families.models import Contact, ContactLink, ContactSession
from maillage.people.models import User
from maillage.portal import invitations
from maillage.portal.models import Invitation


def invitation(rule: Availability, by: User) -> tuple[Invitation, str]:
    asked = invitations.Asked(rule.service, None, Invitation.Means.LETTER, "Nour")
    return invitations.invite(asked, by=by.pk)


def someone_inside(appointment: Appointment, by: User) -> None:
    """One row of each table that a parent's own pages and the invitations write."""
    contact = appointment.contact
    scope.hold_contact(contact.pk)
    codes.knock(Contact.Channel.EMAIL, contact.email, "fr")
    limits.may_try("tests", "x", most=1, within=timedelta(minutes=15))
    ContactSession.objects.create(
        token_hash="x", contact=contact, expires_at=timezone.now() + timedelta(minutes=30)
    )
    second_parent.ask(contact, "Samir", Contact.Channel.EMAIL, "samir@example.org")
    rule = Availability.objects.filter(service=appointment.service_id)[0]
    invitation(rule, by)
    scope.hold_contact(None)


def arguments_of(
    appointment: Appointment, token: str, other: tuple[UUID, str], by: User
) -> dict[str, list[Any]]:
    """What the addresses of the front door need, for the access matrix."""
    contact = appointment.contact
    scope.hold_contact(contact.pk)
    rule = Availability.objects.get(pk=other[0])
    entry = waiting.join(contact, appointment.service)
    waits = links.make(contact, ContactLink.Opens.OFFER, entry.pk)
    _asked, parent = second_parent.ask(contact, "Samir", Contact.Channel.EMAIL, "samir@example.org")
    invited, code = invitation(rule, by)
    scope.hold_contact(None)
    found: dict[str, list[Any]] = {
        f"portal:{name}": [token]
        for name in ("change_practitioner", "share_appointment", "again", "pay_nothing")
    }
    found |= {
        f"portal:{name}": [token, *other] for name in ("change_practitioner_to", "book_again")
    }
    found |= {f"portal:{name}": [waits] for name in ("offer", "accept_offer", "decline_offer")}
    answers = ("other_parent_asked", "other_parent_answer")
    found |= {f"portal:{name}": [parent] for name in answers}
    found |= {
        "portal:wait": [appointment.service_id],
        "portal:follow_invitation": [code],
        "portal:revoke_invitation": [invited.pk],
        "portal:call_back_invited": [invited.pk],
        "portal:space_appointment": [appointment.pk],
        "portal:space_pay_nothing": [appointment.pk],
        "portal:space_take_back": [uuid4()],
        "portal:space_offer": [entry.pk],
        "portal:space_wait_no_more": [entry.pk],
        "portal:space_referral": [uuid4()],
    }
    return found
