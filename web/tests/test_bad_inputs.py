"""Six things that go wrong in real life: one sentence, nothing lost, the way out one click away.

Each is walked on its page, as a person meets it. Quotas that cannot be met have no page yet: their
sentence is tested where they are written (support/tests/test_programmes.py).
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment, Availability
from maillage.agenda.tests.test_rules import ada_at_work, add, as_ada, everyone, made
from maillage.core import scope
from maillage.families.models import Contact, ContactLink, ContactSession
from maillage.portal.tests.test_booking import FORM, booked, first_slot, letters, rule
from maillage.portal.tests.test_space import CODE, knock
from maillage.portal.tests.test_taking import in_programme
from maillage.support.errors import ChildIsTooOld

__all__ = ["ada_at_work", "everyone", "in_programme", "rule"]


def said_once(answer, sentence):
    """How often the page says it where a person reads it: beside what is wrong, or at the top."""
    text = answer.text.replace("&#x27;", "'").replace("\u00a0", " ")
    return sentence in text


def leads_to(answer, address):
    """Whether one click goes there."""
    return f'href="{address}' in answer.text.partition("<main")[2]


def nothing_is_kept():
    with scope.system():
        return Appointment.objects.count() == Contact.objects.count() == 0 and letters() == []


def test_a_code_tried_ten_times(client, rule):
    booked(client, rule)
    thief = Client()
    code = knock(thief)
    wrong = "000000" if code != "000 000" else "111111"
    answers = [thief.post(CODE, {"code": wrong}) for _ in range(10)]
    last = answers[-1]
    assert said_once(last, "Ce code a été essayé cinq fois : il ne marche plus.")
    assert leads_to(last, reverse("portal:space"))
    with scope.system():
        assert ContactSession.objects.count() == 0
    again = Client()
    assert again.post(CODE, {"code": knock(again)}).status_code == 302


def test_a_phone_number_that_is_not_one(client, rule):
    answer = booked(client, rule, reach="06 39 98")
    assert answer.status_code == 400
    assert said_once(answer, "Ce n’est ni une adresse ni un numéro de téléphone complet")
    assert 'value="06 39 98"' in answer.text
    assert 'value="Nour"' in answer.text
    assert nothing_is_kept()
    assert booked(client, rule, reach="06 39 98 00 01").status_code == 302


def test_a_child_of_22(client, in_programme):
    answer = booked(client, in_programme, children="01/2004", goals="Comprendre ma fille")
    assert answer.status_code == 409
    assert said_once(answer, str(ChildIsTooOld(years=22)))
    assert "Comprendre ma fille" in answer.text
    assert leads_to(answer, reverse("portal:search"))
    assert nothing_is_kept()


def test_an_expired_link(client, rule):
    token = booked(client, rule)["Location"].split("/")[-2]
    with scope.system():
        ContactLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.get(reverse("portal:appointment", args=[token]))
    assert answer.status_code == 410
    assert said_once(answer, "Ce lien ne marche plus : il a expiré ou a été remplacé.")
    assert "Nour" not in answer.text
    assert leads_to(answer, reverse("portal:space"))
    with scope.system():
        assert Appointment.objects.get().state == Appointment.State.CONFIRMED


def test_a_slot_that_just_went(client, rule):
    address = first_slot(client, rule)
    key = str(client.get(address).context["form"]["key"].value())
    booked(Client(), rule)
    answer = client.post(address, {**FORM, "key": key})
    assert answer.status_code == 409
    assert said_once(answer, "vient d’être pris")
    assert leads_to(answer, reverse("portal:slots", args=[rule.service_id]))
    with scope.system():
        assert Appointment.objects.count() == 1


@pytest.mark.usefixtures("everyone")
def test_availability_that_overlaps(ada_at_work):
    vesoul = made.directory.place(ada_at_work.service, "70550")
    answer = add(
        as_ada(ada_at_work), ada_at_work, byday=["TU"], opens_at="11:00", closes_at="13:30",
        place=f"{ada_at_work.service_id}:{vesoul.pk}",
    )  # fmt: skip
    assert answer.status_code == 400
    assert said_once(answer, "d’autres disponibilités sont déjà notées")
    assert 'value="11:00"' in answer.text
    assert 'value="13:30"' in answer.text
    assert Availability.objects.count() == 1
