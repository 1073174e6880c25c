"""One lock for each referral, taken before it is read and then changed.

A service that answers by a link and a family that takes its consent back may not lock each other's
rows, so the lock is on the identifier. It ends with the transaction.
"""

from uuid import UUID

from django.db import connection

_SPACE = 0x7265666C  # keeps these locks apart from anyone else's


def lock_referral(referral_id: UUID) -> None:
    """Wait for whoever is changing this referral."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, str(referral_id)])
