"""Write to a family: what happened, in their language, discreetly if they asked so."""

from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from maillage.core import choices, outbox
from maillage.core.models import MessageKind
from maillage.core.quiet import next_allowed
from maillage.families.models import Contact
from maillage.territory.clocks import time_zone

TOO_LATE_AFTER_THE_NIGHT = timedelta(hours=2)
# Useless once the hour has passed.
DIE_WITH_THEIR_HOUR = (MessageKind.REMINDER, MessageKind.OFFER)


class _Dated(Protocol):
    """What a message is about: an appointment."""

    pk: UUID
    starts_at: datetime


def tell(
    contact: Contact,
    template: str,
    facts: dict[str, Any],
    *,
    kind: MessageKind = MessageKind.ACT,
    now: datetime | None = None,
) -> bool:
    """Post a message in this transaction: a mail, or its first line and the link by SMS.

    The first line of `template` is the subject. Only what answers the parent's own act leaves at
    night. Return False, and write nothing, when the contact does not want such messages.
    """
    if not wants(contact, kind):
        return False
    about = cast(_Dated | None, facts.get("appointment"))
    how = outbox.How(
        about=None if about is None else about.pk,
        departement=contact.departement_id,
        not_before=_not_before(contact, kind, about, now or timezone.now()),
        discreet=contact.discreet,
        unsubscribe=_stop_address(contact, kind),
    )
    dies = about is not None and kind in DIE_WITH_THEIR_HOUR
    expires_at = about.starts_at if about is not None and dies else None
    with translation.override(contact.language):
        subject, body = _written(contact, template, facts)
        if contact.channel == Contact.Channel.SMS:
            words = f"{subject}. {facts['link']}{_stop_word(kind)}"
            outbox.text(contact.phone, words, expires_at=expires_at, how=how)
        else:
            body += _footer(how.unsubscribe)
            outbox.post(contact.email, subject, body, expires_at=expires_at, how=how)
    return True


def wants(contact: Contact, kind: MessageKind) -> bool:
    """Whether this person may be written to for this reason."""
    if contact.silenced_at is not None or contact.erased_at is not None:
        return False
    # Who is new has not declined anything yet.
    return contact.just_made or kind not in choices.declined_by(contact.pk)


def _written(contact: Contact, template: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Render the subject and the body; a discreet message does not even name the site."""
    shown = {**facts, "contact": contact}
    if contact.discreet:
        shown["site_name"] = settings.DISCREET_NAME
    subject, _sep, body = render_to_string(template, shown).strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def _not_before(
    contact: Contact, kind: MessageKind, about: _Dated | None, now: datetime
) -> datetime | None:
    """Wait for the morning, unless the parent has just acted or would learn it too late."""
    morning = next_allowed(now, time_zone(contact.departement_id))
    if kind == MessageKind.ACT or morning == now:
        return None
    if kind == MessageKind.CHANGE and about is not None:
        return None if about.starts_at < morning + TOO_LATE_AFTER_THE_NIGHT else morning
    return morning


def _stop_address(contact: Contact, kind: MessageKind) -> str:
    stoppable = kind in choices.BY_ONE_WORD and contact.channel == Contact.Channel.EMAIL
    return choices.stop_address(contact.pk, contact.departement_id) if stoppable else ""


def _footer(address: str) -> str:
    said = _("Choisir les messages que vous recevez : {address}").format(address=address)
    return f"\n-- \n{said}\n" if address else ""


def _stop_word(kind: MessageKind) -> str:
    """Say how to stop where replies come back to us."""
    stoppable = kind in choices.BY_ONE_WORD and settings.SMS.secret
    return " " + _("Répondez STOP pour ne plus en recevoir.") if stoppable else ""
