"""What may be done to the directory. Each action is one transaction."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillage.directory import openings
from maillage.directory.errors import ReportIsEmpty, ReportIsTooLong
from maillage.directory.models import Service
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
    with connection.cursor() as cursor:
        cursor.execute(
            "select maillage_count_unmet_need(%s, %s, %s, %s)",
            [commune.pk, commune.departement_id, BY_CODE[need].code, day.replace(day=1)],
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
            " (service_id, departement_id, message, created_at, answer) values (%s, %s, %s, %s, '')",
            [service.pk, service.departement_id, text, timezone.now()],
        )
