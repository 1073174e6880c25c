"""Backups of the embedded database, made by PostgreSQL's own programs.

They run as the superuser of the embedded server: a backup holds every row, whatever row-level
security shows to others. Elsewhere, docs/operate.md says which role the operator needs.
"""

import os
import subprocess
from pathlib import Path

from maillage.config import postgres
from maillage.config import postgres_programs as programs
from maillage.config.speech import CannotStart, say


def embedded_server() -> postgres.EmbeddedServer:
    """The server to work on; where DATABASE_URL is given, backups are its operator's."""
    if "DATABASE_URL" in os.environ:
        raise CannotStart(
            "DATABASE_URL désigne votre serveur : sauvegardez-le avec pg_dump "
            "(docs/operate.md, « Back up and restore »).",
            "DATABASE_URL names your own server: back it up with pg_dump "
            '(docs/operate.md, "Back up and restore").',
        )
    return postgres.server()


def one_file(words: list[str]) -> Path:
    """The one file that the command works on."""
    if len(words) != 1 or words[0].startswith("-"):
        raise CannotStart("Donnez un fichier, et un seul.", "Give one file, and only one.")
    return Path(words[0])


def dump(server: postgres.EmbeddedServer, name: str, file: Path) -> int:
    """Write the whole database into `file`; one cut short never replaces a good one."""
    aside = file.with_name(f"{file.name}.new")
    with aside.open("wb") as out:
        _run(server, "pg_dump", "--format=custom", f"--dbname={name}", output=out.fileno())
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
    print(say(f"Sauvegarde écrite dans {file}", f"Backup written to {file}"))
    return 0


def restore(server: postgres.EmbeddedServer, name: str, file: Path) -> int:
    """Put the backup in the place of the database: wholly, or the database stays as it was."""
    if not file.is_file():
        raise CannotStart(f"Le fichier « {file} » manque.", f'The file "{file}" is missing.')
    made, former = f"{name}_restored", f"{name}_before_restore"
    postgres.drop_database(server, made)
    postgres.ensure_database(server, made)
    with file.open("rb") as source:
        _run(server, "pg_restore", f"--dbname={made}", "--exit-on-error", source=source.fileno())
    postgres.drop_database(server, former)
    postgres.rename_database(server, name, former)
    postgres.rename_database(server, made, name)
    print(say(f"Base remise ; l'ancienne reste sous le nom {former}.",
              f"Database put back; the former one is kept as {former}."))  # fmt: skip
    return 0


def _run(
    server: postgres.EmbeddedServer,
    program: str,
    *arguments: str,
    source: int = subprocess.DEVNULL,
    output: int = subprocess.PIPE,
) -> None:
    done = subprocess.run(
        [server.binaries / program, f"--host={server.socket}", "--username=postgres", *arguments],
        env=programs.CLEAN_ENVIRONMENT,
        stdin=source,
        stdout=output,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["?"])[-1]
        raise CannotStart(f"{program} s'est arrêté : {last}", f"{program} stopped: {last}")
