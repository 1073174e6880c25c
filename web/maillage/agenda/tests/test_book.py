"""R9, R37–R39: one slot, one family, whoever asks and however often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from maillage.agenda import actions, slots
from maillage.agenda.errors import (
    NobodyCanReceive,
    RoomIsTooSmall,
    SlotIsTaken,
    SlotIsTooSoon,
)
from maillage.agenda.models import Appointment, Claim
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.families.models import Contact, Household

TUESDAY_9 = made.at(1, 9)
TUESDAY_10 = made.at(1, 10)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def seen_by_the_system(question: Callable[[], object]) -> object:
    with transaction.atomic(), scope.system():
        return question()


def free(rule, **values):
    asked = {
        "service_ids": [rule.service_id], "start": made.at(1, 0), "end": made.at(2, 0),
        "now": made.NOW,
    }  # fmt: skip
    return [slot.starts_at for slot in slots.free_slots(slots.Asked(**asked | values))]


def test_a_morning_of_three_hours_gives_three_slots_of_an_hour(everyone):
    rule = made.availability(made.practitioner())
    assert free(rule) == [made.at(1, 9), made.at(1, 10), made.at(1, 11)]


def test_breathing_space_after_each_slot_makes_fewer(everyone):
    rule = made.availability(made.practitioner(), buffer_minutes=15)
    assert free(rule) == [made.at(1, 9), made.at(1, 10, 15)]


def test_a_visitor_books_without_an_account_and_reads_only_what_is_theirs(db):
    with scope.system():
        rule = made.availability(made.practitioner())
        other = actions.book(made.booking(rule, TUESDAY_10), now=made.NOW)
    scope.enter("public")
    mine = actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)
    assert mine.state == Appointment.State.CONFIRMED
    assert [one.pk for one in Appointment.objects.all()] == [mine.pk]
    assert not Appointment.objects.filter(pk=other.pk).exists()
    assert [(one.name, one.email) for one in Contact.objects.all()] == [
        ("Nour", "nour@example.org")
    ]
    assert free(rule) == [made.at(1, 11)]


def test_a_slot_that_went_is_refused_and_nothing_is_written(everyone):
    rule = made.availability(made.practitioner())
    actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)
    with pytest.raises(SlotIsTaken):
        actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)
    assert Appointment.objects.count() == 1
    assert Household.objects.count() == 1


def test_the_same_form_sent_twice_gives_one_appointment(everyone):
    rule = made.availability(made.practitioner())
    wanted = made.booking(rule, TUESDAY_9)
    assert actions.book(wanted, now=made.NOW) == actions.book(wanted, now=made.NOW)
    assert Appointment.objects.count() == 1


def test_a_slot_inside_the_notice_is_refused(everyone):
    rule = made.availability(made.practitioner(), notice_hours=48)
    with pytest.raises(SlotIsTooSoon):
        actions.book(made.booking(rule, TUESDAY_9), now=TUESDAY_9 - timedelta(hours=47))


def test_nobody_books_a_practitioner_whose_papers_have_lapsed(everyone):
    lapsed = made.practitioner(papers=False)
    rule = made.availability(lapsed)
    assert free(rule) == []
    with pytest.raises(NobodyCanReceive):
        actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)


def test_a_room_that_is_too_small_is_said_before_anything_is_written(everyone):
    rule = made.availability(made.practitioner())
    made.room(rule, capacity=3)
    family = made.booking(
        rule, TUESDAY_9, composition=Appointment.Composition.FAMILY,
        children=(made.TODAY.replace(day=1), made.TODAY.replace(day=1)),
    )  # fmt: skip
    with pytest.raises(RoomIsTooSmall, match="2 personnes au plus"):
        actions.book(family, now=made.NOW)
    assert Appointment.objects.count() == 0


def test_an_employer_never_learns_of_another_yet_the_time_is_taken(everyone):
    ada = made.practitioner()
    here = made.availability(ada, town=None)
    there = made.availability(ada, town=None, service=made.support("À Ajaccio", where="2A"))
    actions.book(made.booking(here, TUESDAY_9), now=made.NOW)
    scope.enter("member", departements=["2A"])
    scope.hold_contact(None)
    assert free(there) == [made.at(1, 10), made.at(1, 11)]
    assert Appointment.objects.count() == Claim.objects.count() == 0
    with pytest.raises(SlotIsTaken) as refusal:
        actions.book(made.booking(there, TUESDAY_9), now=made.NOW)
    assert "Les Petits Pas" not in str(refusal.value)


def in_two_towns():
    ada = made.practitioner()
    later = {"opens_at": made.at(1, 9, 30).time(), "closes_at": made.at(1, 12, 30).time()}
    return made.availability(ada), made.availability(ada, town="70550", **later)


def test_two_sessions_in_two_towns_leave_time_for_the_road(everyone):
    gray, vesoul = in_two_towns()
    assert free(vesoul) == [made.at(1, 9, 30), made.at(1, 10, 30), made.at(1, 11, 30)]
    actions.book(made.booking(gray, TUESDAY_9), now=made.NOW)
    assert free(vesoul) == [made.at(1, 11, 30)]  # the road takes about an hour
    actions.book(made.booking(vesoul, made.at(1, 11, 30)), now=made.NOW)
    trip = Claim.objects.get(kind="travel")
    assert trip.period.upper == made.at(1, 11, 30)
    assert timedelta(minutes=45) < trip.period.upper - trip.period.lower < timedelta(minutes=75)
    assert free(gray) == []  # a second hour in Gray would leave no time for the road


def test_cancelling_gives_back_the_slot_and_the_road(everyone):
    gray, vesoul = in_two_towns()
    actions.book(made.booking(gray, TUESDAY_9), now=made.NOW)
    second = actions.book(made.booking(vesoul, made.at(1, 11, 30)), now=made.NOW)
    actions.cancel(second)
    assert Claim.objects.filter(kind="travel").count() == 0
    assert free(gray) == [made.at(1, 10), made.at(1, 11)]


def test_moving_keeps_the_history_and_frees_the_old_time(everyone):
    rule = made.availability(made.practitioner())
    first = actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)
    moved = actions.move(first, rule.pk, TUESDAY_10)
    first.refresh_from_db()
    assert (first.state, first.moved_to) == (Appointment.State.MOVED, moved)
    assert free(rule) == [made.at(1, 9), made.at(1, 11)]


def test_a_refused_move_leaves_everything_as_it_was(everyone):
    rule = made.availability(made.practitioner())
    first = actions.book(made.booking(rule, TUESDAY_9), now=made.NOW)
    actions.book(made.booking(rule, TUESDAY_10), now=made.NOW)
    with pytest.raises(SlotIsTaken), transaction.atomic():
        actions.move(first, rule.pk, TUESDAY_10)
    first.refresh_from_db()
    assert first.state == Appointment.State.CONFIRMED
    assert free(rule) == [made.at(1, 11)]


@pytest.fixture
def shared_rule(transactional_db):
    with transaction.atomic(), scope.system():
        return made.availability(made.practitioner())


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with closing(connection), transaction.atomic():
            scope.enter("public")
            return work()

    return run


@pytest.mark.race
def test_of_ten_families_who_ask_at_once_one_gets_the_slot(shared_rule):
    gate = Barrier(10)

    def ask():
        gate.wait(timeout=10)
        with suppress(SlotIsTaken), transaction.atomic():
            return actions.book(made.booking(shared_rule, TUESDAY_9), now=made.NOW)
        return None

    with ThreadPoolExecutor(10) as pool:
        results = [one.result() for one in [pool.submit(in_thread(ask)) for _ in range(10)]]
    assert sum(result is not None for result in results) == 1
    counted = seen_by_the_system(lambda: (Appointment.objects.count(), Claim.objects.count()))
    assert counted == (1, 1)


@pytest.mark.race
@pytest.mark.parametrize(
    ("guard", "winners"), [("the constraint alone", 1), ("neither lock nor constraint", 2)]
)
def test_without_its_lock_a_double_booking_is_stopped_by_the_constraint_alone(
    shared_rule, monkeypatch, owner, guard, winners
):
    """The negative control: take both away, and two families are given the same hour."""
    monkeypatch.setattr(actions, "lock_practitioners", lambda ids: None)
    find, both_have_read = slots.free_slots, Barrier(2)

    def read_then_wait(asked):
        answer = find(asked)
        both_have_read.wait(timeout=10)
        return answer

    monkeypatch.setattr(slots, "free_slots", read_then_wait)

    def ask():
        with suppress(SlotIsTaken), transaction.atomic():
            return actions.book(made.booking(shared_rule, TUESDAY_9), now=made.NOW)
        return None

    unguarded = without_constraint(owner) if winners == 2 else nullcontext()
    with unguarded, ThreadPoolExecutor(2) as pool:
        results = [one.result() for one in [pool.submit(in_thread(ask)) for _ in range(2)]]
    assert sum(result is not None for result in results) == winners


@contextmanager
def without_constraint(owner):
    name = "a_practitioner_is_in_one_place_at_a_time"
    found = "select pg_get_constraintdef(oid) from pg_constraint where conname = %s"
    definition = owner.execute(found, [name]).fetchone()[0]
    owner.execute(f"alter table agenda_claim drop constraint {name}")
    try:
        yield
    finally:
        owner.execute("truncate agenda_claim cascade")
        owner.execute(f"alter table agenda_claim add constraint {name} {definition}")
