"""Write to a family: what happened, in their language, discreetly if they asked so."""

from django.template.loader import render_to_string
from django.utils import translation

from maillage.core import outbox
from maillage.families.models import Contact


def tell(contact: Contact, template: str, facts: dict[str, object]) -> None:
    """Post a message from `<template>.txt` (its first line is the subject), in this transaction.

    A contact who wanted no more messages, or left no address, is told nothing here.
    """
    if contact.silenced_at is not None or contact.channel != Contact.Channel.EMAIL:
        return
    with translation.override(contact.language):
        text = render_to_string(f"{template}.txt", {"contact": contact, **facts}).strip()
    subject, _, body = text.partition("\n")
    outbox.post(contact.email, subject.strip(), body.strip() + "\n")
