"""Handing notes over: what was chosen, with the family's yes, to a near colleague, and back."""

import pytest

from maillage.agenda.models import Appointment
from maillage.core import choices, scope
from maillage.core.models import MessageKind, OutboxMessage
from maillage.families.models import Consent
from maillage.notes import actions, handing, reading
from maillage.notes.errors import CannotBeOpened, NotACloseColleague
from maillage.notes.models import Note
from maillage.notes.tests.made import Session, as_parent, signed_in

WORDS = "Reprendre le tableau du coucher."


def hand_over(booked: Session) -> int:
    with signed_in(booked.ada):
        if not Note.objects.exists():
            actions.write(booked.appointment, booked.ada.pk, "Un brouillon.")
            actions.write(booked.appointment, booked.ada.pk, WORDS)
        return handing.hand_over(
            [booked.appointment], booked.blaise.practitioner, means=Consent.Means.PHONE,
            by=booked.ada.pk,
        )  # fmt: skip


def what_blaise_reads(booked: Session) -> list[str]:
    with signed_in(booked.blaise):
        said = reading.mine(booked.appointment, booked.blaise.pk)
        assert said.versions == []
        return [one.text for one in said.handed]


def test_the_colleague_reads_the_last_version_only(booked: Session) -> None:
    assert hand_over(booked) == 1
    assert what_blaise_reads(booked) == [WORDS]


def test_the_copy_is_sealed_for_the_colleague_and_the_original_stays(booked: Session) -> None:
    hand_over(booked)
    with scope.system():
        copy = Note.objects.get(reader=booked.blaise)
        assert Note.objects.filter(reader=booked.ada).count() == 2
    with signed_in(booked.ada), pytest.raises(CannotBeOpened):
        actions.opened(copy, booked.ada.pk)


def test_the_agreement_is_recorded_and_the_family_told(booked: Session) -> None:
    hand_over(booked)
    with scope.system():
        consent = Consent.objects.get(purpose=Consent.Purpose.NOTES_HANDED)
        letter = OutboxMessage.objects.get(recipient="nour@example.org")
    assert (consent.means, consent.recorded_by_id) == ("phone", booked.ada.pk)
    assert consent.contact_id == booked.appointment.contact_id
    assert WORDS not in letter.body
    assert "/mes-notes/" in letter.body


def test_a_family_that_declined_news_of_changes_is_not_written_to(booked: Session) -> None:
    contact = booked.appointment.contact
    with scope.system():
        choices.decline(contact.pk, contact.departement_id, [MessageKind.CHANGE])
    assert hand_over(booked) == 1
    with scope.system():
        assert not OutboxMessage.objects.filter(recipient="nour@example.org").exists()


def test_twice_is_one_copy_one_agreement_and_one_letter(booked: Session) -> None:
    hand_over(booked)
    hand_over(booked)
    with scope.system():
        assert Note.objects.filter(reader=booked.blaise).count() == 1
        assert Consent.objects.filter(purpose=Consent.Purpose.NOTES_HANDED).count() == 1
        assert OutboxMessage.objects.filter(recipient="nour@example.org").count() == 1


def test_the_family_takes_its_agreement_back_and_the_copy_is_destroyed(booked: Session) -> None:
    hand_over(booked)
    with as_parent(booked) as appointment:
        (consent,) = handing.agreements_of(appointment.contact)
        assert handing.withdraw(consent) == 1
        assert handing.withdraw(consent) == 0
        assert not handing.agreements_of(appointment.contact).exists()
    assert what_blaise_reads(booked) == []
    with scope.system():
        assert Note.objects.filter(reader=booked.ada).count() == 2


@pytest.mark.parametrize("why", ["works elsewhere", "has no account", "is the author"])
def test_nothing_goes_to_someone_who_is_not_a_near_colleague(booked: Session, why: str) -> None:
    blaise = booked.blaise.practitioner
    with scope.system():
        if why == "works elsewhere":
            blaise.employments.all().delete()
        elif why == "has no account":
            blaise.user = None
            blaise.save()
        else:
            booked.blaise.practitioner = blaise = booked.practitioner
    with pytest.raises(NotACloseColleague):
        hand_over(booked)
    with scope.system():
        assert not Note.objects.exclude(reader=booked.ada).exists()
        assert not Consent.objects.filter(purpose=Consent.Purpose.NOTES_HANDED).exists()


def test_a_colleague_cannot_hand_over_what_they_did_not_write(booked: Session) -> None:
    hand_over(booked)
    with signed_in(booked.blaise):
        assert handing.hand_over(
            [Appointment.objects.get(pk=booked.appointment.pk)], booked.practitioner,
            means=Consent.Means.DESK, by=booked.blaise.pk,
        ) == 0  # fmt: skip
