"""What is due, in plain words, everywhere; and nothing at all for who cannot pay."""

from decimal import Decimal

from django.test import Client
from django.urls import reverse

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.fees.models import Fee
from maillage.fees.tests import made as fees
from maillage.portal.tests.test_booking import booked, letters, rule
from maillage.portal.tests.test_space import DOOR, visitor

__all__ = ["rule"]
DUE = "2\xa0€ à régler après la séance, ou rien si vous ne pouvez pas"


def asked_two_euros(client: Client, rule: object) -> str:
    """Book what asks two euros at least; return the address of the appointment's page."""
    with scope.system():
        fees.scaled(rule.service, floor=Decimal(2))
    return booked(client, rule, composition="alone")["Location"]


def test_the_page_and_the_message_say_what_is_due_in_plain_words(client, rule):
    page = client.get(asked_two_euros(client, rule))
    assert page.context["fee"] == DUE
    assert f"Prix : {DUE}." in letters()[0].body


def test_one_tap_on_the_appointment_and_nothing_is_due_any_more(client, rule):
    address = asked_two_euros(client, rule)
    assert "Je ne peux pas payer" in client.get(address).text
    answer = client.post(address + "prix/")
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = client.get(address)
    assert page.context["fee"] == "Rien à payer"
    assert "Je ne peux pas payer" not in page.text
    with scope.system():
        assert (Fee.objects.get().answer, Fee.objects.get().amount) == ("waiver", 0)
        assert AuditEntry.objects.filter(verb="fees.waived").count() == 1


def test_the_same_button_stands_in_one_s_own_space_and_touches_nobody_else_s(client, rule):
    asked_two_euros(client, rule)
    inside = visitor()
    assert "Je ne peux pas payer" in inside.get(DOOR).text
    with scope.system():
        fee = Fee.objects.get()
    address = reverse("portal:space_pay_nothing", args=[fee.appointment_id])
    client.post(address)  # outside: back to the door
    with scope.system():
        assert Fee.objects.get().amount == 2
    assert inside.post(address)["Location"] == DOOR
    assert "Je ne peux pas payer" not in inside.get(DOOR).text
    with scope.system():
        assert Fee.objects.get().amount == 0
