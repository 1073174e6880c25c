"""One PostgreSQL cluster in one folder: made whole or not at all, brought up, brought down.

A connection is the only proof that the server runs: after a crash, `postmaster.pid` and
`pg_ctl status` may both say so for a while, or for ever. Callers hold the start lock.
"""

import os
import pwd
import shlex
import shutil
import signal
import time
from pathlib import Path

import psycopg
from psycopg import sql

from maillage.config import postgres_programs as programs
from maillage.config.postgres_place import SOCKET_NAME, EmbeddedServer, is_cluster
from maillage.config.postgres_refusals import (
    does_not_start,
    is_not_private,
    on_a_full_disk,
    refuse_what_cannot_work,
)
from maillage.config.processes import is_alive
from maillage.config.speech import CannotStart

OWNER, RUNNER = "maillage_owner", "maillage_app"
ROLES = {
    OWNER: sql.SQL("LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS"),
    RUNNER: sql.SQL("LOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS"),
}
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
FAILED_STARTS_ACCEPTED = 10  # processes orphaned by a killed server need a moment to leave
BYTES_OF_LOG_KEPT = 10_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_duration_statement": "1s",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def connect(server: EmbeddedServer, *, user: str, database: str) -> psycopg.Connection:
    """Open a connection of our own, apart from Django's."""
    return psycopg.connect(
        host=str(server.socket),
        user=user,
        dbname=database,
        autocommit=True,
        connect_timeout=SECONDS_TO_START,  # a busy machine is slow; a dead server refuses at once
    )


def answers(server: EmbeddedServer) -> bool:
    """Whether this very server, and not a forgotten one on its socket, takes connections."""
    try:
        with connect(server, user="postgres", database="postgres") as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and _same_folder(Path(row[0]), server.data)


def bring_up(server: EmbeddedServer) -> None:
    """Make the cluster if it is missing and start it if it does not answer."""
    if not answers(server):
        _bring_up(server)
    _ensure_roles(server)  # also after a start that was killed before it made them


def _bring_up(server: EmbeddedServer) -> None:
    account = programs.account_for(server.data)
    refuse_what_cannot_work(server, account)
    with on_a_full_disk(server.state):
        binaries = programs.reachable_binaries(server.binaries, server.state, account)
        make_folder(server.socket.parent)
        _make_private(server.socket, account)
        _end_forgotten_server(server)
        if not is_cluster(server.data):
            _make_cluster(server, binaries, account)
        _launch(server, binaries, account)


def bring_down(server: EmbeddedServer) -> None:
    """Close connections, write everything down and end the server."""
    process = _live_postmaster(server.data)
    if process is None:
        return
    os.kill(process, signal.SIGINT)  # "fast": no new connection, the others are rolled back
    deadline = time.monotonic() + SECONDS_TO_STOP
    while _live_postmaster(server.data) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    if server.socket.is_dir() and not any(server.socket.iterdir()):
        server.socket.rmdir()


def make_folder(folder: Path) -> None:
    """Make the state folder, open to the account that root lends to PostgreSQL."""
    mode = 0o755 if os.geteuid() == 0 else 0o700
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    try:
        with on_a_full_disk(folder):
            for part in reversed(missing):
                part.mkdir(exist_ok=True)
                part.chmod(mode)
    except PermissionError as error:
        raise CannotStart(
            f"Impossible de créer le dossier « {folder} » : donnez-en un dans MAILLAGE_STATE.",
            f'The folder "{folder}" cannot be made: give another one in MAILLAGE_STATE.',
        ) from error


def _make_private(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a 0700 folder of the account; in a shared place, trust only what is really ours."""
    owner = account.pw_uid if account else os.geteuid()
    if folder.is_symlink():
        raise is_not_private(folder)
    if os.geteuid() == 0 and folder.is_dir() and folder.stat().st_uid != owner:
        shutil.rmtree(folder)  # what a start killed before its chown, or another account, left
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        facts = folder.lstat()
        if facts.st_uid != owner or facts.st_mode & 0o077:
            raise is_not_private(folder) from None
        return
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _make_cluster(
    server: EmbeddedServer, binaries: Path, account: pwd.struct_passwd | None
) -> None:
    """Run `initdb` aside and rename: a start that is killed leaves no half-made cluster."""
    aside = server.data.with_name(f"{server.data.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    _make_private(aside, account)
    by_itself = programs.major_version(server.binaries) >= 17  # needs no locale of the system
    done = programs.run(
        binaries / "initdb",
        *("-D", aside, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-k"),
        *(["--locale-provider=builtin"] if by_itself else []),
        *([] if server.durable else ["--no-sync"]),
        account=account,
    )
    if done.returncode != 0:
        raise does_not_start(server, done.stdout)
    aside.rename(server.data)


def _launch(server: EmbeddedServer, binaries: Path, account: pwd.struct_passwd | None) -> None:
    settings = SETTINGS | {"unix_socket_directories": f'"{server.socket}"'}
    settings |= {} if server.durable else NOT_DURABLE
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    log = _log_of(server.data)
    deadline = time.monotonic() + SECONDS_TO_START
    failures = 0
    while time.monotonic() < deadline:
        if answers(server):
            return
        if _live_postmaster(server.data) is not None:
            time.sleep(0.05)  # another start, now dead, launched it; or it replays its journal
            continue
        (server.data / "postmaster.pid").unlink(missing_ok=True)
        done = programs.run(
            binaries / "pg_ctl",
            *("start", "-D", server.data, "-w", "-t", str(SECONDS_TO_START)),
            *("-l", log, "-o", options),
            account=account,
        )
        if done.returncode != 0:
            failures += 1
            if failures == FAILED_STARTS_ACCEPTED:
                raise does_not_start(server, _last_lines(log) or done.stdout)
            time.sleep(0.2)
    raise does_not_start(server, _last_lines(log))


def _ensure_roles(server: EmbeddedServer) -> None:
    with connect(server, user="postgres", database="postgres") as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role, rights in ROLES.items():
            if role not in known:
                order = sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(role), rights)
                connection.execute(order)


def _end_forgotten_server(server: EmbeddedServer) -> None:
    """End a server that still holds our socket although its data folder was removed."""
    lines = _lines_of(server.socket / f"{SOCKET_NAME}.lock")
    if len(lines) < 2 or not lines[0].isdigit() or is_cluster(Path(lines[1])):
        return
    process, mark = int(lines[0]), f"-D {lines[1]} "
    if is_alive(process, mark):
        os.kill(process, signal.SIGQUIT)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while is_alive(process, mark) and time.monotonic() < deadline:
        time.sleep(0.05)


def _live_postmaster(data: Path) -> int | None:
    """The process of this cluster; never a zombie, nor a stranger who took its number."""
    lines = _lines_of(data / "postmaster.pid")
    if not lines or not lines[0].strip().isdigit():
        return None
    process = int(lines[0])
    return process if is_alive(process, f"-D {data} ") else None


def _log_of(data: Path) -> Path:
    log = data / "server.log"
    if log.exists() and log.stat().st_size > BYTES_OF_LOG_KEPT:
        log.replace(data / "server.log.1")
    return log


def _last_lines(file: Path) -> str:
    return "\n".join(_lines_of(file)[-3:])


def _lines_of(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _same_folder(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
