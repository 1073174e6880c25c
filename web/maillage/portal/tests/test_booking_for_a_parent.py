"""R116: an agent books for a parent, with the parent's word for it, and both are in the trail."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from maillage.agenda.assisted import book_for_parent
from maillage.agenda.models import Appointment
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.families.models import Consent
from maillage.organizations.tests.staff import Role, organization, person, sign_in
from maillage.portal.tests.test_booking import booked, first_slot, letters, rule

__all__ = ["rule"]
AGREED = {"means": "desk", "consent": "on"}


@pytest.fixture
def ines(rule):
    with scope.system():
        at = organization("France services de Champlitte")
        return sign_in(Client(), person("ines@example.org", Role.DESK_AGENT, at=at))


def test_an_agent_of_another_structure_books_and_the_link_goes_to_the_parent(ines, rule):
    answer = booked(ines, rule, **AGREED)
    with scope.system():
        found = Appointment.objects.select_related("booked_by", "contact").get()
        consent = Consent.objects.get()
        trace = AuditEntry.objects.get(verb="agenda.booked")
    assert answer["Location"] == reverse("portal:desk_confirmation", args=[found.pk])
    assert found.booked_by.email == "ines@example.org"
    assert (consent.contact, consent.object_id) == (found.contact, found.pk)
    assert (consent.purpose, consent.means) == ("assisted_booking", "desk")
    assert consent.recorded_by == found.booked_by
    assert (trace.actor, trace.acting_as) == (found.booked_by, str(found.contact_id))
    (letter,) = letters()
    assert letter.recipient == "nour@example.org"
    assert "/rendez-vous/" in letter.body


def test_the_page_to_print_says_who_heard_the_parent_and_holds_no_link(ines, rule):
    page = ines.get(booked(ines, rule, **AGREED)["Location"])
    assert page.status_code == 200
    assert "recueilli par Ines" in page.text
    assert "partent à nour@example.org" in page.text
    (letter,) = letters()
    token = letter.body.partition("/rendez-vous/")[2].partition("/")[0]
    assert token not in page.text


def test_the_message_and_the_page_to_print_are_in_the_parent_s_language(ines, rule):
    address = booked(ines, rule, **AGREED, language="en")["Location"]
    page = ines.get(address.replace("confirmation", "page"))
    assert '<html lang="en"' in page.text
    assert "Nothing to pay in advance" in page.text
    assert "omorrow" not in page.text
    (letter,) = letters()
    assert letter.body.startswith("Hello Nour")
    assert "Accord du parent" in ines.get(address).text


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"means": "desk"}, "Sans l’accord du parent, rien n’est pris"),
    ({"consent": "on"}, "Dites comment le parent a donné son accord."),
    ({"consent": "on", "means": "online"}, "Sélectionnez un choix valide"),
])  # fmt: skip
def test_without_the_word_of_the_parent_nothing_is_booked(ines, rule, typed, sentence):
    answer = booked(ines, rule, **typed)
    assert answer.status_code == 400
    assert sentence in answer.text
    with scope.system():
        assert Appointment.objects.count() == Consent.objects.count() == 0


@pytest.mark.parametrize(("role", "place"), [(None, "70"), (Role.DESK_AGENT, "79")])
def test_who_serves_nobody_here_books_for_themselves(rule, role, place):
    with scope.system():
        at = organization("Ailleurs", place) if role else None
        account = person("olivier@example.org", role, place, at=at)
    client = sign_in(Client(), account)
    assert "means" not in client.get(first_slot(client, rule)).context["form"].fields
    answer = booked(client, rule)
    assert answer["Location"].startswith("/rendez-vous/")
    with scope.system():
        assert Appointment.objects.get().booked_by is None


def test_an_agent_who_had_no_part_in_it_does_not_see_the_page(ines, rule):
    address = booked(ines, rule, **AGREED)["Location"]
    with scope.system():
        other = person("zoe@example.org", Role.DESK_AGENT, at=organization("Une autre"))
    assert sign_in(Client(), other).get(address).status_code == 404


@pytest.mark.race
def test_the_same_form_sent_four_times_at_once_leaves_one_consent(transactional_db):
    with transaction.atomic(), scope.system():
        rule = made.availability(made.practitioner(), horizon_days=90)
        account = person("ines@example.org", Role.DESK_AGENT, at=rule.organization).pk
        start = rule.occurrences.order_by("-starts_at")[0].starts_at
    wanted = made.booking(rule, start)

    def work():
        with closing(connection), transaction.atomic():
            scope.enter("member", departements=["70"], user_id=account)
            return book_for_parent(wanted, means=Consent.Means.PHONE, by=account).pk

    with ThreadPoolExecutor(4) as pool:
        results = {one.result(timeout=20) for one in [pool.submit(work) for _ in range(4)]}
    with transaction.atomic(), scope.system():
        counted = (Appointment.objects.count(), Consent.objects.count())
    assert (len(results), counted) == (1, (1, 1))


def test_a_second_appointment_for_the_same_parent_asks_nothing_known_again(ines, rule):
    page = ines.get(booked(ines, rule, **AGREED)["Location"])
    with scope.system():
        first = Appointment.objects.get()
    for_them = f"pour={first.pk}"
    again = f"{reverse('portal:slots', args=[rule.service_id])}?{for_them}"
    assert again in page.text
    times = ines.get(again)
    assert "que nous connaissons déjà" in times.text
    address = re.findall(rf'href="(/services/[^"]+\?{for_them})"', times.text)[0]
    form = ines.get(address)
    assert not {"name", "reach", "language"} & set(form.context["form"].fields)
    told = {"key": uuid4(), "mode": form.context["form"].slot.modes[0], "composition": "couple"}
    made = ines.post(address, told | AGREED)
    assert made.status_code == 302
    with scope.system():
        assert set(Appointment.objects.values_list("contact", flat=True)) == {first.contact_id}
        assert Consent.objects.filter(purpose="assisted_booking").count() == 2


def test_an_appointment_that_is_not_mine_names_nobody(ines, rule):
    booked(ines, rule, **AGREED)
    with scope.system():
        first = Appointment.objects.get()
        zoe = person("zoe@example.org", Role.DESK_AGENT, at=organization("Une autre"))
    address = f"{reverse('portal:slots', args=[rule.service_id])}?pour={first.pk}"
    page = sign_in(Client(), zoe).get(address)
    assert page.context["family"] is None
    assert "Nour" not in page.text
