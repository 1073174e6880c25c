"""One small door to whatever sends SMS: the console, or any provider that takes an HTTP request.

The operator gives the address, the headers and the body of the request (docs/operate.md); in them,
``{number}`` and ``{text}`` are replaced, escaped for JSON. Any answer of the 200s is a receipt.
"""

import json
import sys
import urllib.request

from django.conf import settings

PATIENCE = 15.0  # seconds


def send(number: str, text: str) -> None:
    """Send one SMS. Raises `OSError` when it was not taken: the queue tries again later."""
    if not settings.SMS_URL:
        sys.stdout.write(f"SMS {number}: {text}\n")
        return
    body = settings.SMS_BODY.replace("{number}", _quoted(number)).replace("{text}", _quoted(text))
    request = urllib.request.Request(  # noqa: S310 (the operator's own address, https unless local)
        settings.SMS_URL,
        data=body.encode(),
        headers={"Content-Type": "application/json", **settings.SMS_HEADERS},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
        pass


def _quoted(text: str) -> str:
    return json.dumps(text)[1:-1]
