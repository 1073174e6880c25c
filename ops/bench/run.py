"""Every bench, one after the other: `make bench`. Each writes its section of docs/benchmarks.md.

python ops/bench/run.py            all of them
python ops/bench/run.py startup    one or several, by name
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "ops" / "bench", ROOT / "engine" / "benchmarks")
NOT_A_BENCH = {
    "run",
    "report",
    "pages_answer",
    "pages_asked",
    "pages_bytes",
    "agenda_made",
    "agenda_rows",
    "slots_answer",
    "__init__",
}


def benches() -> dict[str, list[str]]:
    """Each bench by name, with its command; the engine's are those called bench_<name>.py."""
    here, engine = FOLDERS
    found = {
        file.stem: [sys.executable, str(file.relative_to(ROOT))]
        for file in sorted(here.glob("*.py"))
        if file.stem not in NOT_A_BENCH
    }
    for file in sorted(engine.glob("bench_*.py")):
        found[file.stem.removeprefix("bench_")] = [sys.executable, str(file.relative_to(ROOT))]
    return found


def main() -> int:
    """Run what was asked for, by default everything; go on after one that fails, and say so."""
    known = benches()
    wanted = sys.argv[1:] or list(known)
    if unknown := [name for name in wanted if name not in known]:
        print(f"No bench is called {', '.join(unknown)}; there are {', '.join(known)}.")
        return 2
    failed = []
    for name in wanted:
        print(f"──── {name} ────", flush=True)
        if subprocess.run(known[name], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
