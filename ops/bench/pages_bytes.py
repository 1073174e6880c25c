"""What a real browser receives: a first visit, then another page. Part of `pages.py`."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pages_asked import COMMUNE_PAGES, SEARCHES
from playwright.sync_api import Browser, BrowserContext, sync_playwright

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MAP = "/fonds/"
SECONDS_TO_START = 60
Bytes = dict[str, list[tuple[float, float]]]  # by kind of visit: kB of the page, kB of maps


def received(environment: dict[str, str]) -> Bytes:
    """Visit each page with an empty cache, then the next one of its kind in the same browser."""
    found: Bytes = {}
    with serving(environment) as site, sync_playwright() as play:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = play.chromium.launch(executable_path=program, args=OPTIONS)
        for kind, chosen in (
            ("search", SEARCHES[::4]),
            ("commune", COMMUNE_PAGES),
        ):
            for first, then in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
                visits = two_visits(browser, site + first, site + then)
                for name, weight in zip(("first visit", "after"), visits, strict=True):
                    found.setdefault(f"{kind}, {name}", []).append(weight)
        browser.close()
    return found


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """The site as operators serve it, on a free port."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    with tempfile.TemporaryDirectory() as static:
        place = environment | {"STATIC_ROOT": static}
        collect = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(collect, env=place, check=True)
        command = [sys.executable, "-m", "gunicorn", "maillage.config.wsgi", "--worker-class",
                   "gthread", "--threads", "4", "--bind", f"127.0.0.1:{port}",
                   "--no-control-socket", "--log-level", "warning"]  # fmt: skip
        with subprocess.Popen(command, env=place) as started:
            try:
                wait_for(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                started.terminate()


def wait_for(port: int) -> None:
    """Wait until the site listens."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("The site did not start.")


def two_visits(browser: Browser, first: str, then: str) -> list[tuple[float, float]]:
    """Kilobytes on the wire, headers included, of a page and of all that it asks for."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
    weights = [visit(context, first), visit(context, then)]
    context.close()
    return weights


def visit(context: BrowserContext, address: str) -> tuple[float, float]:
    """Open a page in a tab of its own; what comes from the cache weighs nothing."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    asked: dict[str, str] = {}
    weight: dict[str, float] = {}
    session.on(
        "Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished", lambda e: weight.update({e["requestId"]: e["encodedDataLength"]})
    )
    session.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    page.close()
    maps = sum(size for key, size in weight.items() if MAP in asked.get(key, ""))
    return (sum(weight.values()) - maps) / 1e3, maps / 1e3


def table(found: dict[int, Bytes]) -> str:
    """Lay the bytes out as Markdown."""
    lines = [
        "| bytes on the wire, Chromium, 390 px | départements | visits | page and its files, most"
        " (kB) | maps, most (kB) |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {scale} | {len(rows)} | {max(row[0] for row in rows):.0f} |"
        f" {max(row[1] for row in rows):.0f} |"
        for scale, visits in found.items()
        for name, rows in visits.items()
    ]
    return "\n".join(lines)
