"""A person decides whether two entries are one; the other then leads to the one that is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.directory import actions, duplicates
from maillage.directory.errors import EntryAlreadyMerged, MergeAlreadyDecided
from maillage.directory.models import (
    ErrorReport,
    Location,
    MergeProposal,
    Opening,
    Service,
    ServiceAtLocation,
)
from maillage.directory.tests import made
from maillage.people.models import User

PMI = {"kind": "pmi", "joining": "phone"}


def pmi(name, **values):
    return made.place(made.service(name, **PMI), name=name, **values)


@pytest.fixture
def administrator(db):
    with scope.system():
        found = User.objects.create(email="admin@exemple.fr", name="Admin")
    scope.enter("member", departements=["70"], administers=["70"], user_id=found.pk)
    return found.pk


def proposal(kept, other):
    return MergeProposal.objects.create(
        departement_id="70", kept=kept, other=other, score=0.9, reasons=["même téléphone"]
    )


def test_merging_moves_rules_fills_blanks_and_leaves_a_trace(administrator):
    kept = pmi("PMI de Gray", phone="")
    other = pmi("PMI Gray", phone="03 84 00 00 10", address="8 rue du Lavoir")
    Service.objects.filter(pk=other.service_id).update(email="pmi@exemple.fr", languages=["ar"])
    rule = made.rule(other, "MO")
    actions.rebuild_openings([other.service_id])
    asked = proposal(kept.location, other.location)

    place = actions.merge(asked, by=administrator)

    assert (place.phone, place.address) == ("03 84 00 00 10", "8 rue du Lavoir")
    former = Location.objects.get(pk=other.location_id)
    assert former.merged_into_id == kept.location_id
    gone = Service.objects.get(pk=other.service_id)
    assert (gone.status, gone.merged_into_id) == ("defunct", kept.service_id)
    stays = Service.objects.get(pk=kept.service_id)
    assert (stays.email, stays.languages) == ("pmi@exemple.fr", ["ar"])
    rule.refresh_from_db()
    assert (rule.service_id, rule.service_at_location_id) == (kept.service_id, kept.pk)
    assert {opening.service_id for opening in Opening.objects.all()} == {kept.service_id}
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_at is not None) == ("merged", True)
    entry = AuditEntry.objects.get(verb="directory.merged")
    assert (entry.actor_id, entry.target_id, entry.departement) == (
        administrator, str(asked.pk), "70"
    )  # fmt: skip


def test_another_kind_of_help_moves_to_the_place_that_is_kept(administrator):
    kept = pmi("PMI de Gray")
    other = pmi("PMI Gray")
    group = ServiceAtLocation.objects.create(
        service=made.service("Café des parents", kind="discussion_group"), location=other.location
    )
    actions.merge(proposal(kept.location, other.location), by=administrator)
    group.refresh_from_db()
    assert group.location_id == kept.location_id
    assert set(kept.location.services.values_list("service__name", flat=True)) == {
        "PMI de Gray", "Café des parents"
    }  # fmt: skip
    assert Service.objects.get(name="Café des parents").status == "active"


def test_a_service_given_in_both_places_is_kept_once_with_its_rules(administrator):
    kept = pmi("PMI de Gray")
    other = ServiceAtLocation.objects.create(
        service=kept.service, location=made.location(name="PMI Gray")
    )
    made.rule(other, "WE")
    actions.merge(proposal(kept.location, other.location), by=administrator)
    only = ServiceAtLocation.objects.get(service=kept.service)
    assert (only.pk, only.schedules.get().byday) == (kept.pk, ["WE"])
    assert Service.objects.get().status == "active"


def test_rules_of_the_kept_entry_win_over_those_of_the_other(administrator):
    kept, other = pmi("PMI de Gray"), pmi("PMI Gray")
    made.rule(kept, "MO", opens_at=time(8))
    made.rule(other, "MO", opens_at=time(9))
    actions.merge(proposal(kept.location, other.location), by=administrator)
    actions.rebuild_openings([kept.service_id])
    assert set(Opening.objects.values_list("opens_at", flat=True)) == {time(8)}


def test_a_chain_of_merges_leads_straight_to_the_last_one_kept(administrator):
    first, second, third = pmi("PMI A"), pmi("PMI B"), pmi("PMI C")
    actions.merge(proposal(second.location, first.location), by=administrator)
    with scope.system():
        MergeProposal.objects.filter(decision="open").delete()
    actions.merge(proposal(third.location, second.location), by=administrator)
    leads_to = set(Location.objects.exclude(merged_into=None).values_list("merged_into", flat=True))
    assert leads_to == {third.location_id}
    services = Service.objects.exclude(merged_into=None).values_list("merged_into", flat=True)
    assert set(services) == {third.service_id}


def test_error_reports_follow_the_entry(administrator):
    kept, other = pmi("PMI de Gray"), pmi("PMI Gray")
    actions.report_error(other.service, "Fermé depuis juin.")
    actions.merge(proposal(kept.location, other.location), by=administrator)
    assert ErrorReport.objects.get().service_id == kept.service_id


def test_saying_that_they_differ_changes_nothing_else_and_is_not_asked_again(administrator):
    kept, other = pmi("PMI de Gray"), pmi("PMI Gray")
    asked = proposal(other.location, kept.location)
    actions.keep_distinct(asked, by=administrator)
    assert duplicates.propose(["70279"]) == 0
    assert Location.objects.exclude(merged_into=None).count() == 0
    assert MergeProposal.objects.get().decision == "distinct"
    assert AuditEntry.objects.filter(verb="directory.kept_distinct").count() == 1


def test_a_decision_is_taken_once(administrator):
    asked = proposal(pmi("PMI de Gray").location, pmi("PMI Gray").location)
    actions.keep_distinct(asked, by=administrator)
    with pytest.raises(MergeAlreadyDecided):
        actions.merge(asked, by=administrator)
    assert Location.objects.exclude(merged_into=None).count() == 0


def test_an_entry_already_merged_elsewhere_is_refused_and_nothing_changes(administrator):
    one, two, three = pmi("PMI A"), pmi("PMI B"), pmi("PMI C")
    asked = proposal(three.location, two.location)
    Location.objects.filter(pk=two.location_id).update(merged_into=one.location)
    with pytest.raises(EntryAlreadyMerged):
        actions.merge(asked, by=administrator)
    asked.refresh_from_db()
    assert asked.decision == "open"


def test_a_pair_is_proposed_once_whatever_its_order(administrator):
    kept, other = pmi("PMI de Gray"), pmi("PMI Gray")
    proposal(kept.location, other.location)
    with pytest.raises(IntegrityError), transaction.atomic():
        proposal(other.location, kept.location)


def test_places_with_other_numbers_in_one_street_or_other_kinds_are_not_proposed(db):
    pmi("PMI de Gray Capucins", address="8 rue du Lavoir", phone="0384000001")
    pmi("PMI de Gray Cassin", address="80 rue du Lavoir", phone="0384000002")
    made.place(made.service("RPE de Gray", kind="rpe"), name="PMI de Gray Capucins")
    assert duplicates.propose(["70279"]) == 0


def test_the_entry_verified_last_is_the_one_to_keep(db):
    old, fresh = pmi("PMI de Gray"), pmi("PMI Gray")
    Service.objects.filter(pk=fresh.service_id).update(verified_on=date(2026, 11, 1))
    Service.objects.filter(pk=old.service_id).update(verified_on=date(2025, 11, 1))
    assert duplicates.propose(["70279"]) == 1
    with scope.system():
        assert MergeProposal.objects.get().kept_id == fresh.location_id


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_merge_at_once_the_second_is_refused():
    kept, other = pmi("PMI de Gray"), pmi("PMI Gray")
    with scope.system():
        account = User.objects.create(email="admin@exemple.fr", name="Admin").pk
        asked = proposal(kept.location, other.location)

    def decide():
        try:
            with transaction.atomic():
                scope.enter("member", departements=["70"], administers=["70"], user_id=account)
                actions.merge(asked, by=account)
            return "merged"
        except MergeAlreadyDecided:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [done.result() for done in [pool.submit(decide), pool.submit(decide)]]
    assert sorted(answers) == ["merged", "refused"]
    assert Location.objects.filter(merged_into=kept.location).count() == 1
