"""How pages grow: search, commune, service, venue and diagnosis, at 1 and at 100 départements.

    python ops/bench/pages.py              measure, and write the section of docs/benchmarks.md
    python ops/bench/pages.py --print      measure, and only print

Each scale has a database of its own, kept between runs and filled by `maillage demo --scale N` (the
first time takes minutes). One process for each scale answers the same addresses, in Haute-Saône, in
turns: noise of the machine falls on both. Times go through every middleware, without the network.
CPU is that of the process that answers; the database's is in the wall time. Bytes are those that a
real Chromium receives from gunicorn: the page and all that it asks for, then another page.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles

import pages_bytes
from report import write_section

from maillage.config.postgres import running, server

ROUNDS = 4  # after one that warms up and counts queries
DAY = "2026-11-23"  # that schedules and verifications are relative to
HERE = Path(__file__).resolve()
MAILLAGE = str(Path(sys.executable).with_name("maillage"))
READING = """
Measured: the search (12 communes of Haute-Saône × 4 needs, some of them not met nearby), the page
of each of these communes, 12 services, 12 venues, 8 diagnoses. Both scales answer the same
addresses in turn, so that the noise of a shared machine falls on both: look at CPU and at growth
rather than at wall times. At 1 département the neighbours are empty; at 100 they offer help too,
so a page has more to read: that is part of the growth. "Diagnosis" is a result already frozen;
"first time" computes it in a warm process, its map drawn.

A first visit is one with an empty cache; "after" is another page of the same kind. Maps are the
ground files of the départements in sight, kept for a month: where several meet, a first search
asks for up to six of them.

What is not within 100 ms of CPU is a diagnosis asked for the first time: it is computed once,
then kept. On a busy machine waiting is the same at both scales and draws the growth of wall times
towards 1: the growth of CPU is the one to trust, and the load is written above.
"""
Samples = dict[str, list[list[float]]]  # by kind of page: wall ms, CPU ms, queries, gzip kB


def environment(scale: int) -> dict[str, str]:
    """Where the database of this scale is."""
    settings = {"DJANGO_SETTINGS_MODULE": "maillage.config.settings"}
    return os.environ | settings | {"MAILLAGE_DB": f"maillage_bench_{scale}"}


def fill(scale: int) -> None:
    """Lay the demonstration in as many départements, unless it is there already."""
    place = environment(scale)
    subprocess.run([MAILLAGE, "migrate", "--verbosity=0"], env=place, check=True)
    count = "select count(distinct departement_id) from directory_service where is_demonstration"
    asked = [MAILLAGE, "dbshell", "--", "-Atc", count]
    if int(subprocess.run(asked, env=place, check=True, capture_output=True).stdout) != scale:
        orders = (["load_territory", "70"], ["demo", f"--scale={scale}", f"--on={DAY}"])
        for order in orders:
            subprocess.run([MAILLAGE, *order], env=place, check=True, stdout=subprocess.DEVNULL)
    analyse = [MAILLAGE, "dbshell", "--", "-qc", "vacuum analyze"]
    owner = place | {"MAILLAGE_ROLE": "owner"}  # of our tables; the server's own are left aside
    subprocess.run(analyse, env=owner, check=True, stderr=subprocess.DEVNULL)


@contextmanager
def answering(scale: int) -> Iterator[subprocess.Popen[str]]:
    """A process that answers in turns on the database of this scale."""
    with subprocess.Popen(
        [sys.executable, HERE.with_name("pages_answer.py")],
        env=environment(scale), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as started:  # fmt: skip
        yield started
        if started.stdin:
            started.stdin.close()


def ask(process: "subprocess.Popen[str]", word: str) -> Samples:
    """Have one round answered."""
    if process.stdin is None or process.stdout is None:
        raise SystemExit("A process that answers has lost its pipes.")
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    found: Samples = json.loads(process.stdout.readline())
    return found


def measure(scales: list[int]) -> dict[int, Samples]:
    """Ask every page at every scale, a round of each in turn."""
    found: dict[int, Samples] = {scale: {} for scale in scales}
    with ExitStack() as stack:
        processes = {scale: stack.enter_context(answering(scale)) for scale in scales}
        for _turn in range(ROUNDS):
            for scale, process in processes.items():
                for name, rows in ask(process, "go").items():
                    found[scale].setdefault(name, []).extend(rows)
        for scale, process in processes.items():  # in a warm process: the computation alone
            found[scale] |= ask(process, "forget")
    return found


def quantile(values: list[float], share: float) -> float:
    """Return the value under which this share of the others lies."""
    return quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def times(found: dict[int, Samples]) -> str:
    """Lay the times out as Markdown, the growth between the first scale and the last beside."""
    first, last = min(found), max(found)
    lines = [
        "| page | départements | asked | wall median · p95 (ms) | CPU median · p95 (ms) |"
        " SQL queries, most | page, gzip, most (kB) |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in found[first]:
        for scale, samples in found.items():
            wall, cpu, queries, size = map(list, zip(*samples[name], strict=True))
            lines.append(
                f"| {name} | {scale} | {len(wall)} |"
                f" {quantile(wall, 0.5):.0f} · {quantile(wall, 0.95):.0f} |"
                f" {quantile(cpu, 0.5):.0f} · {quantile(cpu, 0.95):.0f} |"
                f" {f'{max(queries):.0f}' if any(queries) else ''} | {max(size):.1f} |"
            )
        wall, cpu = (
            [quantile([row[at] for row in found[s][name]], 0.95) for s in (first, last)]
            for at in (0, 1)
        )
        lines.append(
            f"| {name} | p95, {first} → {last} | | × {wall[1] / wall[0]:.2f}"
            f" | × {cpu[1] / cpu[0]:.2f} | | |"
        )
    return "\n".join(lines)


def main() -> int:
    """Fill, measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--print", action="store_true", dest="only_print")
    options = parser.parse_args()
    with running(server()):  # for all the processes below
        for scale in options.scales:
            fill(scale)
        received = {s: pages_bytes.received(environment(s)) for s in options.scales}
        found = measure(options.scales)
    text = f"{times(found)}\n\n{pages_bytes.table(received)}\n\n{READING.strip()}"
    print(text)
    if not options.only_print:
        title = "Pages, from 1 to 100 départements"
        write_section("pages", title, "python ops/bench/pages.py", text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
