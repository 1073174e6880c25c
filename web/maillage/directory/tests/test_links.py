"""Addresses are tried against a real local server; what is inside the network is never reached."""

import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from maillage.directory import links, signposts
from maillage.directory.models import LinkCheck
from maillage.directory.needs import BY_CODE
from maillage.directory.tests import made

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WORKS, BROKEN, REFUSED = "works", "broken", "refused"


class Site(BaseHTTPRequestHandler):
    """Answers as the path says."""

    asked: list[tuple[str, str]] = []

    def do_HEAD(self):
        self.asked.append((self.command, self.path))
        status, onward = {
            "/ok": (200, ""),
            "/gone": (404, ""),
            "/down": (503, ""),
            "/guarded": (403, ""),
            "/once": (302, "/ok"),
            "/loop": (301, "/loop"),
            "/inside": (302, "http://10.0.0.1/admin"),
            "/file": (302, "file:///etc/passwd"),
            "/no-head": (405 if self.command == "HEAD" else 200, ""),
            "/false-404": (404 if self.command == "HEAD" else 200, ""),
        }.get(self.path, (200, ""))
        if self.path == "/slow":
            time.sleep(1.5)
        self.send_response(status)
        if onward:
            self.send_header("Location", onward)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def here(address):
    return address == "127.0.0.1"


def tried(url):
    outcome = links.try_link(url, patience=1.0, judge=here)
    return outcome.state, outcome.reason


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [
        ("/ok", WORKS, ""),
        ("/once", WORKS, ""),
        ("/guarded", WORKS, ""),
        ("/no-head", WORKS, ""),
        ("/false-404", WORKS, ""),
        ("/gone", BROKEN, links.NOT_FOUND),
        ("/down", BROKEN, links.IN_TROUBLE),
        ("/loop", BROKEN, links.GOES_IN_CIRCLES),
        ("/slow", BROKEN, links.TIMED_OUT),
        ("/inside", REFUSED, links.NOT_PUBLIC),
        ("/file", REFUSED, links.NOT_A_PAGE),
    ],
)
def test_each_way_of_answering_has_its_outcome(site, path, state, reason):
    assert tried(site + path) == (state, reason)


def test_a_slow_site_is_left_at_the_limit(site):
    start = time.monotonic()
    tried(f"{site}/slow")
    assert time.monotonic() - start < 1.4


def test_a_closed_port_is_broken():
    assert tried("http://127.0.0.1:1/") == (BROKEN, links.UNREACHABLE)


def test_a_site_that_speaks_no_tls_is_broken(site):
    assert tried(site.replace("http://", "https://"))[0] == BROKEN


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://[fe80::1]/",
    ],
)
def test_what_is_inside_the_network_is_never_asked(url, site):
    Site.asked.clear()
    assert links.try_link(url).state == REFUSED
    assert Site.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://exemple.fr/",
        "javascript:alert(1)",
        "http://",
        "http://a:b@127.0.0.1/",
        "http://x:99999/",
    ],
)
def test_what_is_no_page_is_refused(url):
    assert links.try_link(url, judge=here) == links.Outcome(
        LinkCheck.State.REFUSED, links.NOT_A_PAGE
    )


@pytest.mark.django_db
def test_a_broken_link_is_flagged_at_its_first_failure_and_cleared_when_it_answers(site):
    url = f"{site}/gone"
    links.check([url, f"{site}/ok"], now=NOW, judge=here)
    assert set(links.failing([url, f"{site}/ok"])) == {url}
    assert links.failing([url])[url].failing_since == NOW
    next_day = NOW + timedelta(days=1)
    links.check([url, f"{site}/ok"], now=next_day, judge=here)
    found = LinkCheck.objects.get(pk=url)
    assert (found.failing_since, found.checked_at) == (NOW, next_day)
    LinkCheck.objects.filter(pk=f"{site}/ok").update(state="broken", failing_since=NOW)
    links.check([f"{site}/ok"], now=next_day, judge=here)
    assert links.failing([f"{site}/ok"]) == {}


@pytest.mark.django_db
def test_a_family_is_told_since_when_a_site_does_not_answer(site):
    links.check([f"{site}/gone", f"{site}/ok"], now=NOW, judge=here)
    assert links.warning(f"{site}/gone") == "Ce site ne répond plus depuis le 22 novembre 2026."
    assert links.warning(f"{site}/ok") == links.warning("") == ""


@pytest.mark.django_db
def test_when_nothing_answers_the_fault_is_ours_and_nothing_is_written():
    dead = [f"http://127.0.0.1:{port}/" for port in (1, 2, 3)]
    assert links.check(dead, now=NOW, judge=here) == {}
    assert LinkCheck.objects.count() == 0


@pytest.mark.django_db
def test_every_address_shown_is_tried_those_tried_longest_ago_first():
    made.service("A", website="http://a.exemple.fr/")
    made.service("B", website="http://b.exemple.fr/")
    made.service("Même site", website="http://b.exemple.fr/")
    made.service("Sans site")
    made.service("Arrêté", website="http://c.exemple.fr/", status="defunct")
    LinkCheck.objects.create(url="http://a.exemple.fr/", state="works", checked_at=NOW)
    due = links.due()
    assert due[: len(signposts.SIGNPOSTS)] == signposts.urls()
    assert due[len(signposts.SIGNPOSTS) :] == ["http://b.exemple.fr/", "http://a.exemple.fr/"]


def test_signposts_are_secure_unique_and_answer_known_needs():
    found = signposts.SIGNPOSTS
    assert len({one.code for one in found}) == len({one.url for one in found}) == len(found)
    assert all(one.url.startswith("https://") for one in found)
    assert {need for one in found for need in one.needs} <= set(BY_CODE)


def test_an_emergency_line_comes_first():
    assert [one.code for one in signposts.signposts_for("violence")] == [
        "violence",
        "child_in_danger",
    ]
    assert signposts.signposts_for("teenager_unwell")[0].code == "suicide_prevention"
