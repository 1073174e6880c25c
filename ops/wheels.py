"""Build the three packages as wheels into a folder, translations compiled inside.

    python ops/wheels.py dist

Nothing is downloaded: the build tools are those of .venv.
"""

import subprocess
import sys
from pathlib import Path

from maillage.config.catalogues import compile_stale

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "parameters", "web")


def build(package: str, target: Path) -> None:
    """Build one wheel, or stop with what the builder said."""
    command = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(target)]
    done = subprocess.run(
        [sys.executable, *command, str(ROOT / package)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{package} does not build:\n{done.stdout}{done.stderr}")


def main() -> None:
    """Build the three, and list what was made."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    target = Path(sys.argv[1]).absolute()
    compile_stale()
    for package in PACKAGES:
        build(package, target)
    for wheel in sorted(target.glob("*.whl")):
        print(f"{wheel.name} ({wheel.stat().st_size // 1024} kB)")


if __name__ == "__main__":
    main()
