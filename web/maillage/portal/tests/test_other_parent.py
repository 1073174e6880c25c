"""R10: two parents are linked when both accept; each keeps their own privacy; either ends it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.families.models import Consent, Contact, ContactLink, SecondParent
from maillage.portal.tests.test_booking import booked, letters, rule
from maillage.portal.tests.test_space import visitor

__all__ = ["rule"]
ASK = "/mon-espace/autre-parent/"
SAMIR = {"name": "Samir", "reach": "samir@example.org"}


def token_of(letter, kind):
    return letter.body.partition(f"/{kind}/")[2].partition("/")[0].split()[0]


@pytest.fixture
def nour(client, rule):
    """Nour booked for two, and is inside her page."""
    booked(client, rule)
    return visitor()


@pytest.fixture
def asked(nour):
    assert nour.post(ASK, SAMIR)["Location"] == "/mon-espace/"
    return token_of(letters()[-1], "parent")


@pytest.fixture
def linked(asked):
    answer = Client().post(reverse("portal:other_parent_answer", args=[asked]), {"answer": "yes"})
    assert "Vous êtes reliés" in answer.text
    return asked


def everything():
    with scope.system():
        people = {one.name: one for one in Contact.objects.order_by("created_at")}
        return SecondParent.objects.get(), people


def test_nothing_is_shared_until_the_other_accepts(nour, asked):
    found, people = everything()
    assert (found.state, letters()[-1].recipient) == ("invited", "samir@example.org")
    assert people["Samir"].household_id != people["Nour"].household_id
    assert "rien n’est partagé" in nour.get("/mon-espace/").text


def test_both_consents_make_one_household_counted_once(linked):
    found, people = everything()
    assert found.state == "linked"
    assert people["Samir"].household_id == people["Nour"].household_id
    with scope.system():
        given = Consent.objects.in_force().filter(purpose="second_parent")
        assert {(one.contact.name, one.object_id) for one in given.select_related("contact")} == {
            ("Nour", found.pk), ("Samir", found.pk),
        }  # fmt: skip


def test_each_sees_only_their_own_until_something_is_shared(nour, linked):
    samir = visitor("samir@example.org")
    page = samir.get("/mon-espace/").text
    assert "Bonjour Samir" in page
    assert "Voir, déplacer, annuler" not in page
    assert "nour@example.org" not in samir.get("/mon-espace/donnees/?format=json").text
    assert "samir@example.org" not in nour.get("/mon-espace/donnees/?format=json").text


def share(nour):
    with scope.system():
        nour_s = Contact.objects.get(name="Nour").appointments.get()
    opened = nour.post(reverse("portal:space_appointment", args=[nour_s.pk]))["Location"]
    assert nour.post(f"{opened}a-deux/").status_code == 302
    assert letters()[-1].recipient == "samir@example.org"
    return opened, reverse("portal:appointment", args=[token_of(letters()[-1], "rendez-vous")])


def test_a_shared_appointment_is_read_and_neither_moved_nor_cancelled(nour, linked):
    _own, address = share(nour)
    page = Client().get(address)
    assert page.status_code == 200
    assert "L’autre parent a pris ce rendez-vous" in page.text
    assert "nour" not in page.text.lower()
    assert Client().get(f"{address}agenda.ics").status_code == 200
    for way in ("annuler", "a-deux"):
        assert Client().post(f"{address}{way}/").status_code == 410
    for way in ("deplacer", "changer", "suite"):
        assert Client().get(f"{address}{way}/").status_code == 410
    for way in ("mot", "mes-notes"):
        assert Client().get(f"{address}{way}/").status_code == 404


def test_who_was_given_it_is_told_when_it_moves_or_is_cancelled(nour, linked):
    own, address = share(nour)
    assert nour.post(f"{own}annuler/").status_code == 302
    told = [one for one in letters() if one.recipient == "samir@example.org"]
    assert told[-1].subject.startswith("Rendez-vous annulé")
    assert Client().get(address).status_code == 410
    now = reverse("portal:appointment", args=[token_of(told[-1], "rendez-vous")])
    assert "Annulé" in Client().get(now).text


@pytest.mark.parametrize("by", ["nour@example.org", "samir@example.org"])
def test_either_ends_it_and_what_was_shared_closes(nour, linked, by):
    _own, address = share(nour)
    assert visitor(by).post("/mon-espace/autre-parent/fin/").status_code == 302
    found, people = everything()
    assert found.state == "ended"
    assert people["Samir"].household_id != people["Nour"].household_id
    assert Client().get(address).status_code == 410
    with scope.system():
        assert not Consent.objects.in_force().filter(purpose="second_parent").exists()


def test_saying_no_erases_what_was_typed_and_tells_the_other_nothing(nour, asked):
    before = len(letters())
    answer = reverse("portal:other_parent_answer", args=[asked])
    assert "rien n’est partagé" in Client().post(answer, {"answer": "no"}).text
    with scope.system():
        assert not Contact.objects.filter(email="samir@example.org").exists()
    assert len(letters()) == before
    assert Client().get(reverse("portal:other_parent_asked", args=[asked])).status_code == 410


def test_one_s_own_address_is_refused_and_so_is_a_second_invitation(nour):
    own = nour.post(ASK, {"name": "Moi", "reach": "nour@example.org"})
    assert "votre propre adresse" in own.text
    nour.post(ASK, SAMIR)
    again = nour.post(ASK, {"name": "Paul", "reach": "paul@example.org"})
    assert again.status_code == 400
    assert "attend déjà une réponse" in again.text
    with scope.system():
        assert SecondParent.objects.count() == 1


@pytest.mark.parametrize("why", ["unknown", "expired", "used"])
def test_a_dead_invitation_says_so(asked, why):
    with scope.system():
        if why == "expired":
            SecondParent.objects.update(expires_at=timezone.now())
            ContactLink.objects.update(expires_at=timezone.now())
    if why == "used":
        Client().post(reverse("portal:other_parent_answer", args=[asked]), {"answer": "yes"})
    token = "x" * 32 if why == "unknown" else asked
    assert Client().get(reverse("portal:other_parent_asked", args=[token])).status_code == 410
