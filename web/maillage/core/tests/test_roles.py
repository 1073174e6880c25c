"""The role that runs the site is held by row-level security, or the migration says so and stops."""

import pytest
from django.core.management import CommandError
from django.db import connection

from maillage.core.management.commands.migrate import refuse_a_role_above_the_policies

pytestmark = pytest.mark.django_db


def above_the_policies() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select rolname from pg_roles where rolsuper order by oid")
        return [str(row[0]) for row in cursor.fetchall()]


def test_a_superuser_is_refused_with_the_order_that_mends_it() -> None:
    superuser = above_the_policies()[0]
    with pytest.raises(CommandError, match=f"alter role {superuser} nosuperuser nobypassrls"):
        refuse_a_role_above_the_policies(superuser)


def test_the_role_of_these_tests_is_held() -> None:
    refuse_a_role_above_the_policies("maillage_app")
    refuse_a_role_above_the_policies("a role that does not exist")  # then the present one
