"""What may be done to the directory. Each action is one transaction."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillage.core import audit
from maillage.directory import merging, openings
from maillage.directory.errors import MergeAlreadyDecided, ReportIsEmpty, ReportIsTooLong
from maillage.directory.models import Location, MergeProposal, Service, UnmetNeed
from maillage.directory.needs import BY_CODE
from maillage.territory.models import Commune

LONGEST_REPORT = 1000


def rebuild_openings(service_ids: Collection[UUID]) -> openings.Rebuilt:
    """Make the stored openings of these services what their rules say; twice is harmless."""
    return openings.rebuild(service_ids, today=timezone.localdate())


@transaction.atomic
def count_unmet_need(commune: Commune, need: str, day: date) -> None:
    """Count one search that found nothing near: commune, need and month, never a person.

    A visitor may not read these counts: a function of the database adds one, whoever asks, and two
    at once make two.
    """
    _count(commune, BY_CODE[need].code, UnmetNeed.Kind.NOTHING_NEAR, day)


def count_no_slot(commune: Commune, need: str, day: date) -> None:
    """Count one family that found the help but no free slot; `need` is a need or a kind of help."""
    _count(commune, need, UnmetNeed.Kind.NO_SLOT, day)


def _count(commune: Commune, need: str, kind: UnmetNeed.Kind, day: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select maillage_count_unmet_need(%s, %s, %s, %s, %s)",
            [commune.pk, commune.departement_id, need, kind.value, day.replace(day=1)],
        )


@transaction.atomic
def report_error(service: Service, message: str) -> None:
    """Keep what a visitor says is wrong about a service. Raises `ReportIsEmpty`, `ReportIsTooLong`.

    Written without reading the row back: a visitor may not read reports.
    """
    text = " ".join(message.split())
    if not text:
        raise ReportIsEmpty
    if len(text) > LONGEST_REPORT:
        raise ReportIsTooLong(longest=LONGEST_REPORT)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into directory_errorreport"
            " (service_id, departement_id, message, created_at, answer)"
            " values (%s, %s, %s, %s, '')",
            [service.pk, service.departement_id, text, timezone.now()],
        )


@transaction.atomic
def merge(proposal: MergeProposal, *, by: int) -> Location:
    """Make one place of the two, and one service of each pair of the same kind.

    Services and rules move to the place that is kept, blanks are filled from the other, and the
    other entries stay as a trace that leads to the kept ones. Raises `MergeAlreadyDecided` or
    `EntryAlreadyMerged`. Locked first: of two people who decide at once, the second is refused.
    """
    decided = _decide(proposal, MergeProposal.Decision.MERGED)
    kept, touched = merging.merge_locations(decided.kept_id, decided.other_id)
    openings.rebuild(sorted(touched), today=timezone.localdate())
    audit.record(by, "directory.merged", decided, departement=decided.departement_id)
    return kept


@transaction.atomic
def keep_distinct(proposal: MergeProposal, *, by: int) -> None:
    """Note that the two entries are different: they are not proposed again."""
    decided = _decide(proposal, MergeProposal.Decision.DISTINCT)
    audit.record(by, "directory.kept_distinct", decided, departement=decided.departement_id)


def _decide(proposal: MergeProposal, decision: MergeProposal.Decision) -> MergeProposal:
    locked = MergeProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if locked.decision != MergeProposal.Decision.OPEN:
        raise MergeAlreadyDecided
    locked.decision = decision
    locked.decided_at = timezone.now()
    locked.save(update_fields=["decision", "decided_at"])
    return locked
