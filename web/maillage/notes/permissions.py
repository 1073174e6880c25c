"""Who may open which page of notes: those who give the session, or to whom words were handed.

The account counts, never the role: a manager, an officer or an administrator gets nothing by it.
"""

from uuid import UUID

from maillage.agenda.models import Appointment
from maillage.notes.models import Note
from maillage.notes.readers import readers_of
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork
from maillage.practitioners.models import Practitioner


def refuse_who_keeps_no_notes(request: AtWork) -> None:
    """Let in those who receive families, and whoever still has words to read."""
    me = request.user.pk
    if Practitioner.objects.filter(user=me).exists() or Note.objects.filter(reader=me).exists():
        return
    raise NotAllowed


def session_of(request: AtWork, appointment_id: UUID) -> Appointment:
    """Load a session that I give, or about which I was handed words; or refuse."""
    found = Appointment.objects.filter(pk=appointment_id)
    appointment = found.select_related("contact", "service").first()
    me = request.user.pk
    if appointment is not None and (
        me in readers_of(appointment)
        or Note.objects.private().filter(appointment=appointment, reader=me).exists()
    ):
        return appointment
    raise NotAllowed
