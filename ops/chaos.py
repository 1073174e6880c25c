"""Kill the site while families book, then ask that nothing promised be lost: `make chaos`.

    python ops/chaos.py                   50 kills, a new seed each time (it is printed)
    python ops/chaos.py --kills 5 --seed 7

Each round starts the site on a state folder of its own, lets families book over HTTP, and sends
SIGKILL, after a random time, to PostgreSQL, to the web server, to the worker or to the launcher.
One round in five does not wait for the site to answer. At the end the site starts once more: every
booking that was acknowledged must stand, hold its time, answer at its link, and have its one
confirmation sent; nothing may be given twice; no process may be left behind.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from maillage.config import postgres, processes

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / "ops" / "bench"
PRACTITIONERS = 100
CLIENTS = 8
LONGEST_WAIT = 6.0
SECONDS_TO_HEAR = 0.5
SLOTS_EACH = 300  # more than are booked before the kill
SECONDS_TO_START = 180
SECONDS_TO_SEND = 600  # a message that a killed worker held waits for its lease, then for the sweep
COUNTS = (
    "select (select count(*) from territory_commune where departement_id = '70'),"
    " (select count(*) from directory_service where is_demonstration)"
)
LOST = """
select contact.email from unnest(%s::text[]) as booked(email)
  left join families_contact contact on contact.email = booked.email
  left join agenda_appointment one on one.contact_id = contact.id and one.state = 'confirmed'
  left join agenda_claim claim on claim.appointment_id = one.id and claim.live
 where claim.id is null
"""
UNTOLD = """
select booked.email from unnest(%s::text[]) as booked(email)
 where 1 <> (select count(*) from core_outboxmessage
              where recipient = booked.email and sent_at is not null)
"""
TWICE = """
select count(*) from agenda_claim a join agenda_claim b
  on a.practitioner_id = b.practitioner_id and a.id < b.id and a.period && b.period
 where a.live and b.live
"""
ORPHANS = """
select count(*) from agenda_appointment one where state = 'confirmed'
   and not exists (select from agenda_claim where appointment_id = one.id and live)
"""


@dataclass
class Torment:
    """One run: where it happens, what was promised so far."""

    state: Path
    port: int
    chance: random.Random
    slots: list[str] = field(default_factory=list)  # as bookings_take.py prints them
    promised: list[tuple[str, str]] = field(default_factory=list)  # mail address, page
    first: str = ""  # what the families of this round said first

    def start(self) -> "subprocess.Popen[str]":
        """Start the site; what it says goes to a file, so that it never waits for a reader."""
        with (self.state / "said.log").open("a") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "maillage", "start"],
                env=os.environ | {"PORT": str(self.port)},
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def answers(self, site: "subprocess.Popen[str]", page: str = "/") -> bool:
        """Whether the site comes to answer while its launcher lives."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and site.poll() is None:
            try:
                address = f"http://127.0.0.1:{self.port}{page}"
                with urllib.request.urlopen(address) as answer:
                    return bool(answer.status == 200)
            except OSError:
                time.sleep(0.2)
        return False

    def victim(self, name: str, launcher: int) -> int:
        """The process to kill; the launcher where the other is not there yet."""
        try:
            if name == "postgres":
                found = next(self.state.glob("pg*/postmaster.pid")).read_text()
                return int(found.split()[0])
            children = processes.children_of(self.state / "site.json")
            return children[{"web": 0, "worker": 1}[name]]
        except (StopIteration, OSError, ValueError, IndexError, KeyError):
            return launcher

    def round(self, number: int) -> None:
        """Start, let families book, kill."""
        site = self.start()
        waits = self.chance.random() < 0.8
        served = waits and self.answers(site)
        families = self.book() if served else None
        time.sleep(self.chance.uniform(0.1, LONGEST_WAIT))
        name = self.chance.choice(["postgres", "postgres", "web", "web", "worker", "launcher"])
        os.kill(self.victim(name, site.pid), signal.SIGKILL)
        time.sleep(self.chance.uniform(0, 1))
        site.kill()
        site.wait()
        told = self.listen(families) if families else []
        self.promised += told
        print(f"{number:3} {name} killed, {len(told)} bookings acknowledged", flush=True)

    def book(self) -> "subprocess.Popen[str]":
        """Let clients book slots that nobody asked for before."""
        mine, self.slots = self.slots[:SLOTS_EACH], self.slots[SLOTS_EACH:]
        script = [sys.executable, str(BENCH / "bookings_clients.py")]
        with (self.state / "said.log").open("a") as complaints:
            families = subprocess.Popen(
                [*script, str(self.port), str(CLIENTS), str(LONGEST_WAIT + 2)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True,
            )  # fmt: skip
        if families.stdin and families.stdout:
            families.stdin.writelines(mine)
            families.stdin.close()
            self.first = families.stdout.readline()  # the wait before the kill starts from here
        return families

    def listen(self, families: "subprocess.Popen[str]") -> list[tuple[str, str]]:
        """Hear what was acknowledged before the end, and send the families home.

        What was answered is already on its way: nobody waits for a site that is gone.
        """
        time.sleep(SECONDS_TO_HEAR)
        families.terminate()
        said = self.first + (families.stdout.read() if families.stdout else "")
        families.wait()
        whole = said[: said.rfind("\n") + 1]
        return [(email, page) for email, page in map(json.loads, whole.splitlines())]

    def fill(self) -> bool:
        """Start once in peace, and make practitioners whom families may book."""
        site = self.start()
        if not self.answers(site):
            return False
        rows = [sys.executable, str(BENCH / "agenda_rows.py"), str(PRACTITIONERS)]
        subprocess.run(rows, check=True, env=settings())
        take = [sys.executable, str(BENCH / "bookings_take.py"), "slots"]
        said = subprocess.run(take, check=True, env=settings(), capture_output=True, text=True)
        self.slots = said.stdout.splitlines(keepends=True)
        print(f"{len(self.slots)} times to book", flush=True)
        site.send_signal(signal.SIGINT)
        return site.wait(SECONDS_TO_START) == 0

    def is_whole(self) -> bool:
        """Start once more: everything is there, and everything goes away when asked."""
        site = self.start()
        served = self.answers(site)
        found = counts() if served else ()
        wrong = self.broken_promises() if served else ["nothing answers"]
        pages = self.chance.sample(self.promised, min(20, len(self.promised)))
        dead = [page for _, page in pages if not self.answers(site, page)]
        site.send_signal(signal.SIGINT)
        stopped = site.wait(SECONDS_TO_START) == 0
        left = list(self.state.glob("pg*/postmaster.pid"))
        print(f"served {served}, stopped {stopped}, communes and services {found}, left {left}")
        print(f"{len(self.promised)} bookings acknowledged, broken: {wrong + dead or 'none'}")
        whole = served and stopped and all(found) and bool(self.promised)
        return whole and not (wrong or dead or left)

    def broken_promises(self) -> list[str]:
        """Look for whoever was promised a time that is not held, or was not told once."""
        emails = [email for email, _ in self.promised]
        deadline = time.monotonic() + SECONDS_TO_SEND
        with connect() as connection:
            while untold := connection.execute(UNTOLD, [emails]).fetchall():
                if time.monotonic() > deadline:
                    break
                time.sleep(2)
            lost = connection.execute(LOST, [emails]).fetchall()
            twice = connection.execute(TWICE).fetchall()[0][0]
            orphans = connection.execute(ORPHANS).fetchall()[0][0]
        return [
            *(f"lost {row[0]}" for row in lost),
            *(f"not told once {row[0]}" for row in untold),
            *([f"{twice} given twice"] if twice else []),
            *([f"{orphans} without their time"] if orphans else []),
        ]


def settings() -> dict[str, str]:
    """What a script of ours needs to know, beside the state folder."""
    return os.environ | {"DJANGO_SETTINGS_MODULE": "maillage.config.settings"}


def connect() -> "postgres.psycopg.Connection":
    """Reach the database past row-level security."""
    return postgres.connect(postgres.server(), user="postgres", database="maillage")


def counts() -> tuple[int, ...]:
    """How many communes and services the database holds."""
    with connect() as connection:
        return tuple(connection.execute(COUNTS).fetchone() or ())


def main() -> int:
    """Kill, kill again, then look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="maillage-chaos-", dir="/tmp") as folder:
        state = Path(folder)
        state.chmod(0o755)
        os.environ["MAILLAGE_STATE"] = folder
        run = Torment(state, port, random.Random(asked.seed))  # noqa: S311 (a replayable run)
        whole = run.fill()
        for number in range(asked.kills if whole else 0):
            run.round(number + 1)
        whole = whole and run.is_whole()
        if not whole:
            print((state / "said.log").read_text()[-4000:])
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
