"""What every page is held to, whoever made it."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import ConsoleMessage, Page, Request

AXE = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const seen = nodes => nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ");
  return found.violations.map(one => `${one.id}: ${one.help} ${seen(one.nodes)}`);
}
"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Complaints:
    """What the browser complained about on one page."""

    known: "WeakKeyDictionary[Page, Complaints]" = WeakKeyDictionary()

    def __init__(self, site: str) -> None:
        self.site = site
        self.console: list[str] = []
        self.elsewhere: list[str] = []

    @classmethod
    def of(cls, page: Page, site: str) -> "Complaints":
        """Listen to a page from before its first request."""
        heard = cls(site)
        page.on("console", heard.said)
        page.on("pageerror", lambda error: heard.console.append(str(error)))
        page.on("request", heard.asked)
        cls.known[page] = heard
        return heard

    def said(self, message: ConsoleMessage) -> None:
        """Keep errors and warnings; an answer of 400 is told by the browser, not by the page."""
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.console.append(message.text)

    def asked(self, request: Request) -> None:
        """Keep what is asked of other machines."""
        if not request.url.startswith((self.site, "data:", "about:", "blob:")):
            self.elsewhere.append(request.url)


@cache
def axe_program() -> str:
    """The source of axe-core, run by the browser itself so that the page's policy stays strict."""
    package = find_spec("axe_playwright_python")
    assert package is not None
    assert package.origin is not None
    return (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page) -> list[str]:
    """Return the violations that axe-core finds, best practices included."""
    page.evaluate(axe_program())
    return list(page.evaluate(AXE))


def look_at(page: Page) -> None:
    """Hold a page to the house: for everyone, silent, at home, and no wider than the screen."""
    page.wait_for_load_state()
    heard = Complaints.known[page]
    assert axe(page) == []
    assert heard.console == []
    assert heard.elsewhere == []
    assert page.evaluate(OVERFLOW) == 0


def look_at_all_sides(page: Page) -> None:
    """Look at a page on a phone and on a desk, in the light and in the dark."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            look_at(page)
