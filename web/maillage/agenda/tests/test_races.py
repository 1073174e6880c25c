"""Every path that takes time, at once with another, in real threads; and what each guard is for.

Two people ask for one hour. With the lock the second waits and is told; without the lock the
constraint refuses; without either (the negative control) both get it, which these tests would see.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.db import transaction

from maillage.agenda import absences, actions, assisted, availabilities, slots, waiting
from maillage.agenda.booking import Who
from maillage.agenda.errors import AppointmentIsOver, OfferIsOver, SlotIsTaken
from maillage.agenda.models import Appointment, Claim, Offer
from maillage.agenda.tests import made
from maillage.agenda.tests.test_book import in_thread, seen_by_the_system, without_constraint
from maillage.core import scope
from maillage.families.models import Consent, Contact
from maillage.organizations.tests.staff import person

NINE, TEN = made.at(1, 9), made.at(1, 10)
REFUSALS = (SlotIsTaken, OfferIsOver, AppointmentIsOver)

pytestmark = pytest.mark.race


class World:
    """Two psychologists of one service; Ada's nine o'clock is what everyone wants."""

    def __init__(self):
        with transaction.atomic(), scope.system():
            self.ada, self.bob = made.shared({"Ada": "psychologist", "Bob": "psychologist"})
            self.elsewhere = made.availability(
                made.practitioner("Ève"), town=None, service=made.support("À Ajaccio", where="2A")
            )
            self.account = person("ada@example.org").pk

    def booked(self, rule, starts_at):
        with transaction.atomic(), scope.system():
            return actions.book(made.booking(rule, starts_at), now=made.NOW)


@pytest.fixture
def world(transactional_db, monkeypatch):
    for module in (actions, absences, availabilities):
        monkeypatch.setattr(module.timezone, "now", lambda: made.NOW)
    return World()


# Each path: what is laid before, and the work that takes Ada's nine o'clock.


def booking(world):
    return lambda: actions.book(made.booking(world.ada, NINE), now=made.NOW)


def moving(world):
    later = world.booked(world.ada, TEN)
    return lambda: actions.move(later, world.ada.pk, NINE)


def changing(world):
    his = world.booked(world.bob, NINE)
    return lambda: actions.change_practitioner(his, world.ada.pk, NINE, by=world.account)


def at_the_desk(world):
    wanted = made.booking(world.ada, NINE)
    return lambda: assisted.book_for_parent(wanted, means=Consent.Means.PHONE, by=world.account)


def together(world):
    wanted = made.booking(world.bob, NINE, others=(world.ada.practitioner_id,))
    return lambda: actions.book(wanted, now=made.NOW)


def across_employers(world):
    wanted = made.booking(world.elsewhere, NINE, others=(world.ada.practitioner_id,))
    return lambda: actions.book(wanted, now=made.NOW)


PATHS = (booking, moving, changing, at_the_desk, together, across_employers)


def both(first: Callable[[], object], second: Callable[[], object]) -> list[str]:
    """Run two works at once, as the system; say what became of each."""

    def told(work):
        def run():
            with scope.system():
                try:
                    with transaction.atomic():
                        work()
                except REFUSALS as refusal:
                    return type(refusal).__name__
                return "done"

        return in_thread(run)

    with ThreadPoolExecutor(2) as pool:
        return [one.result(timeout=30) for one in [pool.submit(told(w)) for w in (first, second)]]


def meet_after_reading(monkeypatch, *, locked):
    """Let each of the two see the slot free before either writes, if nothing holds it back."""
    find, gate = slots.free_slots, Barrier(2)

    def read_then_wait(asked):
        answer = find(asked)
        try:
            gate.wait(timeout=0.4 if locked else 10)
        except BrokenBarrierError:
            assert locked
        return answer

    monkeypatch.setattr(slots, "free_slots", read_then_wait)


def without_lock(monkeypatch):
    monkeypatch.setattr(actions, "lock_practitioners", lambda ids: None)


def sessions_of_ada_at_nine(world):
    def count():
        return Claim.objects.filter(
            live=True, practitioner=world.ada.practitioner_id, kind="session",
            period__contains=NINE,
        ).count()  # fmt: skip

    return seen_by_the_system(count)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
@pytest.mark.parametrize(("guard", "winners"), [
    ("lock and constraint", 1), ("the constraint alone", 1), ("neither", 2),
])  # fmt: skip
def test_one_hour_goes_to_one_of_two_whatever_the_path(
    world, monkeypatch, owner, path, guard, winners
):
    mine, other = path(world), booking(world)
    locked = guard == "lock and constraint"
    if not locked:
        without_lock(monkeypatch)
    meet_after_reading(monkeypatch, locked=locked)
    with without_constraint(owner) if winners == 2 else nullcontext():
        got = both(mine, other)
        assert sessions_of_ada_at_nine(world) == winners
    assert sorted(got) == ["SlotIsTaken"] * (2 - winners) + ["done"] * winners


def test_one_room_goes_to_one_of_two_practitioners(world, monkeypatch):
    """No lock is shared by two practitioners: the constraint on rooms alone decides."""
    with transaction.atomic(), scope.system():
        world.bob.room = made.room(world.ada)
        world.bob.save()
    meet_after_reading(monkeypatch, locked=False)
    got = both(
        lambda: actions.book(made.booking(world.ada, NINE), now=made.NOW),
        lambda: actions.book(made.booking(world.bob, NINE), now=made.NOW),
    )
    assert sorted(got) == ["SlotIsTaken", "done"]
    assert seen_by_the_system(Appointment.objects.count) == 1


def held_for_a_family(world):
    """Everything else of Ada's is taken; nine o'clock was freed and is held for Inès."""
    taken = world.booked(world.ada, NINE)
    who = Who("Inès", Contact.Channel.EMAIL, "ines@example.org")
    with transaction.atomic(), scope.system():
        service = world.ada.service
        entry = waiting.join_new(waiting.Newcomer(uuid4(), who), service, now=made.NOW)
        actions.cancel(taken)
    return entry


def test_a_held_slot_goes_to_its_family_while_a_visitor_books(world):
    entry = held_for_a_family(world)
    got = both(
        lambda: waiting.accept(entry, now=made.NOW),
        lambda: actions.book(made.booking(world.ada, NINE), now=made.NOW),
    )
    assert got == ["done", "SlotIsTaken"]
    assert sessions_of_ada_at_nine(world) == 1


def test_a_held_slot_accepted_twice_at_once_is_one_appointment(world):
    entry = held_for_a_family(world)
    accept = lambda: waiting.accept(entry, now=made.NOW)  # noqa: E731
    assert both(accept, accept) == ["done", "done"]
    assert sessions_of_ada_at_nine(world) == 1


@pytest.mark.parametrize(("guard", "winners"), [("the constraint", 1), ("nothing", 2)])
def test_without_the_claim_that_holds_it_a_slot_would_be_taken_by_a_visitor(
    world, owner, guard, winners
):
    """The negative control: what keeps a freed slot for its family is its claim."""
    entry = held_for_a_family(world)
    if winners == 2:
        with transaction.atomic(), scope.system():
            Claim.objects.filter(kind="hold").update(live=False)
    with without_constraint(owner) if winners == 2 else nullcontext():
        visitor = both(booking(world), lambda: None)[0]
        offered = both(lambda: waiting.accept(entry, now=made.NOW), lambda: None)[0]
    assert visitor == ("SlotIsTaken" if winners == 1 else "done")
    assert offered == ("done" if winners == 1 else "SlotIsTaken")


def test_a_slot_that_expires_while_it_is_accepted_goes_to_one_of_the_two(world):
    entry = held_for_a_family(world)
    late = seen_by_the_system(Offer.objects.get).held_until

    got = both(
        lambda: waiting.accept(entry, now=made.NOW),
        lambda: waiting.pass_on_unanswered(late),
    )
    state = seen_by_the_system(Offer.objects.get).state
    assert (got[0], state) in {("done", "accepted"), ("OfferIsOver", "expired")}
    assert sessions_of_ada_at_nine(world) == (1 if got[0] == "done" else 0)


def test_a_request_confirmed_and_cancelled_at_once_is_one_or_the_other(world):
    with transaction.atomic(), scope.system():
        world.ada.confirmed_by_hand = True
        world.ada.save()
    asked = world.booked(world.ada, NINE)
    assert asked.state == "pending"
    got = both(lambda: actions.confirm(asked, by=world.account), lambda: actions.cancel(asked))
    after = seen_by_the_system(lambda: Appointment.objects.get(pk=asked.pk)).state
    assert got in (["done", "done"], ["AppointmentIsOver", "done"])
    assert after == "cancelled"
    assert sessions_of_ada_at_nine(world) == 0


def test_one_appointment_moved_twice_at_once_moves_once(world):
    mine = world.booked(world.ada, NINE)
    got = both(
        lambda: actions.move(mine, world.ada.pk, TEN),
        lambda: actions.change_practitioner(mine, world.bob.pk, NINE),
    )
    assert sorted(got) == ["AppointmentIsOver", "done"]
    live = seen_by_the_system(lambda: Claim.objects.filter(live=True, kind="session").count())
    assert live == 1
