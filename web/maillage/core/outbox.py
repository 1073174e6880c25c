"""Write a mail or an SMS in the transaction of the fact; a job of that transaction sends it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from maillage.core.models import OutboxMessage
from maillage.core.quiet import PARIS, next_allowed

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class How:
    """What a message is about and how it travels; by default it leaves at once."""

    about: UUID | None = None  # the appointment (or else) that it tells of
    departement: str = ""  # whose professionals may know whether it arrived
    not_before: datetime | None = None  # held until then: quiet hours
    discreet: bool = False  # even its sender says nothing
    unsubscribe: str = ""  # where one click stops such mails (RFC 8058)


NOW = How()


def calmly(now: datetime, zone: ZoneInfo = PARIS) -> How:
    """Leave at once by day, in the morning by night: for what a job writes to professionals."""
    morning = next_allowed(now, zone)
    return NOW if morning == now else How(not_before=morning)


def post(
    recipient: str,
    subject: str,
    body: str,
    *,
    expires_at: datetime | None = None,
    how: How = NOW,
) -> OutboxMessage:
    """Add one mail and its job. Nothing leaves if the transaction is undone.

    A subject is one line: names come from imports, and a line break would forge a header.
    """
    line = " ".join(subject.split())[:LONGEST_SUBJECT]
    return _write(how, recipient=recipient, subject=line, body=body, expires_at=expires_at)


def text(
    number: str, body: str, *, expires_at: datetime | None = None, how: How = NOW
) -> OutboxMessage:
    """Add one SMS and its job; the number is written internationally (+33…)."""
    return _write(
        how,
        channel=OutboxMessage.Channel.SMS,
        recipient=number,
        subject=body[:60],
        body=body,
        expires_at=expires_at,
    )


def _write(how: How, **fields: Any) -> OutboxMessage:
    message = OutboxMessage.objects.create(
        about=how.about,
        departement=how.departement,
        not_before=how.not_before,
        discreet=how.discreet,
        unsubscribe=how.unsubscribe,
        **fields,
    )
    # The job is named, as its module imports this one; without a moment it runs at once.
    job = app.configure_task("core.send_message", schedule_at=how.not_before)
    job.defer(message_id=str(message.pk))
    return message
