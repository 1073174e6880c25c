"""What is written of equity targets: one is promised, taken back, and read once a year."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillage.core import audit
from maillage.steering import actions
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.errors import TargetAlreadyWritten
from maillage.steering.models import Target, TargetReading
from maillage.steering.question import Question
from maillage.steering.targets import question_of, value_of


@transaction.atomic
def promise(target: Target, *, actor_id: int) -> Target:
    """Write a target. Raises `TargetAlreadyWritten`, also of two at once."""
    Target.objects.bulk_create([target], ignore_conflicts=True)
    if not Target.objects.filter(pk=target.pk).exists():
        raise TargetAlreadyWritten
    audit.record(actor_id, "steering.target_written", target, departement=target.departement_id)
    return target


@transaction.atomic
def take_back(target_id: UUID, *, actor_id: int) -> None:
    """Take a target back; its readings stay stored. Twice changes nothing."""
    target = Target.objects.select_for_update().get(pk=target_id)
    if target.withdrawn_at is None:
        target.withdrawn_at = timezone.now()
        target.save(update_fields=["withdrawn_at"])
        audit.record(
            actor_id, "steering.target_withdrawn", target, departement=target.departement_id
        )


def read(departement: str, year: int, *, actor_id: int) -> int:
    """Read every current target of a département for `year` from today's diagnosis.

    A target already read that year keeps its reading; of two at once one row stays. Returns how
    many readings are new.
    """
    targets = Target.objects.current(departement).exclude(readings__year=year)
    found: dict[Question, Diagnosis] = {}
    made = []
    for target in targets:
        asked = question_of(target)
        if asked not in found:
            found[asked] = actions.answer(asked).diagnosis
        reading = reading_of(target, year, found[asked])
        if reading is not None:
            made.append(reading)
    return _store(made, actor_id)


def reading_of(target: Target, year: int, found: Diagnosis) -> TargetReading | None:
    """What a diagnosis says of a target; None where nobody concerned lives in the EPCI."""
    values = {row.siren: value_of(row, target.gauge) for row in found.epcis}
    known = [value for value in values.values() if value is not None]
    value = values.get(target.epci_id)
    if value is None:
        return None
    return TargetReading(
        departement_id=target.departement_id,
        target=target,
        year=year,
        value=value,
        lowest=min(known),
        highest=max(known),
        people=next(row.people for row in found.epcis if row.siren == target.epci_id),
        data_hash=found.data_hash,
        code_version=found.code_version,
    )


@transaction.atomic
def _store(made: list[TargetReading], actor_id: int) -> int:
    TargetReading.objects.bulk_create(made, ignore_conflicts=True)
    mine = set(TargetReading.objects.filter(pk__in=[row.pk for row in made]).values_list("pk"))
    for row in made:
        if (row.pk,) in mine:
            audit.record(
                actor_id, "steering.target_read", row.target, departement=row.departement_id
            )
    return len(mine)
