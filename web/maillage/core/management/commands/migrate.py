"""Django's migrate, then the rights of the role that runs: it never owns a table."""

import os
from typing import Any

from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection, transaction
from psycopg import sql

# What proves something is added and read, never changed.
APPEND_ONLY = ("core_auditentry",)
ONE_AT_A_TIME = 7_215_530_884  # any number, as long as it is always this one


class Command(Migrate):
    """Migrate, make the cache table, grant the application role what it needs."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Django's command, then the grants; a second migration waits for the first."""
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [ONE_AT_A_TIME])
            try:
                super().handle(*args, **options)
                call_command("createcachetable", verbosity=0)
                role = os.environ.get("MAILLAGE_APP_ROLE", "maillage_app")
                refuse_a_role_above_the_policies(role)
                grant(role)
            finally:
                cursor.execute("select pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def refuse_a_role_above_the_policies(role: str) -> None:
    """A superuser sees every row whatever the policies say: such a role must not run the site."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolname from pg_roles where (rolsuper or rolbypassrls) and rolname ="
            " coalesce((select rolname from pg_roles where rolname = %s), current_user)",
            [role],
        )
        if (above := cursor.fetchone()) is not None:
            raise CommandError(
                f"The role {above[0]} is above row-level security and must not run the site. "
                f"Run: alter role {above[0]} nosuperuser nobypassrls, or name another role."
            )


def grant(role: str) -> None:
    """Let `role` read and write rows, all at once; nothing where one role does both."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select 1 from pg_roles where rolname = %s and rolname <> current_user", [role]
        )
        if cursor.fetchone() is None:
            return
        name = sql.Identifier(role)
        for statement in (
            "grant usage on schema public to {role}",
            "grant select, insert, update, delete on all tables in schema public to {role}",
            "grant usage, select on all sequences in schema public to {role}",
            "grant execute on all functions in schema public to {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
        for table in APPEND_ONLY:
            revoke = sql.SQL("revoke update, delete on {table} from {role}")
            cursor.execute(revoke.format(table=sql.Identifier(table), role=name))
