"""Answer the questions of `slots.py`, a round for each line of the standard input.

python ops/bench/slots_answer.py         answer
python ops/bench/slots_answer.py fill    take six in ten of the slots of the first two weeks
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid5

from agenda_made import SERVICE
from agenda_rows import person_id
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import maillage.config.wsgi  # noqa: F401 (loads the application)
from maillage.agenda.models import Absence, Claim, Occurrence
from maillage.core import scope
from maillage.directory.models import Location

AHEAD = timedelta(days=14)
TICKS = os.sysconf("SC_CLK_TCK")
ASKED_EACH = 4
BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def fill() -> None:
    """Take the first hours of six stretches in ten, as absences: nothing else is needed."""
    now = timezone.now()
    with scope.system():
        soon = Occurrence.objects.filter(starts_at__gt=now, starts_at__lt=now + AHEAD)
        absences, claims = [], []
        for one in soon.order_by("pk").iterator():
            if one.pk % 10 >= 6:
                continue
            key = uuid5(SERVICE, f"taken/{one.practitioner_id}/{one.starts_at:%Y%m%d%H%M}")
            span = {"starts_at": one.starts_at, "ends_at": one.ends_at}
            absences.append(Absence(pk=key, practitioner_id=one.practitioner_id, **span))
            claims.append(
                Claim(
                    pk=key, practitioner_id=one.practitioner_id, kind=Claim.Kind.ABSENCE,
                    absence_id=key, period=(one.starts_at, one.ends_at),
                )
            )  # fmt: skip
        Absence.objects.bulk_create(absences, ignore_conflicts=True)
        Claim.objects.bulk_create(claims, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("analyze agenda_claim, agenda_occurrence")


def questions() -> Iterator[tuple[str, str]]:
    """The addresses of one round, by kind."""
    page = reverse("portal:slots", args=[SERVICE])
    town = Location.objects.filter(services__service=SERVICE).order_by("pk")[3].commune_id
    later = timezone.now() + timedelta(days=1)
    yield "the next free times", page
    yield "the page after", f"{page}?apres={later:%Y%m%dT%H%MZ}"
    yield "by video", f"{page}?mode=video"
    yield "one person", f"{page}?avec={person_id(7)}"
    yield "one town", f"{page}?ou={town}"


def ask(client: Client, address: str) -> list[float]:
    """Processor time here and in the database, wall time and queries of one page."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = cursor.fetchone()[0]
    queries = len(connection.queries_log)
    before = (time.process_time(), _spent(backend), time.perf_counter())
    answer = client.get(address)
    after = (time.process_time(), _spent(backend), time.perf_counter())
    if answer.status_code != 200 or b"slot-line" not in answer.content:
        raise SystemExit(f"{address} answered {answer.status_code}, without any free time.")
    spent = [1000 * (end - start) for start, end in zip(before, after, strict=True)]
    return [*spent, float(len(connection.queries_log) - queries)]


def count_queries(client: Client, address: str) -> float:
    """How many queries one page takes, those of every middleware included."""
    connection.force_debug_cursor = True
    connection.queries_log.clear()
    client.get(address)
    connection.force_debug_cursor = False
    # The context of row-level security counts; the bounds of a transaction do not.
    said = [str(one["sql"]).partition(" ")[0] for one in connection.queries_log]
    return float(sum(word not in BOUNDS for word in said))


def _spent(backend: int) -> float:
    """Processor time of one process of the database, where the system tells it."""
    stat = Path(f"/proc/{backend}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """One round for each line; the answer is one line of JSON."""
    settings.CONN_MAX_AGE = None
    client = Client(headers={"host": "127.0.0.1"})
    for _line in sys.stdin:
        found: dict[str, list[list[float]]] = {}
        for name, address in questions():
            queries = count_queries(client, address)
            for _turn in range(ASKED_EACH):
                found.setdefault(name, []).append([*ask(client, address)[:3], queries])
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    fill() if sys.argv[1:] == ["fill"] else main()
