"""A computation is asked of a worker once, whoever clicks, and once more only when it is due."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from maillage.core import scope
from maillage.steering import actions
from maillage.steering.models import FrozenResult, FrozenResultQuerySet
from maillage.steering.scenarios.asking import Asked
from maillage.steering.scenarios.runs import SHARING_TASK

WORK = Asked("of-a-test", b"asked", SHARING_TASK, ("debut",))
BETTER = Asked("of-a-test", b"with more time", SHARING_TASK, ("debut",))


def jobs() -> int:
    return ProcrastinateJob.objects.filter(args__plan_id=WORK.waiting).count()


@pytest.fixture
def emptied() -> Iterator[None]:
    yield
    with transaction.atomic():
        scope.enter("public")
        actions.forget_all()
        ProcrastinateJob.objects.filter(args__plan_id=WORK.waiting).delete()


def at_once(first: Callable[[], object], second: Callable[[Event, Event], object]) -> None:
    """The first holds its transaction open while the second runs, or judges what there is."""
    first_did, second_judged, first_ended = Event(), Event(), Event()

    def begins() -> None:
        with closing(connection), transaction.atomic():
            scope.enter("public")
            first()
            first_did.set()
            second_judged.wait(timeout=0.5)  # with the lock, the second waits for us here
        first_ended.set()

    def follows() -> None:
        with closing(connection):
            first_did.wait(timeout=5)
            with transaction.atomic():
                scope.enter("public")
                second(second_judged, first_ended)
            second_judged.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(begins), pool.submit(follows)]:
            done.result()


def cut_short() -> None:
    """An answer whose run is over, that a limit of time cut short."""
    with transaction.atomic():
        scope.enter("public")
        WORK.ask()
        actions.freeze(WORK.key, b"cut short")


def redo(packed: bytes) -> bytes | None:
    return BETTER.question if packed == b"cut short" else None


def slowly(judged: Event, ended: Event) -> Callable[[bytes], bytes | None]:
    """Judge an answer, and act on it only once the other has ended."""

    def late(packed: bytes) -> bytes | None:
        judged.set()
        ended.wait(timeout=5)
        return redo(packed)

    return late


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("emptied")
def test_two_clicks_are_one_computation() -> None:
    at_once(WORK.ask, lambda *_moments: WORK.ask())
    assert jobs() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("emptied")
def test_two_who_ask_for_more_time_are_one_computation_more() -> None:
    cut_short()
    at_once(lambda: WORK.ask_again(redo), lambda *moments: WORK.ask_again(slowly(*moments)))
    assert jobs() == 2
    assert FrozenResult.objects.packed(WORK.key) is None
    assert FrozenResult.objects.packed(WORK.waiting) == b"with more time"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("emptied")
def test_without_the_lock_two_who_ask_again_would_be_two_computations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second has judged the answer when the first begins, and forgets what the first asked."""
    cut_short()
    monkeypatch.setattr(FrozenResultQuerySet, "select_for_update", lambda rows: rows)
    at_once(lambda: WORK.ask_again(redo), lambda *moments: WORK.ask_again(slowly(*moments)))
    assert jobs() == 3


@pytest.mark.django_db
def test_a_whole_answer_is_not_asked_again() -> None:
    WORK.ask()
    actions.freeze(WORK.key, b"whole")
    WORK.ask_again(redo)
    assert jobs() == 1
    assert FrozenResult.objects.packed(WORK.key) == b"whole"


@pytest.mark.django_db
def test_what_is_under_way_is_not_asked_again() -> None:
    WORK.ask()
    WORK.ask_again(redo)
    assert jobs() == 1


@pytest.mark.django_db
def test_what_is_asked_again_begins_its_steps_anew() -> None:
    WORK.ask()
    WORK.tell("debut")
    actions.freeze(WORK.key, b"cut short")
    assert WORK.done() == 1
    WORK.ask_again(redo)
    assert (WORK.done(), jobs()) == (0, 2)
