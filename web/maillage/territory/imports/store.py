"""Write imported rows: only what differs, found by the identifier of the producer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from maillage.territory.imports.report import Counts

BATCH = 2000


def upsert(
    model: type[models.Model],
    rows: Iterable[models.Model],
    *,
    key: Sequence[str],
    values: Sequence[str],
) -> Counts:
    """Create or update `rows`, told apart by the attributes `key`; equal rows are left alone.

    `key` and `values` are attribute names (``commune_id``, not ``commune``); `key` needs a
    unique constraint, so that two imports at once cannot make two rows.
    """
    wanted = {tuple(getattr(row, part) for part in key): row for row in rows}
    stored = _stored(model, list(wanted), key, values)
    new = [row for identity, row in wanted.items() if identity not in stored]
    changed = [
        row
        for identity, row in wanted.items()
        if identity in stored and stored[identity] != tuple(getattr(row, value) for value in values)
    ]
    names = {field.attname: field.name for field in model._meta.concrete_fields}
    model._default_manager.bulk_create(
        new + changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[names[part] for part in key],
        update_fields=[names[part] for part in values],
    )
    return Counts(
        created=len(new), updated=len(changed), unchanged=len(wanted) - len(new) - len(changed)
    )


def _stored(
    model: type[models.Model],
    identities: list[tuple[Any, ...]],
    key: Sequence[str],
    values: Sequence[str],
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return what is stored under these identities, sieved in the database on each part."""
    sieve = {
        f"{part}__in": sorted({identity[position] for identity in identities})
        for position, part in enumerate(key)
    }
    found = model._default_manager.filter(**sieve).values_list(*key, *values)
    return {row[: len(key)]: row[len(key) :] for row in found}
