"""What became of a message once it left: said by the provider or by a mail server, any number of
times and in any order."""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from maillage.core import scope
from maillage.core.models import OutboxMessage

logger = logging.getLogger(__name__)
State = OutboxMessage.State


def note(reference: str, outcome: State, reason: str, now: datetime) -> bool:
    """Write down that a message arrived or failed; return whether the message is known.

    `reference` is our number or the provider's. A message never goes back: what arrived stays so.
    """
    with scope.system():
        message = _named(reference)
        if message is None:
            return False
        order = OutboxMessage.ORDER
        if order.index(outcome) <= order.index(State(message.state)):
            return True
        if outcome == State.FAILED:
            give_up(message, reason or "not delivered")
            return True
        message.state, message.delivered_at, message.last_error = outcome, now, ""
        message.sent_at = message.sent_at or now  # a receipt may overtake our own note
        message.save(update_fields=["state", "delivered_at", "sent_at", "last_error"])
    logger.info("outbox %s delivered", message.pk)
    return True


def give_up(message: OutboxMessage, why: str) -> None:
    """Mark a message as failed, once, and tell those who can reach the family otherwise."""
    message.state, message.last_error, message.leased_until = State.FAILED, why[:300], None
    message.save(update_fields=["state", "last_error", "leased_until", "attempts"])
    logger.warning("outbox %s failed: %s", message.pk, why)
    others = OutboxMessage.objects.filter(about=message.about, state=State.FAILED)
    if message.about is not None and not others.exclude(pk=message.pk).exists():
        import_string(settings.UNREACHED)(message.about)


def _named(reference: str) -> OutboxMessage | None:
    if "\0" in reference:
        return None
    found = OutboxMessage.objects.select_for_update()
    try:
        key = UUID(reference)
    except ValueError:
        return found.exclude(provider_id="").filter(provider_id=reference).first()
    return found.filter(pk=key).first() or found.filter(provider_id=reference).first()
