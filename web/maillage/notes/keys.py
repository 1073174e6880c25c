"""The key of each account: made once, wrapped outside the database, opened in its own session only.

The private half is shown by the database to the account that is signed in, and to nobody else: a
job, a command or a manager sees no row. Making, wrapping again and destroying are done in the scope
`keys`, which sees keys and no note.
"""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from maillage.core import scope
from maillage.notes import outer, sealing
from maillage.notes.errors import CannotBeOpened
from maillage.notes.models import ReaderKey, WrappedKey
from maillage.notes.outer import Wrapped


def for_sealing(user_id: int) -> ReaderKey:
    """The public key of an account, made if it has none. Raises `CannotBeOpened` if it was changed.

    Anyone may seal: a parent's word must reach a professional who never opened a note.
    """
    found = _living(user_id) or _make(user_id)
    attested = Wrapped(found.attested_by, bytes(found.attested))
    if outer.ring().unwrap(attested, about=public_half(found)) != bytes(found.public_key):
        raise CannotBeOpened
    return found


def private_of(key_id: uuid.UUID, user_id: int) -> bytes:
    """The private key of the account that is signed in. Raises `CannotBeOpened` for anyone else."""
    found = WrappedKey.objects.filter(key=key_id, user=user_id).first()
    if found is None:
        raise CannotBeOpened
    return outer.ring().unwrap(wrapped(found), about=private_half(found.key_id, user_id))


def wrapped(row: WrappedKey) -> Wrapped:
    """What is kept of a private key."""
    return Wrapped(row.wrapped_by, bytes(row.blob))


def public_half(key: ReaderKey) -> bytes:
    """What an attestation is about."""
    return f"maillage notes public {key.pk} {key.user_id}".encode()


def private_half(key_id: uuid.UUID, user_id: int) -> bytes:
    """What a wrapped private key is about: moved to another account, it opens nothing."""
    return f"maillage notes private {key_id} {user_id}".encode()


def make_first_outer_key() -> bool:
    """Give a demonstration its outer key; return whether one was made.

    Where keys were already wrapped, the file that is missing is not replaced: it must come back.
    """
    file = settings.NOTES_KEY_FILE
    held = settings.NOTES_KEY or settings.NOTES_KEY_COMMAND or not file
    if not settings.DEMONSTRATION or held or ReaderKey.objects.filter(ended_at=None).exists():
        return False
    return outer.make_file(Path(file))


@transaction.atomic
def destroy(user_id: int) -> int:
    """Destroy the keys of an account: nobody opens what they sealed, copies of the base included.

    A copy older than this day still holds the wrapped key: docs/operate.md says what to do.
    """
    with scope.keys():
        ReaderKey.objects.filter(user=user_id, ended_at=None).update(ended_at=timezone.now())
        return WrappedKey.objects.filter(user=user_id).delete()[0]


def _living(user_id: int) -> ReaderKey | None:
    return ReaderKey.objects.filter(user=user_id, ended_at=None).first()


def _make(user_id: int) -> ReaderKey:
    """Make a key; of two made at once, the first stays."""
    ring = outer.ring()
    private = sealing.new_private_key()
    key = ReaderKey(user_id=user_id, public_key=sealing.public_key_of(private))
    attested = ring.wrap(bytes(key.public_key), about=public_half(key))
    key.attested, key.attested_by = attested.blob, attested.version
    blob = ring.wrap(private, about=private_half(key.pk, user_id))
    with scope.keys():
        ReaderKey.objects.bulk_create([key], ignore_conflicts=True)
        kept = ReaderKey.objects.get(user=user_id, ended_at=None)
        if kept.pk == key.pk:
            WrappedKey.objects.create(
                key=key, user_id=user_id, blob=blob.blob, wrapped_by=blob.version
            )
    return kept
