"""The embedded server survives what happens to a laptop: kills, races, full disks, old folders."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from maillage.config import (
    backups,
    postgres,
    postgres_programs,
    postgres_refusals,
    processes,
)
from maillage.config.speech import CannotStart

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from maillage.config import postgres
with postgres.running(postgres.server()):
    print("up", flush=True)
    time.sleep(float(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """A whole cluster at rest: making one takes a second, copying it takes none."""
    with pytest.MonkeyPatch.context() as patch, state_folder(patch) as folder:
        with postgres.running(postgres.server()):
            pass
        yield folder


@contextmanager
def state_folder(patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of its own, that the account PostgreSQL runs as can enter."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-state-", dir="/tmp"))
    folder.chmod(0o755)
    patch.setenv("MAILLAGE_STATE", str(folder))
    yield folder
    postgres.stop(postgres.server())
    shutil.rmtree(folder)


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with state_folder(monkeypatch) as folder:
        yield folder


@pytest.fixture
def bare_server(state: Path) -> postgres.EmbeddedServer:
    """A server that was never started."""
    return postgres.server()


@pytest.fixture
def server(made_once: Path, state: Path) -> postgres.EmbeddedServer:
    """A server whose cluster is there, at rest."""
    data = postgres.server().data
    subprocess.run(["cp", "-a", made_once / data.name, data], check=True)
    return postgres.server()


def python(code: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "web")} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ask(server: postgres.EmbeddedServer, query: str, *, database: str = "postgres") -> object:
    with postgres.connect(server, user=postgres.OWNER, database=database) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(server: postgres.EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def wait_until_gone(process: int) -> None:
    deadline = time.monotonic() + 10
    while processes.is_alive(process, "postgres") and time.monotonic() < deadline:
        time.sleep(0.02)


def test_naming_the_server_touches_nothing(state: Path) -> None:
    server = postgres.server()
    assert server.state == state
    assert list(state.iterdir()) == []
    assert not server.socket.exists()


def test_the_server_is_durable_private_and_has_no_tcp(server: postgres.EmbeddedServer) -> None:
    with postgres.running(server):
        assert ask(server, "show fsync") == "on"
        assert ask(server, "show synchronous_commit") == "on"
        assert ask(server, "show listen_addresses") == ""
        assert ask(server, "select current_setting('data_checksums')") == "on"
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert server.data.stat().st_mode & 0o777 == 0o700


def test_neither_role_may_step_over_row_level_security(server: postgres.EmbeddedServer) -> None:
    with (
        postgres.running(server),
        postgres.connect(server, user=postgres.RUNNER, database="postgres") as connection,
    ):
        found = connection.execute(
            "select rolname, rolcreatedb, rolsuper, rolbypassrls, rolcanlogin from pg_roles"
            " where rolname like 'maillage%' order by 1"
        ).fetchall()
    assert found == [
        ("maillage_app", False, False, False, True),
        ("maillage_owner", True, False, False, True),
    ]


def test_a_second_start_finds_the_first_server(server: postgres.EmbeddedServer) -> None:
    postgres.start(server)
    first = postmaster(server)
    postgres.start(server)
    assert postmaster(server) == first


def test_the_last_one_out_turns_the_server_off(server: postgres.EmbeddedServer) -> None:
    with postgres.running(server):
        with postgres.running(server):
            pass
        assert postgres.answers(server)
    assert not postgres.answers(server)
    assert not server.socket.exists()


@pytest.mark.race
def test_four_starts_at_once_make_one_cluster(bare_server: postgres.EmbeddedServer) -> None:
    started = [python(HOLD, "1") for _ in range(4)]
    assert [run.communicate()[0] for run in started] == ["up\n"] * 4
    assert [run.returncode for run in started] == [0] * 4
    assert sorted(p.name for p in bare_server.state.glob("pg*")) == [bare_server.data.name]
    assert not postgres.answers(bare_server)


@pytest.mark.race
def test_a_killed_user_does_not_keep_the_server_on(server: postgres.EmbeddedServer) -> None:
    user = python(HOLD, "60")
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    with postgres.running(server):
        user.kill()
        user.communicate()
    assert not postgres.answers(server)


def test_what_was_committed_survives_the_kill_of_the_server(
    server: postgres.EmbeddedServer,
) -> None:
    postgres.start(server)
    postgres.ensure_database(server, "kept")
    with postgres.connect(server, user=postgres.OWNER, database="kept") as connection:
        connection.execute("create table proof (line text)")
        connection.execute("insert into proof values ('committed')")
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    postgres.start(server)
    assert postmaster(server) != killed
    assert ask(server, "select line from proof", database="kept") == "committed"


def test_a_number_taken_by_a_stranger_does_not_block_the_start(
    server: postgres.EmbeddedServer,
) -> None:
    postgres.start(server)
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    wait_until_gone(int(lines[0]))
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    postgres.start(server)
    assert postmaster(server) != os.getpid()


def test_a_socket_left_by_a_killed_server_does_not_block_the_start(
    server: postgres.EmbeddedServer,
) -> None:
    postgres.start(server)
    os.kill(postmaster(server), signal.SIGKILL)
    wait_until_gone(postmaster(server))
    assert (server.socket / ".s.PGSQL.5432").exists()
    assert not postgres.answers(server)
    postgres.start(server)
    assert postgres.answers(server)


def test_a_cluster_whose_making_was_killed_is_made_again(
    bare_server: postgres.EmbeddedServer,
) -> None:
    half_made = bare_server.data.with_name(f"{bare_server.data.name}.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    postgres.start(bare_server)
    assert ask(bare_server, "select 1") == 1
    assert not half_made.exists()


def test_roles_are_made_by_the_start_after_a_killed_one(server: postgres.EmbeddedServer) -> None:
    postgres.start(server)
    with postgres.connect(server, user="postgres", database="postgres") as connection:
        connection.execute("drop role maillage_owner")
    postgres.start(server)
    assert ask(server, "select current_user") == "maillage_owner"


def test_a_server_whose_folder_was_removed_is_ended(server: postgres.EmbeddedServer) -> None:
    postgres.start(server)
    forgotten = postmaster(server)
    shutil.rmtree(server.data)
    postgres.start(server)
    assert not processes.is_alive(forgotten, "postgres")
    assert postgres.answers(server)
    assert (server.data / "PG_VERSION").exists()


def test_data_of_another_postgres_are_never_passed_over(
    bare_server: postgres.EmbeddedServer,
) -> None:
    old = bare_server.state / "pg14"
    old.mkdir()
    (old / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart) as refusal:
        postgres.start(bare_server)
    assert "données de PostgreSQL 14" in refusal.value.french
    assert "docs/operate.md" in refusal.value.english
    assert not bare_server.data.exists()


def test_a_full_disk_is_named_before_anything_is_written(
    bare_server: postgres.EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_than_any_disk = 10**18
    monkeypatch.setattr(postgres_refusals, "BYTES_FOR_A_NEW_CLUSTER", more_than_any_disk)
    with pytest.raises(CannotStart) as refusal:
        postgres.start(bare_server)
    assert "est plein" in refusal.value.french
    assert not bare_server.data.exists()


def test_a_socket_path_that_the_system_would_cut_is_refused(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILLAGE_SOCKETS", f"/tmp/{'long' * 25}")
    with pytest.raises(CannotStart) as refusal:
        postgres.start(postgres.server())
    assert "trop long" in refusal.value.french
    monkeypatch.delenv("MAILLAGE_SOCKETS")


def test_a_socket_folder_open_to_others_is_not_trusted(
    bare_server: postgres.EmbeddedServer,
) -> None:
    account = postgres_programs.account_for(bare_server.data)
    bare_server.socket.mkdir()
    bare_server.socket.chmod(0o755)
    if account:
        os.chown(bare_server.socket, account.pw_uid, account.pw_gid)
    with pytest.raises(CannotStart) as refusal:
        postgres.start(bare_server)
    bare_server.socket.rmdir()
    assert "n'est pas privé" in refusal.value.french


def test_a_link_in_the_place_of_the_socket_folder_is_not_followed(
    bare_server: postgres.EmbeddedServer, tmp_path: Path
) -> None:
    bare_server.socket.symlink_to(tmp_path)
    with pytest.raises(CannotStart) as refusal:
        postgres.start(bare_server)
    bare_server.socket.unlink()
    assert "n'est pas privé" in refusal.value.french
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_postgres_is_told_what_to_install(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGBIN", "/nowhere")
    with pytest.raises(CannotStart) as refusal:
        postgres.start(postgres.server())
    assert "/nowhere/postgres" in refusal.value.english
    monkeypatch.delenv("PGBIN")


def test_two_servers_share_neither_folder_nor_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_STATE", "/tmp/one")
    one = postgres.server()
    monkeypatch.setenv("MAILLAGE_STATE", "/tmp/other")
    other = postgres.server()
    tests = postgres.for_tests(one)
    assert len({one.socket, other.socket, tests.socket}) == 3
    assert len({one.data, other.data, tests.data}) == 3


def test_the_running_role_makes_no_table(server: postgres.EmbeddedServer) -> None:
    with postgres.running(server):
        postgres.ensure_database(server, "theirs")
        with (
            postgres.connect(server, user=postgres.RUNNER, database="theirs") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("create table in_a_place_that_is_not_its_own ()")


def test_a_backup_put_back_is_the_database_as_it_was(
    server: postgres.EmbeddedServer, tmp_path: Path
) -> None:
    file = tmp_path / "kept.backup"
    with postgres.running(server):
        postgres.ensure_database(server, "kept")
        with postgres.connect(server, user=postgres.OWNER, database="kept") as connection:
            connection.execute("create table proof as select 'before' as line")
            connection.execute("alter table proof enable row level security")
            connection.execute("alter table proof force row level security")
        backups.dump(server, "kept", file)
        with postgres.connect(server, user="postgres", database="kept") as connection:
            connection.execute("update proof set line = 'after'")
        backups.restore(server, "kept", file)
        lines = {name: line_of(server, name) for name in ("kept", "kept_before_restore")}
    assert lines == {"kept": "before", "kept_before_restore": "after"}


def test_a_broken_backup_leaves_the_database_alone(
    server: postgres.EmbeddedServer, tmp_path: Path
) -> None:
    file = tmp_path / "broken.backup"
    file.write_bytes(b"not a backup")
    with postgres.running(server):
        postgres.ensure_database(server, "kept")
        with postgres.connect(server, user=postgres.OWNER, database="kept") as connection:
            connection.execute("create table proof as select 'untouched' as line")
        with pytest.raises(CannotStart, match="pg_restore"):
            backups.restore(server, "kept", file)
        assert line_of(server, "kept") == "untouched"


def line_of(server: postgres.EmbeddedServer, database: str) -> object:
    with postgres.connect(server, user="postgres", database=database) as connection:
        row = connection.execute("select line from proof").fetchone()
    return row and row[0]
