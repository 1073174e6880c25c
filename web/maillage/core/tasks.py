"""What is done after the fact: sending the outbox, erasing what has served."""

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from maillage.core import scope, sms
from maillage.core.models import OutboxMessage

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8  # after 5, 25… seconds then every 30 minutes: about two hours
LEFT_BEHIND = timedelta(minutes=2)
QUEUE_GIVES_UP = timedelta(hours=3)
TEXT_IS_KEPT = timedelta(days=7)
RECEIPT_IS_KEPT = timedelta(days=90)
TRAIL_IS_KEPT = timedelta(days=3 * 365)


class NotSent(Exception):
    """The mail server did not take a message; the queue tries again later."""


class BackOff(RetryStrategy):
    """Wait 5, 25, 125, 625 seconds, then half an hour between two tries."""

    def get_retry_decision(self, *, exception, job):  # type: ignore[no-untyped-def]
        """Cap the wait that procrastinate would let grow."""
        decision = super().get_retry_decision(exception=exception, job=job)
        latest = timezone.now() + timedelta(minutes=30)
        if decision is not None and decision.retry_at and decision.retry_at > latest:
            decision.retry_at = latest
        return decision


@app.task(
    name="core.send_message",
    retry=BackOff(max_attempts=MAX_ATTEMPTS, exponential_wait=5, retry_exceptions={NotSent}),
)
def send_message(message_id: str) -> None:
    """Send one message, once: a second run finds it locked or no longer waiting."""
    if (fault := deliver(message_id, timezone.now())) is not None:
        raise NotSent(fault)


def deliver(message_id: str, now: datetime) -> str | None:
    """Try one message under its lock and write the receipt; return the fault if one is left."""
    with scope.system():
        waiting = OutboxMessage.objects.select_for_update(skip_locked=True)
        message = waiting.filter(pk=message_id, state=OutboxMessage.State.WAITING).first()
        if message is None:
            return None
        if message.expires_at is not None and message.expires_at < now:
            _give_up(message, "expired before it could be sent")
            return None
        message.attempts += 1
        fault = _hand_over(message)
        if fault is None:
            message.state, message.sent_at, message.last_error = "sent", now, ""
        elif message.attempts >= MAX_ATTEMPTS:
            _give_up(message, fault)
            return None
        else:
            message.last_error = fault
        message.save()
    logger.info("outbox %s attempt %s %s", message.pk, message.attempts, message.state)
    return fault


def _give_up(message: OutboxMessage, why: str) -> None:
    message.state, message.last_error = OutboxMessage.State.FAILED, why
    message.save()
    logger.warning("outbox %s failed: %s", message.pk, why)


def _hand_over(message: OutboxMessage) -> str | None:
    try:
        if message.channel == OutboxMessage.Channel.SMS:
            sms.send(message.recipient, message.body)
        else:
            EmailMessage(
                message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.recipient]
            ).send()
    except (smtplib.SMTPException, OSError) as error:
        return type(error).__name__  # its text may hold the address
    return None


@app.periodic(cron="*/5 * * * *")
@app.task(name="core.send_what_was_left", queueing_lock="core.send_what_was_left")
def send_what_was_left(timestamp: int) -> None:
    """Send what a killed worker left behind."""
    now = timezone.now()
    never_tried = Q(attempts=0, created_at__lt=now - LEFT_BEHIND)
    with scope.system():
        left = OutboxMessage.objects.filter(
            never_tried | Q(created_at__lt=now - QUEUE_GIVES_UP), state="waiting"
        )
        found = [str(key) for key in left.order_by("created_at").values_list("pk", flat=True)[:200]]
    for key in found:
        deliver(key, now)


@app.periodic(cron="17 * * * *")
@app.task(name="core.erase_what_has_served", queueing_lock="core.erase_what_has_served")
def erase_what_has_served(timestamp: int) -> None:
    """Erase texts of messages, then receipts, then old traces, each after its time."""
    erase(timezone.now())


def erase(now: datetime) -> None:
    """Do it as if it were `now`."""
    with scope.system():
        done = OutboxMessage.objects.exclude(state=OutboxMessage.State.WAITING)
        done.filter(created_at__lt=now - RECEIPT_IS_KEPT).delete()
        served = Q(created_at__lt=now - TEXT_IS_KEPT) | Q(expires_at__lt=now)
        done.filter(served).exclude(body="").update(body="")
        with connection.cursor() as cursor:
            cursor.execute("select maillage_forget_trail(%s)", [now - TRAIL_IS_KEPT])
