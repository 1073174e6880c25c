"""What is kept of the queue of calls: three months after its answer, nothing."""

from datetime import datetime, timedelta

from django.db.models import Q

from maillage.core import scope
from maillage.workday.models import CallBack

KEPT = timedelta(days=90)
NEVER_ANSWERED = timedelta(days=365)


def forget(now: datetime) -> int:
    """Do it as if it were `now`; return how many lines went. The trail keeps who called."""
    over = Q(closed_at__lt=now - KEPT) | Q(call_on__lt=(now - NEVER_ANSWERED).date())
    unwanted = Q(consent__revoked_at__isnull=False) | Q(contact__erased_at__isnull=False)
    with scope.system():
        return CallBack.objects.filter(over | unwanted).delete()[0]
