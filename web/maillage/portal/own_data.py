"""What is kept of one parent, put together from every room: to show, to take away, to erase."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maillage.agenda import actions, waiting
from maillage.agenda.models import Appointment, WaitingEntry
from maillage.families import contacts, second_parent
from maillage.families.models import Child, Consent, Contact, SecondParent
from maillage.fees.models import Fee
from maillage.portal import words
from maillage.referrals.models import ReferredFamily
from maillage.support.models import Episode, Goals, Session
from maillage.workday.models import CallBack

Kept = dict[str, Any]


def of(contact: Contact) -> Kept:
    """Everything that names or describes this parent, and only this one."""
    household = contact.household
    months = Child.objects.filter(household=household).order_by("pk")
    return {
        "prénom ou surnom": contact.name,
        "adresse électronique": contact.email,
        "téléphone": contact.phone,
        "langue": contact.language,
        "messages discrets": contact.discreet,
        "plus de messages depuis": contact.silenced_at,
        "connu depuis": contact.created_at,
        "commune": household.commune.name if household.commune else "",
        "enfants": [
            {"mois de naissance": one.birth_month, "mois prévu": one.due_month} for one in months
        ],
        "rendez-vous": [_appointment(one) for one in _appointments(contact)],
        "ce que vous souhaitez": list(
            Goals.objects.filter(contact=contact).order_by("pk").values_list("words", flat=True)
        ),
        "listes d’attente": [
            {
                "service": words.name(one.service),
                "depuis": one.since,
                "état": str(one.get_state_display()),
            }
            for one in WaitingEntry.objects.filter(contact=contact)
            .select_related("service")
            .order_by("since")
        ],
        "rappels promis": [
            {
                "pour": str(one.get_purpose_display()),
                "par": one.organization.name,
                "le": one.call_on,
                "état": str(one.get_state_display()),
            }
            for one in CallBack.objects.filter(contact=contact)
            .select_related("organization")
            .order_by("call_on", "pk")
        ],
        "accords": [
            {
                "pour": str(one.get_purpose_display()),
                "donné": one.given_at,
                "repris": one.revoked_at,
            }
            for one in Consent.objects.filter(contact=contact).order_by("given_at", "pk")
        ],
    }


def law() -> list[str]:
    """What stays once someone is forgotten, and why; each without a name."""
    return [
        _(
            "Qu’un rendez-vous a eu lieu, avec sa date et son prix : ceux qui financent le service"
            " doivent pouvoir le compter."
        ),
        _("Qu’un accord a été donné puis repris : c’est la preuve qu’on l’a respecté."),
        _(
            "Les notes de la personne qui vous a reçu·e sont à elle : demandez-les-lui, elle vous"
            " répondra."
        ),
        _("Ce qui est dans les sauvegardes disparaît avec elles."),
    ]


def supports(mine: Sequence[Contact]) -> list[Kept]:
    """The support of this parent: sessions done and left, and what comes next."""
    homes = {one.household_id for one in mine}
    found = Episode.objects.filter(household__in=homes).select_related(
        "service", "practitioner", "organization"
    )
    return [_support(one) for one in found.order_by("-opened_at", "pk")]


def referrals(mine: Sequence[Contact]) -> list[ReferredFamily]:
    """What is passed on for this parent, latest first."""
    found = ReferredFamily.objects.filter(contact__in=[one.pk for one in mine])
    return list(found.select_related("referral", "contact").order_by("-referral__created_at"))


def waits(mine: Sequence[Contact]) -> list[Kept]:
    """The waiting lists of this parent, with the slot held for them if there is one."""
    now = timezone.now()
    found = WaitingEntry.objects.standing().filter(contact__in=[one.pk for one in mine])
    return [
        {"entry": one, "title": words.name(one.service), "offer": waiting.current_offer(one, now)}
        for one in found.select_related("service")
    ]


@transaction.atomic
def erase(contact: Contact, linked: SecondParent | None) -> None:
    """Give back what is to come, leave the lists, part from the other parent, then forget."""
    now = timezone.now()
    coming = Appointment.objects.filter(
        contact=contact,
        starts_at__gt=now,
        state__in=[Appointment.State.PENDING, Appointment.State.CONFIRMED],
    )
    for one in coming.order_by("starts_at", "pk"):
        actions.cancel(one)
    for entry in WaitingEntry.objects.standing().filter(contact=contact):
        waiting.leave(entry)
    if linked is not None:
        second_parent.part(linked, contact)
    Goals.objects.filter(contact=contact).delete()
    contacts.erase(contact)


def _appointments(contact: Contact) -> list[Appointment]:
    found = Appointment.objects.filter(contact=contact).select_related("service", "fee")
    return list(found.prefetch_related("practitioners").order_by("starts_at", "pk"))


def _appointment(one: Appointment) -> Kept:
    fee: Fee | None = getattr(one, "fee", None)
    return {
        "service": words.name(one.service),
        "avec": words.listed([each.name for each in one.practitioners.all()]),
        "quand": one.starts_at,
        "qui vient": str(one.get_composition_display()),
        "état": str(one.get_state_display()),
        "prix": None if fee is None else str(fee.amount),
    }


def _support(episode: Episode) -> Kept:
    sessions = list(
        Session.objects.holding()
        .filter(episode=episode)
        .select_related("appointment")
        .order_by("number")
    )
    limit = max((one.session_limit for one in sessions), default=0)
    done = sum(one.attended is True for one in sessions)
    return {
        "episode": episode,
        "title": words.name(episode.service),
        "with": episode.practitioner.name,
        "done": done,
        "coming": sum(one.attended is None for one in sessions),
        "limit": limit,
        "left": max(0, limit - len(sessions)),
        "next_step": episode.get_next_step_display(),
    }
