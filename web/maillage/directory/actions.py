"""What may be done to the directory. Each action is one transaction."""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from maillage.directory import openings


def rebuild_openings(service_ids: Collection[UUID]) -> openings.Rebuilt:
    """Make the stored openings of these services what their rules say; twice is harmless."""
    return openings.rebuild(service_ids, today=timezone.localdate())
