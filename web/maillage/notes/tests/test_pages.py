"""The pages of notes, as people use them: the professional, the parent, and all who get nothing."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.families.models import Consent
from maillage.notes import actions, handing
from maillage.notes.models import AccessRequest, Departure, Note
from maillage.notes.tests.made import Session, as_parent, signed_in
from maillage.organizations.tests.staff import (
    administrator,
    manager,
    organization,
    person,
    sign_in,
)

WORDS = "Reprendre le tableau du coucher."


@pytest.fixture
def ada(client: Client, booked: Session) -> Client:
    return sign_in(client, booked.ada)


def session(booked: Session) -> str:
    return reverse("notes:session", args=[booked.appointment.pk])


def ours(booked: Session, name: str = "ours", *more: object) -> str:
    return reverse(f"notes:{name}", args=[booked.token, *more])


def test_the_guard_stands_beside_the_field(ada: Client, booked: Session) -> None:
    assert "N’écrivez rien sur la santé" in ada.get(session(booked)).content.decode()


def test_a_note_is_written_changed_and_destroyed(ada: Client, booked: Session) -> None:
    first = ada.post(session(booked), {"text": WORDS, "after": 0}, follow=True).content.decode()
    assert "Vous seul·e pouvez la lire" in first
    assert WORDS in first
    then = ada.post(session(booked), {"text": "Autre.", "after": 1}, follow=True).content.decode()
    assert "1 version plus ancienne" in then
    assert WORDS in then
    gone = ada.post(reverse("notes:remove", args=[booked.appointment.pk]), follow=True)
    assert WORDS not in gone.content.decode()


def test_a_note_changed_elsewhere_keeps_what_was_typed(ada: Client, booked: Session) -> None:
    ada.post(session(booked), {"text": WORDS, "after": 0})
    ada.post(session(booked), {"text": "Depuis le téléphone.", "after": 1})
    answer = ada.post(session(booked), {"text": "Depuis l’ordinateur.", "after": 1})
    assert answer.status_code == 400
    assert "changée dans une autre fenêtre" in answer.content.decode()
    assert "Depuis l’ordinateur." in answer.content.decode()


def test_too_long_a_note_is_told_and_kept_on_the_screen(ada: Client, booked: Session) -> None:
    answer = ada.post(session(booked), {"text": "é" * 4001, "after": 0})
    assert answer.status_code == 400
    assert "4000" in answer.content.decode()
    with scope.system():
        assert Note.objects.count() == 0


@pytest.mark.parametrize("who", ["colleague", "manager", "officer", "administrator", "elsewhere"])
def test_every_page_is_closed_to_everyone_else(
    client: Client, ada: Client, booked: Session, who: str
) -> None:
    ada.post(session(booked), {"text": WORDS, "after": 0})
    with as_parent(booked):
        pass
    Client().post(ours(booked, "ask"))
    with scope.system():
        asked = AccessRequest.objects.get()
    other = Client()
    sign_in(other, {
        "colleague": lambda: booked.blaise,
        "manager": lambda: manager(at=booked.rule.organization),
        "officer": lambda: person("claire@example.org", "steering_officer"),
        "administrator": administrator,
        "elsewhere": lambda: manager("zoe@example.org", at=organization("Une autre", "79")),
    }[who]())  # fmt: skip
    for page in (session(booked), reverse("notes:answer", args=[asked.pk])):
        assert other.get(page).status_code == 403
        assert other.post(page, {"text": "x"}).status_code == 403
    assert other.post(reverse("notes:remove", args=[booked.appointment.pk])).status_code == 403
    for page in (reverse("notes:home"), reverse("notes:hand_over")):
        answer = other.get(page)
        assert answer.status_code == (200 if who == "colleague" else 403)
        assert "Nour" not in answer.content.decode()
    with scope.system():
        assert Note.objects.count() == 1


def test_the_list_shows_sessions_and_not_a_word(ada: Client, booked: Session) -> None:
    ada.post(session(booked), {"text": WORDS, "after": 0})
    page = ada.get(reverse("notes:home")).content.decode()
    assert "Nour" in page
    assert WORDS not in page


def test_who_leaves_is_told_what_will_happen(ada: Client, booked: Session) -> None:
    ada.post(session(booked), {"text": WORDS, "after": 0})
    with scope.system():
        Departure.objects.create(
            user=booked.ada, leaves_on=date(2027, 3, 1), destroy_on=date(2027, 4, 30)
        )
    page = ada.get(reverse("notes:home")).content.decode()
    assert "Vous partez le 1 mars 2027" in page
    assert "30 avril 2027" in page


def test_notes_are_handed_over_and_the_parent_takes_it_back(ada: Client, booked: Session) -> None:
    ada.post(session(booked), {"text": WORDS, "after": 0})
    chosen = {
        "sessions": [str(booked.appointment.pk)], "to": str(booked.blaise.practitioner.pk),
        "means": "phone",
    }  # fmt: skip
    page = reverse("notes:hand_over")
    refused = ada.post(page, chosen)
    assert refused.status_code == 400
    assert "Sans l’accord de la famille, rien n’est remis." in refused.content.decode()
    done = ada.post(page, chosen | {"agreed": "on"}, follow=True).content.decode()
    assert "1 note remise à Blaise Éducateur" in done
    blaise = sign_in(Client(), booked.blaise)
    assert WORDS in blaise.get(session(booked)).content.decode()
    assert blaise.post(session(booked), {"text": "x", "after": 0}).status_code == 403
    with as_parent(booked) as appointment:
        (consent,) = handing.agreements_of(appointment.contact)
    parent = Client()
    assert "Blaise Éducateur" in parent.get(ours(booked)).content.decode()
    parent.post(ours(booked, "withdraw", consent.pk))
    assert "Blaise Éducateur" not in parent.get(ours(booked)).content.decode()
    assert blaise.get(session(booked)).status_code == 403


def test_the_parent_leaves_replaces_and_takes_back_a_word(ada: Client, booked: Session) -> None:
    parent, page = Client(), reverse("notes:leave", args=[booked.token])
    assert parent.post(page, {"text": " "}).status_code == 400
    said = parent.post(page, {"text": WORDS}, follow=True).content.decode()
    assert "Il n’a pas encore été lu." in said
    assert WORDS not in said
    assert WORDS in ada.get(session(booked)).content.decode()
    assert "Il a été lu le" in parent.get(page).content.decode()
    parent.post(page, {"text": "Un autre."})
    assert "Un autre." in ada.get(session(booked)).content.decode()
    parent.post(reverse("notes:take_back", args=[booked.token]))
    assert "Un autre." not in ada.get(session(booked)).content.decode()


def test_the_parent_asks_is_answered_and_reads_with_the_code(ada: Client, booked: Session) -> None:
    parent = Client()
    asked = parent.post(ours(booked, "ask")).content.decode()
    code = re.search(r"<strong>([A-Z0-9-]{24})</strong>", asked)
    assert code is not None
    assert code[1] not in parent.get(ours(booked)).content.decode()
    with scope.system():
        request = AccessRequest.objects.get()
    answer = reverse("notes:answer", args=[request.pk])
    assert "Vous n’avez aucune note sur cette personne." in ada.get(answer).content.decode()
    ada.post(answer, {"text": "Je n’ai rien noté."})
    assert ada.post(answer, {"text": "Encore."}).status_code == 409
    reading = ours(booked, "read", request.pk)
    wrong = parent.post(reading, {"code": "ABCD"})
    assert wrong.status_code == 400
    assert "Ce code n’ouvre pas la réponse." in wrong.content.decode()
    assert "Je n’ai rien noté." in parent.post(reading, {"code": code[1]}).content.decode()


def test_another_family_s_link_opens_nothing_of_this_one(booked: Session) -> None:
    Client().post(ours(booked, "ask"))
    with scope.system():
        request = AccessRequest.objects.get()
    answer = Client().post(reverse("notes:read", args=["x" * 32, request.pk]), {"code": "ABCD"})
    assert answer.status_code == 410
    assert Client().get(reverse("notes:leave", args=["x" * 32])).status_code == 410


def test_a_word_that_was_not_passed_on_is_said(booked: Session) -> None:
    with as_parent(booked) as appointment:
        actions.leave_for_session(appointment, WORDS)
    with scope.system():
        booked.appointment.practitioners.set([booked.blaise.practitioner])
    page = Client().get(reverse("notes:leave", args=[booked.token])).content.decode()
    assert "Votre mot n’a pas été transmis" in page
    assert "<strong>Blaise Éducateur</strong>" in page


def test_a_page_of_notes_is_kept_by_no_browser_nor_proxy(ada: Client, booked: Session) -> None:
    for page in (session(booked), reverse("notes:leave", args=[booked.token]), ours(booked)):
        assert "no-store" in ada.get(page).headers["Cache-Control"]


def test_the_number_of_queries_does_not_grow_with_the_versions(
    ada: Client, booked: Session, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        ada.post(session(booked), {"text": f"Version {number}.", "after": number})
    with signed_in(booked.ada):
        assert Appointment.objects.count() == 1
        assert Consent.objects.count() == 0
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        ada.get(session(booked))
