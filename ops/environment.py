"""Make .venv from requirements.lock, or find it ready. Runs on a bare Python, before anything else.

    PYTHONPATH=web python3 ops/environment.py

A stamp tells which lock the folder was made from, so that a change of the lock is installed at the
next command, and an installation that was interrupted is taken up again.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from maillage.config.speech import say

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "made-from"
LOCK = ROOT / "requirements.lock"
PACKAGES = ("engine", "parameters", "web")
OLDEST = (3, 11)
BYTES_NEEDED = 2_000_000_000
WIDTH = 30


def main() -> int:
    """Return 0 when .venv is ready, 2 with one sentence when the machine lacks something."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return refuse(
            "Il faut Python 3.11 ou plus récent ; celui-ci est " + found + ". Donnez-en un autre : "
            "make PYTHON=python3.11 …",
            "Python 3.11 or newer is needed; this one is " + found + ". Give another: "
            "make PYTHON=python3.11 …",
        )
    try:
        with (ROOT / ".venv.lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            return 0 if is_ready() else build()
    except PermissionError as error:
        return refuse(
            f"« {error.filename} » appartient à un autre compte : reprenez ce compte.",
            f'"{error.filename}" belongs to another account: use that account.',
        )
    except KeyboardInterrupt:
        return 130


def wanted() -> str:
    """What the environment is made from, in one word."""
    sources = [LOCK, *(ROOT / package / "pyproject.toml" for package in PACKAGES)]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    return "{}.{} {} {}".format(*sys.version_info[:2], VENV, digest.hexdigest())


def is_ready() -> bool:
    """Whether .venv was made whole, from this lock, here, and its Python still runs."""
    return STAMP.exists() and STAMP.read_text() == wanted() and python_runs()


def python_runs() -> bool:
    """A system upgrade may take away the Python that .venv points to."""
    try:
        check = [VENV / "bin" / "python", "-c", "import pip, sys; print(sys.prefix)"]
        done = subprocess.run(check, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(VENV)


def build() -> int:
    """Make the folder where it is missing or broken, then install the lock and our packages."""
    if shutil.disk_usage(ROOT).free < BYTES_NEEDED and not VENV.exists():
        return refuse(
            "Le disque est presque plein : l'installation demande 2 Go libres.",
            "The disk is nearly full: the installation needs 2 GB free.",
        )
    STAMP.unlink(missing_ok=True)
    if not python_runs():
        shutil.rmtree(VENV, ignore_errors=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            return refuse_venv(made.stdout + made.stderr)
    number = sum(1 for line in LOCK.read_text().splitlines() if line[:1].isalnum())
    fault = install(
        number, "--require-hashes", "--only-binary", ":all:", "--no-compile", "-r", str(LOCK)
    ) or install(0, "--no-build-isolation", *(f"-e{ROOT / package}" for package in PACKAGES))
    if fault:
        return refuse(
            f"L'installation s'est arrêtée ; relancez quand c'est réparé : {fault}",
            f"The installation stopped; start again once this is mended: {fault}",
        )
    STAMP.write_text(wanted())
    return 0


def install(number: int, *what: str) -> str:
    """Run pip, showing how far it is; return its complaint, or nothing when all went well."""
    command = [VENV / "bin" / "python", "-m", "pip", "install", "--no-deps", "--progress-bar=off"]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    complaints, seen = [], 0
    with subprocess.Popen(
        [*command, *what],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as pip:
        for line in pip.stdout or ():
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                show(seen, number, line.split()[1].split("==")[0])
            elif line.startswith("ERROR:"):
                complaints.append(line.removeprefix("ERROR:").strip())
    if pip.returncode == 0:
        return ""
    full = any("No space left" in line for line in complaints)
    return say("le disque est plein.", "the disk is full.") if full else " ".join(complaints[:2])


def show(seen: int, number: int, name: str) -> None:
    """One moving line on a terminal; elsewhere one line at the start."""
    if not number:
        return
    words = say("Installation", "Installing")
    if sys.stdout.isatty():
        filled = "█" * (WIDTH * seen // number)
        last = say("(copie)", "(copying)") if seen >= number else name[:24]
        end = "\n" if seen >= number else ""
        print(f"\r{words} {filled:░<{WIDTH}} {seen}/{number} {last:<26}", end=end, flush=True)
    elif seen == 1:
        print(f"{words} ({number} {say('paquets', 'packages')})…", flush=True)


def refuse_venv(words: str) -> int:
    """Explain why `python -m venv` failed: nearly always a piece that the system keeps apart."""
    if "ensurepip" in words or "No module named venv" in words:
        return refuse(
            "Le module venv de Python manque : sur Debian ou Ubuntu, « apt install python3-venv ».",
            'Python\'s venv module is missing: on Debian or Ubuntu, "apt install python3-venv".',
        )
    last = words.strip().splitlines()[-1:] or ["?"]
    return refuse(
        f"L'environnement {VENV} n'a pas pu être créé : {last[0]}",
        f"The environment {VENV} could not be made: {last[0]}",
    )


def refuse(french: str, english: str) -> int:
    """Say one sentence and give the code of a fault that a person can mend."""
    print("maillage: " + say(french, english), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
