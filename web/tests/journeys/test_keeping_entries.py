"""A manager signs in by code, changes hours, sees them published, and says « still true »."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at
from tests.journeys.signed_in import Visit, menu, sign_in

ENTRY = "Parents séparés, on en parle"
NADIA, HUGO = "Nadia Perrault", "Hugo Marchal"


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def to_entry(page: Page) -> None:
    menu(page, "Ma structure")
    page.get_by_role("link", name="Mes services", exact=True).click()
    page.get_by_role("link", name=ENTRY, exact=True).click()


def set_closing(page: Page, time: str) -> str:
    """Type another closing time, look at the preview; return the time that stood before."""
    field = page.locator("[name=times-0-closes_at]")
    before = field.input_value()
    field.fill(time)
    page.get_by_role("button", name="Voir la page avant de publier").last.click()
    return before


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_manager_changes_hours_and_families_see_them(visit: Visit, scripts: bool) -> None:
    page = visit("/connexion/", width=390, scripts=scripts)
    sign_in(page, NADIA)
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Nadia Perrault")
    to_entry(page)
    before = set_closing(page, "21:45")
    expect(page.locator(".preview mark").first).to_contain_text("21 h 45")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator("#messages")).to_contain_text(f"« {ENTRY} » est publié.")
    to_entry(page)
    service = page.url.rstrip("/").split("/")[-1]
    page.goto(page.url.replace(f"/pro/services/{service}/", f"/services/{service}/"))
    expect(page.locator("main")).to_contain_text("21 h 45")
    page.goto(page.url.replace("/services/", "/pro/services/"))
    assert set_closing(page, before) == "21:45"
    page.get_by_role("button", name="Publier").click()


def test_one_tap_says_that_an_entry_is_still_true(visit: Visit) -> None:
    page = visit("/connexion/")
    sign_in(page, NADIA)
    menu(page, "Ma structure")
    page.get_by_role("link", name="Mes services", exact=True).click()
    page.get_by_role("button", name=f"Toujours vrai : {ENTRY}").click()
    expect(page.locator("#messages")).to_contain_text(f"« {ENTRY} » est vérifié aujourd’hui.")


def test_hours_are_added_without_scripts(visit: Visit) -> None:
    page = visit("/connexion/", scripts=False)
    sign_in(page, NADIA)
    to_entry(page)
    page.get_by_role("button", name="Ajouter un horaire").wait_for()
    page.wait_for_load_state()
    rows = page.locator("fieldset.row-form").count()
    page.get_by_role("button", name="Ajouter un horaire").click()
    expect(page.locator("fieldset.row-form")).to_have_count(rows + 1)
    page.get_by_role("button", name=f"Retirer l’horaire {rows + 1}").click()
    expect(page.locator("fieldset.row-form")).to_have_count(rows)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_of_the_workspace_is_for_everyone(visit: Visit, width: int, theme: str) -> None:
    page = visit("/connexion/", width=width, theme=theme)
    look_at(page)
    sign_in(page, HUGO)
    start = page.url.partition("/pro/")[0]
    service = page.request.get(f"{start}/pro/services/").text()
    entry = re.search(r'/pro/services/[0-9a-f-]{36}/"', service)
    assert entry
    for path in [
        "/pro/", "/pro/services/", entry[0].strip('"'), entry[0].strip('"') + "etat/",
        "/pro/services/nouveau/", "/pro/signalements/", "/pro/doublons/", "/pro/departement/",
        "/pro/equipe/", "/pro/equipe/inviter/", "/pro/traces/", "/pro/mon-compte/",
        "/demo/messages/", "/connexion/sortie/",
    ]:  # fmt: skip
        page.goto(start + path)
        look_at(page)
    page.goto(start + entry[0].strip('"'))
    page.get_by_role("button", name="Voir la page avant de publier").last.click()
    look_at(page)
