"""What a family has to pay for an appointment, where another room shows it."""

from django import template

from maillage.agenda.models import Appointment
from maillage.fees import wording

register = template.Library()


@register.filter
def due(appointment: Appointment) -> str:
    """What is to be paid, in words; empty when nothing is. Read the price along with the rows."""
    return wording.due(getattr(appointment, "fee", None))
