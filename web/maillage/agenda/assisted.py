"""R116: an agent books for a parent, by phone or at the desk, with the parent's word for it."""

from django.db import transaction

from maillage.agenda.actions import book
from maillage.agenda.booking import Booking
from maillage.agenda.models import Appointment
from maillage.families.models import Consent


@transaction.atomic
def book_for_parent(wanted: Booking, *, means: Consent.Means, by: int) -> Appointment:
    """Book, and keep that the parent agreed, how, and who heard it. Raises what `book` raises.

    `book` holds the practitioner's lock: the same form sent twice leaves one consent.
    """
    appointment = book(wanted, by=by)
    Consent.objects.get_or_create(
        contact=appointment.contact,
        purpose=Consent.Purpose.ASSISTED_BOOKING,
        object_id=appointment.pk,
        defaults={
            "departement_id": appointment.departement_id,
            "means": means,
            "recorded_by_id": by,
        },
    )
    return appointment
