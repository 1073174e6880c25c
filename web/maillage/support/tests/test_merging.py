"""Households counted once: two that are one family are joined by hand, and the count stays true."""

from datetime import date

import pytest

from maillage.agenda.models import WaitingEntry
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.families import second_parent
from maillage.families.models import Child, Consent, Household
from maillage.families.tests import made as families
from maillage.people.models import User
from maillage.support import actions, merging, reading
from maillage.support.errors import HouseholdsStayApart, SixthSession
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Session
from maillage.support.tests import made


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def ada(everyone):
    return User.objects.create_user("ada@example.org", "Ada").pk


def unite(one, other, by):
    return merging.unite(one.household_id, other.household_id, means=Consent.Means.PHONE, by=by)


def count(programme):
    return EnrolmentCount.objects.get(programme=programme).enrolled


def test_merged_households_count_once_with_their_sessions_together(ada):
    programme = made.programme()
    given, nour, sami = made.service(programme), made.family(), made.family(name="Sami")
    for _ in range(2):
        made.session(given, nour)
    made.session(given, sami)
    assert count(programme) == 2
    kept = unite(nour, sami, ada)
    assert (kept, count(programme)) == (nour.household, 1)
    assert sorted(Session.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert set(Session.objects.values_list("enrolment__household", flat=True)) == {kept.pk}
    assert Episode.objects.open().count() == 1
    assert Episode.objects.get(state="closed").closing_reason == "merged"
    assert made.session(given, nour).number == 4


def test_linked_parents_who_both_entered_are_one_family_until_they_are_merged_and_after(ada):
    programme = made.programme()
    given = made.service(programme)
    nour, sami, third, alone = (made.family(name=name) for name in ("Nour", "Sami", "Eli", "Zoé"))
    for each in (nour, sami, third, alone):
        made.session(given, each)
    homes = [each.household_id for each in (nour, sami)]

    def entered():
        return reading.entered(["70", "25"])[programme.pk, "70"]

    assert entered() == 4
    asked = families.linked(sami, third)
    assert entered() == 3
    families.linked(nour, sami)  # Eli follows: one family of three households
    assert (entered(), count(programme)) == (2, 4)
    merging.unite(*homes, means=Consent.Means.PHONE, by=ada)
    assert (entered(), count(programme)) == (2, 3)
    second_parent.part(asked, third)
    assert entered() == 3


def test_a_family_already_above_five_keeps_its_past_and_has_no_more(ada):
    programme = made.programme()
    given, nour, sami = made.service(programme), made.family(), made.family(name="Sami")
    for _ in range(3):
        made.session(given, nour)
        made.session(given, sami)
    unite(nour, sami, ada)
    held = list(Session.objects.holding().values_list("number", flat=True))
    assert (sorted(held), Session.objects.count()) == ([1, 2, 3, 4, 5], 6)
    with pytest.raises(SixthSession):
        actions.count_in(made.appointment(given, sami), now=made.NOW)


def test_only_one_of_them_in_the_programme_brings_it_along(ada):
    programme = made.programme()
    given, nour, sami = made.service(programme), made.family(), made.family(name="Sami")
    made.session(given, sami)
    unite(nour, sami, ada)
    assert Enrolment.objects.get().household == nour.household
    assert Episode.objects.get().household == nour.household
    assert count(programme) == 1
    sami.refresh_from_db()
    assert made.session(given, sami).number == 2


def test_whatever_named_the_household_follows(ada):
    given = made.service()
    nour, sami = made.family(), made.family("70", date(2020, 5, 1), name="Sami")
    booked = made.appointment(given, sami)
    for each in (nour, sami):
        WaitingEntry.objects.create(
            departement_id="70", service=given, household=each.household, contact=each
        )
    unite(nour, sami, ada)
    booked.refresh_from_db()
    sami.refresh_from_db()
    assert (booked.household, sami.household) == (nour.household, nour.household)
    assert Child.objects.get().household == nour.household
    waiting = WaitingEntry.objects.values_list("contact__name", "state")
    assert dict(waiting) == {"Nour": "waiting", "Sami": "left"}
    assert Household.objects.filter(merged_into=nour.household).count() == 1


def test_the_word_of_each_adult_is_kept_and_the_trail_names_ids_only(ada):
    nour, sami = made.family(), made.family(name="Sami")
    kept = unite(sami, nour, ada)
    given = Consent.objects.filter(purpose="second_parent", object_id=kept.pk)
    assert {(each.contact, each.means, each.recorded_by_id) for each in given} == {
        (nour, "phone", ada), (sami, "phone", ada),
    }  # fmt: skip
    entry = AuditEntry.objects.get(verb="support.households_united")
    assert (entry.target_id, entry.actor_id) == (str(nour.household_id), ada)


def test_a_household_already_joined_or_far_away_or_the_same_stays_apart(ada):
    nour, sami, far = made.family(), made.family(name="Sami"), made.family("25", name="Loin")
    gone = sami.household_id
    for one, other in (
        (nour.household_id, nour.household_id),
        (nour.household_id, far.household_id),
    ):
        with pytest.raises(HouseholdsStayApart):
            merging.unite(one, other, means=Consent.Means.DESK, by=ada)
    unite(nour, sami, ada)
    with pytest.raises(HouseholdsStayApart):
        merging.unite(nour.household_id, gone, means=Consent.Means.DESK, by=ada)


def test_whoever_does_not_see_both_joins_nothing(db):
    with scope.system():
        nour, sami = made.family(), made.family(name="Sami")
    scope.enter("member", departements={"25"}, user_id=1)
    with pytest.raises(HouseholdsStayApart):
        unite(nour, sami, 1)
    with scope.system():
        assert Household.objects.filter(merged_into=None).count() == 2
