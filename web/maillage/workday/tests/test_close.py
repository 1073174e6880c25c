"""Closing a session from the day: all in one form, twice is once, wrong is kept on the screen."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as hours
from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.notes import reading
from maillage.notes.models import Note
from maillage.notes.tests.made import signed_in
from maillage.organizations.tests.staff import manager, sign_in
from maillage.support.models import Session
from maillage.workday.tests.conftest import Office

ATTENDED = {
    "state": "attended", "purposes": ["listen", "advise"], "minutes": "55", "composition": "couple",
    "next_step": "family_decides", "note": "Reprendre le coucher.",
}  # fmt: skip


@pytest.fixture
def over(office: Office) -> Appointment:
    return office.give(timezone.now() - timedelta(hours=2))


@pytest.fixture
def ada(client: Client, office: Office) -> Client:
    return sign_in(client, office.ada)


def close(client: Client, one: Appointment, **values: Any) -> Any:
    return client.post(reverse("workday:close", args=[one.pk]), ATTENDED | values)


def session(one: Appointment) -> Session:
    with scope.system():
        return Session.objects.select_related("appointment").get(appointment=one)


def test_one_form_says_everything(ada: Client, office: Office, over: Appointment) -> None:
    answer = close(ada, over)
    assert answer.headers["Location"] == "/pro/journee/"
    kept = session(over)
    assert kept.appointment.state == "attended"
    assert (kept.purposes, kept.minutes, kept.composition, kept.next_step) == (
        ["listen", "advise"], 55, "couple", "family_decides",
    )  # fmt: skip
    with signed_in(office.ada):
        note = reading.mine(over, office.ada.pk).current
    assert note is not None
    assert note.text == "Reprendre le coucher."


def test_what_is_known_is_filled_in(ada: Client, over: Appointment) -> None:
    page = ada.get(reverse("workday:day")).content.decode()
    assert 'value="60"' in page
    assert 'value="attended"' in page
    assert "checked" in page
    assert "séance 1 sur 5" in page


@pytest.mark.parametrize("state", ["excused", "no_show"])
def test_when_nobody_came_two_taps_do(ada: Client, over: Appointment, state: str) -> None:
    answer = close(ada, over, state=state, purposes=[], minutes="", note="", next_step="")
    assert answer.status_code == 302
    assert session(over).appointment.state == state
    with scope.system():
        assert Note.objects.count() == 0


def test_the_same_page_sent_twice_changes_nothing_more(ada: Client, over: Appointment) -> None:
    close(ada, over)
    with scope.system():
        before = AuditEntry.objects.count()
    assert close(ada, over).status_code == 302
    with scope.system():
        assert AuditEntry.objects.count() == before
        assert Note.objects.count() == 1
        assert not AuditEntry.objects.filter(verb="support.session_corrected").exists()


def test_what_is_missing_is_told_and_what_was_typed_stays(ada: Client, over: Appointment) -> None:
    answer = close(ada, over, purposes=[], minutes="mille")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Cochez au moins une réponse." in page
    assert "Écrivez un nombre de minutes." in page
    assert "Reprendre le coucher." in page
    assert session(over).closed_at is None
    with scope.system():
        assert Note.objects.count() == 0


def test_a_session_that_is_not_over_is_refused_and_keeps_no_note(
    ada: Client, office: Office
) -> None:
    soon = office.give(timezone.now() + timedelta(hours=2))
    answer = close(ada, soon)
    assert answer.status_code == 400
    assert session(soon).closed_at is None
    with scope.system():
        assert Note.objects.count() == 0


def test_what_follows_is_one_step_away(ada: Client, office: Office, over: Appointment) -> None:
    other = office.give(timezone.now() - timedelta(hours=5))
    asked = close(ada, over, next_step="referral").headers["Location"]
    assert asked == reverse("referrals:propose", args=[over.pk])
    again = close(ada, other, next_step="another_session").headers["Location"]
    assert again == reverse("workday:next", args=[other.pk])


def test_an_appointment_of_no_programme_only_says_how_it_ended(ada: Client, office: Office) -> None:
    free = office.give(timezone.now() - timedelta(hours=2), counted=False)
    page = ada.get(reverse("workday:day")).content.decode()
    assert "À quoi il a servi" not in page
    assert ada.post(
        reverse("workday:close", args=[free.pk]), {"state": "attended", "note": ""}
    ).status_code == 302  # fmt: skip
    with scope.system():
        assert Appointment.objects.get(pk=free.pk).state == "attended"


def test_nobody_else_closes_my_sessions(office: Office, over: Appointment) -> None:
    other = sign_in(Client(), manager(at=office.service.organization))
    assert close(other, over).status_code == 403
    assert session(over).closed_at is None


def test_the_next_session_is_booked_for_the_same_family_with_the_same_person(
    ada: Client, office: Office, over: Appointment
) -> None:
    with scope.system():
        hours.availability(
            office.practitioner, "MO", "TU", "WE", "TH", "FR", service=office.service, town=None,
            open_on_public_holidays=True,
        )  # fmt: skip
        hours.occurrences.rebuild([office.practitioner.pk], today=timezone.localdate())
    page = ada.get(reverse("workday:next", args=[over.pk]))
    line = page.context["days"][0][1][0]
    address = reverse("workday:book_next", args=[over.pk, line["rule"], line["stamp"]])
    key = str(uuid4())
    for _twice in range(2):
        assert ada.post(address, {"key": key}).headers["Location"] == "/pro/journee/"
    with scope.system():
        booked = Appointment.objects.exclude(pk=over.pk).get()
        assert booked.contact_id == over.contact_id
        assert booked.session.number == 2
        assert booked.booked_by_id == office.ada.pk
        assert OutboxMessage.objects.filter(recipient=over.contact.email).count() == 1
    refused = ada.post(address, {"key": str(uuid4())})
    assert refused.status_code == 409
    assert "Ce créneau vient d’être pris." in refused.content.decode()
