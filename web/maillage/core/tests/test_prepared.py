"""A kept plan gives the same rows as a fresh one, to whoever asks."""

from uuid import uuid4

import pytest
from django.db import connection, transaction

from maillage.core import prepared, scope
from maillage.core.models import OutboxMessage

KEPT = "select count(*) from pg_prepared_statements where statement like '%%core_outboxmessage%%'"


def kept():
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        return cursor.fetchone()[0]


def test_a_kept_plan_asks_row_level_security_again_at_each_run(db):
    key = uuid4()
    asked = OutboxMessage.objects.filter(pk=key)
    with transaction.atomic(), scope.system(), prepared.statements():
        OutboxMessage.objects.create(pk=key, recipient="nour@example.org", subject="s", body="b")
        seen_by_the_system = [len(asked.all()) for _time in range(8)]
        scope.enter("public")
        seen_by_a_visitor = [len(asked.all()) for _time in range(8)]
        assert kept() >= 1
    assert seen_by_the_system == [1] * 8
    assert seen_by_a_visitor == [0] * 8


def test_other_statements_are_sent_as_before_even_after_a_refusal(db):
    connection.ensure_connection()
    before = connection.connection.cursor_factory, connection.connection.prepare_threshold
    with pytest.raises(ZeroDivisionError), prepared.statements():
        1 / (connection.connection.cursor_factory is before[0])
    assert (connection.connection.cursor_factory, connection.connection.prepare_threshold) == before


def test_nothing_is_kept_where_a_pooler_would_forget_it(db, settings):
    settings.PREPARED_STATEMENTS = False
    connection.ensure_connection()
    before = connection.connection.cursor_factory
    with prepared.statements():
        assert connection.connection.cursor_factory is before
