"""Frozen results: two at once keep one, the oldest go, nothing is computed twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from django.db import connection, transaction

from maillage.core import scope
from maillage.steering import actions
from maillage.steering.models import FrozenResult, key_of


@pytest.mark.django_db
def test_the_oldest_results_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "KEPT", 2)
    for number in range(4):
        actions.freeze(str(number), b"x")
        FrozenResult.objects.filter(pk=str(number)).update(made_at=f"2026-01-0{number + 1}T00:00Z")
    actions.freeze("last", b"x")
    assert set(FrozenResult.objects.values_list("pk", flat=True)) == {"last", "3"}


@pytest.mark.django_db
def test_a_key_hangs_on_every_part() -> None:
    assert key_of("a", {"x": 1, "y": 2}) == key_of("a", {"y": 2, "x": 1})
    assert key_of("a", "b") != key_of("ab", "")


@pytest.fixture
def emptied() -> Iterator[None]:
    yield
    with transaction.atomic():
        scope.enter("public")
        actions.forget_all()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("emptied")
def test_two_pages_that_compute_the_same_keep_one_and_neither_fails() -> None:
    """The first holds its transaction open while the second writes the same key."""
    first_wrote, second_waits = Event(), Event()

    def first() -> None:
        with closing(connection), transaction.atomic():
            scope.enter("public")
            actions.freeze("same", b"first")
            first_wrote.set()
            second_waits.wait(timeout=0.5)  # the second waits for this row to be settled

    def second() -> None:
        with closing(connection):
            first_wrote.wait(timeout=5)
            with transaction.atomic():
                scope.enter("public")
                actions.freeze("same", b"second")
            second_waits.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result()
    assert FrozenResult.objects.packed("same") == b"first"
