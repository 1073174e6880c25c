"""Agreements: drafted, proposed, approved by each party or refused with a reason, ended."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.pooling import actions
from maillage.pooling.actions import Answer, PartyTerms
from maillage.pooling.errors import (
    AlreadyDecided,
    AnotherAgreementStands,
    ChangedMeanwhile,
    EachPartyNeedsAPlace,
    EmployerMustSign,
    NotADraft,
    NothingToDecide,
    SharesMustMakeAHundred,
)
from maillage.pooling.models import Approval, PoolingAgreement, PoolingParty
from maillage.pooling.spans import State
from maillage.pooling.tests import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(db):
    with scope.system():
        yield made.world()


def party(found, here, name):
    return found.parties.get(organization=here.parties[name])


def test_an_agreement_is_in_force_once_each_party_approved(here):
    found = made.proposed(here)
    made.approve(here, found, "Gray", "Vesoul")
    assert found.state == State.PROPOSED
    made.approve(here, found, "Luxeuil")
    assert (found.state, found.is_in_force(made.TODAY)) == (State.APPROVED, True)
    assert list(PoolingAgreement.objects.in_force_on(made.TODAY)) == [found]
    assert list(PoolingAgreement.objects.in_force_on(date(2026, 8, 31))) == []
    said = Approval.objects.order_by("party__rank")
    assert [(one.decided_by, one.accepted) for one in said] == [
        (here.people[name], True) for name in made.TOWNS
    ]
    trail = AuditEntry.objects.filter(verb__startswith="pooling").order_by("at")
    assert [one.verb.removeprefix("pooling.agreement_") for one in trail] == [
        "drafted", "proposed", "approved", "approved", "approved",
    ]  # fmt: skip


def test_one_refusal_refuses_and_keeps_its_reason(here):
    found = made.proposed(here)
    why = Answer(accepted=False, reason="Il nous faut deux matinées.")
    actions.decide(
        found, found.edition, party(found, here, "Vesoul"), why, by=here.people["Vesoul"].pk
    )
    found.refresh_from_db()
    assert found.state == State.REFUSED
    assert Approval.objects.get().reason == "Il nous faut deux matinées."
    with pytest.raises(NothingToDecide):
        made.approve(here, found, "Gray")


def test_a_refusal_without_a_reason_is_refused_by_the_database(here):
    found = made.proposed(here)
    with pytest.raises(IntegrityError, match="a_refusal_has_its_reason"), transaction.atomic():
        actions.decide(
            found, found.edition, party(found, here, "Gray"), Answer(accepted=False),
            by=here.people["Gray"].pk,
        )  # fmt: skip


def test_a_party_answers_once(here):
    found = made.approve(here, made.proposed(here), "Gray")
    with pytest.raises(AlreadyDecided, match="Psychologue partagée"):
        made.approve(here, found, "Gray")
    assert Approval.objects.count() == 1


def test_what_was_refused_is_taken_back_and_asked_again_of_everyone(here):
    found = made.approve(here, made.proposed(here), "Gray", "Vesoul")
    no = Answer(accepted=False, reason="Pas en hiver.")
    by = here.people["Luxeuil"].pk
    actions.decide(found, found.edition, party(found, here, "Luxeuil"), no, by=by)
    actions.take_back(found, found.edition, by=by)
    found.refresh_from_db()
    actions.propose(found, found.edition, by=by)
    found.refresh_from_db()
    made.approve(here, found, "Luxeuil")
    assert found.state == State.PROPOSED
    assert made.approve(here, found, "Gray", "Vesoul").state == State.APPROVED


@pytest.mark.parametrize(("quotas", "total"), [
    ((40, 35, 24), "99.00"), ((40, 35, 26), "101.00"), ((100,), "100.00"),
])  # fmt: skip
def test_shares_must_make_a_hundred(here, quotas, total):
    parties = [
        PartyTerms(one, Decimal(quota), None, made.terms(here).parties[0].places)
        for one, quota in zip(here.parties.values(), quotas, strict=False)
    ]
    found = actions.draft(made.terms(here, parties=parties), by=here.people["Gray"].pk)
    with pytest.raises(SharesMustMakeAHundred, match=total):
        actions.propose(found, found.edition, by=here.people["Gray"].pk)
    with pytest.raises(IntegrityError, match="make 100 %"), transaction.atomic():
        PoolingAgreement.objects.filter(pk=found.pk).update(state="proposed")
    found.refresh_from_db()
    assert found.state == State.DRAFT


def test_fixed_shares_must_make_a_hundred_too(here):
    found = actions.draft(made.terms(here, cost_key="fixed"), by=here.people["Gray"].pk)
    with pytest.raises(SharesMustMakeAHundred, match="Parts fixes"):
        actions.propose(found, found.edition, by=here.people["Gray"].pk)
    with pytest.raises(IntegrityError, match="make 100 %"), transaction.atomic():
        PoolingAgreement.objects.filter(pk=found.pk).update(state="proposed")


def test_each_party_of_a_shared_person_has_a_place(here):
    parties = [PartyTerms(one, Decimal(50)) for one in list(here.parties.values())[:2]]
    found = actions.draft(made.terms(here, parties=parties), by=here.people["Gray"].pk)
    with pytest.raises(EachPartyNeedsAPlace, match="Mairie de Gray"):
        actions.propose(found, found.edition, by=here.people["Gray"].pk)


def test_nobody_s_practitioner_is_shared_without_their_employer(here):
    parties = made.terms(here).parties[1:]
    half = [type(one)(one.organization, Decimal(50), None, one.places) for one in parties]
    alone = made.terms(here, holder=here.parties["Vesoul"], parties=half)
    found = actions.draft(alone, by=here.people["Vesoul"].pk)
    with pytest.raises(EmployerMustSign, match="Mairie de Gray emploie ou reçoit"):
        actions.propose(found, found.edition, by=here.people["Vesoul"].pk)
    bea = made.agenda.practitioner("Bea")
    stranger = actions.draft(made.terms(here, shared=bea), by=here.people["Gray"].pk)
    with pytest.raises(EmployerMustSign, match="Bea"):
        actions.propose(stranger, stranger.edition, by=here.people["Gray"].pk)


def test_what_is_proposed_is_not_rewritten(here):
    found = made.proposed(here)
    with pytest.raises(NotADraft):
        actions.rewrite(found, made.terms(here, title="Autre"), found.edition, by=1)
    for change in (
        lambda: PoolingParty.objects.filter(agreement=found).update(quota=50),
        lambda: PoolingAgreement.objects.filter(pk=found.pk).update(title="Autre"),
        lambda: PoolingParty.objects.create(
            agreement=found, organization=here.parties["Gray"], rank=9, quota=1
        ),
    ):
        with pytest.raises(IntegrityError, match="not rewritten"), transaction.atomic():
            change()


def test_the_database_refuses_a_step_that_skips_an_approval(here):
    found = made.approve(here, made.proposed(here), "Gray", "Vesoul")
    with pytest.raises(IntegrityError, match="each party approves first"), transaction.atomic():
        PoolingAgreement.objects.filter(pk=found.pk).update(
            state="approved", approved_at=found.proposed_at
        )
    other = actions.draft(made.terms(here), by=here.people["Gray"].pk)
    with (
        pytest.raises(IntegrityError, match="does not exist: draft>approved"),
        transaction.atomic(),
    ):
        PoolingAgreement.objects.filter(pk=other.pk).update(state="approved")
    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        Approval.objects.update(accepted=False)


def test_who_read_an_older_edition_overwrites_nothing(here):
    found = actions.draft(made.terms(here), by=here.people["Gray"].pk)
    read = found.edition
    actions.rewrite(found, made.terms(here, title="À trois"), read, by=here.people["Gray"].pk)
    with pytest.raises(ChangedMeanwhile):
        actions.rewrite(found, made.terms(here, title="À deux"), read, by=here.people["Vesoul"].pk)
    with pytest.raises(ChangedMeanwhile):
        actions.propose(found, read, by=here.people["Vesoul"].pk)
    found.refresh_from_db()
    assert (found.title, found.state) == ("À trois", State.DRAFT)


def test_one_agreement_in_force_per_person_and_day(here):
    made.in_force(here)
    second = made.proposed(here)
    with pytest.raises(AnotherAgreementStands):
        made.approve(here, second)
    second.refresh_from_db()
    assert second.state == State.PROPOSED
    assert made.in_force(made.world()).state == State.APPROVED  # someone else's time


def test_a_new_version_ends_the_one_it_replaces_on_its_eve(here):
    old = made.in_force(here)
    by = here.people["Gray"].pk
    new = actions.revise(old, date(2027, 1, 1), by=by)
    assert (new.version, new.parties.count(), new.state) == (2, 3, State.DRAFT)
    actions.propose(new, new.edition, by=by)
    new.refresh_from_db()
    old.refresh_from_db()
    assert old.ends_on is None
    made.approve(here, new)
    old.refresh_from_db()
    assert (old.ends_on, old.is_in_force(date(2026, 12, 31))) == (date(2026, 12, 31), True)
    assert list(PoolingAgreement.objects.in_force_on(date(2027, 1, 1))) == [new]


def test_an_agreement_that_ends_offers_nothing_after(here):
    found = made.in_force(here)
    made.agreed(here, made.rotation(here, found))
    last = date(2027, 1, 31)
    actions.end(found, last, found.edition, by=here.people["Gray"].pk, today=made.TODAY)
    assert {rule.until for rule in Availability.objects.filter(practitioner=here.ada)} == {last}
    found.refresh_from_db()
    assert (found.is_in_force(last), found.is_in_force(date(2027, 2, 1))) == (True, False)


def test_an_agreement_shares_one_thing(here):
    with pytest.raises(IntegrityError, match="an_agreement_shares_one_thing"), transaction.atomic():
        PoolingAgreement.objects.create(
            departement_id="70", holder=here.parties["Gray"], title="Rien", starts_on=made.TODAY
        )
