"""A steering officer's paths: see where there is none, trust a figure, compare, take it away."""

import pytest

from tests.journeys.looking import look_at, look_at_all_sides

BASE = "/pilotage/diagnostic/"
PAGES = {
    "the map": BASE,
    "between EPCI": f"{BASE}intercommunalites/",
    "priorities": f"{BASE}priorites/?regles=1&r=temps&s_temps=20&si_temps=30&au_moins=1",
    "two ways to travel": f"{BASE}comparer/",
    "towns and country": f"{BASE}comparer/?comparer=zonages",
    "a table": f"{BASE}communes/?tri=minutes&ordre=desc",
    "a faulty question": f"{BASE}?minutes=-5&service=piscine&part=0",
    "nothing of the kind": f"{BASE}?service=disability_resource_centre",
    "definitions": "/pilotage/chiffres/",
    "a definition": "/pilotage/chiffres/gini/",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone(visit, name):
    look_at_all_sides(visit(PAGES[name]))


@pytest.mark.parametrize("name", ["the map", "priorities"])
def test_a_page_is_for_english_readers_too(visit, name):
    page = visit(PAGES[name], language="en-GB")
    assert page.locator("html").get_attribute("lang") == "en"
    look_at(page)


def test_an_officer_asks_reads_and_checks_a_figure(visit):
    page = visit(BASE)
    page.get_by_label("Service", exact=True).select_option("pmi")
    page.get_by_label("Seuil (minutes)").fill("20")
    page.get_by_role("button", name="Afficher").click()
    assert page.get_by_role("heading", level=1).inner_text() == (
        "Qui atteint une consultation de PMI ?"
    )
    page.get_by_role("link", name="D’où vient ce chiffre ?").first.click()
    assert page.get_by_text("Empreinte des données").is_visible()
    page.get_by_role("link", name="‹ Qui atteint une consultation de PMI ?").click()
    assert "minutes=20" in page.url


def test_the_page_answers_without_a_script(visit):
    page = visit(BASE, scripts=False, width=390)
    assert page.locator("svg.steering-map use").count() == 536
    page.get_by_role("link", name="Toutes les communes").click()
    page.get_by_role("link", name="Score d’accès").click()
    assert "tri=score" in page.url
    assert page.locator("th[aria-sort=ascending]").count() == 1


def test_a_keyboard_reaches_the_answer(visit):
    page = visit(BASE)
    page.get_by_label("Service", exact=True).focus()
    for _field in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Afficher"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "service=laep" in page.url


def test_a_phone_shows_the_map_or_the_figures(visit):
    page = visit(BASE, width=390)
    assert page.locator("svg.steering-map").is_visible()
    page.get_by_text("Chiffres et liste").click()
    assert not page.locator("svg.steering-map").is_visible()
    assert page.locator(".figures").is_visible()


def test_a_page_to_print_is_downloaded(visit):
    page = visit(BASE)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Une page à imprimer (PDF)").click()
    assert taken.value.suggested_filename == "diagnostic-70-laep-car-30min.pdf"
