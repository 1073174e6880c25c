"""R35: who comes, by income band: counts for the quality board, never a family."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count

from maillage.agenda.models import Appointment
from maillage.fees import wording
from maillage.fees.models import Fee, ScheduleVersion
from maillage.fees.quotes import of_version


@dataclass(frozen=True, slots=True)
class Uptake:
    """How many families and sessions gave one answer. Small counts are the reader's to protect."""

    schedule: str
    answer: str  # Fee.Kind
    position: int  # of the band, from 1; 0 where no band was chosen
    label: str
    households: int
    sessions: int


def by_band(service_ids: Collection[UUID], start: date, end: date) -> list[Uptake]:
    """Count the sessions that stand from `start` to `end` (both included), by answer.

    A family counts once for each answer that it gave; versions of one scale are counted apart, as
    their bands differ.
    """
    standing = Appointment.objects.live().filter(
        service__in=list(service_ids), starts_at__date__range=(start, end)
    )
    fees = Fee.objects.filter(appointment__in=standing).order_by()
    counted = (
        fees.values("version", "answer", "band__position")
        .annotate(
            households=Count("appointment__household", distinct=True),
            sessions=Count("appointment"),
        )
        .order_by("version__valid_from", "version", "answer", "band__position")
    )
    read = ScheduleVersion.objects.filter(pk__in=fees.values("version"))
    versions = {one.pk: one for one in read.select_related("schedule").prefetch_related("bands")}
    labels = {
        (pk, position): wording.incomes(line)
        for pk, version in versions.items()
        for position, line in enumerate(of_version(version).lines, 1)
    }
    return [
        Uptake(
            schedule=versions[row["version"]].schedule.name,
            answer=row["answer"],
            position=row["band__position"] or 0,
            label=labels.get(
                (row["version"], row["band__position"]), str(Fee.Kind(row["answer"]).label)
            ),
            households=row["households"],
            sessions=row["sessions"],
        )
        for row in counted
    ]
