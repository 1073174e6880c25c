"""R23, R26–R28, R39: what is noted of a session, in one go, and how an episode ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from maillage.agenda.errors import AppointmentIsNotOver
from maillage.agenda.tests import made as appointments
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.people.models import User
from maillage.support import actions, reading
from maillage.support.actions import Outcome
from maillage.support.errors import (
    EpisodeIsClosed,
    SessionDoesNotCount,
    SessionsAreStillToCome,
    SixthSession,
    WorksElsewhere,
)
from maillage.support.models import Goals, Session
from maillage.support.tests import made

HELD = Outcome(
    "attended", purposes=("listen", "advise"), minutes=75, composition="couple",
    next_step="another_session",
)  # fmt: skip


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def ada(everyone):
    return User.objects.create_user("ada@example.org", "Ada").pk


@pytest.fixture
def given(everyone):
    return made.service(made.programme())


def verbs(target):
    found = AuditEntry.objects.filter(target_id=str(target.pk)).order_by("at", "pk")
    return list(found.values_list("verb", flat=True))


def lasted(session):
    return appointments.Appointment.objects.get(pk=session.appointment_id).real_minutes


def test_the_appointment_lasts_what_was_noted_and_a_correction_says_otherwise(given, ada):
    session = made.session(given, made.family())
    assert lasted(session) is None
    actions.close_session(session, HELD, by=ada)
    assert lasted(session) == 75
    actions.close_session(session, replace(HELD, minutes=50), by=ada)
    assert lasted(session) == 50
    actions.close_session(session, Outcome("no_show"), by=ada)
    assert lasted(session) is None


def test_only_what_took_place_lasted(given):
    session = made.session(given, made.family())
    rows = appointments.Appointment.objects.filter(pk=session.appointment_id)
    with pytest.raises(IntegrityError, match="only_what_took_place_lasted"), transaction.atomic():
        rows.update(state="no_show", real_minutes=60)


def test_a_session_is_noted_in_one_go(given, ada):
    session = actions.close_session(made.session(given, made.family()), HELD, by=ada)
    assert (session.attended, session.purposes, session.minutes) == (True, ["listen", "advise"], 75)
    assert (session.composition, session.next_step) == ("couple", "another_session")
    assert session.appointment.__class__.objects.get(pk=session.appointment_id).state == "attended"
    session.episode.refresh_from_db()
    assert session.episode.next_step == "another_session"
    assert verbs(session) == ["support.session_counted", "support.session_noted"]


def test_noting_it_again_corrects_it_with_a_trace(given, ada):
    session = actions.close_session(made.session(given, made.family()), HELD, by=ada)
    missed = actions.close_session(session, Outcome("no_show"), by=ada)
    assert (missed.attended, missed.purposes, missed.minutes, missed.number) == (
        False, [], None, None,
    )  # fmt: skip
    again = actions.close_session(missed, HELD, by=ada)
    assert (again.attended, again.number) == (True, 1)
    assert verbs(session)[-2:] == ["support.session_corrected", "support.session_corrected"]


def test_a_session_excused_by_mistake_whose_number_was_given_since_is_not_a_sixth(given, ada):
    nour = made.family()
    first = made.session(given, nour)
    actions.close_session(first, Outcome("excused"), by=ada)
    for _ in range(5):
        made.session(given, nour)
    with pytest.raises(SixthSession):
        actions.close_session(first, HELD, by=ada)
    first.refresh_from_db()
    assert (first.attended, first.number) == (False, None)


def test_a_session_is_not_noted_before_its_time(given, ada):
    nour = made.family()
    later = made.appointment(given, nour, starts_at=appointments.at(1, 9, month=12))
    session = actions.count_in(later, now=made.NOW)
    with pytest.raises(AppointmentIsNotOver):
        actions.close_session(session, HELD, by=ada)


def test_nothing_is_noted_of_a_cancelled_appointment(given, ada):
    session = made.session(given, made.family())
    session.appointment.state, session.appointment.cancelled_at = "cancelled", made.NOW
    session.appointment.save()
    with pytest.raises(SessionDoesNotCount):
        actions.close_session(session, HELD, by=ada)


@pytest.mark.parametrize(
    "missing", [{"purposes": []}, {"minutes": None}, {"minutes": 0}, {"composition": ""}]
)
def test_the_database_wants_to_know_what_a_session_was_for(given, ada, missing):
    session = actions.close_session(made.session(given, made.family()), HELD, by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**missing)


def test_two_families_with_the_same_need_have_different_supports(given, ada):
    """R23: another number of sessions, another company, other words."""
    short, long = made.family(), made.family()
    actions.close_session(made.session(given, short, goals="Dormir."), HELD, by=ada)
    for _ in range(3):
        made.session(given, long, goals="Parler sans crier.")
    words = set(Goals.objects.values_list("words", flat=True))
    counts = sorted(each.held for each in reading.progress(enrolments()).values())
    assert (words, counts) == ({"Dormir.", "Parler sans crier."}, [1, 3])


def enrolments():
    return set(Session.objects.values_list("enrolment", flat=True))


def test_a_parent_changes_their_words_and_takes_them_away(given, ada):
    nour = made.family()
    episode = made.episode(given, nour, goals="Dormir.")
    actions.write_goals(episode, nour, "  Qu’il dorme. ", by=ada)
    assert Goals.objects.get().words == "Qu’il dorme."
    actions.write_goals(episode, nour, "  ", by=ada)
    assert Goals.objects.count() == 0


def test_an_episode_may_end_after_one_session_and_says_why(given, ada):
    session = made.session(given, made.family())
    with pytest.raises(SessionsAreStillToCome):
        actions.close_episode(session.episode, "enough", by=ada)
    actions.close_session(session, HELD, by=ada)
    actions.close_episode(session.episode, "enough", by=ada)
    session.episode.refresh_from_db()
    assert (session.episode.state, session.episode.closing_reason) == ("closed", "enough")
    for refused in (
        lambda: actions.close_episode(session.episode, "enough", by=ada),
        lambda: actions.plan_next(session.episode, "group", by=ada),
        lambda: actions.write_goals(session.episode, session.appointment.contact, "x", by=ada),
    ):
        with pytest.raises(EpisodeIsClosed):
            refused()


def test_a_colleague_takes_over_without_a_reason(given, ada):
    episode = made.episode(given, made.family())
    karim, elsewhere = appointments.practitioner("Karim"), appointments.practitioner("Louise")
    appointments.employed(karim, given.organization)
    with pytest.raises(WorksElsewhere):
        actions.change_practitioner(episode, elsewhere, by=ada)
    actions.change_practitioner(episode, karim, by=ada)
    episode.refresh_from_db()
    assert episode.practitioner == karim
    assert verbs(episode)[-1] == "support.practitioner_changed"


def test_booking_with_someone_else_lets_them_follow_the_family(given):
    nour = made.family()
    first = made.session(given, nour)
    second = made.session(given, nour, by=appointments.practitioner("Karim"))
    second.episode.refresh_from_db()
    assert first.episode == second.episode
    assert second.episode.practitioner.name == "Karim"


def test_moving_to_someone_else_lets_them_follow_the_family(given):
    """R23: a change of practitioner, without explanation; the former one keeps what they gave."""
    nour = made.family()
    first = made.session(given, nour, by=appointments.practitioner("Ada"))
    elsewhere = made.appointment(given, nour, by=appointments.practitioner("Karim"))
    first.appointment.state, first.appointment.moved_to = "moved", elsewhere
    first.appointment.save()
    first.refresh_from_db()
    assert (first.appointment, first.number) == (elsewhere, 1)
    assert first.episode.practitioner.name == "Karim"


def test_at_the_fourth_session_one_remains_and_at_the_fifth_none(given):
    nour = made.family()
    remaining = []
    for _ in range(5):
        session = made.session(given, nour)
        remaining.append(reading.progress([session.enrolment_id])[session.enrolment_id].remaining)
    assert remaining == [4, 3, 2, 1, 0]


def test_the_year_of_a_structure_is_counts_only(given, ada):
    nour = made.family()
    actions.close_session(made.session(given, nour), HELD, by=ada)
    actions.close_session(made.session(given, nour), Outcome("no_show"), by=ada)
    counts = reading.activity(given.organization_id, 2026)
    assert counts == {
        "given": 1, "missed": 1, "listen": 1, "inform": 0, "advise": 1, "guide": 0, "orient": 0,
        "open": 1, "closed": 0,
    }  # fmt: skip


def test_a_list_of_episodes_costs_the_same_for_one_family_or_twenty(
    given, django_assert_num_queries
):
    def read(number):
        for _ in range(number):
            made.session(given, made.family(), by=by)
        episodes = by.episodes.all()
        with django_assert_num_queries(11):
            return len(reading.lines(episodes, made.NOW + timedelta(days=1)))

    by = appointments.practitioner("Karim")
    assert (read(1), read(4)) == (1, 5)
