"""R12: a parent is invited by message or letter, books with what is known, once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.portal import retention
from maillage.portal.models import Invitation
from maillage.portal.tests.test_booking import FORM, first_slot, letters, rule

__all__ = ["rule"]
PAGE = "/pro/invitations/"


@pytest.fixture
def ines(rule):
    with scope.system():
        return sign_in(Client(), person("ines@example.org", Role.DESK_AGENT, at=rule.organization))


def invite(ines, rule, reach="nour@example.org", **more):
    sent = {"service": str(rule.service_id), "name": "Nour", "reach": reach, "language": "fr"}
    return ines.post(PAGE, sent | more)


def code_sent():
    return re.search(r"/invitation/(\w+)/", letters()[-1].body)[1]


def book(client, rule):
    address = first_slot(client, rule)
    form = client.get(address).context["form"]
    return form, client.post(address, {**FORM, "key": str(form["key"].value())})


@pytest.mark.parametrize(
    ("reach", "channel"), [("nour@example.org", "email"), ("06 39 98 00 01", "sms")]
)
def test_the_link_opens_a_booking_that_knows_whom_it_invites(ines, rule, reach, channel):
    assert invite(ines, rule, reach).status_code == 302
    assert letters()[-1].channel == channel
    parent = Client()
    opened = parent.get(reverse("portal:follow_invitation", args=[code_sent()]))
    assert opened["Location"] == reverse("portal:slots", args=[rule.service_id])
    form, answer = book(parent, rule)
    assert form["name"].value() == "Nour"
    assert answer.status_code == 302
    with scope.system():
        assert Invitation.objects.get().appointment == Appointment.objects.get()


def test_a_letter_is_printed_with_a_code_that_is_typed_as_one_likes(ines, rule, monkeypatch):
    codes = []
    shown = "maillage.portal.letters.shown"
    monkeypatch.setattr(shown, lambda code: codes.append(code) or code)
    answer = invite(ines, rule, reach="")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert letters() == []
    typed = f" {codes[0][:5].lower()} {codes[0][5:]} "
    assert Client().post("/invitation/", {"code": typed}).status_code == 302


def test_one_is_invited_with_someone_in_particular(ines, rule):
    assert invite(ines, rule, practitioner=str(rule.practitioner_id)).status_code == 302
    opened = Client().get(reverse("portal:follow_invitation", args=[code_sent()]))
    assert opened["Location"].endswith(f"?avec={rule.practitioner_id}")
    assert rule.practitioner.name in ines.get(PAGE).text


def test_with_someone_who_does_not_receive_for_it_is_refused_and_nothing_leaves(ines, rule):
    with scope.system():
        other = made.availability(made.practitioner("Blaise"), employer=rule.organization)
    answer = invite(ines, rule, practitioner=str(other.practitioner_id))
    assert answer.status_code == 400
    assert "Blaise ne reçoit pas pour ce rendez-vous" in answer.text
    assert letters() == []


@pytest.mark.parametrize("why", ["unknown", "revoked", "expired", "used"])
def test_a_code_that_no_longer_serves_says_so(ines, rule, why):
    invite(ines, rule)
    code = code_sent()
    if why == "revoked":
        with scope.system():
            pk = Invitation.objects.get().pk
        assert ines.post(reverse("portal:revoke_invitation", args=[pk])).status_code == 302
    if why == "expired":
        with scope.system():
            Invitation.objects.update(expires_at=timezone.now())
    if why == "used":
        parent = Client()
        parent.get(reverse("portal:follow_invitation", args=[code]))
        book(parent, rule)
    answer = Client().post("/invitation/", {"code": "ZZZZZZZZZZ" if why == "unknown" else code})
    assert answer.status_code == 410
    assert "Ce code ne marche pas" in answer.text


def test_ten_codes_a_quarter_of_an_hour_and_then_one_sentence(rule):
    answers = [Client().post("/invitation/", {"code": f"ABCDE{n:05d}"}) for n in range(11)]
    assert [each.status_code for each in answers] == [410] * 10 + [429]
    assert "Trop d’essais" in answers[-1].text


def test_the_table_holds_no_code(ines, rule):
    invite(ines, rule)
    with scope.system():
        row = Invitation.objects.values_list().get()
    assert code_sent() not in {str(value) for value in row}


def test_a_month_after_its_end_nothing_is_left(ines, rule):
    invite(ines, rule)
    now = timezone.now()
    assert retention.forget(now + timedelta(days=60)) == 0
    assert retention.forget(now + timedelta(days=91)) == 1


def test_what_is_wrong_is_said_and_nothing_leaves(ines, rule):
    answer = invite(ines, rule, reach="06 12")
    assert answer.status_code == 400
    assert "ni une adresse ni un numéro" in answer.text
    assert 'value="Nour"' in answer.text
    assert letters() == []
