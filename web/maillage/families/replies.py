"""What a parent answers to an SMS: STOP ends reminders, STOP TOUT ends everything."""

import logging
import re
import unicodedata

from django.db import transaction
from django.utils import timezone

from maillage.core import choices, outbox, scope
from maillage.families.models import Contact

logger = logging.getLogger(__name__)

STOPS = {"stop", "arret", "arreter", "stopsms", "unsubscribe"}
EVERYTHING = {"tout", "tous", "all", "total"}
ANSWER = (
    "Noté : plus de rappels. Pour ne plus rien recevoir, répondez STOP TOUT. / No more reminders."
)


@transaction.atomic
def take(number: str, text: str) -> bool:
    """Do what the reply asks, for everyone who gave this number; False if it asks nothing.

    STOP TOUT also ends confirmations: the structure is told to call instead.
    """
    words = _words(text)
    if not words or words[0] not in STOPS:
        return False
    everything = bool(EVERYTHING & set(words[1:]))
    with scope.system():
        found = list(
            Contact.objects.select_for_update()
            .filter(phone=_international(number), erased_at=None)
            .order_by("pk")
        )
        for contact in found:
            choices.decline(contact.pk, contact.departement_id, choices.BY_ONE_WORD)
        named = Contact.objects.filter(pk__in=[one.pk for one in found], silenced_at=None)
        if everything:
            named.update(silenced_at=timezone.now())
        elif found:
            outbox.text(found[0].phone, ANSWER)
    logger.info("sms reply stop: %s contact(s)", len(found))
    return True


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z]+", plain)


def _international(number: str) -> str:
    """Write a number as contacts keep it; providers drop the plus or send it as 00."""
    digits = re.sub(r"\D", "", number)
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = "33" + digits[1:]
    return f"+{digits}"
