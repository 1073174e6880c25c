"""Write to a family: what happened, in their language, discreetly if they asked so."""

from django.template.loader import render_to_string
from django.utils import translation

from maillage.core import outbox
from maillage.families.models import Contact


def tell(contact: Contact, template: str, facts: dict[str, object]) -> None:
    """Post a message in this transaction: a mail, or its first line and the link by SMS.

    The first line of `template` is the subject. A contact who wanted no more messages is told
    nothing.
    """
    if contact.silenced_at is not None or contact.erased_at is not None:
        return
    with translation.override(contact.language):
        text = render_to_string(template, {"contact": contact, **facts}).strip()
    subject, _, body = text.partition("\n")
    if contact.channel == Contact.Channel.SMS:
        outbox.text(contact.phone, f"{subject.strip()}. {facts['link']}")
    else:
        outbox.post(contact.email, subject.strip(), body.strip() + "\n")
