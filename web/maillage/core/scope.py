"""What the current transaction may see: the context that row-level security reads.

The context is local to the transaction, so a pooled connection never carries it to someone else.
Scopes: ``public`` (anyone), ``sign_in`` (the sign-in pages only: an account must be found by its
address), ``member`` (a professional, limited to the départements they serve), ``system`` (a job or
command that works for everyone; each use is listed in web/tests/test_row_level_security.py).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from django.db import connection, transaction

Scope = Literal["public", "sign_in", "member", "system"]

_SET = (
    "select set_config('maillage.scope', %s, true), set_config('maillage.departements', %s, true),"
    " set_config('maillage.user', %s, true)"
)


def enter(scope: Scope, *, departements: Iterable[str] = (), user_id: int | None = None) -> None:
    """Set the context until the end of the current transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A scope is entered inside a transaction.")
    user = "" if user_id is None else str(user_id)
    with connection.cursor() as cursor:
        cursor.execute(_SET, [scope, ",".join(sorted(departements)), user])


@contextmanager
def system() -> Iterator[None]:
    """Work for everyone inside one transaction of its own, then give back the former context."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select coalesce(current_setting('maillage.scope', true), ''),"
                " coalesce(current_setting('maillage.departements', true), ''),"
                " coalesce(current_setting('maillage.user', true), '')"
            )
            former = cursor.fetchone()
            cursor.execute(_SET, ["system", "", former[2]])
        yield
        with connection.cursor() as cursor:
            cursor.execute(_SET, former)
