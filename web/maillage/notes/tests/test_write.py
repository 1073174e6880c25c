"""A professional's own words: versions, one reader, and nothing for anyone else."""

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.notes import actions, reading
from maillage.notes.errors import CannotBeOpened, NoteChangedElsewhere
from maillage.notes.models import Note
from maillage.notes.tests.made import Session, signed_in
from maillage.organizations.errors import NotAllowed
from maillage.organizations.tests.staff import administrator, manager, person
from maillage.people.models import User

WORDS = "Elle parle du coucher avec un sourire : reprendre là."


def write(booked: Session, text: str = WORDS, **more: int) -> Note:
    with signed_in(booked.ada):
        note = actions.write(booked.appointment, booked.ada.pk, text, **more)
    assert note is not None
    return note


def test_the_author_reads_their_words_again(booked: Session) -> None:
    write(booked)
    with signed_in(booked.ada):
        said = reading.mine(booked.appointment, booked.ada.pk)
    assert said.current is not None
    assert said.current.text == WORDS
    assert [one.note.number for one in said.versions] == [1]


def test_what_is_kept_says_nothing_of_the_words_nor_of_their_length(booked: Session) -> None:
    short, long = write(booked, "Oui."), write(booked, WORDS)
    assert WORDS.encode() not in bytes(long.sealed)
    assert len(short.sealed) == len(long.sealed) == 304


def test_a_change_is_a_new_version_and_the_former_one_stays(booked: Session) -> None:
    write(booked)
    write(booked, "Autre chose.", after=1)
    with signed_in(booked.ada):
        said = reading.mine(booked.appointment, booked.ada.pk)
    assert [(one.note.number, one.text) for one in said.versions] == [
        (2, "Autre chose."), (1, WORDS),
    ]  # fmt: skip


def test_the_same_words_sent_twice_are_one_version(booked: Session) -> None:
    assert write(booked).pk == write(booked).pk


def test_a_version_written_meanwhile_is_not_lost(booked: Session) -> None:
    write(booked)
    write(booked, "Depuis le téléphone.", after=1)
    with pytest.raises(NoteChangedElsewhere):
        write(booked, "Depuis l’ordinateur.", after=1)
    with scope.system():
        assert Note.objects.count() == 2


def test_empty_words_on_nothing_keep_nothing(booked: Session) -> None:
    with signed_in(booked.ada):
        assert actions.write(booked.appointment, booked.ada.pk, "  ") is None
    with scope.system():
        assert Note.objects.count() == 0


def test_the_author_removes_every_version(booked: Session) -> None:
    write(booked)
    write(booked, "Autre chose.", after=1)
    with signed_in(booked.ada):
        assert actions.remove(booked.appointment, booked.ada.pk) == 2
        assert actions.remove(booked.appointment, booked.ada.pk) == 0
    with scope.system():
        assert Note.objects.count() == 0
        assert AuditEntry.objects.filter(verb="notes.removed").count() == 1


def test_a_colleague_who_does_not_give_the_session_writes_nothing(booked: Session) -> None:
    with pytest.raises(NotAllowed), signed_in(booked.blaise):
        actions.write(booked.appointment, booked.blaise.pk, WORDS)
    with scope.system():
        assert Note.objects.count() == 0


@pytest.mark.parametrize("role", ["colleague", "manager", "administrator", "officer"])
def test_nobody_else_sees_a_row_a_key_or_a_word(booked: Session, role: str) -> None:
    note = write(booked)
    reader: User = {
        "colleague": lambda: booked.blaise,
        "manager": lambda: manager(at=booked.rule.organization),
        "administrator": administrator,
        "officer": lambda: person("claire@example.org", "steering_officer"),
    }[role]()
    with signed_in(reader):
        assert Note.objects.count() == 0
        assert count("notes_wrappedkey") == 0
        assert reading.mine(booked.appointment, reader.pk).versions == []
        assert reading.mine(booked.appointment, booked.ada.pk).versions == []
        with pytest.raises(CannotBeOpened):
            actions.opened(note, booked.ada.pk)


def test_a_job_or_a_command_holds_no_key(booked: Session) -> None:
    note = write(booked)
    with scope.system():
        assert Note.objects.count() == 1
        assert count("notes_wrappedkey") == 0
        with pytest.raises(CannotBeOpened):
            actions.opened(note, booked.ada.pk)
    with scope.keys():
        assert Note.objects.count() == 0
        assert count("notes_wrappedkey") == 1


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("column", ["reader", "appointment", "number", "sealed"])
def test_a_text_moved_to_another_row_opens_nowhere(booked: Session, column: str) -> None:
    """Someone who may write in the database swaps rows: authors, sessions, versions, texts."""
    note, other = write(booked), write(booked, "Autre chose.")
    with signed_in(booked.ada):
        if column == "sealed":
            note.sealed = other.sealed
        elif column == "reader":
            note.author_id = booked.blaise.pk
        elif column == "appointment":
            note.appointment_id = note.pk
        else:
            note.number = 2
        with pytest.raises(CannotBeOpened):
            actions.opened(note, booked.ada.pk)


def test_a_key_moved_to_another_account_opens_nothing(booked: Session) -> None:
    note = write(booked)
    with scope.keys(), connection.cursor() as cursor:
        cursor.execute("update notes_wrappedkey set user_id = %s", [booked.blaise.pk])
    with signed_in(booked.blaise):
        assert count("notes_wrappedkey") == 1
        with pytest.raises(CannotBeOpened):
            actions.opened(note, booked.blaise.pk)


def test_a_public_key_put_there_by_another_hand_seals_nothing(booked: Session) -> None:
    write(booked)
    with scope.keys(), connection.cursor() as cursor:
        cursor.execute("update notes_readerkey set public_key = %s", [b"x" * 32])
    with pytest.raises(CannotBeOpened):
        write(booked, "Autre chose.")


def test_words_are_read_by_another_only_with_an_agreement(booked: Session) -> None:
    note = write(booked)
    note.pk, note.reader_id = None, booked.blaise.pk
    with scope.system(), pytest.raises(IntegrityError), transaction.atomic():
        note.save(force_insert=True)


def test_the_trail_names_the_session_and_not_a_word(booked: Session) -> None:
    write(booked)
    with scope.system():
        entry = AuditEntry.objects.get(verb="notes.private_written")
    assert (entry.actor_id, entry.target_id) == (booked.ada.pk, str(booked.appointment.pk))
