"""What is kept of a family: two years after the last contact, nothing names it."""

from datetime import datetime, timedelta

from maillage.core import scope
from maillage.families import limits
from maillage.families.models import (
    Contact,
    ContactCode,
    ContactLink,
    ContactSession,
    Household,
    Tries,
)

KEPT = timedelta(days=2 * 365)
CODES_KEPT = timedelta(days=1)


def forget(now: datetime) -> int:
    """Do it as if it were `now`; return how many contacts were erased. Counts stay true."""
    with scope.system():
        ContactCode.objects.filter(created_at__lt=now - CODES_KEPT).delete()
        ContactLink.objects.filter(expires_at__lt=now).delete()
        ContactSession.objects.filter(expires_at__lt=now - CODES_KEPT).delete()
        Tries.objects.filter(since__lt=now - limits.KEPT).delete()
        silent = Household.objects.filter(last_contact_at__lt=now - KEPT)
        named = Contact.objects.filter(household__in=silent, erased_at=None)
        ContactLink.objects.filter(contact__in=named).delete()
        return named.update(name="", email="", phone="", erased_at=now)
