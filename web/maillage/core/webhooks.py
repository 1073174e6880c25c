"""Who may tell us what became of an SMS: whoever holds the secret the operator gave."""

import base64
import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest

from maillage.core.sms import Provider

LONGEST_BATCH = 1000


class Unreadable(ValueError):
    """The body is not what a provider sends."""


def is_authentic(request: HttpRequest, key: str) -> bool:
    """Check the secret of the address or header, or the signature of the body, in constant time.

    Raises `Http404` where the operator gave no secret: there is then no such page.
    """
    provider: Provider = settings.SMS
    if not provider.secret:
        raise Http404
    given = request.headers.get(provider.header, "") if provider.header else key
    if not provider.signed:
        return hmac.compare_digest(given.encode(), provider.secret.encode())
    digest = hmac.digest(provider.secret.encode(), request.body, hashlib.sha256)
    given = given.removeprefix("sha256=").strip()
    return any(
        hmac.compare_digest(given.encode(), wanted)
        for wanted in (digest.hex().encode(), base64.b64encode(digest))
    )


def entries(request: HttpRequest) -> list[Any]:
    """Return what was sent, one thing or several, as JSON or as a form. Raises `Unreadable`."""
    if request.content_type != "application/json":
        return [request.POST.dict()]
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise Unreadable from error
    several = found if isinstance(found, list) else [found]
    if len(several) > LONGEST_BATCH or not all(isinstance(one, dict) for one in several):
        raise Unreadable
    return several
