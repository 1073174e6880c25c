"""One step after another: who is asked, who is told, and what each refusal leaves untouched."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from maillage.core import choices, scope
from maillage.core.models import MessageKind, OutboxMessage
from maillage.families.models import Consent
from maillage.referrals import actions
from maillage.referrals.errors import (
    AnotherServiceAccepted,
    ConsentWasTakenBack,
    NobodyIsChosen,
    ReferralHasMoved,
    ServiceCannotBeAsked,
)
from maillage.referrals.models import Candidate, Reception, Referral, ReferredFamily
from maillage.referrals.proposals import Agreement, Candidacy
from maillage.referrals.tests import made


@pytest.fixture
def stage(db):
    with transaction.atomic(), scope.system():
        yield made.scene()


def told():
    rows = OutboxMessage.objects.order_by("created_at").values_list("recipient", flat=True)
    found = list(rows)
    OutboxMessage.objects.all().delete()
    return sorted(found)


def states(referral):
    referral.refresh_from_db()
    candidates = referral.candidates.order_by("rank").values_list("state", flat=True)
    return (referral.state, *candidates)


def test_nothing_leaves_before_the_parent_agrees(stage):
    referral = stage.prepared()
    assert states(referral) == ("draft", "waiting", "waiting")
    assert told() == []
    actions.ask_consent(referral, by=stage.sender.pk)
    assert states(referral) == ("consent_asked", "waiting", "waiting")
    assert told() == ["nour@example.org"]


def test_the_same_proposal_sent_twice_makes_one_referral(stage):
    wanted = stage.proposal()
    first = actions.propose(wanted, by=stage.sender.pk)
    assert actions.propose(wanted, by=stage.sender.pk) == first
    assert (Referral.objects.count(), Candidate.objects.count()) == (1, 2)


def test_the_parent_agrees_to_one_service_of_two_and_it_alone_is_asked(stage):
    referral = stage.prepared()
    second = referral.candidates.order_by("rank")[1]
    actions.agree(referral, Agreement(frozenset([second.pk])))
    assert states(referral) == ("proposed", "closed", "asked")
    consent = Consent.objects.get(purpose="referral")
    assert (consent.object_id, consent.means, consent.recorded_by) == (second.pk, "online", None)
    assert told() == ["70311@example.org", "samuel.envoie@example.org"]


def test_agreeing_to_nobody_is_refused_and_changes_nothing(stage):
    referral = stage.prepared()
    with pytest.raises(NobodyIsChosen), transaction.atomic():
        actions.agree(referral, Agreement(frozenset()))
    assert states(referral) == ("draft", "waiting", "waiting")
    assert Consent.objects.filter(purpose="referral").count() == 0


def test_a_service_that_nobody_could_answer_for_is_refused_by_its_name(stage):
    mute = stage.services[0]
    mute.email = ""
    mute.save()
    mute.organization.memberships.all().delete()
    with pytest.raises(ServiceCannotBeAsked, match="Espace écoute de Vesoul"):
        stage.prepared()


def test_a_service_accepts_and_family_and_sender_are_told(stage):
    referral = stage.proposed()
    told()
    actions.accept(made.first(referral), "Louise", now=made.NOW)
    assert states(referral) == ("accepted", "accepted", "closed")
    assert Reception.objects.get().in_charge == "Louise"
    assert told() == ["nour@example.org", "samuel.envoie@example.org"]


def test_accepting_twice_is_harmless(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    told()
    actions.accept(made.first(referral), "Louise")
    assert states(referral) == ("accepted", "accepted", "closed")
    assert told() == []


def test_a_service_that_declines_leaves_the_place_to_the_next_at_once(stage):
    referral = stage.proposed()
    told()
    actions.decline(made.first(referral), "full", "")
    assert states(referral) == ("proposed", "declined", "asked")
    assert told() == ["70311@example.org", "nour@example.org"]


def test_when_all_have_declined_the_sender_and_the_family_are_told(stage):
    referral = stage.proposed()
    first, second = referral.candidates.order_by("rank")
    actions.decline(first, "full", "")
    told()
    actions.decline(second, "age", "")
    assert states(referral) == ("declined", "declined", "declined")
    assert told() == ["nour@example.org", "samuel.envoie@example.org"]


def test_another_reason_needs_words_in_the_database_too(stage):
    referral = stage.proposed()
    refused = pytest.raises(IntegrityError, match="another_reason_is_said_in_words")
    with refused, transaction.atomic():
        actions.decline(made.first(referral), "other", "")
    assert states(referral) == ("proposed", "asked", "waiting")


def test_a_service_that_accepted_may_give_the_family_back_before_the_first_contact(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    actions.decline(made.first(referral), "closed", "")
    referral.refresh_from_db()
    assert states(referral) == ("declined", "declined", "closed")
    assert (referral.accepted_at, Reception.objects.count()) == (None, 0)


def test_after_the_first_contact_nobody_gives_the_family_back(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    actions.note_first_contact(referral, made.NOW.date(), by=stage.receivers[0].pk)
    with pytest.raises(ReferralHasMoved), transaction.atomic():
        actions.decline(made.first(referral), "full", "")
    assert states(referral) == ("contacted", "accepted", "closed")


def test_taking_consent_back_closes_everything_and_says_so_to_who_was_asked(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    told()
    actions.withdraw(referral)
    assert states(referral) == ("withdrawn", "closed", "closed")
    assert Consent.objects.filter(purpose="referral").in_force().count() == 0
    assert told() == ["70550@example.org", "samuel.envoie@example.org"]
    with pytest.raises(ConsentWasTakenBack):
        actions.accept(made.first(referral), "Louise")


def test_a_service_asked_too_late_is_told_that_another_accepted(stage):
    referral = stage.proposed()
    actions.escalate(referral, made.NOW)
    first, second = referral.candidates.order_by("rank")
    assert states(referral) == ("proposed", "asked", "asked")
    actions.accept(second, "Rose")
    with pytest.raises(AnotherServiceAccepted):
        actions.accept(first, "Louise")
    assert states(referral) == ("accepted", "closed", "accepted")


def test_the_parent_may_prefer_another_service(stage):
    referral = stage.proposed()
    first, second = referral.candidates.order_by("rank")
    actions.accept(first, "Louise")
    chosen = actions.choose(referral, Candidacy(second.service_id, 40))
    assert states(chosen) == ("proposed", "closed", "closed", "asked")
    assert list(chosen.candidates.live().values_list("service", flat=True)) == [second.service_id]
    in_force = Consent.objects.filter(purpose="referral").in_force()
    assert in_force.get().candidate.service_id == second.service_id


def test_when_all_declined_other_services_need_a_new_consent(stage):
    referral = stage.proposed(candidates=(Candidacy(stage.services[0].pk),))
    actions.decline(made.first(referral), "full", "")
    actions.add_services(referral, [Candidacy(stage.services[1].pk)], by=stage.sender.pk)
    assert states(referral) == ("consent_asked", "declined", "waiting")
    added = referral.candidates.get(state="waiting")
    actions.agree(referral, Agreement(frozenset([added.pk])))
    assert states(referral) == ("proposed", "declined", "asked")


def test_the_family_s_word_on_the_outcome_replaces_the_service_s(stage):
    referral = stage.proposed()
    first = made.first(referral)
    actions.accept(first, "Louise")
    actions.note_first_contact(referral, made.NOW.date())
    later = made.NOW + timedelta(days=9)
    closed = actions.close(first, "yes", "", by=stage.receivers[0].pk, now=later)
    assert (closed.state, closed.outcome, closed.outcome_by) == ("closed", "yes", "receiver")
    said = actions.say(referral, "partly", "Il faudrait encore une fois.")
    assert (said.outcome, said.outcome_by, said.closed_at) == ("partly", "family", later)
    with pytest.raises(ReferralHasMoved), transaction.atomic():
        actions.close(first, "yes", "")


def test_a_service_does_not_close_before_the_first_contact(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    with pytest.raises(ReferralHasMoved), transaction.atomic():
        actions.close(made.first(referral), "yes", "")
    assert states(referral) == ("accepted", "accepted", "closed")


def test_a_parent_who_stopped_such_news_gets_only_the_answer_to_their_own_yes(stage):
    referral = stage.prepared()
    family = ReferredFamily.objects.get(pk=referral.pk).contact
    choices.decline(family.pk, family.departement_id, [MessageKind.REFERRAL])
    actions.ask_consent(referral, by=stage.sender.pk)
    assert told() == []
    first = referral.candidates.order_by("rank")[0]
    heard = Agreement(frozenset([first.pk]), Consent.Means.PHONE, stage.sender.pk)
    actions.agree(referral, heard)
    assert "nour@example.org" in told()
    actions.accept(first, "Louise")
    assert "nour@example.org" not in told()
