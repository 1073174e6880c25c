"""What may be done with rooms."""

from django.db import transaction

from maillage.agenda.models import Room
from maillage.core import audit


@transaction.atomic
def keep(room: Room, *, by: int) -> Room:
    """Add a room or change it; what is booked in it stays."""
    verb = "agenda.room_added" if room._state.adding else "agenda.room_changed"
    room.full_clean()
    room.save()
    audit.record(by, verb, room, departement=room.location.commune.departement_id)
    return room
