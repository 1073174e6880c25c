"""People's paths in a real browser, on the real Haute-Saône and its demonstration.

    def test_the_page_is_for_everyone(visit):
        page = visit("/communes/", width=390, theme="dark")
        look_at(page)

`visit` opens a page and remembers what the browser complained about; `look_at` (in looking.py)
holds the page to the house: no axe violation, no console error, nothing asked of another machine,
nothing wider than the screen.
Without Chromium every journey is skipped, and says so.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

pytest.register_assert_rewrite("tests.journeys.looking")

from tests.journeys.looking import Complaints  # noqa: E402 (its assertions are made to speak first)

# The browser's own loop runs in this thread; the rows that a test reads here are no danger to it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The browser of this machine: CHROMIUM names another one."""
    given = os.environ.get("CHROMIUM", "")
    found = given if Path(given).is_file() else None
    return found or next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all journeys."""
    program = chromium()
    if program is None:
        pytest.skip("needs Chromium: install it, or give its path in CHROMIUM")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=OPTIONS)
        yield started
        started.close()


@pytest.fixture
def site(in_haute_saone: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The site, served for one test on a free port; what a visitor writes stays written."""
    with django_db_blocker.unblock():
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a page as a visitor would: width, theme, language, with or without scripts."""
    contexts = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        theme: str = "light",
        language: str = "fr-FR",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=theme,
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        Complaints.of(page, site)
        page.goto(site + path)
        return page

    yield opened
    for context in contexts:
        context.close()
