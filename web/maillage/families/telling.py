"""Write to a family: what happened, in their language, discreetly if they asked so."""

from django.template.loader import render_to_string
from django.utils import translation

from maillage.core import outbox
from maillage.families.models import Contact


def tell(contact: Contact, template: str, facts: dict[str, object]) -> None:
    """Post a message from `<template>.txt` in this transaction.

    The first line is a mail's subject; an SMS is `<template>_sms.txt`, one short sentence and the
    link. A contact who wanted no more messages is told nothing.
    """
    if contact.silenced_at is not None or contact.erased_at is not None:
        return
    words = {"contact": contact, **facts}
    with translation.override(contact.language):
        if contact.channel == Contact.Channel.SMS:
            outbox.text(contact.phone, render_to_string(f"{template}_sms.txt", words).strip())
            return
        text = render_to_string(f"{template}.txt", words).strip()
    subject, _, body = text.partition("\n")
    outbox.post(contact.email, subject.strip(), body.strip() + "\n")
