"""Write the trace of a change, in the transaction of the change."""

from django.db.models import Model

from maillage.core.models import AuditEntry


def record(
    actor_id: int | None, verb: str, target: Model, *, departement: str = "", acting_as: str = ""
) -> None:
    """Add one entry: who (an account's id, None for a job), what, on which row. Ids only."""
    AuditEntry.objects.create(
        actor_id=actor_id,
        verb=verb,
        target_kind=target._meta.label_lower,
        target_id=str(target.pk),
        departement=departement,
        acting_as=acting_as,
    )
