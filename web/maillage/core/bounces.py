"""What mail servers write back when a mail did not arrive (RFC 3464), read from one message."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import Message
from typing import cast

from django.conf import settings

from maillage.core.models import OutboxMessage

State = OutboxMessage.State
_ID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
ACTIONS = {"failed": State.FAILED, "delivered": State.DELIVERED}
ADDRESSED = ("X-Original-To", "Delivered-To", "To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Bounce:
    """One mail, and what its server said of it; no outcome while it still tries."""

    reference: str
    outcome: State | None
    reason: str


def read(raw: bytes) -> Bounce | None:
    """Return what a delivery report says; None when it is another kind of message."""
    report = cast(Message, email.message_from_bytes(raw, policy=email.policy.default))
    fields = [
        block for part in report.walk() if part.get_content_type() == "message/delivery-status"
        for block in part.walk() if block.get("Action")
    ]  # fmt: skip
    reference = _reference(report)
    if not fields or not reference:
        return None
    action = str(fields[0]["Action"]).strip().lower()
    status = str(fields[0].get("Status", "")).strip()[:20]
    # The diagnostic text holds the address: the code says enough.
    return Bounce(reference, ACTIONS.get(action), f"mail server: {action} {status}".strip())


def _reference(report: Message) -> str:
    """Find our number in the address that the report was sent to, or in the mail it returns."""
    before, _, after = settings.EMAIL_BOUNCES.partition("{id}")
    if after:
        pattern = re.escape(before) + _ID + re.escape(after)
        for name in ADDRESSED:
            for value in report.get_all(name, []):
                if match := re.search(pattern, str(value), re.IGNORECASE):
                    return match.group(1).lower()
    for part in report.walk():
        if part is not report and (match := re.match(f"<{_ID}@", str(part.get("Message-ID", "")))):
            return match.group(1)
    return _in_headers(report)


def _in_headers(report: Message) -> str:
    """Some servers return the headers of the mail alone, as text."""
    for part in report.walk():
        if part.get_content_type() == "text/rfc822-headers":
            match = re.search(rf"(?im)^message-id:\s*<{_ID}@", str(part.get_payload()))
            if match:
                return match.group(1)
    return ""
