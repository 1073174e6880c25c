"""Two households that are one family: joined by hand, with the word of each adult, counted once."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from maillage.agenda.models import WaitingEntry
from maillage.core import audit, scope
from maillage.families.models import Consent, Contact, Household
from maillage.support.actions import end_episode
from maillage.support.errors import HouseholdsStayApart
from maillage.support.models import Enrolment, Episode, Session
from maillage.support.vocabulary import ClosingReason

# Moved with their own rules below; the rest follows the household as it is.
OURS = (Household, Enrolment, Episode)


@transaction.atomic
def unite(one: UUID, other: UUID, *, means: Consent.Means, by: int) -> Household:
    """Make two households one, the oldest; each adult's word is kept. Raises `HouseholdsStayApart`.

    Messages, links and privacy stay each adult's own. Entries in the same programme count once
    again; the sessions of both are numbered together by date, and what was given beyond the limit
    before anyone knew keeps no number.
    """
    seen = Household.objects.filter(pk__in=[one, other]).count()  # within the caller's own rights
    if seen != len({one, other}) or one == other:
        raise HouseholdsStayApart
    with scope.system():
        kept, gone = _locked(one, other)
        _keep_consents(kept, gone, means, by)
        _stop_waiting_twice(kept, gone)
        try:
            with transaction.atomic():
                _move_what_follows(kept, gone)
        except IntegrityError as error:
            raise HouseholdsStayApart from error
        for enrolment in Enrolment.objects.counted().filter(household=gone).order_by("pk"):
            _join(enrolment, kept)
        gone.merged_into = kept
        gone.save(update_fields=["merged_into"])
        kept.last_contact_at = max(kept.last_contact_at, gone.last_contact_at)
        kept.save(update_fields=["last_contact_at"])
    audit.record(
        by, "support.households_united", kept, departement=kept.departement_id,
        acting_as=str(gone.pk),
    )  # fmt: skip
    return kept


def _locked(one: UUID, other: UUID) -> tuple[Household, Household]:
    """Lock both, always in the same order; give the oldest first."""
    found = list(
        Household.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[one, other])
        .order_by("pk")
    )
    apart = found[0].departement_id != found[1].departement_id
    if apart or any(each.merged_into_id is not None for each in found):
        raise HouseholdsStayApart
    kept, gone = sorted(found, key=lambda each: (each.created_at, str(each.pk)))
    return kept, gone


def _keep_consents(kept: Household, gone: Household, means: Consent.Means, by: int) -> None:
    for contact in Contact.objects.filter(household__in=[kept, gone], erased_at=None):
        Consent.objects.create(
            contact=contact,
            departement_id=contact.departement_id,
            purpose=Consent.Purpose.SECOND_PARENT,
            object_id=kept.pk,
            means=means,
            recorded_by_id=by,
        )


def _stop_waiting_twice(kept: Household, gone: Household) -> None:
    held = [WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED]
    waiting = WaitingEntry.objects.filter(state__in=held)
    services = waiting.filter(household=kept).values("service")
    waiting.filter(household=gone, service__in=services).update(state=WaitingEntry.State.LEFT)


def _move_what_follows(kept: Household, gone: Household) -> None:
    """Let whatever names its household follow it, in every room."""
    for relation in Household._meta.related_objects:
        model: Any = relation.related_model
        if model not in OURS and relation.field.name == "household":
            model.objects.filter(household=gone).update(household=kept)


def _join(enrolment: Enrolment, kept: Household) -> None:
    """Let one entry of the family remain in this programme, with all its episodes."""
    into = (
        Enrolment.objects.counted()
        .select_for_update(of=("self",))
        .filter(programme=enrolment.programme_id, household=kept)
        .first()
    )
    episodes = Episode.objects.filter(enrolment=enrolment)
    if into is None:
        Enrolment.objects.filter(pk=enrolment.pk).update(household=kept)
        episodes.update(household=kept)
        return
    sessions = list(
        Session.objects.filter(enrolment__in=[enrolment, into])
        .select_related("appointment")
        .order_by("appointment__starts_at", "pk")
    )
    holding = [each for each in sessions if each.number is not None]
    Session.objects.filter(pk__in=[each.pk for each in holding]).update(number=None)
    open_there = Episode.objects.open().filter(enrolment=into).exists()
    for episode in episodes.open().order_by("pk") if open_there else ():
        end_episode(episode, ClosingReason.MERGED)
    enrolment.merged_into = into
    enrolment.save(update_fields=["merged_into"])
    episodes.update(enrolment=into)
    limit = into.terms.max_sessions
    for number, each in enumerate(holding[:limit], start=1):
        Session.objects.filter(pk=each.pk).update(number=number)
