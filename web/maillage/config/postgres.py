"""The embedded PostgreSQL server: one per checkout, on a Unix socket that only its owner can open.

with running(server()):        # up for the length of the block; the last one out turns it off
    ensure_database(server(), "maillage")
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from maillage.config import postgres_cluster as cluster
from maillage.config import postgres_programs as programs
from maillage.config.postgres_cluster import OWNER, RUNNER, answers, connect
from maillage.config.postgres_place import EmbeddedServer
from maillage.config.speech import CannotStart

__all__ = [
    "OWNER", "RUNNER", "EmbeddedServer", "answers", "connect", "drop_database", "ensure_database",
    "for_tests", "rename_database", "running", "server", "start", "stop",
]  # fmt: skip

PACKAGE = Path(__file__).resolve().parents[1]


def server() -> EmbeddedServer:
    """The server of this checkout or installation, so that two of them never share one."""
    given = os.environ.get("MAILLAGE_STATE")
    state = Path(given).absolute() if given else _default_state()
    sockets = os.environ.get("MAILLAGE_SOCKETS", "/tmp")  # noqa: S108 (short, and always there)
    return EmbeddedServer(state=state, socket=Path(sockets) / f"maillage-{_key(state)}")


def for_tests(base: EmbeddedServer) -> EmbeddedServer:
    """A second server beside the first: faster, as nothing in it has to survive a power cut."""
    socket = base.socket.with_name(f"{base.socket.name}-test")
    return replace(base, socket=socket, suffix="-test", durable=False)


def _default_state() -> Path:
    checkout = PACKAGE.parents[1]
    inside = checkout / ".state"
    is_checkout = (checkout / "web" / "pyproject.toml").exists()
    if is_checkout and programs.can_reach(checkout, programs.account_for(inside)):
        return inside
    if os.geteuid() == 0:
        return Path("/var/lib/maillage") / _key(PACKAGE)
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "maillage" / _key(PACKAGE)


def _key(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


@contextmanager
def running(server: EmbeddedServer) -> Iterator[None]:
    """Keep the server up for the length of a block; the last one out turns it off.

    Everyone who uses it holds a shared lock, which the system releases even after `kill -9`.
    """
    cluster.make_folder(server.state)
    with _open_lock(server, "users") as users:
        with _alone(server):
            cluster.bring_up(server)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with _alone(server):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _nobody_holds(users):
                    cluster.bring_down(server)


def start(server: EmbeddedServer) -> None:
    """Bring the server up, or find it up, and leave it so. Many programs may ask at once."""
    cluster.make_folder(server.state)
    with _alone(server):
        cluster.bring_up(server)


def stop(server: EmbeddedServer) -> None:
    """Bring the server down, whoever uses it; one that is already down is no fault."""
    cluster.make_folder(server.state)
    with _alone(server):
        cluster.bring_down(server)


def ensure_database(server: EmbeddedServer, name: str) -> None:
    """Make the database if it is missing; `migrate` then grants the running role what it needs."""
    with connect(server, user=OWNER, database="postgres") as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            _create_database(connection, name)


def drop_database(server: EmbeddedServer, name: str) -> None:
    """Remove a database, even one that a killed program left connections to.

    By the superuser: nobody else may end the server's own clean-up (autovacuum) in it.
    """
    with connect(server, user="postgres", database="postgres") as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def rename_database(server: EmbeddedServer, name: str, new_name: str) -> None:
    """Rename a database, ending whoever is connected to it."""
    order = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connect(server, user="postgres", database="postgres") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        connection.execute(order.format(sql.Identifier(name), sql.Identifier(new_name)))


def _create_database(connection: psycopg.Connection, name: str) -> None:
    order = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    try:
        connection.execute(order)
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return  # another program made it in between


@contextmanager
def _alone(server: EmbeddedServer) -> Iterator[None]:
    """One program at a time brings the server up or down."""
    with _open_lock(server, "start") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open_lock(server: EmbeddedServer, name: str) -> IO[str]:
    try:
        return (server.state / f"{name}{server.suffix}.lock").open("w")
    except PermissionError as error:
        raise CannotStart(
            f"Le dossier « {server.state} » appartient à un autre compte : reprenez ce compte, ou "
            "donnez un autre dossier dans MAILLAGE_STATE.",
            f'The folder "{server.state}" belongs to another account: use that account, or give '
            "another folder in MAILLAGE_STATE.",
        ) from error


def _nobody_holds(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
