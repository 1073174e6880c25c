"""Answer the pages that `pages.py` asks for, in turns, on one database. Part of `pages.py`.

A word on standard input, the samples of a round on standard output.
"""

import json
import sys
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pages_asked import COMMUNE_PAGES, DIAGNOSES, SEARCHES

import maillage.config.wsgi  # noqa: F401 (loads the application, as a web server does)
from maillage.directory.models import Location, Service
from maillage.steering.models import FrozenResult

SAMPLE = 12  # services and venues
FIRST = "diagnosis, first time"
Page = tuple[str, str]  # kind and address
Samples = dict[str, list[list[float]]]  # by kind of page: wall ms, CPU ms, queries, gzip kB


def asked() -> list[Page]:
    """Return the pages of a round."""
    services = Service.objects.public().filter(departement="70", at_locations__isnull=False)
    venues = Location.objects.filter(organization__departement="70", services__isnull=False)
    found = [("search", path) for path in SEARCHES]
    found += [("commune", path) for path in COMMUNE_PAGES]
    found += [("diagnosis", path) for path in DIAGNOSES]
    for name, rows, folder in (("service", services, "services"), ("venue", venues, "lieux")):
        keys = rows.order_by("pk").distinct().values_list("pk", flat=True)[:SAMPLE]
        found += [(name, f"/{folder}/{key}/") for key in keys]
    return found


def count_queries(client: Client, todo: list[Page]) -> dict[Page, int]:
    """Count the queries of every page; it also warms the process up."""
    found = {}
    for page in todo:
        client.get(page[1])
        with CaptureQueriesContext(connection) as seen:
            client.get(page[1])
        found[page] = sum(is_query(row["sql"]) for row in seen.captured_queries)
    return found


def one_round(client: Client, todo: list[Page], queries: dict[Page, int]) -> Samples:
    """Ask every page once."""
    found: Samples = {}
    for name, address in todo:
        began, used = time.perf_counter(), time.process_time()
        response = client.get(address)
        cpu, wall = time.process_time() - used, time.perf_counter() - began
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")
        size = len(response.content)
        row = [1e3 * wall, 1e3 * cpu, queries.get((name, address), 0), size / 1e3]
        found.setdefault(name, []).append(row)
    return found


def is_query(sql: str) -> bool:
    """Leave aside what opens and closes transactions, and what sets the security context."""
    first = sql.lstrip("( ").split(maxsplit=1)[0].upper()
    return first in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} and "set_config" not in sql


def main() -> None:
    """Count queries, which warms the process up, then answer until the input ends."""
    client = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="fr")
    todo = asked()
    FrozenResult.objects.all().delete()
    queries = count_queries(client, todo)
    for line in sys.stdin:
        pages = todo
        if line.strip() == "forget":
            FrozenResult.objects.all().delete()
            pages = [(FIRST, path) for path in DIAGNOSES]
        print(json.dumps(one_round(client, pages, queries)), flush=True)


if __name__ == "__main__":
    main()
