"""The `maillage` command: start the site, or run one of the management commands on its database."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from django.core.management import execute_from_command_line

from maillage.config import postgres
from maillage.config.speech import CannotStart, say

RUN_BY_THE_OWNER = frozenset(
    {"migrate", "makemigrations", "squashmigrations", "sqlmigrate", "showmigrations", "flush",
     "createcachetable", "dbshell"}
)  # fmt: skip
NEED_NO_DATABASE = frozenset({"makemessages", "compilemessages", "collectstatic", "help"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a fault that a person can mend ends with one sentence and code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    try:
        return manage(words)
    except CannotStart as fault:
        print(f"maillage: {fault}", file=sys.stderr)
        return 2


def manage(words: list[str]) -> int:
    """Run a management command with the server up, in the role that it needs."""
    command = words[0] if words else "help"
    if command in RUN_BY_THE_OWNER:
        os.environ.setdefault("MAILLAGE_ROLE", "owner")
    with _database_for(command):
        execute_from_command_line(["maillage", *words])
    return 0


def _database_for(command: str) -> AbstractContextManager[None]:
    if "DATABASE_URL" in os.environ or command in NEED_NO_DATABASE:
        return nullcontext()
    return _embedded_database()


@contextmanager
def _embedded_database() -> Iterator[None]:
    server = postgres.server()
    with postgres.running(server):
        postgres.ensure_database(server, os.environ.get("MAILLAGE_DB", "maillage"))
        yield
