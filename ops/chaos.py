"""Kill the site at random moments, then ask that nothing be lost.

    python ops/chaos.py                  20 kills, a new seed each time (it is printed)
    python ops/chaos.py --kills 5 --seed 7

Each round starts the site on a state folder of its own and sends SIGKILL, after a random time, to
the launcher, to PostgreSQL or to the web server. The last start must serve the whole département
and its whole network, and leave no process behind.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from maillage.config import postgres, processes

ROOT = Path(__file__).resolve().parents[1]
LONGEST_LIFE = 12.0
SECONDS_TO_START = 180
COUNTS = (
    "select (select count(*) from territory_commune where departement_id = '70'),"
    " (select count(*) from directory_service where is_demonstration)"
)


def start(state: Path, port: int) -> "subprocess.Popen[str]":
    """Start the site; what it says goes to a file, so that it never waits for a reader."""
    with (state / "said.log").open("a") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "maillage", "start"],
            env=os.environ | {"MAILLAGE_STATE": str(state), "PORT": str(port)},
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
        )


def victim(name: str, launcher: int, state: Path) -> int:
    """The process to kill; the launcher where the other is not there yet."""
    try:
        if name == "postgres":
            return int(next(state.glob("pg*/postmaster.pid")).read_text().split()[0])
        if name == "web":
            return processes.children_of(state / "site.json")[0]
    except (StopIteration, OSError, ValueError, IndexError):
        pass
    return launcher


def answers(port: int, site: "subprocess.Popen[str]") -> bool:
    """Whether the site comes to answer while its launcher lives."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and site.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


def counts() -> tuple[int, ...]:
    """How many communes and services the database holds, seen past row-level security."""
    with postgres.connect(postgres.server(), user="postgres", database="maillage") as connection:
        return tuple(connection.execute(COUNTS).fetchone() or ())


def torment(state: Path, port: int, kills: int, chance: random.Random) -> None:
    """Start and kill, again and again."""
    for number in range(kills):
        site = start(state, port)
        life = chance.uniform(0.1, LONGEST_LIFE)
        time.sleep(life)
        name = chance.choice(["launcher", "launcher", "postgres", "web"])
        os.kill(victim(name, site.pid, state), signal.SIGKILL)
        time.sleep(chance.uniform(0, 0.5))
        site.kill()
        site.wait()
        print(f"{number + 1:3} {name} killed after {life:.1f} s", flush=True)


def is_whole(state: Path, port: int) -> bool:
    """Start once more: everything is there, and everything goes away when asked."""
    site = start(state, port)
    served = answers(port, site)
    found = counts() if served else ()
    site.send_signal(signal.SIGINT)
    stopped = site.wait(SECONDS_TO_START) == 0
    left = list(state.glob("pg*/postmaster.pid"))
    print(f"served {served}, stopped {stopped}, communes and services {found}, left {left}")
    return served and stopped and all(found) and not left


def main() -> int:
    """Kill, kill again, then look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=20)
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
        torment(state, port, asked.kills, random.Random(asked.seed))  # noqa: S311 (a replayable run)
        whole = is_whole(state, port)
        if not whole:
            print((state / "said.log").read_text()[-4000:])
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
