"""Changing the outer key: every wrapped key is wrapped again, and no note is touched.

One small transaction for each batch: a rotation that is stopped goes on from where it was, and the
site answers all the while, since former versions still unwrap.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from maillage.core import scope
from maillage.core.errors import DomainError
from maillage.notes import keys, outer
from maillage.notes.models import ReaderKey, WrappedKey
from maillage.notes.outer import Ring, Wrapped

BATCH = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How many keys each version of the outer key wraps, and how many of them open."""

    current: str
    by_version: dict[str, int]
    opening: int
    closed: int


def rotate() -> int:
    """Wrap again whatever the current version did not wrap; return how many keys changed hands."""
    ring = outer.ring()
    current = ring.current
    done = 0
    while batch := _again(ring, current):
        done += batch
    return done


def standing() -> Standing:
    """Try every key: what `maillage notes check` tells after a restore or a rotation."""
    ring = outer.ring()
    with scope.keys():
        counted = WrappedKey.objects.values_list("wrapped_by").annotate(number=Count("pk"))
        by_version = dict(counted.order_by("wrapped_by"))
        tried = Counter(_opens(ring, row) for row in WrappedKey.objects.select_related("key"))
    return Standing(ring.current, by_version, tried[True], tried[False])


def _opens(ring: Ring, row: WrappedKey) -> bool:
    attested = Wrapped(row.key.attested_by, bytes(row.key.attested))
    try:
        ring.unwrap(keys.wrapped(row), about=keys.private_half(row.key_id, row.user_id))
        said = ring.unwrap(attested, about=keys.public_half(row.key))
    except DomainError:
        return False
    return said == bytes(row.key.public_key)


def _again(ring: Ring, current: str) -> int:
    """Wrap one batch again; what another rotation is doing is left to it."""
    with scope.keys():
        found = WrappedKey.objects.exclude(wrapped_by=current).order_by("pk")
        rows = list(found.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        public = ReaderKey.objects.in_bulk([row.key_id for row in rows])
        for row in rows:
            _wrap_again(ring, row, public[row.key_id])
    return len(rows)


def _wrap_again(ring: Ring, row: WrappedKey, key: ReaderKey) -> None:
    about = keys.private_half(row.key_id, row.user_id)
    blob = ring.wrap(ring.unwrap(keys.wrapped(row), about=about), about=about)
    row.blob, row.wrapped_by = blob.blob, blob.version
    row.save(update_fields=["blob", "wrapped_by"])
    about = keys.public_half(key)
    former = Wrapped(key.attested_by, bytes(key.attested))
    attested = ring.wrap(ring.unwrap(former, about=about), about=about)
    key.attested, key.attested_by = attested.blob, attested.version
    key.save(update_fields=["attested", "attested_by"])
