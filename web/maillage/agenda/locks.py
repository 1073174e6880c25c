"""One lock for each practitioner, taken before their time is read and then written.

A visitor may not lock rows (row-level security lets nobody but colleagues change a practitioner),
so the lock is on the identifier. It ends with the transaction. The exclusion constraint would
refuse a double booking without it: the lock makes the second one wait and be told plainly.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

_SPACE = 0x6D61696C  # keeps these locks apart from anyone else's


def lock_practitioners(ids: Collection[UUID]) -> None:
    """Wait for whoever is changing the agenda of these practitioners; always in the same order."""
    with connection.cursor() as cursor:
        for one in sorted(str(key) for key in ids):
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, one])
