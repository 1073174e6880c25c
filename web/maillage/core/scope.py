"""What the current transaction may see: the context that row-level security reads.

The context is local to the transaction, so a pooled connection never carries it to someone else.
Scopes: ``public`` (anyone), ``sign_in`` (the sign-in pages only: one account may be found by the
address that was typed), ``member`` (a professional, limited to the départements they serve),
``system`` (a job or command that works for everyone; each use is listed in
web/tests/test_row_level_security.py), ``keys`` (whoever makes, wraps again or destroys the keys of
private words: it sees those keys and nothing that they open). A signed link opens the one row that
carries its hash, and a cookie opens the one session that it names, whatever the scope.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

Scope = Literal["public", "sign_in", "member", "system", "keys"]

# The settings that say who is asking; `session` and `link` name one row and outlive a change.
_WHO = ("scope", "departements", "administers", "user", "address")


def enter(
    scope: Scope,
    *,
    departements: Iterable[str] = (),
    administers: Iterable[str] = (),
    user_id: int | None = None,
    address: str = "",
) -> None:
    """Set the context until the end of the current transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A scope is entered inside a transaction.")
    values = (
        scope,
        ",".join(sorted(departements)),
        ",".join(sorted(administers)),
        "" if user_id is None else str(user_id),
        address.strip().lower(),
    )
    _set(zip(_WHO, values, strict=True))


def hold_session(key: str | None) -> None:
    """Open the one session that this cookie names."""
    _set([("session", key or "")])


def hold_link(token_hash: str) -> None:
    """Open the one row that a signed link names, by the hash of its token."""
    _set([("link", token_hash)])


def hold_contact(contact_id: UUID | None) -> None:
    """Open what concerns one parent: their signed link or their code was checked just before."""
    hold_contacts([] if contact_id is None else [contact_id])


def hold_contacts(contact_ids: Iterable[UUID]) -> None:
    """Open what concerns one person whose contact was written down more than once."""
    _set([("contact", ",".join(sorted(str(each) for each in contact_ids)))])


@contextmanager
def system() -> Iterator[None]:
    """Work for everyone inside one transaction of its own, then give back the former context."""
    with _as("system"):
        yield


@contextmanager
def keys() -> Iterator[None]:
    """See keys and nothing else, as `system` does: nobody holds a key and what it opens at once."""
    with _as("keys"):
        yield


@contextmanager
def _as(scope: Scope) -> Iterator[None]:
    with transaction.atomic():
        former = _current()
        _set([("scope", scope), ("departements", ""), ("administers", ""), ("address", "")])
        yield
        _set(former)


def _set(pairs: Iterable[tuple[str, str]]) -> None:
    found = list(pairs)
    calls = ", ".join(["set_config(%s, %s, true)"] * len(found))
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {calls}",
            [word for name, value in found for word in (f"maillage.{name}", value)],
        )


def _current() -> list[tuple[str, str]]:
    calls = ", ".join(["coalesce(current_setting(%s, true), '')"] * len(_WHO))
    with connection.cursor() as cursor:
        cursor.execute(f"select {calls}", [f"maillage.{name}" for name in _WHO])
        return list(zip(_WHO, cursor.fetchone() or (), strict=True))
