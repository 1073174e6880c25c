"""A steering officer's paths: see where there is none, trust a figure, compare, take it away."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect
from tests.journeys.looking import look_at, look_at_all_sides
from tests.journeys.signed_in import at_work

CLAIRE = "Claire Humbert"  # steering officer of the demonstration
BASE = "/pilotage/diagnostic/"
PAGES = {
    "home": "/pilotage/",
    "the map": BASE,
    "between EPCI": f"{BASE}intercommunalites/",
    "priorities": f"{BASE}priorites/?regles=1&r=temps&s_temps=20&si_temps=30&au_moins=1",
    "two ways to travel": f"{BASE}comparer/",
    "towns and country": f"{BASE}comparer/?comparer=zonages",
    "overlaps": f"{BASE}chevauchements/?ecart=60",
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
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Qui atteint une consultation de PMI ?"
    )
    expect(page.get_by_text("si nos temps se trompent comme en Isère")).to_be_visible()
    page.get_by_role("link", name="D’où vient ce chiffre ?").first.click()
    expect(page.get_by_role("heading", name="La fourchette")).to_be_visible()
    expect(page.get_by_text("Empreinte des données")).to_be_visible()
    page.get_by_role("link", name="‹ Qui atteint une consultation de PMI ?").click()
    expect(page).to_have_url(re.compile("minutes=20"))


def test_the_page_answers_without_a_script(visit):
    page = visit(BASE, scripts=False, width=390)
    expect(page.locator("svg.steering-map use")).to_have_count(536)
    page.get_by_role("link", name="Toutes les communes").click()
    page.get_by_role("link", name="Score d’accès").click()
    expect(page).to_have_url(re.compile("tri=score"))
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)


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
    expect(page.locator("svg.steering-map")).to_be_visible()
    page.get_by_text("Chiffres et liste").click()
    expect(page.locator("svg.steering-map")).to_be_hidden()
    expect(page.locator(".figures")).to_be_visible()


def test_a_page_to_print_is_downloaded(visit):
    page = visit(BASE)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Une page à imprimer (PDF)").click()
    assert taken.value.suggested_filename == "diagnostic-70-laep-car-30min.pdf"


def test_an_officer_keeps_and_publishes_what_a_visitor_then_reads(visit):
    cache.clear()
    page = at_work(visit, CLAIRE)
    page.goto(re.match(r"https?://[^/]+", page.url)[0] + BASE)
    page.get_by_role("link", name="Garder ce diagnostic").click()
    look_at(page)
    page.get_by_label("Titre").fill("Les LAEP en 2026")
    page.get_by_label("Ce qu’il faut en retenir").fill("Le nord n’a rien.")
    page.get_by_role("button", name="Garder", exact=True).click()
    look_at_all_sides(page)
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("button", name="Retirer de la publication")).to_be_visible()
    address = page.url
    visitor = visit("/pilotage/")
    look_at_all_sides(visitor)
    visitor.get_by_role("link", name="Les LAEP en 2026").first.click()
    expect(visitor).to_have_url(address)
    expect(visitor.locator("main")).to_contain_text("Le nord n’a rien.")
    expect(visitor.get_by_role("button", name="Retirer de la publication")).to_have_count(0)
    page.get_by_role("button", name="Retirer de la publication").click()
    page.get_by_role("button", name="Supprimer ce brouillon").click()
    expect(page).to_have_url(re.compile("/pilotage/$"))
    see_what_other_rules_would_change(page)


def see_what_other_rules_would_change(page):
    """Look at the rules of a programme and at what others would give; nothing is confirmed."""
    page.goto(re.match(r"https?://[^/]+", page.url)[0] + "/pilotage/programmes/")
    page.get_by_role("link", name="Ajuster les règles").first.click()
    look_at_all_sides(page)
    page.get_by_label("Foyers au plus, en tout").fill("10")
    page.get_by_role("button", name="Voir ce qui change").click()
    look_at(page)
    page.get_by_label("Foyers au plus, en tout").fill("400")
    page.get_by_label("Pourquoi ce changement").fill("Davantage de crédits.")
    page.get_by_role("button", name="Voir ce qui change").click()
    look_at_all_sides(page)
    expect(page.get_by_role("region", name="Avant et après")).to_contain_text("400")
