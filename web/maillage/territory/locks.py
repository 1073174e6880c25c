"""One writer of the territory at a time: imports and loads wait for each other."""

from django.db import connection

TERRITORY = 0x7E77  # any number, the same for everyone


def hold_territory() -> None:
    """Wait for other imports and loads; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [TERRITORY])
