"""Attacks on the second wall: what each party's own context lets it read or change."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from maillage.core import scope
from maillage.core.tokens import fingerprint
from maillage.directory.tests import made as directory
from maillage.families.models import Consent
from maillage.organizations.tests.staff import Role, person
from maillage.referrals import actions, receiver_links, showing
from maillage.referrals.errors import AnswerLinkIsDead, ConsentWasTakenBack
from maillage.referrals.models import (
    Candidate,
    Gap,
    ReceiverLink,
    Reception,
    Referral,
    ReferredFamily,
)
from maillage.referrals.proposals import Agreement
from maillage.referrals.tests import made

TABLES = (Referral, ReferredFamily, Candidate, Reception, ReceiverLink)


@pytest.fixture
def stage(db):
    with transaction.atomic(), scope.system():
        found = made.scene()
    scope.hold_contact(None)
    with transaction.atomic():
        yield found


def as_member(user, *places):
    scope.hold_link("")
    scope.hold_contact(None)
    scope.enter("member", departements=places or ("70",), user_id=user.pk)


def as_visitor(token=""):
    scope.hold_contact(None)
    scope.enter("public")
    scope.hold_link(fingerprint(token) if token else "")


def seen():
    return tuple(table.objects.count() for table in TABLES)


def proposed(stage, **values):
    with scope.system():
        return stage.proposed(**values)


def test_a_service_asked_reads_the_request_and_not_the_family(stage):
    referral = proposed(stage)
    as_member(stage.receivers[0])
    #      referral, family, its own candidate, reception, links
    assert seen() == (1, 0, 1, 0, 0)
    assert showing.reach(Referral.objects.get()) is None
    face = showing.face(referral)
    assert (face["need"], face["commune"], face["availability"]) == (
        "Nous nous séparons", "Gray", "le mercredi",
    )  # fmt: skip


def test_a_service_not_yet_asked_sees_nothing_at_all(stage):
    proposed(stage)
    as_member(stage.receivers[1])
    assert seen() == (0, 0, 0, 0, 0)


def test_a_service_that_accepted_reads_who_the_family_is_and_never_the_other_services(stage):
    referral = proposed(stage)
    as_member(stage.receivers[0])
    actions.accept(Candidate.objects.get(), "Louise", by=stage.receivers[0].pk)
    assert seen() == (1, 1, 1, 1, 0)
    reach = showing.reach(referral)
    assert reach is not None
    assert (reach.name, reach.email) == ("Nour", "nour@example.org")


def test_the_sender_reads_the_status_and_not_who_welcomes(stage):
    referral = proposed(stage)
    with scope.system():
        actions.accept(made.first(referral), "Louise")
    as_member(stage.sender)
    assert seen() == (1, 1, 2, 0, 0)
    assert [one["in_charge"] for one in showing.candidates(referral, names=True)] == ["", ""]


def test_the_link_opens_one_request_without_an_account_and_its_answers_are_its_own(stage):
    referral = proposed(stage)
    token = made.link(referral)
    as_visitor(token)
    assert seen() == (1, 0, 1, 0, 1)
    actions.accept(receiver_links.follow(token), "Louise")
    assert seen() == (1, 1, 1, 1, 1)
    as_visitor("another")
    assert seen() == (0, 0, 0, 0, 0)
    with pytest.raises(AnswerLinkIsDead):
        receiver_links.follow("another")


def test_taking_consent_back_closes_the_door_in_the_same_instant(stage):
    referral = proposed(stage)
    token = made.link(referral)
    as_visitor(token)
    actions.accept(receiver_links.follow(token), "Louise")
    scope.hold_contact(stage.appointment.contact_id)
    actions.withdraw(referral)
    as_visitor(token)
    assert seen() == (0, 0, 1, 1, 1)
    assert showing.reach(referral) is None
    as_member(stage.receivers[0])
    assert seen() == (0, 0, 1, 1, 0)


def test_a_consent_taken_back_by_any_other_path_closes_the_door_too(stage):
    """The family's own page revokes the consent alone; the database does not wait for us."""
    referral = proposed(stage)
    token = made.link(referral)
    as_visitor(token)
    actions.accept(receiver_links.follow(token), "Louise")
    with scope.system():
        Consent.objects.filter(candidate__referral=referral).update(revoked_at=made.NOW)
    assert (Referral.objects.count(), ReferredFamily.objects.count()) == (0, 0)
    assert showing.reach(referral) is None
    with pytest.raises(ConsentWasTakenBack):
        actions.decline(receiver_links.follow(token), "full", "")


def test_a_colleague_of_the_departement_who_has_no_part_in_it_sees_nothing(stage):
    proposed(stage)
    with scope.system():
        outsider = person("curieux@example.org", Role.DESK_AGENT, at=directory.organization("X"))
    as_member(outsider)
    assert seen() == (0, 0, 0, 0, 0)


def test_coordinators_read_what_was_escalated_and_never_who_the_family_is(stage):
    referral = proposed(stage)
    as_member(stage.officer)
    assert seen() == (0, 0, 0, 0, 0)
    with scope.system():
        actions.escalate(Referral.objects.get(), made.NOW)
    assert seen() == (1, 0, 2, 0, 0)
    assert showing.reach(referral) is None


def test_the_family_reads_its_own_and_the_other_parent_does_not(stage):
    referral = proposed(stage)
    with scope.system():
        actions.accept(made.first(referral), "Louise")
    scope.enter("public")
    scope.hold_contact(stage.appointment.contact_id)
    assert seen() == (1, 1, 2, 1, 0)
    assert [one["in_charge"] for one in showing.candidates(referral, names=True)] == ["Louise", ""]
    scope.hold_contact(uuid4())
    assert seen() == (0, 0, 0, 0, 0)


def test_a_service_changes_neither_the_family_nor_another_s_answer(stage):
    referral = proposed(stage)
    as_member(stage.receivers[0])
    assert ReferredFamily.objects.filter(pk=referral.pk).update(why="volé") == 0
    others = Candidate.objects.filter(referral=referral).exclude(
        organization__memberships__user=stage.receivers[0]
    )
    assert others.update(state="declined", reason="full") == 0
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReceiverLink.objects.create(
            token_hash="x", candidate=Candidate.objects.get(),
            organization_id=stage.services[0].organization_id, created_at=made.NOW,
            expires_at=made.NOW + timedelta(days=1),
        )  # fmt: skip


def test_nobody_makes_themself_the_family_of_a_referral_that_exists(stage):
    proposed(stage)
    with scope.system():
        other = stage.proposed()
        ReferredFamily.objects.filter(pk=other.pk).delete()
    as_member(stage.receivers[0])
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReferredFamily.objects.create(
            referral_id=other.pk, household_id=stage.appointment.household_id,
            contact_id=stage.appointment.contact_id,
        )  # fmt: skip


def test_a_link_that_expired_opens_nothing(stage):
    referral = proposed(stage)
    token = made.link(referral)
    with scope.system():
        ReceiverLink.objects.filter(token_hash=fingerprint(token)).update(
            created_at=made.NOW - timedelta(days=60), expires_at=made.NOW - timedelta(days=30)
        )
    as_visitor(token)
    with pytest.raises(AnswerLinkIsDead):
        receiver_links.follow(token)
    assert Referral.objects.count() == 0


def test_the_sender_works_within_the_wall_from_start_to_end(stage):
    """No system scope for who prepares, asks and withdraws: the policies themselves let them."""
    as_member(stage.sender)
    referral = stage.prepared()
    actions.ask_consent(referral, by=stage.sender.pk)
    scope.enter("public")
    scope.hold_contact(stage.appointment.contact_id)
    chosen = frozenset(Candidate.objects.values_list("pk", flat=True))
    actions.agree(referral, Agreement(chosen))
    as_member(stage.receivers[0])
    actions.decline(Candidate.objects.get(), "full", "", by=stage.receivers[0].pk)
    assert seen() == (0, 0, 1, 0, 0)
    as_member(stage.receivers[1])
    actions.accept(Candidate.objects.get(), "Rose", by=stage.receivers[1].pk)
    actions.note_first_contact(Referral.objects.get(), made.NOW.date(), by=stage.receivers[1].pk)
    actions.close(Candidate.objects.get(), "yes", "", by=stage.receivers[1].pk)
    as_member(stage.sender)
    referral.refresh_from_db()
    assert (referral.state, referral.outcome, referral.outcome_by) == ("closed", "yes", "receiver")


def test_without_these_policies_the_attacks_above_would_succeed(stage):
    """The negative control: the questions see through, and only the policies hold them."""
    proposed(stage)
    as_member(stage.receivers[0])
    with connection.cursor() as cursor:
        cursor.execute("select set_config('maillage.scope', 'system', true)")
    assert seen() == (1, 1, 2, 0, 1)


def test_a_gap_is_read_in_its_departement_and_taken_on_by_its_officers_only(stage):
    with scope.system():
        gap = Gap.objects.create(
            departement_id="70",
            epci=directory.commune().epci,
            need="grief",
            raised_on=made.NOW.date(),
        )
    as_member(stage.sender)
    assert Gap.objects.count() == 1
    assert Gap.objects.filter(pk=gap.pk).update(note="x") == 0
    as_member(stage.officer)
    assert Gap.objects.filter(pk=gap.pk).update(note="vu") == 1
    as_member(stage.officer, "79")
    assert Gap.objects.count() == 0
