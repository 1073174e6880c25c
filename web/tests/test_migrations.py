"""Migrations that change rows already there: taken back, then made again, on real rows.

The whole journey is one transaction of the owner's, undone at the end: no other database is made.
"""

from typing import Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from maillage.agenda.models import Appointment, Occurrence
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.people.models import User
from maillage.support import actions
from maillage.support.actions import Outcome
from maillage.support.tests import made as support

CHANGE_ROWS = (
    ("agenda", "0007_stretches_say_how_and_where"),
    ("agenda", "0008_how_long_it_really_lasted"),
    ("support", "0006_sessions_noted_tell_how_long"),
)
STRETCH = ("pk", "modes", "commune", "turn")


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return {one.name for one in found}


def taken(period: tuple[Any, Any], person: Any) -> int:
    """How much of someone's time is taken, as both versions of the function say it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from agenda_busy(%s, '{}', tstzrange(%s, %s))", [[person], *period]
        )
        return int(cursor.fetchone()[0])


def take_back(loader: MigrationLoader, *keys: tuple[str, str]) -> None:
    for key in keys:
        with connection.schema_editor() as editor:
            loader.get_migration(*key).unapply(loader.project_state(key, at_end=False), editor)


def make_again(loader: MigrationLoader, *keys: tuple[str, str]) -> None:
    for key in keys:
        with connection.schema_editor() as editor:
            loader.get_migration(*key).apply(loader.project_state(key, at_end=False), editor)


def test_rows_already_there_come_through_migrations_taken_back_and_made_again(as_owner):
    loader = MigrationLoader(connection)
    with transaction.atomic():
        with scope.system():
            rule = agenda.availability(agenda.practitioner(), "MO", "WE", modes=["video"])
            agenda.availability(agenda.practitioner("Bob"), "TU", town=None, modes=["phone"])
            noted, planned = _sessions(rule.practitioner)
            stretches = list(Occurrence.objects.order_by("pk").values_list(*STRETCH))
            day = (noted.starts_at, noted.ends_at)
            busy = taken(day, rule.practitioner_id)
        assert len(stretches) > 2
        with connection.cursor() as cursor:  # a table with checks still to come is not altered
            cursor.execute("set constraints all immediate")
        take_back(loader, *reversed(CHANGE_ROWS))
        assert not {"modes", "commune", "turn"} & columns("agenda_occurrence")
        assert "real_minutes" not in columns("agenda_appointment")
        assert taken(day, rule.practitioner_id) == busy
        make_again(loader, *CHANGE_ROWS)
        assert taken(day, rule.practitioner_id) == busy
        with scope.system():
            again = list(Occurrence.objects.order_by("pk").values_list(*STRETCH))
            minutes = dict(Appointment.objects.values_list("pk", "real_minutes"))
        assert again == stretches
        assert minutes == {noted.pk: 55, planned.pk: None}
        transaction.set_rollback(True)


def _sessions(by: Any) -> tuple[Appointment, Appointment]:
    """One that took place and was noted, one to come."""
    given, nour = support.service(support.programme()), support.family()
    noted, planned = (support.session(given, nour, by=by) for _ in range(2))
    ada = User.objects.create_user("ada@example.org", "Ada").pk
    told = Outcome(Appointment.State.ATTENDED, ("listen",), 55, "alone", "")
    actions.close_session(noted, told, by=ada)
    return noted.appointment, planned.appointment
