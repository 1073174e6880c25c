"""Write a mail or an SMS in the transaction of the fact; a job of that transaction sends it."""

from datetime import datetime
from typing import Any

from maillage.core import tasks
from maillage.core.models import OutboxMessage

LONGEST_SUBJECT = 200


def post(
    recipient: str, subject: str, body: str, *, expires_at: datetime | None = None
) -> OutboxMessage:
    """Add one mail and its job. Nothing leaves if the transaction is undone.

    A subject is one line: names come from imports, and a line break would forge a header.
    """
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    return _write(recipient=recipient, subject=line, body=body, expires_at=expires_at)


def text(number: str, body: str, *, expires_at: datetime | None = None) -> OutboxMessage:
    """Add one SMS and its job; the number is written internationally (+33…)."""
    return _write(
        channel=OutboxMessage.Channel.SMS,
        recipient=number,
        subject=body[:60],
        body=body,
        expires_at=expires_at,
    )


def _write(**fields: Any) -> OutboxMessage:
    message = OutboxMessage.objects.create(**fields)
    tasks.send_message.defer(message_id=str(message.pk))
    return message
