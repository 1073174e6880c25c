"""R115: try every address that we send families to, once a day, and say which no longer answers.

Only the status is read, never the page. An address may lead elsewhere five times at most. Each host
is looked up first and the connection goes to the very address that was judged: nothing inside the
operator's network can be reached, whatever a name server answers the second time.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from maillage.directory import signposts
from maillage.directory.models import LinkCheck, Service

PATIENCE = 10.0  # seconds for one link, all its steps included
HOPS = 5
AT_ONCE = 8
ENOUGH_TO_DOUBT_OURSELVES = 3
GUARDED = {401, 403, 405, 429}  # it answers: what it refuses is a robot
NO_HEAD = {403, 404, 405, 501}

TIMED_OUT = gettext_noop("ne répond pas à temps")
UNREACHABLE = gettext_noop("injoignable")
BAD_CERTIFICATE = gettext_noop("certificat de sécurité non valable")
GOES_IN_CIRCLES = gettext_noop("renvoie sans fin d’une page à l’autre")
NOT_PUBLIC = gettext_noop("adresse qui n’est pas publique")
NOT_A_PAGE = gettext_noop("ce n’est pas l’adresse d’une page")
NOT_FOUND = gettext_noop("la page n’existe plus")
IN_TROUBLE = gettext_noop("le site est en panne")

State = LinkCheck.State
Judge = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended; the reason is French, to be translated where it is shown."""

    state: LinkCheck.State
    reason: str = ""


class _Refused(Exception):
    """This hop may not be followed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def is_public(address: str) -> bool:
    """Tell whether an IP address is on the open internet."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def try_link(url: str, *, patience: float = PATIENCE, judge: Judge = is_public) -> Outcome:
    """Follow an address to its end, within `patience` seconds."""
    deadline = monotonic() + patience
    try:
        return _follow(url, deadline, judge)
    except _Refused as refused:
        return Outcome(State.REFUSED, refused.reason)
    except ssl.SSLCertVerificationError:
        return Outcome(State.BROKEN, BAD_CERTIFICATE)
    except TimeoutError:
        return Outcome(State.BROKEN, TIMED_OUT)
    except (OSError, http.client.HTTPException, UnicodeError):
        return Outcome(State.BROKEN, UNREACHABLE)


def _follow(url: str, deadline: float, judge: Judge) -> Outcome:
    for _hop in range(HOPS + 1):
        status, onward = _ask("HEAD", url, deadline, judge)
        if status in NO_HEAD:
            status, onward = _ask("GET", url, deadline, judge)
        if 300 <= status < 400 and onward:
            url = urljoin(url, onward)
            continue
        if status in (404, 410):
            return Outcome(State.BROKEN, NOT_FOUND)
        if status >= 500:
            return Outcome(State.BROKEN, IN_TROUBLE)
        works = status < 400 or status in GUARDED
        return Outcome(State.WORKS) if works else Outcome(State.BROKEN, UNREACHABLE)
    return Outcome(State.BROKEN, GOES_IN_CIRCLES)


def _ask(method: str, url: str, deadline: float, judge: Judge) -> tuple[int, str]:
    parts = urlsplit(url)
    try:
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError) as error:
        raise _Refused(NOT_A_PAGE) from error
    if not parts.hostname or parts.username is not None:
        raise _Refused(NOT_A_PAGE)
    connection = http.client.HTTPConnection(parts.hostname, port)
    connection.sock = _connected(parts, port, deadline, judge)
    try:
        path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        agent = f"Maillage, essai de liens (+{settings.SITE_URL})"
        connection.request(method, path, headers={"User-Agent": agent, "Connection": "close"})
        connection.sock.settimeout(_left(deadline))
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        connection.close()


def _connected(parts: SplitResult, port: int, deadline: float, judge: Judge) -> socket.socket:
    """Connect to an address that was judged, and to no other."""
    host = parts.hostname or ""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(judge(address.split("%")[0]) for address in addresses):
        raise _Refused(NOT_PUBLIC)
    plain = _first_that_answers(addresses, port, deadline)
    if parts.scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _first_that_answers(addresses: list[str], port: int, deadline: float) -> socket.socket:
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=_left(deadline) / 2)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=_left(deadline))


def _left(deadline: float) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def check(
    urls: Iterable[str], *, now: datetime, patience: float = PATIENCE, judge: Judge = is_public
) -> dict[str, Outcome]:
    """Try these addresses, several at once, and keep what became of each.

    When none answers the fault is ours: nothing is written.
    """
    asked = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = pool.map(lambda url: try_link(url, patience=patience, judge=judge), asked)
        outcomes = dict(zip(asked, tried, strict=True))
    down = [url for url, outcome in outcomes.items() if outcome.reason in (UNREACHABLE, TIMED_OUT)]
    if len(down) == len(asked) >= ENOUGH_TO_DOUBT_OURSELVES:
        return {}
    _keep(outcomes, now)
    return outcomes


@transaction.atomic
def _keep(outcomes: dict[str, Outcome], now: datetime) -> None:
    known = LinkCheck.objects.filter(pk__in=outcomes).order_by("pk").select_for_update()
    since = {one.url: one.failing_since for one in known}
    LinkCheck.objects.bulk_create(
        (
            LinkCheck(
                url=url,
                state=outcome.state,
                reason=outcome.reason,
                checked_at=now,
                failing_since=None if outcome.state == State.WORKS else since.get(url) or now,
            )
            for url, outcome in sorted(outcomes.items())
        ),
        update_conflicts=True,
        unique_fields=["url"],
        update_fields=["state", "reason", "checked_at", "failing_since"],
    )


def failing(urls: Collection[str]) -> dict[str, LinkCheck]:
    """Return those of these addresses that did not answer when last tried; one query."""
    found = LinkCheck.objects.filter(pk__in=urls).exclude(state=State.WORKS)
    return {one.url: one for one in found}


def warning(url: str) -> str:
    """Say since when a site does not answer; nothing when it does, or was never tried."""
    found = failing([url]).get(url) if url else None
    if found is None or found.failing_since is None:
        return ""
    since = date_format(timezone.localtime(found.failing_since))
    return _("Ce site ne répond plus depuis le {date}.").format(date=since)


def due(limit: int = 5000) -> list[str]:
    """Return what to try: every signpost, then the sites of services tried longest ago."""
    last = LinkCheck.objects.filter(pk=OuterRef("website")).values("checked_at")[:1]
    sites = (
        Service.objects.public()
        .exclude(website="")
        .order_by()
        .values("website")
        .annotate(last=Subquery(last))
        .distinct()
        .order_by(F("last").asc(nulls_first=True), "website")
        .values_list("website", flat=True)
    )
    return list(dict.fromkeys([*signposts.urls(), *sites[:limit]]))
