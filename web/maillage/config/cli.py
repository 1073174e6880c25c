"""The `maillage` command: start the site, or run one of the management commands on its database."""

import ast
import errno
import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg
from django.core.management import execute_from_command_line
from django.core.management.base import CommandError
from django.db.utils import OperationalError

from maillage.config import backups, catalogues, environment, postgres, serve
from maillage.config.postgres_cluster import make_folder
from maillage.config.postgres_refusals import disk_is_full
from maillage.config.speech import CannotStart, say

PACKAGE = Path(__file__).resolve().parents[1]
LAST_PORT = 65_535
RUN_BY_THE_OWNER = frozenset(
    {"migrate", "makemigrations", "squashmigrations", "sqlmigrate", "showmigrations", "flush",
     "createcachetable", "sqlflush"}
)  # fmt: skip
NEED_NO_DATABASE = frozenset({"collectstatic", "findstatic", "help", "diffsettings"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a fault that a person can mend ends with one sentence and code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    try:
        return run(words)
    except KeyboardInterrupt:
        return 130
    except (CannotStart, CommandError, environment.BadEnvironment) as fault:
        return refuse(fault)
    except (OperationalError, psycopg.OperationalError) as error:
        return refuse(sentence_of(error))
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return refuse(disk_is_full(Path(error.filename or postgres.server().state)))
        raise


def run(words: list[str]) -> int:
    """Find what the first word names, and do it."""
    ours: dict[str, Callable[[list[str]], int]] = {
        "start": start, "stop": stop, "backup": backup, "restore": restore,
        "--help": show_help, "-h": show_help, "--version": show_version,
    }  # fmt: skip
    if not words or words == ["help"]:
        return show_help([])
    return ours[words[0]](words[1:]) if words[0] in ours else manage(words)


def start(words: list[str]) -> int:
    """Serve the site on this machine."""
    if words:
        return refuse(
            say(
                "« maillage start » ne prend rien ; le port se donne dans PORT.",
                '"maillage start" takes nothing; the port is given in PORT.',
            )
        )
    port = environment.number("PORT", default=8000, minimum=1)
    if port > LAST_PORT:
        return refuse(say(f"PORT doit être au plus {LAST_PORT}.", f"PORT is at most {LAST_PORT}."))
    state = postgres.server().state
    make_folder(state)
    return serve.start_site(state, port, database())


def stop(words: list[str]) -> int:
    """End the embedded servers of this checkout, whoever uses them."""
    for server in (postgres.server(), postgres.for_tests(postgres.server())):
        postgres.stop(server)
    return 0


def backup(words: list[str]) -> int:
    """Write the embedded database into one file."""
    server = backups.embedded_server()
    with database():
        return backups.dump(server, database_name(), backups.one_file(words))


def restore(words: list[str]) -> int:
    """Put a backup in the place of the embedded database."""
    server = backups.embedded_server()
    with database():
        return backups.restore(server, database_name(), backups.one_file(words))


def manage(words: list[str]) -> int:
    """Run a management command with the server up, in the role that it needs."""
    catalogues.compile_stale()
    raised = [] if words[0] == "help" else ["--traceback"]  # a refusal reaches us, who say it
    if words[0] in RUN_BY_THE_OWNER:
        os.environ.setdefault("MAILLAGE_ROLE", "owner")
    with nullcontext() if words[0] in NEED_NO_DATABASE else database():
        execute_from_command_line(["maillage", words[0], *raised, *words[1:]])
    return 0


def database() -> AbstractContextManager[None]:
    """The embedded server with our database in it; nothing where DATABASE_URL is given."""
    return nullcontext() if "DATABASE_URL" in os.environ else _embedded_database()


@contextmanager
def _embedded_database() -> Iterator[None]:
    server = postgres.server()
    with postgres.running(server):
        postgres.ensure_database(server, database_name())
        yield


def database_name() -> str:
    """The database of the embedded server that this command works on."""
    return os.environ.get("MAILLAGE_DB", "maillage")


def refuse(fault: object) -> int:
    """One sentence, and the code of what a person can mend."""
    print(f"maillage: {fault}", file=sys.stderr)
    return 2


def sentence_of(error: Exception) -> str:
    """Say in one sentence why the database did not answer or could not write."""
    if isinstance(error.__cause__ or error, psycopg.errors.DiskFull):
        return str(disk_is_full(postgres.server().state))
    cause = " ".join(str(error).split())
    return say(
        f"La base de données ne répond pas : {cause}", f"The database does not answer: {cause}"
    )


def show_version(words: list[str]) -> int:
    """Print the version of the installed package."""
    print(f"maillage {importlib.metadata.version('maillage')}")
    return 0


def show_help(words: list[str]) -> int:
    """List our commands, one line each, without touching settings or database."""
    print(say("Maillage : les services aux familles d'un département.\n",
              "Maillage: the family services of a département.\n"))  # fmt: skip
    lines = {
        "start": say("démarrer le site sur http://127.0.0.1:8000/ (PORT pour changer)",
                     "start the site on http://127.0.0.1:8000/ (PORT to change)"),
        "stop": say("arrêter le PostgreSQL embarqué", "stop the embedded PostgreSQL"),
        "backup FILE": say("sauvegarder la base embarquée", "back the embedded database up"),
        "restore FILE": say("remettre une sauvegarde", "put a backup back"),
    }  # fmt: skip
    lines |= commands()
    for name, line in lines.items():
        print(f"  maillage {name:<20} {line}")
    print(say("\n« maillage COMMANDE --help » explique une commande ; les commandes de Django "
              "(migrate, shell, …) existent aussi.",
              '\n"maillage COMMAND --help" explains a command; Django\'s commands (migrate, '
              "shell, …) exist too."))  # fmt: skip
    return 0


def commands() -> dict[str, str]:
    """Each management command of ours with its one line, read from its source."""
    found: dict[str, str] = {}
    for file in sorted(PACKAGE.glob("*/management/commands/[!_]*.py"), key=lambda path: path.stem):
        module = ast.parse(file.read_text())
        found[file.stem] = _help_in(module) or (ast.get_docstring(module) or "").split("\n")[0]
    return found


def _help_in(module: ast.Module) -> str:
    for node in ast.walk(module):
        match node:
            case ast.Assign(targets=[ast.Name("help")], value=ast.Constant(str(words))):
                return words
    return ""
