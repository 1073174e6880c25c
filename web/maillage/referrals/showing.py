"""What pages say of a referral: each reader's part, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.directory.needs import BY_CODE
from maillage.directory.openings import time_zone
from maillage.referrals.candidates import Choice
from maillage.referrals.models import Candidate, Referral
from maillage.referrals.vocabulary import Standing, State


@dataclass(frozen=True, slots=True)
class Reach:
    """How to call a family: given by the database to who sent it and to who took it, only."""

    name: str
    email: str
    phone: str
    channel: str
    language: str


def reach(referral: Referral) -> Reach | None:
    """Ask the database for the family's name and the way to reach it; None if it refuses."""
    with connection.cursor() as cursor:
        cursor.execute("select * from referrals_contact(%s)", [referral.pk])
        row = cursor.fetchone()
    return Reach(*row) if row else None


def need(code: str) -> str:
    """A need in a parent's words; its code if it left the vocabulary."""
    return str(BY_CODE[code].label) if code in BY_CODE else code


def age(birth_month: date | None, day: date) -> str:
    """The age of a child in months, in years from two on; empty when no child is named."""
    months = in_months(birth_month, day)
    if months is None:
        return ""
    if months < 24:
        return ngettext("%(n)s mois", "%(n)s mois", months) % {"n": months}
    return ngettext("%(n)s an", "%(n)s ans", months // 12) % {"n": months // 12}


def in_months(birth_month: date | None, day: date) -> int | None:
    """The age of a child in whole months; None when no child is named."""
    if birth_month is None:
        return None
    gap = relativedelta(day, birth_month)
    return 12 * gap.years + gap.months


def face(referral: Referral) -> dict[str, Any]:
    """What a service asked may read before it answers."""
    return {
        "need": need(referral.need),
        "commune": referral.commune.name if referral.commune else "",
        "age": age(referral.birth_month, timezone.localdate()),
        "availability": referral.availability,
        "state": referral.get_state_display(),
    }


def local(moment: datetime | None, referral: Referral) -> datetime | None:
    """A moment as the clocks of the family's département show it."""
    return moment.astimezone(time_zone(referral.departement_id)) if moment else None


def choice(one: Choice, departement: str) -> dict[str, Any]:
    """One service that could take the family: how far, when, how many wait."""
    at = one.next_at.astimezone(time_zone(departement)) if one.next_at else None
    return {
        "id": str(one.service.pk),
        "name": one.service.name,
        "organization": one.service.organization.name,
        "place": one.place,
        "minutes": one.minutes,
        "next_at": at,
        "bookable": one.free_at is not None,
        "waiting": one.waiting,
        "reachable": one.reachable,
        "phone": one.service.phone or one.service.organization.phone,
    }


STEPS = (State.CONSENT_ASKED, State.PROPOSED, State.ACCEPTED, State.CONTACTED, State.CLOSED)


def steps() -> list[str]:
    """The way of a referral, as a family reads it."""
    return [
        _("Votre accord"), _("La demande"), _("La réponse"), _("Le premier contact"),
        _("Votre avis"),
    ]  # fmt: skip


def step(referral: Referral) -> int:
    """Which of these steps the referral is at, from 1; 0 once it is over otherwise."""
    at = {
        State.CONSENT_ASKED: 1,
        State.PROPOSED: 2,
        State.DECLINED: 2,
        State.ACCEPTED: 3,
        State.CONTACTED: 4,
        State.CLOSED: 5,
    }
    return at.get(State(referral.state), 0)


def candidates(referral: Referral, *, names: bool) -> list[dict[str, Any]]:
    """The services of a referral as its sender or its family may see them.

    `names` adds who welcomes the family: for the family alone (the database hides it from others).
    """
    seen = referral.candidates.select_related("service__organization", "reception")
    return [_candidate(one, names=names) for one in seen.order_by("rank")]


def _candidate(one: Candidate, *, names: bool) -> dict[str, Any]:
    welcomes = getattr(one, "reception", None) if names else None
    return {
        "id": one.pk,
        "service_id": one.service_id,
        "name": one.service.name,
        "organization": one.service.organization.name,
        "phone": one.service.phone or one.service.organization.phone,
        "minutes": one.minutes,
        "state": one.get_state_display(),
        "accepted": one.state == Standing.ACCEPTED,
        "waiting": one.state == Standing.WAITING,
        "reason": one.get_reason_display() if one.reason else "",
        "words": one.words,
        "in_charge": welcomes.in_charge if welcomes else "",
        "asked_at": one.asked_at,
    }


def services_known(referral: Referral) -> frozenset[UUID]:
    """The services that this referral already named."""
    return frozenset(referral.candidates.order_by("pk").values_list("service", flat=True))
