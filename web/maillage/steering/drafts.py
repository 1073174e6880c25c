"""What may be done with whatever officers keep: publish it, take it back, throw a draft away.

The row is locked first, so two who write at once cannot both win; what is published never changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillage.core import audit
from maillage.core.errors import DomainError
from maillage.steering.errors import DraftIsGone
from maillage.steering.models import AnyKept


@dataclass(frozen=True, slots=True)
class Drafts(Generic[AnyKept]):
    """One kind of kept result: how it is called in the trail, and how refusals are said."""

    model: type[AnyKept]
    verb: str  # of the audit trail, such as "steering.diagnosis"
    is_published: type[DomainError]
    has_changed: type[DomainError]

    def draft(self, kept_id: UUID, seen_at: datetime) -> AnyKept:
        """Lock a draft to change its words.

        Raises `is_published`, or `has_changed` when someone wrote since `seen_at`.
        """
        kept = self.locked(kept_id)
        self._refuse_published(kept)
        if kept.changed_at != seen_at:
            raise self.has_changed(title=kept.title)
        return kept

    @transaction.atomic
    def publish(self, kept_id: UUID, *, actor_id: int) -> AnyKept:
        """Let anyone read it. Twice changes nothing."""
        kept = self.locked(kept_id)
        if kept.published_at is None:
            kept.published_at = timezone.now()
            kept.save()
            self.record(kept, "published", actor_id)
        return kept

    @transaction.atomic
    def withdraw(self, kept_id: UUID, *, actor_id: int) -> AnyKept:
        """Make it a draft again. Twice changes nothing."""
        kept = self.locked(kept_id)
        if kept.published_at is not None:
            kept.published_at = None
            kept.save()
            self.record(kept, "withdrawn", actor_id)
        return kept

    @transaction.atomic
    def discard(self, kept_id: UUID, *, actor_id: int) -> None:
        """Delete a draft. Raises `is_published`: what was published is withdrawn first."""
        kept = self.locked(kept_id)
        self._refuse_published(kept)
        self.record(kept, "discarded", actor_id)
        kept.delete()

    def locked(self, kept_id: UUID) -> AnyKept:
        """Wait for whoever is changing it. Raises `DraftIsGone` once they threw it away."""
        rows = self.model._default_manager.select_for_update(of=("self",))
        kept = rows.filter(pk=kept_id).first()
        if kept is None:
            raise DraftIsGone
        return kept

    def record(self, kept: AnyKept, done: str, actor_id: int) -> None:
        """Write it in the trail."""
        audit.record(actor_id, f"{self.verb}_{done}", kept, departement=kept.departement_id)

    def _refuse_published(self, kept: AnyKept) -> None:
        if kept.published_at:
            raise self.is_published(title=kept.title)
