"""When someone else gives a session, a parent's word is not passed on: it is destroyed and said."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.core.models import MessageKind
from maillage.families import links
from maillage.families.models import ContactLink
from maillage.families.telling import tell
from maillage.notes.models import Note
from maillage.notes.readers import readers_of


@transaction.atomic
def follow(now: datetime) -> int:
    """Destroy words that no longer reach who gives the session, and tell the parent; count them."""
    with scope.system():
        words = Note.objects.left().select_for_update(of=("self",), skip_locked=True)
        found = list(words.select_related("appointment").order_by("pk"))
        told: set[Appointment] = set()
        for note in found:
            standing = _standing(note.appointment)
            if standing.ends_at > now and note.reader_id not in readers_of(standing):
                note.delete()
                told.add(standing)
        for appointment in sorted(told, key=lambda one: one.pk):
            _tell(appointment)
    return len(told)


def _standing(appointment: Appointment) -> Appointment:
    """What an appointment became after its moves."""
    while appointment.moved_to is not None:
        appointment = appointment.moved_to
    return appointment


def _tell(appointment: Appointment) -> None:
    if appointment.state not in {Appointment.State.PENDING, Appointment.State.CONFIRMED}:
        return
    token = links.make(appointment.contact, ContactLink.Opens.APPOINTMENT, appointment.pk)
    link = settings.SITE_URL + reverse("notes:leave", args=[token])
    tell(
        appointment.contact,
        "notes/mail/write_again.txt",
        {"site_name": settings.SITE_NAME, "link": link, "appointment": appointment},
        kind=MessageKind.CHANGE,
    )
