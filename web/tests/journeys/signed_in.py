"""Someone at work, signed in with the code that the letter box of the demonstration shows."""

import re
from collections.abc import Callable

from playwright.sync_api import Page

Visit = Callable[..., Page]


def at_work(visit: Visit, who: str, **options: object) -> Page:
    """The first page of this persona."""
    page = visit("/connexion/", **options)
    page.get_by_role("button", name=who).click()
    page.get_by_role("link", name="lire le code dans la boîte de démonstration").click()
    code = re.search(r"\d{4} \d{4}", page.locator("main").inner_text())
    assert code
    page.get_by_role("link", name="Revenir saisir le code").click()
    page.get_by_label("Le code reçu").fill(code[0])
    page.get_by_role("button", name="Me connecter").click()
    return page


def menu(page: Page, name: str) -> None:
    """Open one of the menus of professionals."""
    page.locator("nav.site-nav summary", has_text=name).click()
