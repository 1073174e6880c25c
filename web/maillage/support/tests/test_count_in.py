"""R15–R18, R27: who enters a programme, when, where, and how many sessions each family has."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from maillage.agenda import actions as agenda
from maillage.agenda.tests import made as appointments
from maillage.core import scope
from maillage.families.models import Child
from maillage.organizations.models import CriteriaGrid, Organization
from maillage.people.models import User
from maillage.support import actions, adjusting, programmes
from maillage.support.errors import (
    ChildIsTooOld,
    NotInThisDepartement,
    PartnerIsNotTrusted,
    ProgrammeIsClosed,
    ProgrammeIsFull,
    SixthSession,
)
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Goals, Session
from maillage.support.tests import made


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def count(programme, departement="70"):
    return EnrolmentCount.objects.get(programme=programme, departement=departement).enrolled


def test_an_appointment_of_a_service_in_no_programme_is_an_ordinary_one(everyone):
    alone = made.appointment(made.service(), made.family())
    assert actions.count_in(alone, now=made.NOW) is None
    assert Session.objects.count() == 0


def test_a_first_appointment_opens_an_episode_and_counts_the_household(everyone):
    programme = made.programme()
    given, nour = made.service(programme), made.family()
    session = made.session(given, nour, goals="Que le coucher se passe sans cris.")
    episode = session.episode
    assert (session.number, session.session_limit) == (1, 5)
    assert (episode.state, episode.household, episode.service) == ("open", nour.household, given)
    assert episode.practitioner in session.appointment.practitioners.all()
    assert Goals.objects.get(episode=episode, contact=nour).words == (
        "Que le coucher se passe sans cris."
    )
    assert count(programme) == 1


def test_only_an_accredited_partner_counts_families_once_the_departement_publishes_criteria(
    everyone,
):
    given, day = made.service(made.programme()), timedelta(days=1)
    CriteriaGrid.objects.create(departement_id="70", valid_from=made.TODAY)
    alone = made.appointment(given, made.family())
    with pytest.raises(PartnerIsNotTrusted, match="Cherchez près de chez vous"):
        actions.count_in(alone, now=made.NOW)
    assert actions.count_in(alone, now=made.NOW - day).number == 1
    partner = Organization.objects.filter(pk=given.organization_id)
    partner.update(accredited_from=made.TODAY, accredited_until=made.TODAY)
    assert made.session(given, made.family()).number == 1
    assert Session.objects.count() == 2


def test_a_family_with_five_sessions_counts_once_and_the_sixth_is_refused(everyone):
    programme = made.programme()
    given, nour = made.service(programme), made.family()
    numbers = [made.session(given, nour).number for _ in range(5)]
    assert numbers == [1, 2, 3, 4, 5]
    sixth = made.appointment(given, nour)
    with pytest.raises(SixthSession, match="Les 5 entretiens prévus"):
        actions.count_in(sixth, now=made.NOW)
    assert (count(programme), Episode.objects.count(), Session.objects.count()) == (1, 1, 5)


def test_the_database_refuses_a_sixth_session_whatever_the_path(everyone):
    given, nour = made.service(made.programme()), made.family()
    for _ in range(5):
        last = made.session(given, nour)
    with pytest.raises(IntegrityError, match="every session"), transaction.atomic():
        Session.objects.create(
            episode=last.episode, enrolment=last.enrolment,
            appointment=made.appointment(given, nour),
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="so_many"), transaction.atomic():
        Session.objects.filter(pk=last.pk).update(number=6)
    with pytest.raises(IntegrityError, match="given_once"), transaction.atomic():
        Session.objects.filter(pk=last.pk).update(number=1)
    assert sorted(Session.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_the_limit_cannot_be_lied_about(everyone):
    session = made.session(made.service(made.programme()), made.family())
    Session.objects.filter(pk=session.pk).update(session_limit=9)
    session.refresh_from_db()
    assert session.session_limit == 5


def test_the_same_appointment_twice_is_one_session(everyone):
    given, nour = made.service(made.programme()), made.family()
    booked = made.appointment(given, nour)
    assert actions.count_in(booked, now=made.NOW) == actions.count_in(booked, now=made.NOW)
    assert Session.objects.count() == 1


def test_a_second_open_episode_is_refused_by_the_database(everyone):
    episode = made.episode(made.service(made.programme()), made.family())
    with pytest.raises(IntegrityError, match="one_open_episode"), transaction.atomic():
        Episode.objects.create(
            enrolment=episode.enrolment, household=episode.household, departement_id="70",
            organization=episode.organization, service=episode.service,
            practitioner=episode.practitioner, opened_at=made.NOW,
        )  # fmt: skip


def test_a_family_that_comes_back_keeps_the_count_of_what_it_had(everyone):
    given, nour = made.service(made.programme()), made.family()
    first = made.session(given, nour)
    agenda.close(first.appointment, "attended", by=appointment_taker())
    actions.close_episode(first.episode, "family_choice", by=None)
    again = made.session(given, nour)
    assert again.episode != first.episode
    assert (again.number, Enrolment.objects.count()) == (2, 1)


def appointment_taker():
    return User.objects.create_user("ada@example.org", "Ada").pk


@pytest.mark.parametrize(
    ("state", "number"), [("cancelled", None), ("excused", None), ("no_show", None)]
)
def test_an_appointment_that_did_not_take_place_gives_its_number_back(everyone, state, number):
    given, nour = made.service(made.programme()), made.family()
    first, second = made.session(given, nour), made.session(given, nour)
    first.appointment.state, first.appointment.cancelled_at = state, made.NOW
    first.appointment.save()
    first.refresh_from_db()
    assert first.number is number
    assert (second.number, made.session(given, nour).number) == (2, 1)


def test_a_missed_appointment_counts_where_the_rules_say_so(everyone):
    given, nour = made.service(made.programme(no_show_counts=True)), made.family()
    session = made.session(given, nour)
    session.appointment.state = "no_show"
    session.appointment.save()
    session.refresh_from_db()
    assert session.number == 1


def test_a_moved_appointment_keeps_its_number(everyone):
    programme = made.programme()
    rule = appointments.availability(appointments.practitioner(), service=made.service(programme))
    booked = agenda.book(appointments.booking(rule, appointments.at(1, 9)), now=appointments.NOW)
    session = actions.count_in(booked, now=made.NOW)
    moved = agenda.move(booked, rule.pk, appointments.at(8, 9))
    session.refresh_from_db()
    assert (session.appointment, session.number) == (moved, 1)
    agenda.cancel(moved)
    session.refresh_from_db()
    assert session.number is None


@pytest.mark.parametrize(
    ("case", "born", "day", "welcome"),
    [
        ("awaited, nine months before", date(2027, 8, 1), date(2026, 11, 23), True),
        ("the month of the birth", date(2026, 11, 1), date(2026, 11, 30), True),
        ("21 years and 11 months, first day", date(2004, 12, 1), date(2026, 11, 1), True),
        ("21 years and 11 months, last day", date(2004, 12, 1), date(2026, 11, 30), True),
        ("the month of the 22nd birthday", date(2004, 12, 1), date(2026, 12, 1), False),
        ("22 years and one month", date(2004, 12, 1), date(2027, 1, 1), False),
    ],
)
def test_children_are_judged_by_the_month(everyone, case, born, day, welcome):
    given, nour = made.service(made.programme()), made.family()
    booked = made.appointment(given, nour)
    now = datetime(day.year, day.month, day.day, 12, tzinfo=appointments.PARIS)
    told = {"due_months": [born]} if born > day else {"birth_months": [born]}
    if welcome:
        assert actions.count_in(booked, now=now, **told).number == 1
    else:
        with pytest.raises(ChildIsTooOld, match="moins de 22 ans"):
            actions.count_in(booked, now=now, **told)
        assert (Enrolment.objects.count(), Episode.objects.count()) == (0, 0)


def test_one_child_of_the_age_is_enough(everyone):
    given = made.service(made.programme())
    nour = made.family("70", date(1999, 5, 1), date(2020, 5, 1))
    enrolment = made.session(given, nour).enrolment
    assert (enrolment.basis, enrolment.child_age_months) == ("child", 78)


def test_a_family_that_says_nothing_of_its_children_is_taken_at_its_word(everyone):
    enrolment = made.session(made.service(made.programme()), made.family()).enrolment
    assert (enrolment.basis, enrolment.child_age_months) == ("not_said", None)


def test_nobody_is_asked_whether_they_receive_a_benefit():
    asked = {name for model in (Enrolment, Episode, Child) for name in names(model)}
    assert not {name for name in asked if "caf" in name or "allocataire" in name}


def names(model):
    return [field.name for field in model._meta.get_fields()]


@pytest.mark.parametrize(
    ("day", "enters"),
    [
        (date(2025, 12, 31), False), (date(2026, 1, 1), True),
        (date(2027, 12, 31), True), (date(2028, 1, 1), False),
    ],
)  # fmt: skip
def test_families_enter_between_the_dates_and_not_outside(everyone, day, enters):
    programme = made.programme()
    given = made.service()
    adjusting.enter_service(programme, given, on=date(2025, 1, 1))
    booked = made.appointment(given, made.family())
    now = datetime(day.year, day.month, day.day, 12, tzinfo=appointments.PARIS)
    if enters:
        assert actions.count_in(booked, now=now) is not None
    else:
        with pytest.raises(ProgrammeIsClosed, match=r"du 01/01/2026 au 31/12/2027"):
            actions.count_in(booked, now=now)
        assert Enrolment.objects.count() == 0


def test_an_open_episode_may_finish_after_the_last_day_until_the_day_to_finish_by(everyone):
    programme = made.programme()
    given, nour = made.service(programme), made.family()
    made.session(given, nour)
    after = datetime(2028, 1, 15, 12, tzinfo=appointments.PARIS)
    in_time = made.appointment(given, nour, starts_at=after + timedelta(days=30))
    assert actions.count_in(in_time, now=after).number == 2
    too_late = made.appointment(given, nour, starts_at=after + timedelta(days=90))
    with pytest.raises(ProgrammeIsClosed):
        actions.count_in(too_late, now=after)


def test_a_closed_episode_does_not_reopen_once_the_programme_is_over(everyone):
    programme = made.programme()
    given, nour = made.service(programme), made.family()
    episode = made.episode(given, nour)
    actions.end_episode(episode, "family_choice")
    adjusting.close_programme(programme)
    with pytest.raises(ProgrammeIsClosed):
        actions.count_in(made.appointment(given, nour), now=made.NOW)


def test_a_departement_outside_the_list_is_refused(everyone):
    made.family("25")
    programme = made.programme(quotas={"25": 10})
    with pytest.raises(NotInThisDepartement):
        actions.count_in(made.appointment(made.service(programme), made.family()), now=made.NOW)
    assert Enrolment.objects.count() == 0


def test_the_last_place_of_a_departement_goes_to_one_family(everyone):
    programme = made.programme(quotas={"70": 1})
    given = made.service(programme)
    made.session(given, made.family())
    with pytest.raises(ProgrammeIsFull):
        actions.count_in(made.appointment(given, made.family()), now=made.NOW)
    assert (count(programme), Enrolment.objects.count()) == (1, 1)


def test_another_organization_ends_the_former_episode_and_numbers_go_on(everyone):
    programme = made.programme()
    here = made.service(programme)
    there = made.service(programme, organization=appointments.directory.organization("Autre"))
    nour = made.family()
    first, second = made.session(here, nour), made.session(there, nour)
    first.episode.refresh_from_db()
    assert (first.episode.state, first.episode.closing_reason) == ("closed", "elsewhere")
    assert (second.episode.state, second.number) == ("open", 2)
    assert count(programme) == 1


def test_a_visitor_who_has_just_booked_is_counted_and_sees_their_own(db):
    with scope.system():
        programme = made.programme()
        rule = appointments.availability(
            appointments.practitioner(), service=made.service(programme)
        )
        made.session(made.service(programme), made.family())
    scope.enter("public")
    booked = agenda.book(appointments.booking(rule, appointments.at(1, 9)), now=appointments.NOW)
    session = actions.count_in(booked, goals="Souffler un peu.", now=made.NOW)
    assert [one.pk for one in Session.objects.all()] == [session.pk]
    assert [one.pk for one in Episode.objects.all()] == [session.episode_id]
    assert [one.words for one in Goals.objects.all()] == ["Souffler un peu."]
    assert EnrolmentCount.objects.count() == 0


def test_a_service_is_in_the_programme_from_the_day_it_enters_to_the_day_it_leaves(everyone):
    programme = made.programme()
    given = made.service()
    entry = adjusting.enter_service(programme, given, on=date(2026, 3, 1))
    adjusting.leave_service(entry, on=date(2026, 6, 30))
    asked = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1))
    found = [programmes.for_service(given, day) for day in asked]
    assert found == [None, programme, programme, None]
