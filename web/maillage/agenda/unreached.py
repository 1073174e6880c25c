"""A family could not be told of its appointment: say so to those who can call it."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from maillage.agenda.models import Appointment
from maillage.core import outbox
from maillage.core.arrived import news
from maillage.core.models import Declined, MessageKind
from maillage.territory.clocks import time_zone


def tell_who_receives(about: UUID) -> None:
    """Write to the structure and to who receives, if the message was about an appointment.

    Called by the outbox in the system scope, once for each appointment. No name is written.
    """
    found = Appointment.objects.select_related("organization").filter(pk=about).first()
    if found is None:
        return
    people = found.practitioners.exclude(user=None).select_related("user")
    readers = {one.user.email: one.user.language for one in people if one.user is not None}
    if found.organization.email:
        readers.setdefault(found.organization.email, settings.LANGUAGE_CODE)
    for address, language in sorted(readers.items()):
        _write(address, language, found)


def _write(address: str, language: str, appointment: Appointment) -> None:
    with translation.override(language):
        facts = {
            "moment": appointment.starts_at.astimezone(time_zone(appointment.departement_id)),
            "address": settings.SITE_URL + reverse("agenda:agenda"),
        }
        text = render_to_string("agenda/unreached_message.txt", facts).strip()
    subject, _sep, body = text.partition("\n")
    how = outbox.calmly(timezone.now(), time_zone(appointment.departement_id))
    outbox.post(address, subject, body.strip() + "\n", how=how)


def notes(appointments: Iterable[Appointment]) -> dict[UUID, str]:
    """Say which families must be called, in two queries: ``failed`` or ``declined``."""
    found = list(appointments)
    arrived = news(one.pk for one in found)
    declined = set(
        Declined.objects.filter(
            reader__in={one.contact_id for one in found}, kind=MessageKind.CHANGE
        ).values_list("reader", flat=True)
    )
    said = {}
    for one in found:
        last = arrived.get(one.pk)
        if last is not None and last.failed:
            said[one.pk] = "failed"
        elif one.contact_id in declined or one.contact.silenced_at is not None:
            said[one.pk] = "declined"
    return said
