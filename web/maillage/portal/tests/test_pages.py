"""The pages that a result leads to: service, venue, commune, sheet, calendars, maps for others."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from maillage.core import scope
from maillage.directory.models import ErrorReport, Location, Opening, Service
from maillage.portal import sheet
from maillage.portal.reach import stages_of
from maillage.portal.tests.asking import MOST_QUERIES, ask, cost
from maillage.territory.models import Commune

pytestmark = pytest.mark.usefixtures("haute_saone")


@pytest.fixture
def service():
    return Service.objects.public().filter(kind="laep", at_locations__isnull=False).first()


@pytest.fixture
def venue():
    return Location.objects.filter(commune="70279", services__isnull=False).first()


def test_a_service_page_answers_before_one_calls(client, service):
    response, queries = cost(client, reverse("portal:service", args=[service.pk]))
    text = response.text
    assert response.status_code == 200
    assert service.name in text.replace("&#x27;", "'")
    assert "Prochaines dates" in text
    assert "Gratuit" in text
    assert "Vérifié le" in text
    assert "On vient sans s’inscrire" in text
    assert len(queries) <= MOST_QUERIES


def test_a_service_that_is_over_is_not_found(client, service):
    with scope.system():
        Service.objects.filter(pk=service.pk).update(status="defunct")
    assert ask(client, reverse("portal:service", args=[service.pk])).status_code == 404


def test_an_error_is_reported_without_a_name(client, service):
    message = "Fermé le mardi depuis la rentrée."
    response = client.post(
        reverse("portal:report", args=[service.pk]), {"message": message}, follow=True
    )
    assert "la structure va vérifier cette fiche" in response.text
    assert reports(service, message) == 1


def reports(service, message=""):
    with scope.system():
        return ErrorReport.objects.filter(service=service, message__contains=message).count()


@pytest.mark.parametrize("message", ["", "  ", "ok", "x" * 1001])
def test_an_empty_or_endless_report_is_refused_and_kept_in_its_field(client, service, message):
    before = reports(service)
    response = client.post(reverse("portal:report", args=[service.pk]), {"message": message})
    assert response.status_code == 400
    assert message.strip() in response.text
    assert reports(service) == before


def test_a_calendar_holds_every_opening_to_come(client, service):
    response = ask(client, reverse("portal:service_ics", args=[service.pk]))
    found = Calendar.from_ical(response.content).walk("VEVENT")
    stored = Opening.objects.filter(service=service, ends_at__gt=timezone.now())
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert sorted(e.start for e in found) == sorted(stored.values_list("starts_at", flat=True))


def test_a_venue_shows_all_that_happens_there(client, venue):
    response, queries = cost(client, reverse("portal:venue", args=[venue.pk]))
    for at in venue.services.select_related("service"):
        assert str(at.service.pk) in response.text
    assert "Calendrier des quatre semaines à venir" in response.text
    assert len(queries) <= MOST_QUERIES
    assert ask(client, reverse("portal:venue_ics", args=[venue.pk])).status_code == 200


def test_a_commune_shows_each_age_of_life_or_an_explicit_gap(client):
    for code in ("70279", "70404"):
        response, queries = cost(client, reverse("portal:commune", args=[code]))
        assert response.text.count('class="gap"') == sum(
            not stage.near for stage in response.context["stages"]
        )
        assert len(response.context["stages"]) == 6
        assert len(queries) <= MOST_QUERIES


def test_every_commune_has_something_or_says_the_gap():
    now = timezone.now()
    for commune in Commune.objects.of("70")[::60]:
        for stage in stages_of(commune, now):
            assert stage.near or stage.count == 0
            assert stage.remote, f"{commune} {stage.label}: nothing at a distance"


def test_a_zoning_is_shown_with_its_generation(client):
    text = ask(client, reverse("portal:commune", args=["70279"])).text
    assert "Zonages" in text


def pages_in(document):
    return len(re.findall(rb"/Type\s*/Page\b", document))


@pytest.mark.parametrize("code", ["70279", "70550", "70404", "70001"])
def test_the_sheet_is_one_page_with_the_same_bytes_for_the_same_facts(code):
    now = timezone.now()
    commune = Commune.objects.get(pk=code)
    said = sheet.facts(commune, sheet.week_of(timezone.localdate(now)), now)
    first = sheet.pdf(said)
    assert first == sheet.pdf(said)
    assert first.startswith(b"%PDF-")
    assert pages_in(first) == 1


def test_the_sheet_says_what_the_database_says_for_that_week():
    now = timezone.now()
    monday = sheet.week_of(timezone.localdate(now))
    said = sheet.facts(Commune.objects.get(pk="70279"), monday, now)
    lines = [(day["day"], line) for day in said["days"] for line in day["lines"]]
    assert lines
    for _day, line in lines:
        assert Opening.objects.filter(
            day=line["day"], service__name=line["what"], starts_at=line["starts"]
        ).exists()
        assert line["minutes"] <= 30


def test_the_hash_changes_with_the_facts():
    now = timezone.now()
    gray = Commune.objects.get(pk="70279")
    monday = sheet.week_of(timezone.localdate(now))
    before = sheet.facts(gray, monday, now)["hash"]
    assert sheet.facts(gray, monday, now)["hash"] == before
    gray.town_hall_phone = "03 00 00 00 00"
    assert sheet.facts(gray, monday, now)["hash"] != before


def test_the_sheet_is_served_with_its_hash(client):
    response = ask(client, reverse("portal:sheet", args=["70279"]))
    assert response["Content-Type"] == "application/pdf"
    assert re.fullmatch(r'"[0-9a-f]{16}"', response["ETag"])
    assert io.BytesIO(response.content).read(5) == b"%PDF-"


@pytest.mark.parametrize("name", ["communes_geojson", "venues_geojson"])
def test_maps_for_others_are_asked_once(client, name):
    path = reverse(f"portal:{name}") + "?departement=70"
    first = ask(client, path)
    assert first["Content-Type"] == "application/geo+json; charset=utf-8"
    assert first.json()["type"] == "FeatureCollection"
    assert len(first.json()["features"]) > 50
    again = ask(client, path, **{"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_outlines_are_those_of_every_commune(client):
    answer = ask(client, reverse("portal:communes_geojson") + "?departement=70").json()
    assert len(answer["features"]) == 536


@pytest.mark.parametrize(
    "path",
    ["/numeros-utiles/", "/accessibilite/", "/donnees/", "/plan-du-site/", "/communes/",
     "/departements/70/", "/robots.txt", "/sitemap.xml", "/ui/"],
)  # fmt: skip
def test_a_plain_page_answers_and_costs_little(client, path):
    response, queries = cost(client, path)
    assert response.status_code == 200
    assert len(queries) <= 4


def test_a_demonstration_keeps_search_engines_out(client):
    assert "Disallow: /\n" in ask(client, "/robots.txt").text


def test_suggestions_name_one_commune_each(client):
    text = ask(client, "/suggestions/?commune=cham").text
    assert '<option value="Champlitte (70122)">Champlitte</option>' in text
    assert "<option" not in ask(client, "/suggestions/?commune=c").text


def test_the_theme_is_remembered_and_never_leads_elsewhere(client):
    response = client.post("/apparence/", {"theme": "dark", "next": "https://ailleurs.example/"})
    assert response["Location"] == "/"
    assert response.cookies["theme"].value == "dark"
    assert 'data-bs-theme="dark"' in client.get("/communes/").text
    assert "theme" not in client.post("/apparence/", {"theme": "<b>"}).cookies


def test_the_page_of_data_names_each_file_with_its_fingerprint(client):
    text = ask(client, reverse("portal:data")).text.replace("\xa0", " ")
    assert "Fichiers chargés" in text
    assert re.search(
        r"Licence Ouverte[^<]*\)\. <[^>]*>Chargé le [^<]*, empreinte [0-9a-f]{12}\.", text
    )


def test_a_report_read_again_leads_to_its_service(client, service):
    response = ask(client, reverse("portal:report", args=[service.pk]))
    assert response.status_code == 302
    assert response.headers["location"] == reverse("portal:service", args=[service.pk])
