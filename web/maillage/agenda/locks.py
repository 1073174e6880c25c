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
        cursor.execute(
            "select pg_advisory_xact_lock(%s, hashtext(key)) from unnest(%s::text[]) as key",
            [_SPACE, sorted({str(key) for key in ids})],
        )


def lock_request(key: UUID) -> None:
    """Wait for the same form sent at the same time; taken before any practitioner's lock."""
    lock_practitioners([key])
