"""Which appointments a professional may see and change: their own, and those of where they work."""

from uuid import UUID

from django.db.models import Q

from maillage.agenda.models import Absence, Appointment, AppointmentQuerySet
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, Rights
from maillage.practitioners.models import Practitioner


def keeps_an_agenda(rights: Rights) -> bool:
    """Whether this person works somewhere that receives families."""
    return bool(rights.works_in)


def own_practitioner(request: AtWork) -> Practitioner | None:
    """The practitioner that this account is, if any."""
    return Practitioner.objects.filter(user=request.user.pk).first()


def appointments_of(request: AtWork) -> AppointmentQuerySet:
    """Those that I give, whatever the employer, and those of the organizations where I work."""
    mine = Q(practitioners__user=request.user.pk) | Q(organization__in=request.rights.works_in)
    return Appointment.objects.filter(mine).distinct()


def appointment_of(request: AtWork, appointment_id: UUID) -> Appointment:
    """Load one of them, or refuse without saying whether it exists."""
    found = appointments_of(request).filter(pk=appointment_id).first()
    if found is None:
        raise NotAllowed
    return found


def absence_of(request: AtWork, absence_id: UUID) -> Absence:
    """Load one of my own absences, or refuse."""
    found = Absence.objects.filter(pk=absence_id, practitioner__user=request.user.pk).first()
    if found is None:
        raise NotAllowed
    return found
