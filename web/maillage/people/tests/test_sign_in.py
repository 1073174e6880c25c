"""Signing in by one-time code: who gets in, who does not, and what a stranger learns."""

import re
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.organizations.tests.staff import manager
from maillage.people.models import Session

pytestmark = pytest.mark.django_db
ASK, GIVE = "/connexion/", "/connexion/code/"


@pytest.fixture(autouse=True)
def _no_former_tries() -> None:
    cache.clear()


def letters() -> list[OutboxMessage]:
    with scope.system():
        return list(OutboxMessage.objects.order_by("created_at"))


def code_for(client: Client, email: str) -> str:
    assert client.post(ASK, {"email": email}).status_code == 302
    found = re.search(r"\d{4} \d{4}", letters()[-1].body)
    assert found
    return found[0]


def test_the_code_opens_the_workspace(client: Client) -> None:
    nadia = manager()
    code = code_for(client, "Nadia@Example.org")
    response = client.post(GIVE, {"code": code, "action": "verify"})
    assert (response.status_code, response["Location"]) == (302, "/pro/arrivee/")
    with scope.system():
        assert AuditEntry.objects.get().verb == "people.signed_in"
        assert Session.objects.get(user=nadia).user_id == nadia.pk
    assert client.get(reverse("people:account")).status_code == 200


def test_the_code_works_without_its_space_and_only_once(client: Client) -> None:
    manager()
    code = code_for(client, "nadia@example.org").replace(" ", "")
    assert client.post(GIVE, {"code": code}).status_code == 302
    other = Client()
    assert other.post(GIVE, {"code": code})["Location"] == ASK


def test_the_code_belongs_to_the_browser_that_asked(client: Client) -> None:
    manager()
    code = code_for(client, "nadia@example.org")
    stranger = Client()
    stranger.post(ASK, {"email": "nadia@example.org"})
    response = stranger.post(GIVE, {"code": code})
    assert response.status_code == 200
    assert "Ce code n’est pas le bon." in response.text


def test_an_unknown_address_sees_the_same_pages(client: Client) -> None:
    manager()
    known, unknown = Client(), Client()
    for browser, email in [(known, "nadia@example.org"), (unknown, "personne@example.org")]:
        asked = browser.post(ASK, {"email": email})
        assert (asked.status_code, asked["Location"]) == (302, GIVE)
    pages = [
        re.sub(r'value="[\w-]{64}"', "", browser.get(GIVE).text).replace(email, "X")
        for browser, email in [(known, "nadia@example.org"), (unknown, "personne@example.org")]
    ]
    assert pages[0] == pages[1]
    assert [letter.recipient for letter in letters()] == [
        "nadia@example.org",
        "personne@example.org",
    ]
    assert "aucun compte" in letters()[1].subject


def test_a_closed_account_gets_no_code(client: Client) -> None:
    nadia = manager()
    with scope.system():
        nadia.is_active = False
        nadia.save()
    assert client.post(ASK, {"email": nadia.email})["Location"] == GIVE
    assert [letter.subject for letter in letters()] == [
        "Connexion à Maillage : aucun compte pour cette adresse"
    ]


def test_five_wrong_codes_end_the_attempt_with_a_way_out(client: Client) -> None:
    manager()
    right = code_for(client, "nadia@example.org")
    for _ in range(4):
        assert client.post(GIVE, {"code": "0000 0000"}).status_code == 200
    last = client.post(GIVE, {"code": "0000 0000"}, follow=True)
    assert last.redirect_chain == [(ASK, 302)]
    assert "Trop d’essais : ce code ne sert plus." in last.text
    assert client.post(GIVE, {"code": right})["Location"] == ASK


def test_a_code_dies_after_ten_minutes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    manager()
    code = code_for(client, "nadia@example.org")
    flow = "allauth.account.internal.flows.code_verification.time.time"
    late = time.time() + 601
    monkeypatch.setattr(flow, lambda: late)
    assert client.post(GIVE, {"code": code})["Location"] == ASK


def test_codes_cannot_be_asked_without_end(client: Client) -> None:
    manager()
    for _ in range(3):
        assert client.post(ASK, {"email": "nadia@example.org"}).status_code == 302
    refused = client.post(ASK, {"email": "nadia@example.org"})
    assert refused.status_code == 200
    assert "Trop d’essais" in refused.text
    assert len(letters()) == 3


def test_another_code_may_be_asked_for_and_kills_the_first(client: Client) -> None:
    manager()
    first = code_for(client, "nadia@example.org")
    assert client.get(ASK)["Location"] == GIVE
    assert client.get(ASK + "?autre=1").status_code == 200
    second = code_for(client, "nadia@example.org")
    assert client.post(GIVE, {"code": first}).status_code == 200
    assert client.post(GIVE, {"code": second})["Location"] == "/pro/arrivee/"


@pytest.mark.parametrize(
    "path",
    ["/connexion/password/reset/", "/connexion/email/", "/connexion/signup/", "/connexion/login/",
     "/connexion/password/change/", "/connexion/reauthenticate/", "/connexion/inscription/"],
)  # fmt: skip
def test_no_other_page_of_accounts_exists(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_there_is_no_password_to_try(client: Client) -> None:
    nadia = manager()
    client.post(ASK, {"email": nadia.email, "login": nadia.email, "password": "secret"})
    assert client.get(reverse("people:account")).status_code == 302


def test_a_session_lasts_twelve_hours(client: Client) -> None:
    manager()
    client.post(GIVE, {"code": code_for(client, "nadia@example.org")})
    assert client.cookies["sessionid"]["max-age"] == 12 * 3600
    assert client.cookies["sessionid"]["httponly"]


def test_no_address_of_a_machine_is_kept(client: Client) -> None:
    manager()
    client.post(ASK, {"email": "nadia@example.org"})
    with scope.system(), connection.cursor() as cursor:
        cursor.execute("select string_agg(cache_key, ' ') from cache")
        keys = cursor.fetchone()[0]
    assert "request_login_code" in keys
    assert "127.0.0.1" not in keys
    assert "nadia" not in keys


def test_the_demonstration_shows_its_letters_and_a_real_site_has_no_such_page(
    client: Client, settings: Any
) -> None:
    manager()
    code = code_for(client, "nadia@example.org")
    settings.DEMONSTRATION = True
    assert code in client.get("/demo/messages/").text
    settings.DEMONSTRATION = False
    assert client.get("/demo/messages/").status_code == 404


def test_signing_out_removes_the_session(client: Client) -> None:
    manager()
    client.post(GIVE, {"code": code_for(client, "nadia@example.org")})
    with scope.system():
        assert Session.objects.exclude(user=None).count() == 1
    assert client.post("/connexion/sortie/")["Location"] == "/"
    with scope.system():
        assert Session.objects.exclude(user=None).count() == 0
    assert client.get("/pro/").status_code == 302


def test_one_lands_on_the_page_that_was_asked_for_and_nowhere_else(client: Client) -> None:
    manager()
    asked = client.get("/pro/services/")
    assert asked["Location"] == "/connexion/?next=/pro/services/"
    sent = client.post(ASK, {"email": "nadia@example.org", "next": "/pro/services/"})
    assert sent["Location"] == f"{GIVE}?next=%2Fpro%2Fservices%2F"
    code = re.search(r"\d{4} \d{4}", letters()[-1].body)
    assert code
    landed = client.post(GIVE, {"code": code[0], "next": "/pro/services/"})
    assert landed["Location"] == "/pro/services/"
    stranger = Client()
    stranger.post(ASK, {"email": "nadia@example.org"})
    code = re.search(r"\d{4} \d{4}", letters()[-1].body)
    assert code
    landed = stranger.post(GIVE, {"code": code[0], "next": "https://ailleurs.example/"})
    assert landed["Location"] == "/pro/arrivee/"


@pytest.mark.parametrize(
    ("preferred", "cookie", "kept"), [("en", None, "en"), ("en", "fr", "fr"), ("fr", None, None)]
)
def test_the_language_of_the_account_follows_unless_one_was_just_chosen(
    client: Client, preferred: str, cookie: str | None, kept: str | None
) -> None:
    nadia = manager()
    with scope.system():
        nadia.language = preferred
        nadia.save()
    if cookie:
        client.cookies["django_language"] = cookie
    client.post(GIVE, {"code": code_for(client, "nadia@example.org")})
    found = client.cookies.get("django_language")
    assert (found.value if found else None) == kept
