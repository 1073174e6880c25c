"""One mail of the outbox as the mail server gets it."""

from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from maillage.core.models import OutboxMessage


def letter(message: OutboxMessage) -> EmailMessage:
    """Build the mail: the same Message-ID at each try, so that a second copy can be dropped.

    The envelope carries `EMAIL_BOUNCES`, where servers say that it did not arrive; the reader sees
    the site's sender, or `DISCREET_NAME` alone.
    """
    sender = _sender(discreet=message.discreet)
    headers = {
        "From": sender,
        "Message-ID": f"<{message.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    envelope = settings.EMAIL_BOUNCES.replace("{id}", str(message.pk)) or sender
    return EmailMessage(
        message.subject, message.body, envelope, [message.recipient], headers=headers
    )


def _sender(*, discreet: bool) -> str:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return (
        formataddr((settings.DISCREET_NAME, address)) if discreet else settings.DEFAULT_FROM_EMAIL
    )
