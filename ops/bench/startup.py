"""How long a person waits: from a fresh copy to the first page, and at each later start.

    python ops/bench/startup.py

A copy of the checkout is installed and started in a folder of its own. "After download" means that
pip finds every file in its cache: a first copy is installed and thrown away to fill it.
"""

import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from report import write_section

ROOT = Path(__file__).resolve().parents[2]
WARM_STARTS = 5
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".state", "__pycache__", ".*_cache", "dist")


def copy_of_the_checkout(folder: Path) -> Path:
    """Copy what a fresh clone would hold; an account without rights may enter it."""
    folder.chmod(0o755)
    target = folder / "maillage"
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    return target


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return str(attempt.getsockname()[1])


def seconds_to_start(checkout: Path) -> tuple[float, float, float]:
    """Start the site, wait until it is ready, stop it; both durations, and the processor's time."""
    began, used = time.monotonic(), processor_time()
    with subprocess.Popen(
        ["make", "start"],
        cwd=checkout,
        env=os.environ | {"PORT": free_port(), "LC_ALL": "fr_FR.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as started:
        said = []
        for line in started.stdout or ():
            said.append(line)
            if "Ctrl-C" in line:
                break
        else:
            raise SystemExit("The site did not start:\n" + "".join(said))
        ready = time.monotonic()
        os.killpg(started.pid, signal.SIGINT)
    return ready - began, time.monotonic() - ready, processor_time() - used


def processor_time() -> float:
    """Seconds that ended children took, PostgreSQL aside: it belongs to nobody."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def install(checkout: Path) -> float:
    """Make .venv alone, to tell it from the rest."""
    began = time.monotonic()
    subprocess.run(["make", "environment"], cwd=checkout, check=True)
    return time.monotonic() - began


def main() -> None:
    """Measure one cold start and several warm ones, and write them down."""
    with tempfile.TemporaryDirectory(dir="/tmp") as first:
        install(copy_of_the_checkout(Path(first)))
    with tempfile.TemporaryDirectory(dir="/tmp") as second:
        checkout = copy_of_the_checkout(Path(second))
        installed = install(checkout)
        first_start, _, _ = seconds_to_start(checkout)
        warm = [seconds_to_start(checkout) for _ in range(WARM_STARTS)]
    starts, stops, used = (list(column) for column in zip(*warm, strict=True))
    lines = [
        "| what | seconds | aim |",
        "|---|---:|---:|",
        f"| cold, after download: environment | {installed:.1f} | |",
        f"| cold, after download: cluster, tables, territory, demonstration, first page "
        f"| {first_start:.1f} | |",
        f"| cold, after download: together | {installed + first_start:.1f} | 90 |",
        f"| warm: median of {WARM_STARTS} | {statistics.median(starts):.1f} | 5 |",
        f"| warm: slowest of {WARM_STARTS} | {max(starts):.1f} | |",
        f"| warm: processor time, start and stop, median | {statistics.median(used):.1f} | |",
        f"| Ctrl-C until everything is down: median | {statistics.median(stops):.1f} | |",
    ]
    print("\n".join(lines))
    write_section("startup", "Start-up", "python ops/bench/startup.py", "\n".join(lines))


if __name__ == "__main__":
    main()
