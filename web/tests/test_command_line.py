"""The `maillage` command speaks in sentences, and the site that it starts survives its death."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError

import pytest

from maillage.config import cli, postgres, postgres_programs, processes
from maillage.config.postgres_programs import can_reach
from maillage.config.serve import SECONDS_OF_CHILDHOOD
from maillage.config.speech import CannotStart, say

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "maillage")
SECONDS_TO_START = 120


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state folder of its own for the sites that these tests start."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-state-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    maillage(folder, "stop")
    shutil.rmtree(folder)


@pytest.fixture
def port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def environment(state: Path, **more: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"MAILLAGE_ROLE", "MAILLAGE_DB", "DATABASE_URL", "SECRET_KEY", "LANG"}
    }
    here = {"MAILLAGE_STATE": str(state), "PYTHONPATH": str(ROOT / "web"), "LC_ALL": "fr_FR.UTF-8"}
    return inherited | here | more


def maillage(state: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(state, **more),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def site(state: Path, port: int, **more: str) -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen(
        [*COMMAND, "start"],
        env=environment(state, PORT=str(port), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.terminate()
        started.communicate()


def lines_until(started: "subprocess.Popen[str]", words: str) -> list[str]:
    lines: list[str] = []
    for line in started.stdout or ():
        lines.append(line.strip())
        if words in line:
            return lines
    raise AssertionError("\n".join(lines))


def answered(port: int) -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            return "<main" in page(port, "/")
        except OSError:
            time.sleep(0.1)
    return False


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return str(answer.read().decode())


def test_help_lists_our_commands_without_settings_or_server(tmp_path: Path) -> None:
    shown = maillage(tmp_path / "never-made", "--help", DJANGO_SETTINGS_MODULE="no.such.settings")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "maillage start " in shown.stdout
    assert "maillage load_territory " in shown.stdout
    assert not (tmp_path / "never-made").exists()


def test_each_command_of_ours_says_what_it_does_in_one_line() -> None:
    lines = cli.commands()
    assert {"demo", "diagnose", "extend_openings", "load_territory", "migrate"} <= set(lines)
    assert {name for name, line in lines.items() if not 10 < len(line) <= 100} == set()


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    assert maillage(tmp_path, "--version").stdout == "maillage 0.1.0\n"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "abc"}, "PORT must be a whole number of at least 1; got 'abc'."),
        ({"PORT": "70000"}, "PORT doit être au plus 65535."),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/maillage"}, "SECRET_KEY must be set"),
        (
            {"DATABASE_URL": "postgresql://127.0.0.1:1/maillage", "SECRET_KEY": "for-this-test"},
            "La base de données ne répond pas",
        ),
        ({"MAILLAGE_SOCKETS": "/tmp/" + "long" * 25}, "est trop long pour une prise Unix"),
        ({"PGBIN": "/nowhere"}, "Le programme « /nowhere/postgres » ne démarre pas"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(
    tmp_path: Path, port: int, variables: dict[str, str], sentence: str
) -> None:
    refused = maillage(tmp_path, "start", **({"PORT": str(port)} | variables))
    assert refused.returncode == 2
    assert refused.stderr.startswith("maillage: ")
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_port_taken_by_another_program_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        refused = maillage(tmp_path, "start", PORT=str(taken))
    assert refused.returncode == 2
    assert refused.stderr == (
        f"maillage: Le port {taken} est déjà pris par un autre programme : choisissez-en un autre, "
        f"par exemple PORT={taken + 1} make start.\n"
    )
    assert not (tmp_path / "pg18").exists()


def test_demonstration_data_refuse_a_real_site(tmp_path: Path) -> None:
    real = {"DATABASE_URL": "postgresql://127.0.0.1:1/maillage", "SECRET_KEY": "for-this-test"}
    refused = maillage(tmp_path, "demo", **real)
    assert refused.returncode == 2
    assert refused.stderr == (
        "maillage: Les données de démonstration sont inventées et ne se chargent pas sur un vrai"
        " site. Retirez DATABASE_URL pour lancer une démonstration.\n"
    )


@pytest.mark.race
def test_two_starts_at_once_give_one_site_and_a_kill_loses_nothing(state: Path, port: int) -> None:
    with site(state, port) as one, site(state, port) as other:
        late, serving = (one, other) if ended_first(one, other) else (other, one)
        assert late.stdout is not None
        assert "tourne déjà (ou démarre)" in late.stdout.read()
        assert late.returncode == 0
        lines_until(serving, "Maillage est prêt")
        assert page(port, "/").count("<main") == 1
        children = json.loads((state / "site.json").read_text())["children"]
        serving.kill()
        serving.wait()
    with site(state, port) as again:
        said = lines_until(again, "Ctrl-C")
        assert f"Chercher une aide                  http://127.0.0.1:{port}/" in said
        assert [child for child in children if processes.is_alive(child, *processes.OURS)] == []
        assert communes_of_haute_saone(state) == 536
        web = json.loads((state / "site.json").read_text())["children"][0]
        time.sleep(SECONDS_OF_CHILDHOOD)
        os.kill(web, signal.SIGKILL)
        assert "gunicorn maillage.config.wsgi, code -9" in lines_until(again, "code -9")[-1]
        assert answered(port)
        again.send_signal(signal.SIGINT)
        last_words = again.communicate(timeout=60)[0]
        assert again.returncode == 0, last_words
    assert not (state / "site.json").exists()
    assert list(state.glob("pg*/postmaster.pid")) == []


def test_a_site_on_a_database_of_its_own_is_no_demonstration(state: Path, port: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILLAGE_STATE", str(state))
        server = postgres.server()
    here = f"@/real?host={server.socket}"
    real = {
        "DATABASE_URL": f"postgresql://{postgres.RUNNER}{here}",
        "DATABASE_OWNER_URL": f"postgresql://{postgres.OWNER}{here}",
        "SECRET_KEY": "only-for-this-test" * 4,
        "STATIC_ROOT": str(state / "real"),
        "HTTPS": "0",
    }
    with postgres.running(server):
        postgres.ensure_database(server, "real")
        with site(state, port, **real) as started:
            said = lines_until(started, "Ctrl-C")
            home = page(port, "/")
            with pytest.raises(HTTPError, match="404"):
                page(port, "/demo/messages/")
    assert not [line for line in said if "demo" in line]
    assert "<main" in home
    assert "Démonstration" not in home


def ended_first(one: "subprocess.Popen[str]", other: "subprocess.Popen[str]") -> bool:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        for run in (one, other):
            if run.poll() is not None:
                return run is one
        time.sleep(0.05)
    raise AssertionError("two sites run on one state folder")


def communes_of_haute_saone(state: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILLAGE_STATE", str(state))
        with postgres.connect(
            postgres.server(), user="postgres", database="maillage"
        ) as connection:
            row = connection.execute(
                "select count(*) from territory_commune where departement_id = '70'"
            ).fetchone()
    assert row is not None
    return int(row[0])


def as_nobody(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python as the account that may do nothing; skip where this account may not become it."""
    if os.geteuid() != 0:
        pytest.skip("only root may become another account")
    interpreter = "/usr/bin/python3.11"
    packages = Path(pytest.__file__).parents[1]
    account = pwd.getpwnam("nobody")
    if not Path(interpreter).exists() or not can_reach(packages, account):
        pytest.skip("the account nobody can run no Python 3.11 with our packages here")
    return subprocess.run(
        [interpreter, "-c", code],
        env={
            "PYTHONPATH": f"{ROOT / 'web'}:{packages}",
            "MAILLAGE_STATE": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )


START_AND_ASK = """
from maillage.config import postgres
server = postgres.server()
with postgres.running(server), postgres.connect(
    server, user=postgres.RUNNER, database="postgres"
) as connection:
    print(connection.execute("select current_user").fetchone()[0], server.data.stat().st_uid)
"""


def test_an_ordinary_user_starts_a_server_of_their_own() -> None:
    with open_folder() as folder:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        done = as_nobody(START_AND_ASK, folder)
    assert done.stdout == f"maillage_app {pwd.getpwnam('nobody').pw_uid}\n", done.stderr


def test_an_ordinary_user_is_told_whose_the_folder_is() -> None:
    refused_by = "import os, maillage.config.cli as c; raise SystemExit(c.main(['migrate']))"
    with open_folder() as folder:
        (folder / "start.lock").touch(mode=0o600)
        (folder / "users.lock").touch(mode=0o600)
        done = as_nobody(refused_by, folder)
    assert done.returncode == 2
    assert done.stderr == (
        f"maillage: Le dossier « {folder} » appartient à un autre compte : reprenez ce compte, ou "
        "donnez un autre dossier dans MAILLAGE_STATE.\n"
    )


@contextmanager
def open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="maillage-state-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_root_lends_programs_that_its_account_cannot_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lends its programs to another account")
    with open_folder() as folder:
        hidden = folder / "hidden"
        source = postgres_programs.find_binaries().parents[1]
        hidden.mkdir(mode=0o700)
        shutil.copytree(source / "pginstall", hidden / source.name / "pginstall", symlinks=True)
        shutil.copytree(source.with_name(f"{source.name}.libs"), hidden / f"{source.name}.libs")
        monkeypatch.setenv("PGBIN", str(hidden / source.name / "pginstall" / "bin"))
        monkeypatch.setenv("MAILLAGE_STATE", str(folder / "state"))
        with postgres.running(postgres.server()):
            assert (folder / "state" / "programs").is_dir()
        assert hidden.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("fr_FR.UTF-8", "oui"), ("C.UTF-8", "oui"), ("", "oui"), ("en_GB.UTF-8", "yes")],
)
def test_the_command_speaks_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, language: str, spoken: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, language)
    assert say("oui", "yes") == spoken
    assert str(CannotStart("oui", "yes")) == spoken
