"""The pictures of README.md and of the guides, taken from a demonstration that serves nothing else.

    make screenshots

Needs Chromium (CHROMIUM names another one than the system's). Writes docs/images/*.png.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
HEIGHTS = {390: 844, 1280: 900}


@dataclass(frozen=True)
class Picture:
    """One page, as one person sees it."""

    name: str
    path: str
    width: int
    theme: str

    @property
    def file(self) -> Path:
        return IMAGES / f"{self.name}-{self.width}-{self.theme}.png"


SEARCH = "/?commune=Champlitte&need=sommeil&no_car=on"
DIAGNOSIS = "/pilotage/diagnostic/"
PICTURES = tuple(
    Picture(name, path, width, theme)
    for name, path in (
        ("home", "/"),
        ("results", SEARCH),
        ("commune", "/communes/70122/"),
        ("diagnosis", DIAGNOSIS),
    )
    for width in HEIGHTS
    for theme in ("light", "dark")
)


@contextmanager
def demonstration() -> Iterator[str]:
    """A site of its own, in a state folder of its own; its address."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    own = {"PORT": str(port), "MAILLAGE_STATE": str(ROOT / ".state" / "screenshots")}
    with subprocess.Popen(
        [sys.executable, "-m", "maillage", "start"],
        env=os.environ | own,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        for line in started.stdout or ():
            if re.search(r"Ctrl-C", line):
                break
        else:
            raise SystemExit("The site did not start; its words are above.")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            started.send_signal(signal.SIGINT)


def take(browser: Browser, address: str, picture: Picture) -> None:
    """Open the page quietly and keep what fits on the screen."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]},
        color_scheme="dark" if picture.theme == "dark" else "light",
        locale="fr-FR",
        reduced_motion="reduce",
    )
    page = context.new_page()
    answer = page.goto(address + picture.path, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{picture.path} answered {answer and answer.status}.")
    page.screenshot(path=picture.file)
    context.close()
    print(f"{picture.file.relative_to(ROOT)} ({picture.file.stat().st_size // 1024} kB)")


def main() -> None:
    """Take every picture."""
    given = os.environ.get("CHROMIUM")
    program = given or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise SystemExit("Screenshots need Chromium: install it, or give its path in CHROMIUM.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with demonstration() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=OPTIONS)
        for picture in PICTURES:
            take(browser, address, picture)
        browser.close()


if __name__ == "__main__":
    main()
