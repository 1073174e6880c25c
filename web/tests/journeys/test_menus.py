"""The menus of professionals: one line on a screen, whole on a phone, open without scripts."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect
from tests.journeys.looking import look_at
from tests.journeys.signed_in import Visit, at_work, menu

WHO = ("Samuel Vautrin", "Nadia Perrault", "Claire Humbert", "Hugo Marchal")
ONE_LINE = 60  # pixels: the entries are 44 high


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


@pytest.mark.parametrize(
    "who", ["Samuel Vautrin", "Nadia Perrault", "Claire Humbert", "Hugo Marchal"]
)
def test_everything_lies_on_one_line_and_opens_without_scripts(visit: Visit, who: str) -> None:
    page = at_work(visit, who, scripts=False)
    box = page.locator("nav.site-nav").bounding_box()
    assert box is not None
    assert box["height"] <= ONE_LINE
    menu(page, "Pilotage")
    page.get_by_role("link", name="Parcours", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("étape suivante")
    expect(page.locator("nav.site-nav [data-current] > summary")).to_have_text("Pilotage")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_menu_is_whole_on_a_phone(visit: Visit, theme: str) -> None:
    page = at_work(visit, "Nadia Perrault", width=390, theme=theme)
    menu(page, "Ma structure")
    for entry in page.locator("nav.site-nav details[open] a").all():
        box = entry.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    look_at(page)
    page.get_by_role("link", name="Réclamations").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("éclamation")


def test_a_parent_finds_their_appointments_from_any_page(visit: Visit) -> None:
    page = visit("/", width=390)
    page.get_by_role("link", name="Mes rendez-vous").click()
    expect(page).to_have_url(re.compile(r"/mon-espace/$"))
