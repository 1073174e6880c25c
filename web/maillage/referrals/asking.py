"""Which service is asked next, and which no longer: one at a time, in the order agreed.

Whoever answers may not read the other services nor the family, so this runs in the system's scope.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from django.db.models import Max

from maillage.core import scope
from maillage.directory.models import Service
from maillage.families.models import Consent, Contact, Household
from maillage.referrals import telling
from maillage.referrals.candidates import reachable_services
from maillage.referrals.errors import NobodyIsChosen, ServiceCannotBeAsked
from maillage.referrals.models import Candidate, Referral, ReferredFamily
from maillage.referrals.proposals import Agreement, Candidacy, Request
from maillage.referrals.vocabulary import LIVE, Standing, State


def save(row: Referral | Candidate, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def add(referral: Referral, wanted: Iterable[Candidacy]) -> list[Candidate]:
    """Write candidates after those that exist, in the order given."""
    asked = {one.service_id: one for one in wanted}
    services = Service.objects.filter(status=Service.Status.ACTIVE).in_bulk(asked)
    if not services:
        raise NobodyIsChosen
    mute = sorted(services.keys() - reachable_services(services.keys()), key=str)
    if mute:
        raise ServiceCannotBeAsked(service=services[mute[0]].name)
    last = referral.candidates.aggregate(last=Max("rank"))["last"] or 0
    rows = [
        Candidate(
            referral=referral,
            departement_id=referral.departement_id,
            service=services[key],
            organization_id=services[key].organization_id,
            rank=last + position,
            minutes=asked[key].minutes,
        )
        for position, key in enumerate([key for key in asked if key in services], start=1)
    ]
    return Candidate.objects.bulk_create(rows)


def consent_for(referral: Referral, candidate: Candidate, given: Agreement) -> Consent:
    consent = Consent(
        contact_id=ReferredFamily.objects.values_list("contact", flat=True).get(pk=referral.pk),
        departement_id=referral.departement_id,
        purpose=Consent.Purpose.REFERRAL,
        object_id=candidate.pk,
        means=given.means,
        recorded_by_id=None if given.means == Consent.Means.ONLINE else given.by,
    )
    consent.save(force_insert=True)
    return consent


def new_contact(wanted: Request) -> Contact:
    if wanted.who is None:
        raise ValueError("A request names a known contact, or says who asks.")
    household = Household.objects.create(
        pk=uuid5(wanted.key, "household"),
        departement_id=wanted.departement_id,
        commune_id=wanted.commune,
    )
    return Contact.objects.create(
        pk=uuid5(wanted.key, "contact"),
        household=household,
        departement_id=wanted.departement_id,
        name=wanted.who.name,
        email=wanted.who.email,
        phone=wanted.who.phone,
        channel=wanted.who.channel,
        language=wanted.who.language,
        discreet=wanted.who.discreet,
    )


def move_on(referral: Referral, now: datetime) -> None:
    """Ask the next service if none is being asked; say that none is left."""
    with scope.system():
        if referral.candidates.live().exists():
            return
        following = next_candidate(referral)
        if following is not None:
            again = referral.candidates.filter(state=Standing.DECLINED).exists()
            put_to(following, now)
            if again:
                telling.family(referral, telling.NEXT_IS_ASKED)
            return
        save(referral, state=State.DECLINED, declined_at=now)
        telling.family(referral, telling.IS_DECLINED)
        telling.sender(referral, telling.IS_DECLINED)
        if referral.asked_by_family:  # nobody else follows it
            save(referral, escalated_at=referral.escalated_at or now)
            telling.coordinators(referral, telling.COORDINATOR_IS_ALERTED)


def next_candidate(referral: Referral) -> Candidate | None:
    """The next service that the parent agreed to and that was not asked."""
    agreed = referral.candidates.filter(
        state=Standing.WAITING, consent__isnull=False, consent__revoked_at=None
    )
    return agreed.select_related("service__organization").order_by("rank").first()


def put_to(candidate: Candidate, now: datetime) -> None:
    save(candidate, state=Standing.ASKED, asked_at=now)
    telling.receiver(candidate, telling.ASKED_TO_ANSWER, now)


def release(referral: Referral, now: datetime, *, besides: Candidate) -> None:
    """A service took the family: the others need not answer, nor see anything."""
    with scope.system():
        others = referral.candidates.exclude(pk=besides.pk).select_related("service__organization")
        for one in others.filter(state__in=[Standing.WAITING, Standing.ASKED]):
            _drop(one, now)


def take_back(referral: Referral, now: datetime) -> None:
    """Close every service asked or to be asked, and the consents given for them."""
    with scope.system():
        waiting = referral.candidates.filter(state__in=[Standing.WAITING, *LIVE])
        for one in waiting.select_related("service__organization"):
            _drop(one, now)


def end_consent(candidate: Candidate, now: datetime) -> None:
    """What was agreed for one service ends with its part: nothing is agreed to for nothing."""
    given = Consent.objects.in_force().filter(candidate=candidate)
    given.update(revoked_at=now)


def _drop(candidate: Candidate, now: datetime) -> None:
    asked = candidate.asked_at is not None
    save(candidate, state=Standing.CLOSED, closed_at=now)
    end_consent(candidate, now)
    if asked:
        telling.receiver(candidate, telling.NO_LONGER_ASKED, now, link=False)
