"""Someone at work, signed in with the code that the letter box of the demonstration shows."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
CODE = re.compile(r"\d{4} \d{4}")


def at_work(visit: Visit, who: str, **options: object) -> Page:
    """The first page of this persona."""
    page = visit("/connexion/", **options)
    sign_in(page, who)
    return page


def sign_in(page: Page, who: str) -> None:
    """Choose a persona, read the code in the letter box, type it; the first page is then whole."""
    page.get_by_role("button", name=who).click()
    page.get_by_role("link", name="lire le code dans la boîte de démonstration").click()
    code = CODE.search(page.locator("article").first.inner_text())
    assert code
    page.get_by_role("link", name="Revenir saisir le code").click()
    page.get_by_label("Le code reçu").fill(code[0])
    page.get_by_role("button", name="Me connecter").click()
    expect(page).not_to_have_url(re.compile("/connexion/"))
    page.wait_for_load_state()


def menu(page: Page, name: str) -> None:
    """Open one of the menus of professionals."""
    page.locator("nav.site-nav summary", has_text=name).click()
