"""Every step of a referral. Each is one transaction, under the referral's lock, and leaves a trace.

    draft → consent asked → proposed → accepted → first contact → closed with an outcome
                 │              │ every service declined → declined → (another service) → proposed
                 └─ expired     └─ withdrawn by the parent, at any time, whatever the state

A service asked may not read the others: what happens to them runs in the system's scope (`asking`).
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import audit, scope
from maillage.families.models import Consent, Contact
from maillage.referrals import asking, telling
from maillage.referrals.errors import (
    AnotherServiceAccepted,
    ConsentWasTakenBack,
    NobodyIsChosen,
    ReferralHasMoved,
)
from maillage.referrals.locks import lock_referral
from maillage.referrals.models import Candidate, Reception, Referral, ReferredFamily
from maillage.referrals.proposals import Agreement, Candidacy, Proposal, Request
from maillage.referrals.vocabulary import LIVE, OPEN, Standing, State, Voice

BEFORE_CONTACT = (State.PROPOSED, State.DECLINED, State.ACCEPTED)


@transaction.atomic
def propose(wanted: Proposal, *, by: int, now: datetime | None = None) -> Referral:
    """Prepare a referral from an appointment. Nothing is sent before the parent agrees.

    Raises `NobodyIsChosen` or `ServiceCannotBeAsked`.
    """
    key = uuid5(wanted.key, "referral")
    lock_referral(key)
    if (already := Referral.objects.filter(pk=key).first()) is not None:
        return already
    found = Appointment.objects.select_related("household", "service_at_location__location")
    appointment = found.get(pk=wanted.appointment_id)
    place = appointment.service_at_location
    lives = appointment.household.commune_id
    referral = Referral.objects.create(
        pk=key,
        departement_id=appointment.departement_id,
        organization_id=appointment.organization_id,
        practitioner=appointment.practitioners.order_by("pk").first(),
        created_by_id=by,
        need=wanted.need,
        commune_id=lives or (place.location.commune_id if place else None),
        birth_month=wanted.birth_month,
        availability=wanted.availability,
        handover=wanted.handover,
        handover_at=wanted.handover_at,
        created_at=now or timezone.now(),
    )
    ReferredFamily.objects.create(
        referral=referral,
        household_id=appointment.household_id,
        contact_id=appointment.contact_id,
        appointment=appointment,
        why=wanted.why,
    )
    asking.add(referral, wanted.candidates)
    _trace(referral, "proposed", by)
    return referral


@transaction.atomic
def ask_consent(referral: Referral, *, by: int, now: datetime | None = None) -> Referral:
    """Send the parent a link to agree, service by service, or to say no."""
    found = _locked(referral.pk, State.DRAFT)
    asking.save(found, state=State.CONSENT_ASKED, consent_asked_at=now or timezone.now())
    telling.family(found, telling.CONSENT_IS_ASKED)
    _trace(found, "consent_asked", by)
    return found


@transaction.atomic
def agree(referral: Referral, given: Agreement, *, now: datetime | None = None) -> Referral:
    """Keep the parent's consent for the services named, and ask the first of them.

    Raises `NobodyIsChosen` when no service is named: saying no to all is `withdraw`.
    """
    now = now or timezone.now()
    found = _locked(referral.pk, State.DRAFT, State.CONSENT_ASKED)
    waiting = list(found.candidates.filter(state=Standing.WAITING).order_by("rank"))
    chosen = [one for one in waiting if one.pk in given.candidate_ids]
    if not chosen:
        raise NobodyIsChosen
    for one in waiting:
        if one in chosen:
            asking.save(one, consent=asking.consent_for(found, one, given))
        else:
            asking.save(one, state=Standing.CLOSED, closed_at=now)
    asking.save(found, state=State.PROPOSED, proposed_at=found.proposed_at or now)
    asking.move_on(found, now)
    if given.means == Consent.Means.ONLINE:
        telling.sender(found, telling.IS_PROPOSED)
    else:
        telling.family(found, telling.IS_PROPOSED)
    _trace(found, "agreed", given.by)
    return found


@transaction.atomic
def ask(wanted: Request, *, now: datetime | None = None) -> Referral:
    """A parent asks by themself that services call them back: asking is agreeing to these.

    Raises `NobodyIsChosen` or `ServiceCannotBeAsked`. The same request twice makes one referral.
    """
    now = now or timezone.now()
    key, contact_id = uuid5(wanted.key, "referral"), wanted.known or uuid5(wanted.key, "contact")
    scope.hold_contact(contact_id)
    lock_referral(key)
    if (already := Referral.objects.filter(pk=key).first()) is not None:
        return already
    contact = Contact.objects.get(pk=contact_id) if wanted.known else asking.new_contact(wanted)
    referral = Referral.objects.create(
        pk=key,
        departement_id=wanted.departement_id,
        asked_by_family=True,
        need=wanted.need,
        commune_id=wanted.commune,
        birth_month=wanted.birth_month,
        availability=wanted.availability,
        created_at=now,
    )
    ReferredFamily.objects.create(
        referral=referral, household_id=contact.household_id, contact=contact, why=wanted.why
    )
    asking.add(referral, wanted.candidates)
    everyone = frozenset(referral.candidates.values_list("pk", flat=True))
    referral = agree(referral, Agreement(everyone), now=now)
    telling.family(referral, telling.IS_PROPOSED)
    return referral


@transaction.atomic
def accept(
    candidate: Candidate, in_charge: str, *, by: int | None = None, now: datetime | None = None
) -> Referral:
    """A service takes the family: the first one that says so. Twice is harmless.

    Raises `AnotherServiceAccepted`, `ConsentWasTakenBack` or `ReferralHasMoved`.
    """
    now = now or timezone.now()
    lock_referral(candidate.referral_id)
    mine = Candidate.objects.get(pk=candidate.pk)
    referral = Referral.objects.filter(pk=mine.referral_id).first()
    if referral is not None and mine.state == Standing.ACCEPTED:
        return referral
    if referral is None or mine.state != Standing.ASKED or referral.state != State.PROPOSED:
        raise _why_too_late(mine)
    try:
        with transaction.atomic():
            asking.save(mine, state=Standing.ACCEPTED, answered_at=now)
    except IntegrityError as error:
        if "one_service_takes_the_family" not in str(error):
            raise
        raise AnotherServiceAccepted from error
    asking.save(referral, state=State.ACCEPTED, accepted_at=now)
    Reception.objects.create(
        candidate=mine, referral=referral, organization_id=mine.organization_id, in_charge=in_charge
    )
    asking.release(referral, now, besides=mine)
    telling.family(referral, telling.IS_ACCEPTED)
    telling.sender(referral, telling.IS_ACCEPTED)
    _trace(referral, "accepted", by)
    return referral


@transaction.atomic
def decline(
    candidate: Candidate, reason: str, words: str, *, by: int | None = None,
    now: datetime | None = None,
) -> None:  # fmt: skip
    """A service cannot take the family, or no longer: the next one is asked at once.

    Raises `ConsentWasTakenBack`, `AnotherServiceAccepted` or `ReferralHasMoved`.
    """
    now = now or timezone.now()
    lock_referral(candidate.referral_id)
    mine = Candidate.objects.get(pk=candidate.pk)
    referral = Referral.objects.filter(pk=mine.referral_id).first()
    if mine.state == Standing.DECLINED:
        return
    if referral is None or mine.state not in LIVE or referral.state not in BEFORE_CONTACT:
        raise _why_too_late(mine)
    Reception.objects.filter(candidate=mine).delete()
    asking.save(mine, state=Standing.DECLINED, answered_at=now, reason=reason, words=words)
    with scope.system():
        asking.end_consent(mine, now)
        asking.save(referral, state=State.PROPOSED, accepted_at=None)
        asking.move_on(referral, now)
        _trace(referral, "declined", by)


@transaction.atomic
def choose(
    referral: Referral, wanted: Candidacy, *, by: int | None = None, now: datetime | None = None
) -> Referral:
    """The parent prefers another service: consent for those asked until now is taken back.

    Raises `ServiceCannotBeAsked` or `ReferralHasMoved`.
    """
    now = now or timezone.now()
    found = _locked(referral.pk, *BEFORE_CONTACT)
    if found.candidates.live().filter(service=wanted.service_id).exists():
        return found
    asking.take_back(found, now)
    [chosen] = asking.add(found, [wanted])
    asking.save(
        chosen, consent=asking.consent_for(found, chosen, Agreement(frozenset([chosen.pk]), by=by))
    )
    asking.save(found, state=State.PROPOSED, accepted_at=None, proposed_at=found.proposed_at or now)
    asking.move_on(found, now)
    telling.sender(found, telling.IS_PROPOSED)
    _trace(found, "chosen", by)
    return found


@transaction.atomic
def add_services(
    referral: Referral, wanted: Iterable[Candidacy], *, by: int, now: datetime | None = None
) -> Referral:
    """Every service declined: name others, and ask the parent's consent for these."""
    found = _locked(referral.pk, State.DECLINED)
    asking.add(found, wanted)
    asking.save(found, state=State.CONSENT_ASKED, consent_asked_at=now or timezone.now())
    telling.family(found, telling.CONSENT_IS_ASKED)
    _trace(found, "consent_asked", by)
    return found


@transaction.atomic
def note_first_contact(referral: Referral, on: date, *, by: int | None = None) -> Referral:
    """The family and the service have met or spoken."""
    found = _locked(referral.pk, State.ACCEPTED)
    asking.save(found, state=State.CONTACTED, first_contact_on=on)
    telling.sender(found, telling.CONTACT_IS_MADE)
    telling.family(found, telling.CONTACT_IS_MADE)
    _trace(found, "contacted", by)
    return found


@transaction.atomic
def note_handover(referral: Referral, *, by: int, now: datetime | None = None) -> Referral:
    """The sender has presented the family to the service. Twice keeps the first moment."""
    found = _locked(referral.pk, *OPEN)
    if found.handover_done_at is None:
        asking.save(found, handover_done_at=now or timezone.now())
        _trace(found, "handed_over", by)
    return found


@transaction.atomic
def close(
    candidate: Candidate, outcome: str, words: str, *, by: int | None = None,
    now: datetime | None = None,
) -> Referral:  # fmt: skip
    """The service that took the family says how it ended, after the first contact."""
    lock_referral(candidate.referral_id)
    mine = Candidate.objects.get(pk=candidate.pk)
    referral = Referral.objects.filter(pk=mine.referral_id).first()
    if referral is None or mine.state != Standing.ACCEPTED or referral.state != State.CONTACTED:
        raise _why_too_late(mine)
    asking.save(mine, words=words)
    _close(referral, outcome, Voice.RECEIVER, now or timezone.now())
    telling.sender(referral, telling.OUTCOME_IS_SAID)
    _trace(referral, "closed", by)
    return referral


@transaction.atomic
def say(referral: Referral, outcome: str, words: str, *, now: datetime | None = None) -> Referral:
    """The parent says whether the need was met: their word replaces the service's."""
    found = _locked(referral.pk, State.ACCEPTED, State.CONTACTED, State.CLOSED)
    ReferredFamily.objects.filter(pk=found.pk).update(outcome_words=words)
    _close(found, outcome, Voice.FAMILY, found.closed_at or now or timezone.now())
    _trace(found, "said", None)
    return found


@transaction.atomic
def withdraw(referral: Referral, *, by: int | None = None, now: datetime | None = None) -> Referral:
    """The parent takes consent back: nobody asked sees anything any more. Twice is harmless."""
    now = now or timezone.now()
    lock_referral(referral.pk)
    found = Referral.objects.get(pk=referral.pk)
    if found.state == State.WITHDRAWN:
        return found
    if found.state not in OPEN:
        raise ReferralHasMoved
    asking.take_back(found, now)
    asking.save(found, state=State.WITHDRAWN, withdrawn_at=now)
    telling.sender(found, telling.IS_WITHDRAWN)
    if by is not None:
        telling.family(found, telling.IS_WITHDRAWN)
    _trace(found, "withdrawn", by)
    return found


# What time does: called by the jobs, in the system's scope.


def remind(candidate: Candidate, sentence: telling.Sentence, now: datetime) -> None:
    """Write once more to a service that does not answer, or does not call."""
    asking.save(candidate, reminded_at=now)
    telling.receiver(candidate, sentence, now)


def escalate(referral: Referral, now: datetime) -> None:
    """Nobody answers: tell the coordinators, the sender and the family; ask the next service too.

    Whoever was asked may still accept: the first to do so takes the family.
    """
    asking.save(referral, escalated_at=now)
    telling.coordinators(referral, telling.COORDINATOR_IS_ALERTED)
    telling.sender(referral, telling.COORDINATOR_IS_ALERTED)
    telling.family(referral, telling.IS_ESCALATED)
    if (
        referral.state == State.PROPOSED
        and (following := asking.next_candidate(referral)) is not None
    ):
        asking.put_to(following, now)
    _trace(referral, "escalated", None)


def tell_overdue(referral: Referral, now: datetime) -> None:
    """No first contact in the time that a loop may take."""
    asking.save(referral, overdue_told_at=now, escalated_at=referral.escalated_at or now)
    telling.coordinators(referral, telling.COORDINATOR_IS_OVERDUE)
    telling.sender(referral, telling.COORDINATOR_IS_OVERDUE)
    _trace(referral, "overdue", None)


def ask_outcome(referral: Referral, now: datetime) -> None:
    """Ask the family, and the service that took it, how it ended."""
    asking.save(referral, outcome_asked_at=now)
    telling.family(referral, telling.IS_THE_NEED_MET)
    for one in referral.candidates.filter(state=Standing.ACCEPTED):
        telling.receiver(one, telling.ASKED_HOW_IT_ENDED, now)
    _trace(referral, "outcome_asked", None)


def let_go(referral: Referral, now: datetime) -> None:
    """Nobody said how it ended: it is closed as unknown, which counts as such."""
    _close(referral, "unknown", Voice.NOBODY, now)
    _trace(referral, "closed", None)


def expire(referral: Referral, now: datetime) -> None:
    """Too late for everyone: whoever waits is told, and nobody sees the family any more."""
    asking.take_back(referral, now)
    asking.save(referral, state=State.EXPIRED, expired_at=now)
    if referral.consent_asked_at is not None or referral.proposed_at is not None:
        telling.family(referral, telling.IS_EXPIRED)
    telling.sender(referral, telling.IS_EXPIRED)
    _trace(referral, "expired", None)


def _locked(referral_id: UUID, *states: str) -> Referral:
    lock_referral(referral_id)
    found = Referral.objects.get(pk=referral_id)
    if found.state not in states:
        raise ReferralHasMoved
    return found


def _close(referral: Referral, outcome: str, voice: Voice, now: datetime) -> None:
    asking.save(referral, state=State.CLOSED, closed_at=now, outcome=outcome, outcome_by=voice)


def _why_too_late(candidate: Candidate) -> Exception:
    """Say what happened meanwhile, without a word on the others."""
    with scope.system():
        referral = Referral.objects.get(pk=candidate.referral_id)
        elsewhere = referral.candidates.exclude(pk=candidate.pk)
        if elsewhere.filter(state=Standing.ACCEPTED).exists():
            return AnotherServiceAccepted()
        if Consent.objects.filter(candidate=candidate, revoked_at__isnull=False).exists():
            return ConsentWasTakenBack()
    return ReferralHasMoved()


def _trace(referral: Referral, verb: str, by: int | None) -> None:
    audit.record(by, f"referrals.{verb}", referral, departement=referral.departement_id)
