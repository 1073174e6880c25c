"""What is kept of invitations: a month after they end, nothing."""

from datetime import datetime, timedelta

from django.db.models import Q

from maillage.core import scope
from maillage.portal.models import Invitation

KEPT = timedelta(days=30)


def forget(now: datetime) -> int:
    """Do it as if it were `now`; return how many went. The trail says that they were sent."""
    over = Q(expires_at__lt=now - KEPT) | Q(revoked_at__lt=now - KEPT)
    answered = Q(appointment__isnull=False, created_at__lt=now - KEPT)
    with scope.system():
        return Invitation.objects.filter(over | answered).delete()[0]
