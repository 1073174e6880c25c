"""What a phone on a slow network receives, and what a page forbids to itself."""

from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders

from maillage.portal.tests.asking import ask

pytestmark = pytest.mark.usefixtures("haute_saone")

FIRST_VISIT = 200_000
NEXT_PAGES = 60_000
STATIC = (
    "bootstrap/css/bootstrap.min.css", "ui/tokens.css", "ui/ui.css", "django_htmx/htmx-2.min.js",
    "ui/ui.js", "ui/icon.svg",
)  # fmt: skip
PAGES = (
    "/", "/?commune=champlitte&need=tantrums&age=36", "/communes/70279/", "/departements/70/",
    "/numeros-utiles/",
)  # fmt: skip


def on_the_wire(content):
    return len(brotli.compress(content, quality=5))


def kept_by_the_browser():
    found = [finders.find(name) for name in STATIC]
    assert all(found)
    return sum(on_the_wire(Path(name).read_bytes()) for name in found)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_light_enough_for_an_old_phone(client, path):
    page = on_the_wire(ask(client, path).content)
    assert page <= NEXT_PAGES
    assert page + kept_by_the_browser() <= FIRST_VISIT


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_nothing_that_this_budget_does_not_count(client, path):
    text = ask(client, path).text
    asked = {part.split('"')[0] for part in text.split("/static/")[1:]}
    asked -= {"js_lib_leaflet/leaflet.js", "js_lib_leaflet/leaflet.css"}  # when a map is moved
    assert asked == set(STATIC)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_only_its_own_scripts_and_is_framed_by_nobody(client, path):
    headers = ask(client, path).headers
    policy = dict(
        rule.strip().split(" ", maxsplit=1)
        for rule in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_search_sets_no_cookie_but_the_one_that_protects_forms(client):
    response = ask(client, "/", {"commune": "Gray", "need": "tantrums"})
    assert set(response.cookies) == {"csrftoken"}
