"""One small door to whatever sends SMS: the console, or any provider that takes an HTTP request.

The operator gives the address, the headers and the body of the request (docs/operate.md); in them,
``{number}``, ``{text}``, ``{id}`` and ``{sender}`` are replaced, escaped for JSON. Any answer of
the 200s means that the message was taken, even if the rest of the answer is lost on the way. Every
try of one message carries the same ``Idempotency-Key``: a provider that honours it sends it once.
"""

import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from maillage.core.fields import at_path

PATIENCE = 15.0  # seconds, for the whole answer
LONGEST_ANSWER = 65_536
# The provider read the request and will never take it: trying again changes nothing.
FINAL = {400, 404, 410, 413, 422}


class NotTaken(OSError):
    """The provider did not take a message; later it may."""


class Refused(NotTaken):
    """The provider will never take this message."""


@dataclass(frozen=True, slots=True)
class Provider:
    """How SMS leave, and how their receipts and the replies come back (docs/operate.md)."""

    url: str = ""
    headers: dict[str, str] | None = None
    body: str = '{"to": "{number}", "message": "{text}"}'
    sender: str = ""
    answer_id: str = ""
    secret: str = ""
    header: str = ""
    signed: bool = False
    receipt_id: str = "id"
    receipt_state: str = "status"
    receipt_reason: str = "reason"
    delivered: tuple[str, ...] = ("delivered", "delivrd")
    failed: tuple[str, ...] = ("failed", "undelivered", "undeliv", "rejected", "rejectd", "expired")
    reply_number: str = "from"
    reply_text: str = "text"


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET, and a lost message a success."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the redirection is then an error."""


_opener = urllib.request.build_opener(_NoDetour)


def send(number: str, text: str, *, key: UUID, discreet: bool = False) -> str:
    """Send one SMS and return the provider's own number for it, if it gave one.

    Raises `Refused` when it will never be taken, another `OSError` when it may be later.
    """
    provider: Provider = settings.SMS
    if not provider.url:
        sys.stdout.write(f"SMS {number}: {text}\n")
        return ""
    sender = settings.DISCREET_NAME if discreet else provider.sender
    facts = {"number": number, "text": text, "id": str(key), "sender": sender}
    request = urllib.request.Request(  # noqa: S310 (the operator's own address, https unless local)
        provider.url,
        data=_filled(provider.body, facts).encode(),
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": str(key),
            **(provider.headers or {}),
        },
        method="POST",
    )
    deadline = time.monotonic() + PATIENCE
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            return _number_in(_read(answer, deadline), provider.answer_id)
    except urllib.error.HTTPError as error:
        kind = Refused if error.code in FINAL else NotTaken
        raise kind(f"HTTP {error.code}") from error
    except http.client.HTTPException as error:  # cut before its first line was whole
        raise NotTaken(type(error).__name__) from error


def _filled(template: str, facts: dict[str, str]) -> str:
    """Replace each word once, from left to right: a text that holds ``{number}`` keeps it."""
    found, rest = "", template
    while rest:
        start, name = min(
            ((at, name) for name in facts if (at := rest.find("{" + name + "}")) >= 0),
            default=(-1, ""),
        )
        if start < 0:
            break
        found += rest[:start] + json.dumps(facts[name])[1:-1]
        rest = rest[start + len(name) + 2 :]
    return found + rest


def _read(answer: IO[bytes], deadline: float) -> bytes:
    """Read what comes of the answer: the message is taken whether or not the rest arrives."""
    body = b""
    try:
        while len(body) < LONGEST_ANSWER and time.monotonic() < deadline:
            part = answer.read1(4096)  # type: ignore[attr-defined]
            if not part:
                break
            body += part
    except (OSError, http.client.HTTPException):
        pass
    return body


def _number_in(body: bytes, path: str) -> str:
    if not path:
        return ""
    try:
        return str(at_path(json.loads(body), path) or "")[:120]
    except ValueError:
        return ""
