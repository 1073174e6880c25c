"""The only gate, the same on a laptop and in CI. Every step runs, so one call shows every fault.

    make check

The quick steps share the processors two by two; the tests come last, and pytest's own closing line
ends the output.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
STEPS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy",),
    "imports": ("lint-imports",),
    "migrations": ("maillage", "makemigrations", "--check", "--dry-run"),
    "translations": ("python", "ops/translations.py"),
}
TESTS = ("pytest", "engine/tests", "parameters/tests", "web", "-n", "2", "--dist", "worksteal")


@dataclass(frozen=True)
class Outcome:
    """How one step ended."""

    name: str
    passed: bool
    seconds: float
    words: str


def run_step(name: str) -> Outcome:
    """Run one quick step and keep what it said."""
    started = time.monotonic()
    program, *arguments = STEPS[name]
    done = subprocess.run(
        [BIN / program, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(name, done.returncode == 0, time.monotonic() - started, done.stdout)


def run_tests() -> tuple[Outcome, str]:
    """Run pytest in full view; return its closing line too."""
    started = time.monotonic()
    program, *arguments = TESTS
    last = ""
    with subprocess.Popen(
        [BIN / program, *arguments],
        cwd=ROOT,
        env=os.environ | {"TEST_DB": os.environ.get("TEST_DB", "check")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as pytest:
        for raw in pytest.stdout or ():
            line = raw.decode(errors="replace")
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
    return Outcome("tests", pytest.returncode == 0, time.monotonic() - started, ""), last


def main() -> int:
    """Run everything, show what failed, then the summary and pytest's closing line."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(run_step, sorted(STEPS, key=lambda name: name != "types")))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"\n──── {outcome.name} ────\n{outcome.words}", flush=True)
    tests, closing_line = run_tests()
    outcomes.append(tests)
    print()
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.name:<14} {outcome.seconds:6.1f} s")
    print(closing_line)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
