"""How many bookings a second, beside what the database alone could do; and none given twice.

    python ops/bench/bookings.py                       measure, and write docs/benchmarks.md
    python ops/bench/bookings.py --attempts 100000     with as many contended attempts (minutes)
    python ops/bench/bookings.py --print               measure, and only print

One server, fsync on, one run, as many connections each time. The ceiling is pgbench running the
statements of one booking to its commit, prepared as the action prepares them (captured from it, ids
and moments made variables). Then the action itself, in processes of its own; then 200 clients over
HTTP, who each post the form of the page every two seconds (100 a second in all) to the web server
that `make start` runs. Last, processes fight for a few slots: book, move, cancel.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import agenda_made
import cpu
import psycopg
from bookings_clients import Answers, served
from report import write_section

from maillage.config import postgres
from maillage.config.postgres_programs import find_binaries

DATABASE = "maillage_bench_bookings"
PRACTITIONERS = 200
CONNECTIONS = 8
CLIENTS = 200
SECONDS = 20
FOUGHT_OVER = 40
HERE = Path(__file__).resolve()
Row = list[str]
LEFT_BEHIND = "families_household, core_outboxmessage, core_auditentry, procrastinate_jobs"
TAKEN_TWICE = """
select count(*) from agenda_claim a join agenda_claim b
  on a.practitioner_id = b.practitioner_id and a.id < b.id and a.period && b.period
 where a.live and b.live
"""
WITHOUT_TIME = """
select count(*) from agenda_appointment one where state in ('pending', 'confirmed')
   and 1 <> (select count(*) from agenda_claim
              where appointment_id = one.id and live and kind = 'session')
"""


@dataclass
class Found:
    """What one way of booking did."""

    name: str
    bookings: int
    seconds: float
    waits: list[float] = field(default_factory=list)  # seconds, each booking
    python: float = 0.0  # seconds of computing
    server: float = 0.0

    @property
    def rate(self) -> float:
        """Bookings a second."""
        return self.bookings / self.seconds


def connect() -> psycopg.Connection:
    """Reach the database past row-level security."""
    return postgres.connect(postgres.server(), user="postgres", database=DATABASE)


def server_used() -> float:
    """Seconds of computing of the database server so far."""
    postmaster = (postgres.server().data / "postmaster.pid").read_text().split()[0]
    return cpu.of(int(postmaster))


def empty() -> None:
    """Give every slot back."""
    with connect() as connection:
        connection.execute(f"truncate {LEFT_BEHIND} cascade")
        connection.execute("drop table if exists bench_slot")
        connection.execute("drop sequence if exists bench_slot_k")


def worker(*words: str) -> "subprocess.Popen[str]":
    """Start a process of `bookings_take.py`."""
    return subprocess.Popen(
        [sys.executable, str(HERE.with_name("bookings_take.py")), *words],
        env=agenda_made.environment(DATABASE),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(rows: list[Row], *words: str) -> str:
    """Have one process do it, and return what it printed."""
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    said, _ = worker(*words).communicate(lines + "\n")
    return said


def together(parts: list[list[Row]], *words: str) -> list[str]:
    """Have a process for each part do it at the same time."""
    started = [worker(*words) for _part in parts]
    for process, part in zip(started, parts, strict=True):
        if process.stdin:
            process.stdin.write("".join(f"{json.dumps(row)}\n" for row in part))
            process.stdin.flush()
    time.sleep(4)  # all have loaded
    for process in started:
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
    return [process.communicate()[0] for process in started]


def ceiling(rows: list[Row]) -> Found:
    """Run the statements of a booking with pgbench."""
    with connect() as connection:
        connection.execute(
            "create table bench_slot (k bigint primary key, rule text, person text, place text,"
            " commune text, starts timestamptz)"
        )
        connection.execute("create sequence bench_slot_k")
        with connection.cursor().copy("copy bench_slot from stdin") as copy:
            for k, row in enumerate(rows[2:], start=1):
                copy.write_row([k, *row[:5]])
        connection.execute("grant select on bench_slot to public")
        connection.execute("grant usage, update on sequence bench_slot_k to public")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(told(rows[:2], "script"))
        file.flush()
        server = postgres.server()
        command = [
            str(find_binaries() / "pgbench"), "-h", str(server.socket), "-U", "maillage_app",
            "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(SECONDS),
            "-f", file.name, DATABASE,
        ]  # fmt: skip
        began = server_used()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        used = server_used() - began
    transactions = re.search(r"actually processed: (\d+)", done.stdout)
    if done.returncode or transactions is None or not int(transactions[1]):
        raise SystemExit(done.stdout + done.stderr)
    name = "pgbench, the same statements (the ceiling)"
    return Found(name, int(transactions[1]), SECONDS, server=used)


def in_process(rows: list[Row]) -> Found:
    """Run the action in as many processes as there are connections."""
    parts = [rows[number::CONNECTIONS] for number in range(CONNECTIONS)]
    began = server_used()
    found = [json.loads(said) for said in together(parts, "book", str(SECONDS))]
    waits = [wait for took, _used in found for wait in took]
    return Found(
        f"the action, {CONNECTIONS} processes", len(waits), SECONDS, waits,
        python=sum(used for _took, used in found), server=server_used() - began,
    )  # fmt: skip


def over_http(rows: list[Row]) -> tuple[Found, Answers]:
    """Let 200 clients post the form of the page."""
    with served(agenda_made.environment(DATABASE)) as site:
        began, site_began = server_used(), cpu.of(site.pid)
        answers = site.book(rows, CLIENTS, SECONDS)
        server, python = server_used() - began, cpu.of(site.pid) - site_began
    found = Found(
        f"HTTP, {CLIENTS} clients", len(answers.waits), answers.seconds, answers.waits,
        python=python, server=server,
    )  # fmt: skip
    return found, answers


def fight(rows: list[Row], attempts: int) -> Counter[str]:
    """Contend until there were so many attempts; then look for anyone given twice."""
    total: Counter[str] = Counter()
    each = -(-attempts // CONNECTIONS)
    for said in together([rows[:FOUGHT_OVER]] * CONNECTIONS, "contend", str(each)):
        total.update(json.loads(said))
    with connect() as connection:
        for name, sql in (("taken twice", TAKEN_TWICE), ("without a time", WITHOUT_TIME)):
            total[name] = int((connection.execute(sql).fetchone() or (1,))[0])
    return total


def table(found: list[Found]) -> str:
    """Lay the three out as Markdown."""
    lines = [
        "| way | bookings a second | share of the ceiling | median · p95 (ms)"
        " | computing of each, Python · server (ms) |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        waits = sorted(one.waits)
        wait = (
            f"{1e3 * waits[len(waits) // 2]:.0f} · {1e3 * waits[int(len(waits) * 0.95)]:.0f}"
            if waits
            else ""
        )
        python, server = (1e3 * used / one.bookings for used in (one.python, one.server))
        lines.append(
            f"| {one.name} | {one.rate:.0f} | {one.rate / found[0].rate:.0%} | {wait}"
            f" | {python:.1f} · {server:.1f} |"
        )
    return "\n".join(lines)


def fought(total: "Counter[str]") -> str:
    """Say what came of the contended attempts."""
    twice, without = total.pop("taken twice"), total.pop("without a time")
    attempts = total.pop("attempts")
    told = ", ".join(f"{name} {count:,}" for name, count in total.most_common())
    return (
        f"{attempts:,} attempts by {CONNECTIONS} processes on {FOUGHT_OVER} slots ({told}):"
        f" {twice} given twice, {without} without their time."
    )


@contextmanager
def filled() -> Iterator[list[Row]]:
    """The server, the practitioners and every free time of theirs on site."""
    with postgres.running(postgres.server()):
        agenda_made.fill(DATABASE, PRACTITIONERS)
        empty()
        lines = told([], "slots").splitlines()
        yield [row for row in map(json.loads, lines) if row[2]]
        empty()


def main() -> int:
    """Measure, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--print", action="store_true", dest="only_print")
    options = parser.parse_args()
    with filled() as rows:
        first = ceiling(rows)
        empty()
        second = in_process(rows)
        empty()
        third, answers = over_http(rows)
        empty()
        total = fight(rows, options.attempts)
    wrong = total["taken twice"] + total["without a time"]
    text = f"{table([first, second, third])}\n\n{answers.said()}\n\n{fought(total)}"
    print(text)
    if not options.only_print:
        write_section("bookings", "Bookings a second", "python ops/bench/bookings.py", text)
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
