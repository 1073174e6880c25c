"""Who writes waits for who writes: rows are locked in one order, agreement first."""

from uuid import UUID

from maillage.pooling.models import PoolingAgreement, Rotation


def locked_agreement(agreement_id: UUID) -> PoolingAgreement:
    """Read an agreement again, alone with it until the transaction ends."""
    found = PoolingAgreement.objects.select_related("holder", "practitioner")
    return found.select_for_update(of=("self",)).get(pk=agreement_id)


def locked_rotation(rotation: Rotation) -> Rotation:
    """Read a rotation again, its agreement locked first."""
    agreement = locked_agreement(rotation.agreement_id)
    found = Rotation.objects.select_for_update(of=("self",)).get(pk=rotation.pk)
    found.agreement = agreement
    return found
