"""Every public page, in both themes and on both screens, for everyone."""

import pytest
from tests.journeys.looking import look_at, look_at_all_sides

from maillage.directory.models import Location, Service

PAGES = {
    "home": "/",
    "a search to finish": "/?need=tantrums&age=36",
    "results": "/?commune=champlitte&need=tantrums&age=36",
    "results without a car": "/?commune=champlitte&need=tantrums&age=36&no_car=on&when=wednesday",
    "nothing near": "/?commune=passavant-la-rochere&need=bullying&language=uk",
    "which commune": "/?commune=70100",
    "a faulty search": "/?commune=&age=nonsense&day=1",
    "communes": "/communes/",
    "communes found": "/communes/?commune=70100",
    "a departement": "/departements/70/",
    "a commune": "/communes/70122/",
    "numbers": "/numeros-utiles/",
    "accessibility": "/accessibilite/",
    "data": "/donnees/",
    "site map": "/plan-du-site/",
    "parts": "/ui/",
    "not found": "/rien-ici/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone(visit, name):
    page = visit(PAGES[name])
    look_at_all_sides(page)


@pytest.mark.parametrize("kind", ["service", "venue"])
def test_a_service_and_a_venue_are_for_everyone(visit, kind):
    service = Service.objects.public().filter(at_locations__isnull=False).order_by("pk").first()
    venue = Location.objects.order_by("pk").first()
    paths = {"service": f"/services/{service.pk}/", "venue": f"/lieux/{venue.pk}/"}
    look_at_all_sides(visit(paths[kind]))


@pytest.mark.parametrize("name", ["home", "results", "a commune", "data"])
def test_a_page_is_for_english_readers_too(visit, name):
    page = visit(PAGES[name], language="en-GB")
    assert page.locator("html").get_attribute("lang") == "en"
    look_at(page)
