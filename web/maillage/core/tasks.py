"""What is done after the fact: sending the outbox, erasing what has served."""

import logging
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from maillage.core import outbox, receipts, scope, sms, stuck
from maillage.core.letters import letter
from maillage.core.models import OutboxMessage, StopLink

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8  # after 5, 25… seconds then every 30 minutes: about two hours
LEFT_BEHIND = timedelta(minutes=2)
LEASE = timedelta(minutes=2)  # longer than any answer is waited for
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
    """Take one message, hand it over, write down what happened; return the fault if one is left.

    Nothing is locked while the server answers, so a receipt may come meanwhile. A crash before the
    last step leaves the message taken for two minutes; it is then handed over again under the same
    number, which lets the provider or the reader's mail program drop the second copy.
    """
    message = _take(message_id, now)
    if message is None:
        return None
    fault, final, number = None, False, ""
    try:
        number = _hand_over(message)
    except sms.Refused as error:
        fault, final = str(error), True
    except sms.NotTaken as error:
        fault = str(error)
    except (smtplib.SMTPException, OSError) as error:
        fault = type(error).__name__  # its text may hold the address
    return _write_down(message, fault, final=final, number=number, now=now)


def _take(message_id: str, now: datetime) -> OutboxMessage | None:
    """Hold a message that waits and that nobody else is sending."""
    with scope.system():
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        due = Q(not_before=None) | Q(not_before__lte=now)
        waiting = OutboxMessage.objects.select_for_update(skip_locked=True)
        message = waiting.filter(free, due, pk=message_id, state="waiting").first()
        if message is None:
            return None
        if message.expires_at is not None and message.expires_at < now:
            receipts.give_up(message, "expired before it could be sent")
            return None
        message.attempts += 1
        message.leased_until = now + LEASE
        message.save(update_fields=["attempts", "leased_until"])
    return message


def _hand_over(message: OutboxMessage) -> str:
    """Give it to the provider or the mail server; return the provider's number for it."""
    if message.channel == OutboxMessage.Channel.SMS:
        key, discreet = message.pk, message.discreet
        return sms.send(message.recipient, message.body, key=key, discreet=discreet)
    letter(message).send()
    return ""


def _write_down(
    sent: OutboxMessage, fault: str | None, *, final: bool, number: str, now: datetime
) -> str | None:
    with scope.system():
        message = OutboxMessage.objects.select_for_update().get(pk=sent.pk)
        message.provider_id = number or message.provider_id
        if message.state != OutboxMessage.State.WAITING:  # a receipt came first
            message.save(update_fields=["provider_id"])
            return None
        message.leased_until = None
        if fault is not None and (final or message.attempts >= MAX_ATTEMPTS):
            receipts.give_up(message, fault)
            return None
        if fault is None:
            message.state, message.sent_at = OutboxMessage.State.SENT, now
        message.last_error = fault or ""
        message.save()
    logger.info("outbox %s attempt %s %s", message.pk, message.attempts, message.state)
    return fault


@app.periodic(cron="*/5 * * * *")
@app.task(name="core.send_what_was_left", queueing_lock="core.send_what_was_left")
def send_what_was_left(timestamp: int) -> None:
    """Send what a killed worker left behind."""
    now = timezone.now()
    never_tried = Q(attempts=0, created_at__lt=now - LEFT_BEHIND)
    crashed = Q(leased_until__lt=now)
    due = Q(not_before=None) | Q(not_before__lt=now - LEFT_BEHIND)
    with scope.system():
        left = OutboxMessage.objects.filter(
            due, never_tried | crashed | Q(created_at__lt=now - QUEUE_GIVES_UP), state="waiting"
        )
        found = [str(key) for key in left.order_by("created_at").values_list("pk", flat=True)[:200]]
    for key in found:
        deliver(key, now)


@app.periodic(cron="40 6 * * *")
@app.task(name="core.tell_operator", queueing_lock="core.tell_operator")
def tell_operator(timestamp: int) -> None:
    """Each morning, say how many messages did not leave or did not arrive; nothing if none."""
    found = stuck.tally(timezone.now(), since=timedelta(days=1))
    if settings.OPERATOR_EMAIL and (found.late or found.failed):
        outbox.post(
            settings.OPERATOR_EMAIL,
            f"{settings.SITE_NAME}: {found.failed} / {found.late}",
            f"{found.failed} message(s) abandonné(s) depuis hier / given up since yesterday.\n"
            f"{found.late} message(s) en retard / late.\n\nmaillage outbox\n",
        )


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
        done.filter(served).exclude(body="").update(body="", unsubscribe="")
        StopLink.objects.filter(expires_at__lt=now).delete()
        with connection.cursor() as cursor:
            cursor.execute("select maillage_forget_trail(%s)", [now - TRAIL_IS_KEPT])
