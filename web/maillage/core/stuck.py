"""Messages that somebody should look at: given up, or waiting for longer than they should."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from procrastinate.contrib.django import app

from maillage.core import scope
from maillage.core.models import OutboxMessage

TOO_LONG = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages wait for longer than they should, and how many were given up lately."""

    late: int
    failed: int


def stuck(now: datetime, *, since: timedelta = timedelta(days=7)) -> QuerySet[OutboxMessage]:
    """Keep what was given up lately and what waits although it could have left."""
    failed = Q(state=OutboxMessage.State.FAILED, created_at__gte=now - since)
    return OutboxMessage.objects.filter(failed | _late(now)).order_by("created_at", "pk")


def tally(now: datetime, *, since: timedelta) -> Tally:
    """Count them."""
    with scope.system():
        found = stuck(now, since=since)
        failed = found.filter(state=OutboxMessage.State.FAILED).count()
        return Tally(late=found.count() - failed, failed=failed)


def try_again(message_id: str) -> bool:
    """Let one message that was given up leave again, with all its tries; False if it cannot."""
    with scope.system():
        found = OutboxMessage.objects.select_for_update().filter(pk=message_id, state="failed")
        changed = found.exclude(body="").update(
            state=OutboxMessage.State.WAITING, attempts=0, last_error="", expires_at=None,
            not_before=None,
        )  # fmt: skip
        if changed:
            app.configure_task("core.send_message").defer(message_id=message_id)
    return bool(changed)


def _late(now: datetime) -> Q:
    due = Q(not_before=None) | Q(not_before__lt=now - TOO_LONG)
    return Q(due, state=OutboxMessage.State.WAITING, created_at__lt=now - TOO_LONG)
