"""Statements that the database plans once for each connection: for what is done again and again."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

OFTEN = 1  # a statement seen so many times before keeps its plan


@contextmanager
def statements() -> Iterator[None]:
    """Send values apart from each statement, so that its plan can serve again.

    For statements that find their rows by a key: one plan is then good whatever the values. What
    row-level security asks is asked at each run, not kept in the plan.
    """
    if not settings.PREPARED_STATEMENTS:
        yield
        return
    connection.ensure_connection()
    here = connection.connection
    former = here.cursor_factory, here.prepare_threshold
    here.cursor_factory, here.prepare_threshold = ServerBindingCursor, OFTEN
    try:
        yield
    finally:
        here.cursor_factory, here.prepare_threshold = former
