"""An author goes: told a month ahead, then what was not handed over is destroyed."""

from datetime import date, timedelta

import pytest

from maillage.agenda import actions as agenda
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import Consent
from maillage.notes import access, actions, changes, handing, leaving, reading
from maillage.notes.errors import CannotBeOpened
from maillage.notes.models import AccessRequest, Departure, Note, WrappedKey
from maillage.notes.tests.made import Session, as_parent, signed_in
from maillage.practitioners.models import Employment

TODAY = date(2027, 3, 1)


@pytest.fixture
def kept(booked: Session) -> Note:
    with signed_in(booked.ada):
        note = actions.write(booked.appointment, booked.ada.pk, "Une note.")
    assert note is not None
    return note


def ends_on(booked: Session, day: date | None) -> None:
    with scope.system():
        Employment.objects.filter(practitioner=booked.practitioner).update(ends_on=day)


def departures() -> list[tuple[date, date]]:
    with scope.system():
        found = Departure.objects.filter(stayed_at=None, destroyed_at=None)
        return list(found.values_list("leaves_on", "destroy_on"))


@pytest.mark.usefixtures("kept")
def test_a_departure_is_seen_a_month_ahead_and_told_once(booked: Session) -> None:
    ends_on(booked, TODAY + timedelta(days=31))
    assert leaving.notice(TODAY) == 0
    assert leaving.notice(TODAY + timedelta(days=1)) == 1
    assert leaving.notice(TODAY + timedelta(days=2)) == 0
    assert departures() == [(date(2027, 4, 1), date(2027, 5, 31))]
    with scope.system():
        letter = OutboxMessage.objects.get(recipient="ada@example.org")
    assert "31 mai 2027" in letter.body


@pytest.mark.usefixtures("kept")
def test_who_stays_after_all_keeps_everything(booked: Session) -> None:
    ends_on(booked, TODAY)
    leaving.notice(TODAY)
    ends_on(booked, None)
    leaving.notice(TODAY + timedelta(days=1))
    assert departures() == []
    assert leaving.destroy_due(TODAY + timedelta(days=90)) == 0


@pytest.mark.usefixtures("kept")
def test_a_later_day_moves_the_destruction(booked: Session) -> None:
    ends_on(booked, TODAY)
    leaving.notice(TODAY)
    ends_on(booked, TODAY + timedelta(days=20))
    leaving.notice(TODAY)
    assert departures() == [(date(2027, 3, 21), date(2027, 5, 20))]


@pytest.mark.parametrize("how", ["account closed", "stopped", "account taken away"])
@pytest.mark.usefixtures("kept")
def test_every_way_of_going_is_seen_and_ends_on_a_stated_day(booked: Session, how: str) -> None:
    with scope.system():
        if how == "account closed":
            booked.ada.is_active = False
            booked.ada.save()
        elif how == "stopped":
            booked.practitioner.stopped_on = TODAY
            booked.practitioner.save()
        else:
            booked.practitioner.user = None
            booked.practitioner.save()
    for night in range(5):
        leaving.notice(TODAY + timedelta(days=night))
    assert departures() == [(TODAY, TODAY + timedelta(days=60))]


def test_sixty_days_later_the_key_and_the_notes_are_destroyed(booked: Session, kept: Note) -> None:
    ends_on(booked, TODAY)
    leaving.notice(TODAY)
    assert leaving.destroy_due(TODAY + timedelta(days=59)) == 0
    assert leaving.destroy_due(TODAY + timedelta(days=60)) == 1
    assert leaving.destroy_due(TODAY + timedelta(days=60)) == 0
    with scope.system():
        assert Note.objects.count() == 0
    with scope.keys():
        assert WrappedKey.objects.count() == 0
    with signed_in(booked.ada), pytest.raises(CannotBeOpened):
        actions.opened(kept, booked.ada.pk)  # a copy of the row from an older backup


def test_what_was_handed_over_stays_with_the_colleague(booked: Session, kept: Note) -> None:
    with signed_in(booked.ada):
        handing.hand_over(
            [booked.appointment], booked.blaise.practitioner, means=Consent.Means.DESK,
            by=booked.ada.pk,
        )  # fmt: skip
    ends_on(booked, TODAY)
    leaving.notice(TODAY)
    leaving.destroy_due(TODAY + timedelta(days=60))
    with signed_in(booked.blaise):
        said = reading.mine(booked.appointment, booked.blaise.pk)
    assert [one.text for one in said.handed] == ["Une note."]


@pytest.mark.usefixtures("kept")
def test_a_request_that_waits_is_closed_and_the_family_told(booked: Session) -> None:
    with as_parent(booked) as appointment:
        access.ask(appointment)
    ends_on(booked, TODAY)
    leaving.notice(TODAY)
    leaving.destroy_due(TODAY + timedelta(days=60))
    with as_parent(booked):
        assert AccessRequest.objects.get().state == AccessRequest.State.NOTHING_LEFT
    with scope.system():
        letter = OutboxMessage.objects.get(recipient="nour@example.org")
    assert "il ne reste rien à lire" in letter.subject


@pytest.mark.usefixtures("kept")
def test_a_parent_s_word_lives_thirty_days_after_the_session_and_a_note_with_the_family(
    booked: Session,
) -> None:
    with as_parent(booked) as appointment:
        actions.leave_for_session(appointment, "Un mot.")
    over = booked.appointment.ends_at
    assert leaving.forget(over + timedelta(days=30)) == 0
    assert leaving.forget(over + timedelta(days=31)) == 1
    with scope.system():
        assert Note.objects.get().kind == Note.Kind.PRIVATE
        known = booked.appointment.household.last_contact_at
    assert leaving.forget(known + timedelta(days=731)) == 1


def test_the_word_of_a_cancelled_appointment_is_destroyed(booked: Session) -> None:
    with as_parent(booked) as appointment:
        actions.leave_for_session(appointment, "Un mot.")
    with scope.system():
        agenda.cancel(booked.appointment)
    assert leaving.forget(made.NOW) == 1


def test_a_word_that_no_longer_reaches_is_destroyed_and_the_parent_told(booked: Session) -> None:
    with as_parent(booked) as appointment:
        actions.leave_for_session(appointment, "Un mot.")
    assert changes.follow(made.NOW) == 0
    with scope.system():
        booked.appointment.practitioners.set([booked.blaise.practitioner])
    assert changes.follow(made.NOW) == 1
    assert changes.follow(made.NOW) == 0
    with scope.system():
        assert Note.objects.count() == 0
        letter = OutboxMessage.objects.get(recipient="nour@example.org")
    assert letter.subject == "Une autre personne vous recevra : votre mot n’a pas été transmis"
    assert "/mot/" in letter.body
