"""J1 and J7: a parent books from a phone without an account; the professional sees it."""

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at, look_at_all_sides
from tests.journeys.signed_in import Visit, at_work

SERVICE = "Rendez-vous parents à Rioz"


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def to_slots(visit: Visit, **options: object) -> Page:
    page = visit("/?commune=Rioz&need=doubt_as_parent", **options)
    page.get_by_role("link", name=SERVICE, exact=True).first.click()
    page.get_by_role("link", name="Prendre rendez-vous").click()
    return page


def choose(page: Page) -> None:
    page.locator("main section a.btn").last.click()


def fill(page: Page, name: str) -> None:
    page.get_by_label("Mois de naissance de l’enfant").fill("03/2019")
    page.get_by_label("Votre prénom, ou un surnom").fill(name)
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill("06 39 98 00 01")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_parent_books_moves_and_cancels_in_five_screens_at_most(
    visit: Visit, scripts: bool
) -> None:
    page = to_slots(visit, width=390, scripts=scripts)
    choose(page)
    fill(page, "Nour")
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est noté")
    page.get_by_role("link", name="Déplacer").click()
    page.locator("main section button").last.click()
    expect(page.locator("#messages")).to_contain_text("C’est déplacé")
    page.get_by_role("button", name="Annuler ce rendez-vous").click()
    expect(page.locator("#messages")).to_contain_text("C’est annulé")


def test_each_screen_is_for_everyone(visit: Visit) -> None:
    page = to_slots(visit)
    look_at_all_sides(page)
    choose(page)
    look_at_all_sides(page)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    look_at_all_sides(page)
    fill(page, "Nour")
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    look_at_all_sides(page)


def test_the_practitioner_finds_it_in_the_agenda_and_takes_some_days_off(visit: Visit) -> None:
    parent = to_slots(visit)
    choose(parent)
    fill(parent, "Maëlle")
    parent.get_by_role("button", name="Prendre ce rendez-vous").click()
    page = at_work(visit, "Samuel Vautrin")
    page.get_by_role("link", name="Mon agenda", exact=True).click()
    expect(page.locator("main")).to_contain_text("Maëlle, seul·e")
    look_at(page)
    page.get_by_label("Du", exact=True).fill("2031-01-06")
    page.get_by_label("Au (inclus)").fill("2031-01-03")
    page.get_by_role("button", name="Noter cette absence").click()
    expect(page.locator("main")).to_contain_text("Le dernier jour doit suivre le premier.")
    page.get_by_label("Au (inclus)").fill("2031-01-10")
    page.get_by_role("button", name="Noter cette absence").click()
    expect(page.locator("#messages")).to_contain_text("Votre absence est notée")
    page.get_by_role("button", name="Retirer").click()
    expect(page.locator("#messages")).to_contain_text("L’absence est retirée")
