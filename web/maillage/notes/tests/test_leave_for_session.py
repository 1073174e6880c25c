"""A parent's word before a session: for whoever gives it, and for nobody else."""

import pytest

from maillage.agenda import actions as agenda
from maillage.agenda.errors import AppointmentIsOver
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.notes import actions, reading
from maillage.notes.errors import CannotBeOpened, NobodyReadsHere
from maillage.notes.models import Note
from maillage.notes.tests.made import Session, as_parent, signed_in

WORDS = "Je viendrai peut-être avec ma mère, est-ce possible ?"


def leave(booked: Session, text: str = WORDS) -> list[Note]:
    with as_parent(booked) as appointment:
        return actions.leave_for_session(appointment, text)


def test_the_booked_professional_reads_it(booked: Session) -> None:
    leave(booked)
    with signed_in(booked.ada):
        said = reading.mine(booked.appointment, booked.ada.pk)
    assert [one.text for one in said.left] == [WORDS]


def test_the_parent_sees_that_it_is_there_and_cannot_read_it_back(booked: Session) -> None:
    (note,) = leave(booked)
    with as_parent(booked) as appointment:
        left = reading.left_on(appointment)
        assert left is not None
        assert (left.on, left.read_on, left.reaches) == (note.written_at, None, True)
        with pytest.raises(CannotBeOpened):
            actions.opened(note, booked.ada.pk)


def test_the_parent_sees_when_it_was_read(booked: Session) -> None:
    notes = leave(booked)
    with signed_in(booked.ada):
        assert reading.waiting([booked.appointment.pk], booked.ada.pk) == {
            booked.appointment.pk: True
        }
        actions.mark_opened(notes)
        assert reading.waiting([booked.appointment.pk], booked.ada.pk) == {
            booked.appointment.pk: False
        }
    with as_parent(booked) as appointment:
        left = reading.left_on(appointment)
    assert left is not None
    assert left.read_on is not None


def test_a_second_word_takes_the_place_of_the_first(booked: Session) -> None:
    leave(booked)
    leave(booked, "Finalement je viens seule.")
    with signed_in(booked.ada):
        said = reading.mine(booked.appointment, booked.ada.pk)
    assert [one.text for one in said.left] == ["Finalement je viens seule."]


def test_the_parent_takes_it_back(booked: Session) -> None:
    leave(booked)
    with as_parent(booked) as appointment:
        assert actions.take_back(appointment) == 1
        assert actions.take_back(appointment) == 0
        assert reading.left_on(appointment) is None


def test_it_follows_an_appointment_that_moves_with_the_same_person(booked: Session) -> None:
    leave(booked)
    with scope.system():
        moved = agenda.move(booked.appointment, booked.rule.pk, made.at(8, 9))
    with signed_in(booked.ada):
        assert [one.text for one in reading.mine(moved, booked.ada.pk).left] == [WORDS]
        assert reading.waiting([moved.pk], booked.ada.pk) == {moved.pk: True}


def test_someone_else_who_gives_the_session_does_not_read_it(booked: Session) -> None:
    leave(booked)
    with scope.system():
        booked.appointment.practitioners.set([booked.blaise.practitioner])
    with signed_in(booked.blaise):
        assert reading.mine(booked.appointment, booked.blaise.pk).left == []
    with signed_in(booked.ada):
        assert reading.mine(booked.appointment, booked.ada.pk).left == []
    with as_parent(booked) as appointment:
        left = reading.left_on(appointment)
        assert left is not None
        assert left.reaches is False
        actions.leave_for_session(appointment, "Pour vous, alors.")
    with signed_in(booked.blaise):
        said = reading.mine(booked.appointment, booked.blaise.pk)
    assert [one.text for one in said.left] == ["Pour vous, alors."]
    with scope.system():
        assert Note.objects.count() == 1


def test_two_professionals_on_one_session_each_read_it(booked: Session) -> None:
    with scope.system():
        booked.appointment.practitioners.add(booked.blaise.practitioner)
    leave(booked)
    for reader in (booked.ada, booked.blaise):
        with signed_in(reader):
            assert len(reading.mine(booked.appointment, reader.pk).left) == 1


def test_nothing_is_left_for_who_has_no_account(booked: Session) -> None:
    with scope.system():
        booked.practitioner.user = None
        booked.practitioner.save()
    with pytest.raises(NobodyReadsHere):
        leave(booked)
    with scope.system():
        assert Note.objects.count() == 0


def test_nothing_is_left_for_an_appointment_that_is_cancelled(booked: Session) -> None:
    with scope.system():
        agenda.cancel(booked.appointment)
    with pytest.raises(AppointmentIsOver):
        leave(booked)


def test_another_family_sees_nothing_of_it(booked: Session) -> None:
    leave(booked)
    scope.enter("public")
    assert Note.objects.count() == 0
