"""The real Haute-Saône and the demonstration network: whole, light and consistent."""

import gzip
import re

import pytest
from django.test import Client

from maillage.steering import compute, inputs
from maillage.steering.question import default_question

BASE = "/pilotage/diagnostic/"


def page_of(client: Client, path: str) -> bytes:
    response = client.get(path)
    assert response.status_code == 200
    return response.content


@pytest.mark.usefixtures("haute_saone")
def test_every_commune_is_judged_and_drawn(client: Client) -> None:
    page = page_of(client, BASE).decode()
    assert len(re.findall(r'<path id="g70\d{3}"', page)) == 536
    assert len(re.findall(r'<use href="#g70\d{3}"', page)) == 536


@pytest.mark.usefixtures("haute_saone")
def test_two_maps_weigh_less_than_150_kilobytes_on_the_wire(client: Client) -> None:
    one = len(gzip.compress(page_of(client, BASE)))
    two = len(gzip.compress(page_of(client, f"{BASE}comparer/")))
    assert one < 60_000
    assert two < 150_000


@pytest.mark.usefixtures("haute_saone")
def test_other_pages_weigh_less_than_15_kilobytes_on_the_wire(client: Client) -> None:
    for name in ("intercommunalites", "priorites", "communes"):
        assert len(gzip.compress(page_of(client, f"{BASE}{name}/"))) < 15_000, name


@pytest.mark.usefixtures("haute_saone")
def test_the_map_as_a_file_weighs_less_than_150_kilobytes(client: Client) -> None:
    assert len(gzip.compress(page_of(client, f"{BASE}fichiers/carte.svg"))) < 150_000


@pytest.mark.usefixtures("haute_saone")
def test_figures_agree_with_one_another() -> None:
    asked = default_question("70")
    found = compute.diagnose(asked, inputs.read(asked))
    totals, inequality = found.totals, found.inequality
    assert inequality is not None
    far = [c for c in found.communes if c.minutes is None or c.minutes > asked.minutes]
    assert sum(c.people or 0 for c in far) == pytest.approx(totals.far_people, abs=0.5)
    assert sum(e.people for e in found.epcis) == pytest.approx(totals.people, abs=0.5)
    assert sum(e.communes for e in found.epcis) == totals.communes == 536
    assert inequality.theil == pytest.approx(
        inequality.theil_between + inequality.theil_within, abs=2e-6
    )
    assert 0 <= inequality.gini < 1
    assert all(commune.unserved == (commune in far) for commune in found.communes)


@pytest.mark.usefixtures("haute_saone")
def test_a_longer_threshold_never_leaves_more_people_out() -> None:
    asked = default_question("70")
    far = []
    for minutes in (10, 20, 30, 45):
        longer = asked.with_(minutes=minutes)
        far.append(compute.diagnose(longer, inputs.read(longer)).totals.far_people)
    assert far == sorted(far, reverse=True)


@pytest.mark.usefixtures("haute_saone")
def test_a_bicycle_never_goes_faster_than_a_car() -> None:
    asked = default_question("70")
    ride = asked.with_(mode="bicycle")
    by_car = compute.diagnose(asked, inputs.read(asked)).communes
    by_bicycle = compute.diagnose(ride, inputs.read(ride)).communes
    assert all(
        (slow.minutes or 999) >= (fast.minutes or 0)
        for fast, slow in zip(by_car, by_bicycle, strict=True)
    )
