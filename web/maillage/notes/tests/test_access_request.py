"""The family's right of access: asked from the link, answered by the author, opened with a code."""

from datetime import date, datetime, timedelta

import pytest

from maillage.agenda.tests.made import PARIS
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import Consent
from maillage.notes import access, actions, handing, keys, leaving
from maillage.notes.errors import CodeDoesNotOpen, RequestIsAnswered
from maillage.notes.models import AccessRequest
from maillage.notes.tests.made import Session, as_parent, signed_in
from maillage.organizations.errors import NotAllowed
from maillage.organizations.tests.staff import manager

JANUARY = datetime(2027, 1, 31, 10, tzinfo=PARIS)
ANSWER = "J’ai noté que vous vouliez reprendre le rituel du soir."


def ask(booked: Session) -> str:
    with as_parent(booked) as appointment:
        code, count = access.ask(appointment, now=JANUARY)
    assert count >= 1
    return code


def answered(booked: Session) -> AccessRequest:
    with signed_in(booked.ada):
        return access.answer(AccessRequest.objects.get(), ANSWER, by=booked.ada.pk)


def letters(address: str) -> list[str]:
    with scope.system():
        found = OutboxMessage.objects.filter(recipient=address).order_by("pk")
        return [f"{one.subject}\n{one.body}" for one in found]


def test_the_professional_is_asked_within_a_month_and_no_family_is_named(booked: Session) -> None:
    ask(booked)
    with signed_in(booked.ada):
        request = AccessRequest.objects.get()
    assert request.due_on == date(2027, 2, 28)
    (letter,) = letters("ada@example.org")
    assert "28 février 2027" in letter
    assert "Nour" not in letter


def test_the_parent_opens_the_answer_with_the_code_however_it_is_typed(booked: Session) -> None:
    code = ask(booked)
    answered(booked)
    with as_parent(booked):
        request = AccessRequest.objects.get()
        assert access.read(request, code) == ANSWER
        assert access.read(request, code.lower().replace("-", " ")) == ANSWER
    (letter,) = letters("nour@example.org")
    assert code not in letter
    assert ANSWER not in letter


def test_nothing_but_the_code_opens_it(booked: Session) -> None:
    ask(booked)
    request = answered(booked)
    assert ANSWER.encode() not in bytes(request.sealed or b"")
    for wrong in ("", access.new_code(), "A" * 40):
        with pytest.raises(CodeDoesNotOpen):
            access.read(request, wrong)


def test_a_code_is_one_hundred_bits() -> None:
    code = access.new_code()
    assert [len(group) for group in code.split("-")] == [4] * 5
    assert set(code) <= set(access.LETTERS) | {"-"}
    assert len(access.LETTERS) == 32


def test_asking_again_gives_a_new_code_to_the_same_request(booked: Session) -> None:
    lost, kept = ask(booked), ask(booked)
    request = answered(booked)
    assert access.read(request, kept) == ANSWER
    with pytest.raises(CodeDoesNotOpen):
        access.read(request, lost)
    assert len(letters("ada@example.org")) == 1


def test_it_is_answered_once_and_by_the_one_who_was_asked(booked: Session) -> None:
    ask(booked)
    with scope.system():
        request = AccessRequest.objects.get()
    with pytest.raises(NotAllowed), signed_in(booked.blaise):
        access.answer(request, ANSWER, by=booked.blaise.pk)
    answered(booked)
    with pytest.raises(RequestIsAnswered):
        answered(booked)


def test_a_colleague_to_whom_notes_were_handed_is_asked_too(booked: Session) -> None:
    with signed_in(booked.ada):
        actions.write(booked.appointment, booked.ada.pk, "Une note.")
        handing.hand_over(
            [booked.appointment], booked.blaise.practitioner, means=Consent.Means.DESK,
            by=booked.ada.pk,
        )  # fmt: skip
    with as_parent(booked) as appointment:
        assert access.ask(appointment)[1] == 2
    with signed_in(booked.blaise):
        assert AccessRequest.objects.count() == 1


def test_who_left_and_whose_key_is_destroyed_has_nothing_to_read(booked: Session) -> None:
    with signed_in(booked.ada):
        actions.write(booked.appointment, booked.ada.pk, "Une note.")
    keys.destroy(booked.ada.pk)
    ask(booked)
    ask(booked)
    with as_parent(booked):
        assert AccessRequest.objects.get().state == AccessRequest.State.NOTHING_LEFT
    assert letters("ada@example.org") == []


def test_a_week_before_the_author_is_reminded_and_after_the_month_the_manager(
    booked: Session,
) -> None:
    ask(booked)
    manager(at=booked.rule.organization)
    assert leaving.remind(date(2027, 2, 20)) == 0
    assert leaving.remind(date(2027, 2, 21)) == 1
    assert leaving.remind(date(2027, 2, 22)) == 0
    assert letters("nadia@example.org") == []
    leaving.remind(date(2027, 3, 1))
    leaving.remind(date(2027, 3, 2))
    assert len(letters("ada@example.org")) == 2
    (letter,) = letters("nadia@example.org")
    assert "Nour" not in letter


def test_requests_go_with_the_family(booked: Session) -> None:
    ask(booked)
    answered(booked)
    with scope.system():
        known = booked.appointment.household.last_contact_at
    leaving.forget(known + timedelta(days=729))
    with scope.system():
        assert AccessRequest.objects.count() == 1
    leaving.forget(known + timedelta(days=731))
    with scope.system():
        assert AccessRequest.objects.count() == 0
