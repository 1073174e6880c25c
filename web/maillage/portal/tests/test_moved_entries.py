"""Old links, printed QR codes and saved calendars of a merged entry still lead somewhere."""

from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from maillage.directory import openings
from maillage.directory.content import content_hash
from maillage.directory.models import LinkCheck, Location, Service
from maillage.directory.tests import made

pytestmark = pytest.mark.django_db
NOWHERE = UUID(int=0)


def test_a_merged_service_leads_to_the_one_that_is_kept(client: Client) -> None:
    kept, former = made.service("PMI de Gray"), made.service("PMI Gray")
    Service.objects.filter(pk=former.pk).update(merged_into=kept, status="defunct")
    answer = client.get(reverse("portal:service", args=[former.pk]))
    assert (answer.status_code, answer["Location"]) == (
        301,
        reverse("portal:service", args=[kept.pk]),
    )
    assert client.get(reverse("portal:service", args=[NOWHERE])).status_code == 404


def test_a_merged_place_leads_to_the_one_that_is_kept(client: Client) -> None:
    kept, former = made.location(), made.location()
    Location.objects.filter(pk=former.pk).update(merged_into=kept)
    answer = client.get(reverse("portal:venue", args=[former.pk]))
    assert (answer.status_code, answer["Location"]) == (
        301,
        reverse("portal:venue", args=[kept.pk]),
    )
    assert client.get(reverse("portal:venue", args=[NOWHERE])).status_code == 404


def test_a_page_says_its_version_and_that_its_site_is_silent(client: Client) -> None:
    chosen = made.service(website="http://exemple.fr/")
    LinkCheck.objects.create(
        url="http://exemple.fr/",
        state="broken",
        checked_at="2026-11-22T03:00Z",
        failing_since="2026-11-20T03:00Z",
    )
    page = client.get(reverse("portal:service", args=[chosen.pk])).text
    assert "Ce site ne répond plus depuis le 20 novembre 2026." in page
    assert f"Version de la fiche : {content_hash(chosen)[:8]}." in page


def test_an_overseas_calendar_follows_the_clock_of_its_departement(client: Client) -> None:
    at = made.place(made.service(where="974"), "97411")
    made.rule(at, "MO")
    openings.rebuild([at.service_id], today=date.today())  # noqa: DTZ011
    answer = client.get(reverse("portal:service_ics", args=[at.service_id]))
    first = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert (first.start.tzinfo.key, first.start.hour) == ("Indian/Reunion", 9)
