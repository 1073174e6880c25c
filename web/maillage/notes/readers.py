"""Who gives a session, and so may read what is left for it."""

from maillage.agenda.models import Appointment


def readers_of(appointment: Appointment) -> set[int]:
    """The accounts of those who give this session."""
    found = appointment.practitioners.exclude(user=None).values_list("user_id", flat=True)
    return {one for one in found if one is not None}
