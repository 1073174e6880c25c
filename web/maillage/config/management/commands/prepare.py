"""`maillage prepare`: what the site needs before its first page, done where it is missing.

Tables, translations, static files and, on a demonstration, the département and its network.

Each step finds out by itself whether it has anything to do, so a start that was killed half-way is
taken up where it was, and a warm start does next to nothing.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ProgrammingError

from maillage.config import catalogues
from maillage.config.apps import StaticFiles
from maillage.config.speech import CannotStart, say
from maillage.notes import keys
from maillage.organizations.models import Organization
from maillage.territory.models import Departement

CLOSED_TABLES = """
select from pg_tables where schemaname = 'public'
and not has_table_privilege(format('%I.%I', schemaname, tablename), 'insert') limit 1
"""
DEMONSTRATION_DEPARTEMENT = "70"


class Command(BaseCommand):
    help = "Bring the database and the files to what this version expects (start does it too)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one stage alone: `start` serves the first page while dates are extended."""
        parser.add_argument("--stage", choices=["all", "pages", "dates"], default="all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step that has something to do."""
        if options["stage"] in {"all", "pages"}:
            prepare_pages()
        if options["stage"] in {"all", "dates"}:
            extend_dates()


def prepare_pages() -> None:
    """Bring the database and the files to what this version of the program expects."""
    if catalogues.compile_stale():
        told(say("Traductions compilées", "Translations compiled"))
    migrate_if_needed()
    if keys.make_first_outer_key():
        told(say("Clé des notes écrite", "Key of the notes written"))
    collect_static_if_needed()
    if settings.DEMONSTRATION:
        load_demonstration_if_needed()


def extend_dates() -> None:
    """Carry stored openings and agendas further ahead, as each new day asks."""
    for command in ("extend_openings", "extend_agendas"):
        call_command(command, stdout=StringIO())


def migrate_if_needed() -> None:
    """Apply what is missing in another process, which alone holds the owner's rights."""
    if _is_migrated():
        return
    with step(say("Tables de la base", "Tables of the database")):
        done = subprocess.run(
            [sys.executable, "-m", "maillage", "migrate", "--verbosity", "0"],
            env=os.environ | {"MAILLAGE_ROLE": "owner"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise CannotStart(
                f"Les tables n'ont pas pu être mises à jour : {last}",
                f"The tables could not be brought up to date: {last}",
            )


def _is_migrated() -> bool:
    """Whether every migration ran and every table was then opened to the role that runs."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        with connection.cursor() as cursor:
            cursor.execute(CLOSED_TABLES)
            return cursor.fetchone() is None
    except ProgrammingError:
        return False  # the very first migration ran, and was killed before the rights were given
    finally:
        connection.close()


def collect_static_if_needed() -> None:
    """Gather and compress static files when one of them changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / "made-from"
    wanted = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step(say("Feuilles de style et scripts", "Style sheets and scripts")):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(wanted)


def _static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES).encode())
    for finder in get_finders():
        for name, storage in finder.list(StaticFiles.ignore_patterns):
            facts = Path(storage.path(name)).stat()
            digest.update(
                f"{storage.location} {name} {facts.st_size} {facts.st_mtime_ns}\n".encode()
            )
    return digest.hexdigest()


def load_demonstration_if_needed() -> None:
    """Load the département and its invented network; each is one transaction, whole or absent."""
    home = Departement.objects.filter(code=DEMONSTRATION_DEPARTEMENT, loaded=True)
    if not home.exists():
        call_command("load_territory", DEMONSTRATION_DEPARTEMENT)
    if not Organization.objects.exists():
        call_command("demo")


def told(words: str) -> None:
    """Say what was done, at once even through a pipe."""
    print(f"  {words}", flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name what takes a while, then how long it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  {name}…", end="\r", flush=True)
    yield
    told(f"{name} ({time.monotonic() - started:.1f} s)")
