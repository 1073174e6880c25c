"""What time does: each thing once, told to who must know, and never twice for a job run twice."""

from datetime import timedelta

import pytest
from django.db import transaction

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import Consent
from maillage.referrals import actions, deadlines, queries
from maillage.referrals.models import Referral, ReferredFamily
from maillage.referrals.tests import made

OFFICER = "claire.coordonne@example.org"


@pytest.fixture
def stage(db):
    with transaction.atomic(), scope.system():
        yield made.scene()


def after(days):
    return made.NOW + timedelta(days=days)


def done(days):
    OutboxMessage.objects.all().delete()
    return {name: count for name, count in deadlines.run(after(days)).items() if count}


def told():
    rows = OutboxMessage.objects.order_by("recipient").values_list("recipient", flat=True)
    return sorted(rows)


def test_a_silent_service_is_reminded_once_after_three_days(stage):
    stage.proposed()
    assert done(2.9) == {}
    assert done(3.1) == {"reminded": 1}
    assert told() == ["70550@example.org"]
    assert done(3.2) == {}


def test_after_seven_days_the_coordinators_are_told_and_the_next_service_is_asked_too(stage):
    referral = stage.proposed()
    done(3.1)
    assert done(6.9) == {}
    assert done(7.1) == {"escalated": 1}
    assert told() == [
        "70311@example.org", OFFICER, "nour@example.org", "samuel.envoie@example.org",
    ]  # fmt: skip
    states = referral.candidates.order_by("rank").values_list("state", flat=True)
    assert list(states) == ["asked", "asked"]
    assert done(7.2) == {}


def test_the_days_before_escalation_are_the_operator_s(stage, settings):
    settings.REFERRAL_ANSWER_DAYS = 2
    stage.proposed()
    assert done(2.1) == {"escalated": 1}


def test_a_service_that_accepted_and_does_not_call_is_reminded_then_escalated(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise", now=made.NOW)
    assert done(3.1) == {"reminded": 1}
    assert done(7.1) == {"escalated": 1}
    assert OFFICER in told()


def test_after_twenty_one_days_without_a_contact_someone_is_alerted(stage):
    stage.proposed()
    done(3.1), done(7.1)
    assert done(21.1) == {"overdue": 1, "reminded": 1}
    assert told() == ["70311@example.org", OFFICER, "samuel.envoie@example.org"]
    assert done(21.2) == {}


def test_after_six_weeks_a_proposal_expires_and_nobody_sees_the_family(stage):
    referral = stage.proposed()
    for day in (3.1, 7.1, 10.2, 21.1):
        done(day)
    assert done(42.1) == {"expired": 1}
    referral.refresh_from_db()
    assert (referral.state, referral.expired_at) == ("expired", after(42.1))
    assert referral.candidates.live().count() == 0
    assert Consent.objects.filter(purpose="referral").in_force().count() == 0


def test_a_consent_that_never_comes_expires_after_two_weeks(stage):
    referral = stage.prepared()
    actions.ask_consent(referral, by=stage.sender.pk, now=made.NOW)
    assert done(13.9) == {}
    assert done(14.1) == {"expired": 1}
    assert told() == ["nour@example.org", "samuel.envoie@example.org"]


def test_a_draft_expires_without_a_word_to_the_family(stage):
    stage.prepared()
    assert done(30.1) == {"expired": 1}
    assert told() == ["samuel.envoie@example.org"]


def test_how_it_ended_is_asked_then_closed_as_unknown(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise", now=made.NOW)
    actions.note_first_contact(referral, made.NOW.date())
    assert done(21.1) == {"outcome_asked": 1}
    assert told() == ["70550@example.org", "nour@example.org"]
    assert done(81.2) == {"let_go": 1}
    referral.refresh_from_db()
    assert (referral.state, referral.outcome, referral.outcome_by) == (
        "closed",
        "unknown",
        "nobody",
    )


def test_a_consent_taken_back_on_another_page_ends_the_referral(stage):
    referral = stage.proposed()
    Consent.objects.filter(purpose="referral").update(revoked_at=made.NOW)
    assert done(0.1) == {"withdrawn": 1}
    referral.refresh_from_db()
    assert referral.state == "withdrawn"


def test_words_are_erased_six_months_after_the_end(stage):
    referral = stage.proposed()
    actions.withdraw(referral, now=made.NOW)
    assert deadlines.forget(after(179)) == 0
    assert deadlines.forget(after(181)) == 1
    kept = Referral.objects.values_list("availability", "need").get()
    assert (ReferredFamily.objects.get().why, *kept) == ("", "", "separation")


def test_messages_to_a_discreet_family_say_nothing_of_the_subject(stage):
    contact = stage.appointment.contact
    contact.discreet = True
    contact.save()
    referral = stage.proposed()
    OutboxMessage.objects.all().delete()
    actions.accept(made.first(referral), "Louise")
    mail = OutboxMessage.objects.get(recipient="nour@example.org")
    said = f"{mail.subject} {mail.body}".lower()
    assert [word for word in ("orientation", "service", "sépar", "accept") if word in said] == []


def test_no_message_to_a_professional_names_the_family_or_its_need(stage):
    referral = stage.proposed()
    actions.accept(made.first(referral), "Louise")
    for mail in OutboxMessage.objects.exclude(recipient="nour@example.org"):
        assert "Nour" not in mail.body
        assert "sépar" not in mail.body


def test_completion_counts_what_was_proposed_in_a_period(stage):
    one, _other = stage.proposed(), stage.proposed()
    actions.accept(made.first(one), "Louise", now=made.NOW)
    actions.note_first_contact(one, after(5).date())
    actions.say(one, "partly", "")
    day = made.NOW.date()
    found = queries.completion("70", day, day)
    assert (found.proposed, found.accepted, found.contacted, found.contacted_in_time) == (
        2,
        1,
        1,
        1,
    )
    assert (found.met, found.said, found.waiting, found.completed) == (1, 1, 1, 0.5)
    nobody = queries.completion("70", day, day, organizations=[])
    assert (nobody.proposed, nobody.completed) == (0, None)
