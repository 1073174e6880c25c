"""How public pages grow: the search and the commune page, at 1 and at 100 départements.

    python ops/bench/pages.py                 both scales, with the bytes a browser receives
    python ops/bench/pages.py --scales 1      one scale only

Each scale has a database of its own, kept between runs, filled by `maillage demo --scale N`. Times
are taken in process, through every middleware, on the same pages at both scales: 12 communes of
Haute-Saône, 4 needs. CPU is the process's own (the database's is in the wall time).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from statistics import quantiles

COMMUNES = (
    "70550", "70279", "70310", "70311", "70122", "70292",
    "70447", "70561", "70410", "70245", "70532", "70339",
)  # fmt: skip
NEEDS = ("sleep", "separation", "homework", "childcare_regular")
WARM_UP, ROUNDS = 8, 5
HERE = Path(__file__).resolve()
MAILLAGE = Path(sys.executable).with_name("maillage")


def pages() -> Iterator[tuple[str, str]]:
    """Name and address of every page measured."""
    for commune in COMMUNES:
        for need in NEEDS:
            yield "search", "/?" + urlencode({"commune": commune, "need": need, "age": "36"})
        yield "commune", f"/communes/{commune}/"


def measure() -> dict[str, dict[str, float]]:
    """Time every page of this process's database; one row of figures for each kind of page."""
    import django  # noqa: PLC0415 (only the measuring process has a database)

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    client = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip", HTTP_ACCEPT_LANGUAGE="fr")
    todo = list(pages())
    for _name, address in todo[:WARM_UP]:
        client.get(address)
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    size: dict[str, list[float]] = {}
    queries: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for name, address in todo:
            began, used = time.perf_counter(), time.process_time()
            response = client.get(address)
            cpu.setdefault(name, []).append(1e3 * (time.process_time() - used))
            wall.setdefault(name, []).append(1e3 * (time.perf_counter() - began))
            if response.status_code != 200:
                raise SystemExit(f"{address} answered {response.status_code}.")
            if turn == 0:
                size.setdefault(name, []).append(len(response.content) / 1e3)
                with CaptureQueriesContext(connection) as seen:
                    client.get(address)
                counted = [row for row in seen.captured_queries if is_query(row["sql"])]
                queries.setdefault(name, []).append(len(counted))
    return {
        name: {
            "pages": len(wall[name]),
            "wall_median_ms": quantile(wall[name], 0.5),
            "wall_p95_ms": quantile(wall[name], 0.95),
            "cpu_median_ms": quantile(cpu[name], 0.5),
            "cpu_p95_ms": quantile(cpu[name], 0.95),
            "queries_max": max(queries[name]),
            "html_max_kb": max(size[name]),
        }
        for name in wall
    }


def quantile(values: list[float], share: float) -> float:
    """Return the value under which this share of the others lies."""
    return quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def is_query(sql: str) -> bool:
    """Leave aside what opens and closes transactions, and what sets the security context."""
    first = sql.lstrip("( ").split(maxsplit=1)[0].upper()
    return first in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} and "set_config" not in sql


def at_scale(scale: int) -> dict[str, dict[str, float]]:
    """Fill the scale's database if it is not, then measure in a process of its own."""
    environment = os.environ | {"MAILLAGE_DB": f"maillage_bench_{scale}"}
    for command in (
        ("migrate", "--verbosity=0"),
        ("load_territory", "70"),
        ("demo", f"--scale={scale}", "--on=2026-11-23"),
    ):
        subprocess.run([MAILLAGE, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    analyse = [MAILLAGE, "dbshell", "--", "-qc", "vacuum analyze"]
    subprocess.run(analyse, env=environment, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [sys.executable, HERE, "--measure"], env=environment, check=True, capture_output=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    """Measure each scale; print one table, and the growth between the first and the last."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
        print(json.dumps(measure()))
        return 0
    found = {scale: at_scale(scale) for scale in options.scales}
    print(table(found))
    return 0


def table(found: dict[int, dict[str, dict[str, float]]]) -> str:
    """Lay the figures out as Markdown."""
    lines = [
        "| page | départements | wall median · p95 (ms) | CPU median · p95 (ms) | SQL queries, most | HTML, gzip, most (kB) |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("search", "commune"):
        for scale, rows in found.items():
            row = rows[name]
            lines.append(
                f"| {name} | {scale} | {row['wall_median_ms']:.0f} · {row['wall_p95_ms']:.0f} |"
                f" {row['cpu_median_ms']:.0f} · {row['cpu_p95_ms']:.0f} |"
                f" {row['queries_max']:.0f} | {row['html_max_kb']:.1f} |"
            )
        first, last = min(found), max(found)
        if first != last:
            growth = found[last][name]["wall_p95_ms"] / found[first][name]["wall_p95_ms"]
            lines.append(
                f"| {name} | growth of the wall p95, {first} → {last} | × {growth:.2f} | | | |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
