"""J2: the practitioner's day on a phone; a session closed in twenty seconds; words that stay."""

import re
from time import monotonic

import pytest
from django.core.cache import cache
from playwright.sync_api import Locator, Page, expect
from tests.journeys.looking import look_at, look_at_all_sides
from tests.journeys.signed_in import Visit, at_work, menu

SECONDS = 20


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def first_to_close(page: Page) -> Locator:
    return page.locator("#to-close details.fold").first


def test_samuel_arrives_on_his_day_and_every_side_of_it_is_for_everyone(visit: Visit) -> None:
    page = at_work(visit, "Samuel Vautrin", width=390)
    expect(page).to_have_url(re.compile(r"/pro/journee/$"))
    expect(page.get_by_role("heading", name="Aujourd’hui")).to_be_visible()
    look_at_all_sides(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_session_is_closed_in_two_taps_and_under_twenty_seconds(
    visit: Visit, scripts: bool
) -> None:
    page = at_work(visit, "Samuel Vautrin", width=390, scripts=scripts)
    before = page.locator("#to-close details.fold").count()
    assert before > 0, "the demonstration leaves sessions to close"
    form = first_to_close(page)
    started = monotonic()
    form.get_by_label("écouter").check()  # what is known is filled in: one box, one button
    form.get_by_role("button", name="C’est noté").click()
    expect(page.locator("#messages")).to_contain_text("C’est noté.")
    taken = monotonic() - started
    assert taken < SECONDS
    expect(page.locator("#to-close details.fold")).to_have_count(before - 1)


def test_a_session_is_closed_with_the_keyboard_alone(visit: Visit) -> None:
    page = at_work(visit, "Samuel Vautrin")
    form = first_to_close(page)
    keys = 0
    form.get_by_label("écouter").focus()
    page.keyboard.press("Space")
    keys += 1
    while page.evaluate("document.activeElement.textContent").strip()[:10] != "C’est noté":
        page.keyboard.press("Tab")
        keys += 1
        assert keys < 15
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("C’est noté.")


def test_a_private_note_is_written_read_again_and_shown_to_nobody_else(visit: Visit) -> None:
    page = at_work(visit, "Samuel Vautrin", width=390)
    menu(page, "Familles")
    page.get_by_role("link", name="Mes notes").click()
    look_at_all_sides(page)
    page.locator("ul.rows a").first.click()
    look_at_all_sides(page)
    page.get_by_label("Ma note").fill("Le hérisson dort mieux.")
    page.get_by_role("button", name="Garder cette note").click()
    expect(page.locator("#messages")).to_contain_text("Vous seul·e pouvez la lire")
    expect(page.get_by_label("Ma note")).to_have_value("Le hérisson dort mieux.")
    address = page.url
    nadia = at_work(visit, "Nadia Perrault")
    nadia.goto(address)
    expect(nadia.locator("body")).not_to_contain_text("hérisson")
    expect(nadia.get_by_role("heading", level=1)).not_to_contain_text("Note")


def test_the_next_session_is_taken_from_the_same_screen(visit: Visit) -> None:
    page = at_work(visit, "Samuel Vautrin", width=390)
    page.get_by_role("link", name="Prochain rendez-vous").first.click()
    look_at(page)
    page.locator("main section button").last.click()
    expect(page.locator("#messages")).to_contain_text("La famille est prévenue.")
