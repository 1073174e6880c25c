"""R8, R36: /mon-espace/ by one-time code. Who gets in, what they see, what a stranger learns."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.families import codes
from maillage.families.models import (
    Consent,
    Contact,
    ContactCode,
    ContactLink,
    ContactSession,
)
from maillage.families.tasks import send_code
from maillage.portal.tests.test_booking import booked, first_slot, letters, rule

__all__ = ["rule"]
DOOR, CODE = "/mon-espace/", "/mon-espace/code/"


def knock(client, reach="nour@example.org"):
    """Ask for a code and let the job run; return the code that left, if one did."""
    answer = client.post(DOOR, {"reach": reach})
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    with scope.system():
        asked = ContactCode.objects.order_by("-created_at")[0]
    before = len(letters())
    send_code(str(asked.pk))
    after = letters()
    return re.search(r"\d{3} \d{3}", after[-1].body)[0] if len(after) > before else None


def visitor(reach="nour@example.org"):
    """A browser inside /mon-espace/."""
    client = Client()
    code = knock(client, reach)
    assert client.post(CODE, {"code": code})["Location"] == DOOR
    return client


def test_a_code_opens_one_s_own_appointments(client, rule):
    booked(client, rule)
    page = visitor().get(DOOR)
    assert page.status_code == 200
    assert "Bonjour Nour" in page.text
    assert "Voir, déplacer, annuler" in page.text
    assert "no-store" in page["Cache-Control"]
    with scope.system():
        assert Contact.objects.get().verified_at is not None


@pytest.mark.parametrize("reach", ["inconnue@example.org", "06 39 98 00 99"])
def test_an_unknown_address_gets_the_same_page_the_same_tries_and_no_message(client, rule, reach):
    booked(client, rule)
    told = Client(), Client()
    known, unknown = knock(told[0]), knock(told[1], reach)
    assert (known is not None, unknown) == (True, None)
    pages = [each.get(CODE) for each in told]
    csrf = re.compile(r'value="[A-Za-z0-9]{64}"')
    assert csrf.sub("", pages[0].text) == csrf.sub("", pages[1].text)
    wrong = [each.post(CODE, {"code": "000000"}) for each in told]
    assert [each.status_code for each in wrong] == [400, 400]
    assert all("Il reste 4 essais" in each.text for each in wrong)


def test_what_was_typed_is_forgotten_as_soon_as_the_code_has_left(client, rule):
    booked(client, rule)
    knock(Client())
    knock(Client(), "inconnue@example.org")
    with scope.system():
        assert {one.address for one in ContactCode.objects.all()} == {""}
        assert not ContactCode.objects.filter(code_hash__regex=r"^\d{6}$").exists()


def test_a_code_tried_ten_times_gets_one_sentence_and_opens_nothing(client, rule):
    booked(client, rule)
    thief = Client()
    code = knock(thief)
    wrong = "000000" if code != "000 000" else "111111"
    answers = [thief.post(CODE, {"code": wrong}) for _ in range(10)]
    assert "a été essayé cinq fois" in answers[4].text
    assert all("a été essayé cinq fois" in each.text for each in answers[4:])
    assert thief.post(CODE, {"code": code}).status_code == 400
    with scope.system():
        assert ContactCode.objects.get().attempts == 5
        assert ContactSession.objects.count() == 0


def test_a_code_serves_once_and_for_ten_minutes(client, rule):
    booked(client, rule)
    first = Client()
    code = knock(first)
    door = first.cookies["porte"].value
    first.post(CODE, {"code": code})
    second = Client()
    second.cookies["porte"] = door
    assert second.post(CODE, {"code": code})["Location"] == DOOR
    assert "Bonjour" not in second.get(DOOR).text
    third = Client()
    late = knock(third)
    with scope.system():
        ContactCode.objects.update(expires_at=timezone.now())
    assert third.post(CODE, {"code": late})["Location"] == DOOR
    assert "n’attend plus" in third.get(DOOR).text


def test_the_code_of_one_browser_opens_nothing_in_another(client, rule):
    booked(client, rule)
    code = knock(Client())
    stranger = Client()
    knock(stranger)
    assert stranger.post(CODE, {"code": code}).status_code == 400


def test_an_address_gets_three_codes_a_quarter_of_an_hour_known_or_not(rule):
    for reach in ("nour@example.org", "inconnue@example.org"):
        answers = [Client().post(DOOR, {"reach": reach}).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 429]


def test_a_caller_gets_twenty_codes_a_quarter_of_an_hour(rule):
    asked = [Client().post(DOOR, {"reach": f"a{n}@example.org"}).status_code for n in range(21)]
    assert asked == [302] * 20 + [429]


def test_two_people_of_one_telephone_see_each_only_their_own(client, rule):
    booked(client, rule, reach="06 39 98 00 01", name="Nour")
    booked(client, rule, reach="06 39 98 00 01", name="Éloïse")
    shared = Client()
    code = knock(shared, "06 39 98 00 01")
    assert shared.post(CODE, {"code": code})["Location"] == "/mon-espace/qui/"
    page = shared.get("/mon-espace/qui/")
    assert "Nour" not in page.text
    assert "Éloïse" not in page.text
    assert shared.post("/mon-espace/qui/", {"name": "Samir"}).status_code == 400
    assert shared.post("/mon-espace/qui/", {"name": " eloise "})["Location"] == DOOR
    inside = shared.get(DOOR).text
    assert "Bonjour Éloïse" in inside
    assert inside.count("Voir, déplacer, annuler") == 1


def test_who_booked_twice_without_coming_in_finds_both(client, rule):
    booked(client, rule)
    booked(client, rule)
    assert visitor().get(DOOR).text.count("Voir, déplacer, annuler") == 2


def test_leaving_closes_the_visit_and_its_cookie_opens_nothing(client, rule):
    booked(client, rule)
    mine = visitor()
    cookie = mine.cookies["espace"].value
    answer = mine.post("/mon-espace/sortir/")
    assert answer["Clear-Site-Data"] == '"cache"'
    thief = Client()
    thief.cookies["espace"] = cookie
    assert "Bonjour" not in thief.get(DOOR).text


def test_a_visit_ends_by_itself(client, rule):
    booked(client, rule)
    mine = visitor()
    with scope.system():
        ContactSession.objects.update(expires_at=timezone.now())
    assert "Bonjour" not in mine.get(DOOR).text
    assert mine.get("/mon-espace/donnees/")["Location"] == DOOR


def test_the_next_appointment_asks_nothing_that_is_known(client, rule):
    booked(client, rule)
    mine = visitor()
    address = first_slot(mine, rule)
    form = mine.get(address).context["form"]
    assert not {"name", "reach"} & set(form.fields)
    key = str(form["key"].value())
    assert (
        mine.post(address, {"key": key, "mode": "phone", "composition": "alone"}).status_code == 302
    )
    with scope.system():
        assert Contact.objects.count() == 1
        assert Appointment.objects.values("household").distinct().count() == 1


def test_messages_are_as_one_wishes_and_silence_is_kept(client, rule):
    booked(client, rule)
    mine = visitor()
    mine.post("/mon-espace/messages/", {"discreet": "on", "silent": "on", "language": "en"})
    with scope.system():
        found = Contact.objects.get()
    assert (found.discreet, found.language, found.silenced_at is not None) == (True, "en", True)


def test_a_consent_is_taken_back_by_whoever_gave_it_alone(client, rule):
    booked(client, rule)
    booked(client, rule, name="Samir", reach="samir@example.org")
    with scope.system():
        nour = Contact.objects.get(name="Nour")
        given = Consent.objects.create(
            contact=nour, departement_id=nour.departement_id, purpose="referral", means="online"
        )
    address = reverse("portal:space_take_back", args=[given.pk])
    assert visitor("samir@example.org").post(address).status_code == 404
    assert visitor().post(address).status_code == 302
    with scope.system():
        assert Consent.objects.get(pk=given.pk).revoked_at is not None


def test_my_data_are_mine_alone_to_read_and_to_take_away(client, rule):
    booked(client, rule)
    booked(client, rule, name="Samir", reach="samir@example.org")
    mine = visitor()
    assert "Tout ce qui est gardé" in mine.get("/mon-espace/donnees/").text
    answer = mine.get("/mon-espace/donnees/?format=json")
    assert answer["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    (kept,) = json.loads(answer.content)
    assert kept["prénom ou surnom"] == "Nour"
    assert len(kept["rendez-vous"]) == 1
    assert "Samir" not in answer.text


def test_erasing_forgets_the_name_gives_the_time_back_and_closes_every_way_in(client, rule):
    token = booked(client, rule)["Location"].split("/")[-2]
    mine = visitor()
    assert "1 rendez-vous à venir est annulé" in mine.get("/mon-espace/effacer/").text
    assert mine.post("/mon-espace/effacer/").status_code == 302
    with scope.system():
        found = Contact.objects.get()
        assert (found.name, found.email, found.phone) == ("", "", "")
        assert Appointment.objects.get().state == "cancelled"
        assert ContactLink.objects.filter(revoked_at=None).count() == 0
    assert client.get(reverse("portal:appointment", args=[token])).status_code == 410
    assert "Bonjour" not in mine.get(DOOR).text


@pytest.mark.race
def test_thirty_tries_at_once_are_five(transactional_db):
    with transaction.atomic():
        scope.enter("public")
        door = codes.knock(Contact.Channel.EMAIL, "nour@example.org", "fr")

    def work(_number):
        with closing(connection), transaction.atomic():
            scope.enter("public")
            return codes.try_code(door.token, "000000")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(30))) == {False}
    with transaction.atomic(), scope.system():
        assert ContactCode.objects.get().attempts == 5


def test_a_visit_lasts_half_an_hour():
    assert timedelta(minutes=30) == codes.VISIT_LASTS
