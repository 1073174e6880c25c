"""Write a mail in the transaction of the fact; a job of the same transaction sends it after."""

from datetime import datetime

from maillage.core import tasks
from maillage.core.models import OutboxMessage

LONGEST_SUBJECT = 200


def post(
    recipient: str, subject: str, body: str, *, expires_at: datetime | None = None
) -> OutboxMessage:
    """Add one message and its job. Nothing leaves if the transaction is undone.

    A subject is one line: names come from imports, and a line break would forge a header.
    """
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    message = OutboxMessage.objects.create(
        recipient=recipient, subject=line, body=body, expires_at=expires_at
    )
    tasks.send_message.defer(message_id=str(message.pk))
    return message
