"""A connection of the owner's, to take a constraint away for a negative control."""

from collections.abc import Iterator

import psycopg
import pytest

from maillage.config import postgres


@pytest.fixture
def owner(
    transactional_db: None, postgres_server: postgres.EmbeddedServer, test_database_name: str
) -> Iterator[psycopg.Connection]:
    """Act as the owner of the tables, each statement at once."""
    where = {"host": str(postgres_server.socket), "dbname": test_database_name}
    with psycopg.connect(**where, user=postgres.OWNER, autocommit=True) as connection:
        yield connection
