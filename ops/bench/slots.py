"""The next free times of one service: processor time and queries, for 200 and 4,000 practitioners.

    python ops/bench/slots.py              measure, and write the section of docs/benchmarks.md
    python ops/bench/slots.py --print      measure, and only print

Each number of practitioners has a database of its own, kept between runs and filled by
`agenda_made.py`; six in ten of the slots of the first two weeks are taken. The page that families
see is asked through every middleware, in turns: noise of the machine falls on both. CPU is that of
the process that answers and, apart, that of the database's process for this connection.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import fmean, quantiles

import agenda_made
from report import write_section

from maillage.config.postgres import running, server

PRACTITIONERS = (200, 4000)
ROUNDS = 6
MOST_QUERIES = 12
MOST_CPU_MS = 150
MOST_GROWTH = 1.5
HERE = Path(__file__).resolve()
READING = """
Measured: the page of the next free times of one service of a département, twelve weeks of
availability, forty towns and at a distance, six in ten of the slots of the first two weeks taken:
the first page, the second, one way of receiving, one person, one town. Each practitioner receives
two days a week. "Database" is the processor time of the server's own process for this connection;
the aims are judged on both together, and growth on their mean (the database's comes in ticks of
10 ms). Wanted: at most {queries} queries for one page, p95 under {cpu} ms of CPU in all, growth
under × {growth}.
"""
Rows = dict[str, list[list[float]]]  # by question: CPU, database CPU and wall ms, queries


def database(practitioners: int) -> str:
    """The database of this number of practitioners."""
    return f"maillage_bench_slots_{practitioners}"


def measured(scales: list[int], rounds: int) -> dict[int, Rows]:
    """Ask the same questions of each, a round of each in turn."""
    found: dict[int, Rows] = {scale: {} for scale in scales}
    processes = {}
    for scale in scales:
        place = agenda_made.environment(database(scale))
        processes[scale] = subprocess.Popen(
            [sys.executable, HERE.with_name("slots_answer.py")],
            env=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    try:
        for turn in range(rounds + 1):
            for scale, process in processes.items():
                for name, rows in _round(process).items():
                    if turn:  # the first one warms up
                        found[scale].setdefault(name, []).extend(rows)
    finally:
        for process in processes.values():
            process.terminate()
            process.wait()
    return found


def _round(process: "subprocess.Popen[str]") -> Rows:
    if process.stdin is None or process.stdout is None:
        raise SystemExit("A process that answers has lost its pipes.")
    process.stdin.write("go\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit("The process that answers has stopped; see what it wrote above.")
    found: Rows = json.loads(answer)
    return found


def p95(rows: list[list[float]], at: int) -> float:
    """Return the value under which 95 in 100 of the others lie."""
    return quantiles([row[at] for row in rows], n=100, method="inclusive")[94]


def spent(rows: list[list[float]]) -> list[list[float]]:
    """Processor time of each page, that of the database included."""
    return [[row[0] + row[1]] for row in rows]


def growth(few: list[list[float]], many: list[list[float]]) -> float:
    """How much more processor time a page takes; means, as the database's is told in ticks."""
    return fmean(row[0] for row in spent(many)) / fmean(row[0] for row in spent(few))


def table(found: dict[int, Rows]) -> str:
    """Lay the figures out as Markdown."""
    lines = [
        "| page | practitioners | asked | Python CPU median · p95 (ms) | database CPU p95 (ms) |"
        " both: mean · p95 (ms) | wall p95 (ms) | SQL queries, most |",
        "|---|---|---|---|---|---|---|---|",
    ]
    first, last = min(found), max(found)
    for name in found[first]:
        for scale, samples in found.items():
            rows = samples[name]
            middle = quantiles([row[0] for row in rows], n=2, method="inclusive")[0]
            lines.append(
                f"| {name} | {scale:,} | {len(rows)} | {middle:.0f} · {p95(rows, 0):.0f} |"
                f" {p95(rows, 1):.0f} |"
                f" {fmean(row[0] for row in spent(rows)):.0f} · {p95(spent(rows), 0):.0f} |"
                f" {p95(rows, 2):.0f} | {max(row[3] for row in rows):.0f} |"
            )
        grown = growth(found[first][name], found[last][name])
        lines.append(f"| {name} | {first:,} → {last:,} | | | | × {grown:.2f} | | |")
    return "\n".join(lines)


def missed(found: dict[int, Rows]) -> list[str]:
    """Say which of the aims were not met."""
    first, last = min(found), max(found)
    said = []
    for name in found[first]:
        few, many = found[first][name], found[last][name]
        if max(row[3] for row in many) > MOST_QUERIES:
            said.append(f"{name}: more than {MOST_QUERIES} queries")
        if (most := p95(spent(few), 0)) > MOST_CPU_MS:
            said.append(f"{name}: {most:.0f} ms of CPU")
        if (grown := growth(few, many)) > MOST_GROWTH:
            said.append(f"{name}: grows × {grown:.2f}")
    return said


def main() -> int:
    """Fill, measure, write; 1 when an aim was not met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--practitioners", type=int, nargs="+", default=list(PRACTITIONERS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--print", action="store_true", dest="only_print")
    options = parser.parse_args()
    with running(server()):
        for scale in options.practitioners:
            agenda_made.fill(database(scale), scale)
            booked = [sys.executable, str(HERE.with_name("slots_answer.py")), "fill"]
            subprocess.run(booked, env=agenda_made.environment(database(scale)), check=True)
        found = measured(options.practitioners, options.rounds)
    aims = READING.strip().format(queries=MOST_QUERIES, cpu=MOST_CPU_MS, growth=MOST_GROWTH)
    text = f"{table(found)}\n\n{aims}"
    print(text)
    if not options.only_print:
        write_section("slots", "Free times of one service", "python ops/bench/slots.py", text)
    for line in missed(found):
        print(f"Missed: {line}.")
    return 1 if missed(found) else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    raise SystemExit(main())
