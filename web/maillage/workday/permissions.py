"""Whose day is shown: one's own, and nobody else's."""

from uuid import UUID

from maillage.agenda.models import Appointment
from maillage.agenda.permissions import own_practitioner
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork
from maillage.practitioners.models import Practitioner


def me(request: AtWork) -> Practitioner:
    """The practitioner that this account is, or a refusal."""
    found = own_practitioner(request)
    if found is None:
        raise NotAllowed
    return found


def own_appointment(request: AtWork, appointment_id: UUID) -> Appointment:
    """Load an appointment that I give, or refuse without saying whether it exists."""
    found = Appointment.objects.filter(
        pk=appointment_id, practitioners__user=request.user.pk
    ).select_related("contact", "service__organization", "session", "household")
    appointment = found.first()
    if appointment is None:
        raise NotAllowed
    return appointment
