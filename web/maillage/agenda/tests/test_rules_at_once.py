"""An agenda that changes while families book: real threads, and what each guard is for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import transaction

from maillage.agenda import absences, actions, availabilities, occurrences, slots
from maillage.agenda.errors import AbsenceOverAppointments, AbsenceOverlaps, SlotIsTaken
from maillage.agenda.models import Absence, Appointment, Claim, Occurrence
from maillage.agenda.tests import made
from maillage.agenda.tests.test_book import (
    TUESDAY_9,
    in_thread,
    seen_by_the_system,
    without_constraint,
)
from maillage.core import scope
from maillage.organizations.tests.staff import person

REFUSALS = (SlotIsTaken, AbsenceOverlaps, AbsenceOverAppointments)
LONG_ENOUGH = 0.6  # for the other one to finish, if nothing holds it back

pytestmark = pytest.mark.race


class Meeting:
    """A family that books, and a change laid just after it was shown that the slot is free."""

    def __init__(self):
        with transaction.atomic(), scope.system():
            self.rule = made.availability(made.practitioner())
            self.account = person("ada@example.org").pk
        self.find, self.order = slots.free_slots, []
        self.read, self.changed = Event(), Event()

    def read_then_wait(self, asked):
        answer = self.find(asked)
        self.read.set()
        self.changed.wait(timeout=LONG_ENOUGH)
        return answer

    def told(self, name, work):
        try:
            with transaction.atomic():
                work()
        except REFUSALS as refusal:
            self.order.append(type(refusal).__name__)
        else:
            self.order.append(name)

    def book(self):
        wanted = made.booking(self.rule, TUESDAY_9)
        self.told("booked", lambda: actions.book(wanted, now=made.NOW))

    def change(self, work):
        self.read.wait(timeout=10)
        with scope.system():
            self.told("changed", lambda: work(self.rule, self.account))
        self.changed.set()


@pytest.fixture
def booked_while(transactional_db, monkeypatch):
    """Run a change while a family books; say who did it, in order."""
    meeting = Meeting()

    def run(change):
        monkeypatch.setattr(slots, "free_slots", meeting.read_then_wait)
        with ThreadPoolExecutor(2) as pool:
            both = [meeting.book, lambda: meeting.change(change)]
            for work in [pool.submit(in_thread(one)) for one in both]:
                work.result(timeout=20)
        return meeting.order

    return run


def away(rule, account):
    span = (made.at(1, 8), made.at(1, 18))
    absences.take_absence(rule.practitioner, *span, by=account)


def stop(rule, account):
    availabilities.end(rule, made.TODAY, by=account, today=made.TODAY)


def without_lock(monkeypatch):
    for module in (actions, availabilities, occurrences):
        monkeypatch.setattr(module, "lock_practitioners", lambda ids: None)


def both_taken():
    return Appointment.objects.count(), Absence.objects.count(), Claim.objects.count()


def test_an_absence_laid_over_a_slot_being_booked_is_told_of_the_family(booked_while):
    assert booked_while(away) == ["booked", "AbsenceOverAppointments"]
    assert seen_by_the_system(both_taken) == (1, 0, 1)


def test_without_the_lock_the_constraint_gives_the_time_to_one_of_them(booked_while, monkeypatch):
    without_lock(monkeypatch)
    assert booked_while(away) == ["changed", "SlotIsTaken"]
    assert seen_by_the_system(both_taken) == (0, 1, 1)


def test_without_lock_nor_constraint_a_family_comes_to_nobody(booked_while, monkeypatch, owner):
    """The negative control: the two tests above would see a double booking."""
    without_lock(monkeypatch)
    with without_constraint(owner):
        assert booked_while(away) == ["changed", "booked"]
        assert seen_by_the_system(both_taken) == (1, 1, 2)


@pytest.mark.parametrize(("locked", "order"), [
    (True, ["booked", "changed"]), (False, ["changed", "booked"]),
])  # fmt: skip
def test_a_rule_stopped_while_it_is_booked_waits_for_the_family(
    booked_while, monkeypatch, locked, order
):
    """Without the lock, a family is given a time that was no longer offered."""
    if not locked:
        without_lock(monkeypatch)
    assert booked_while(stop) == order
    offered = Occurrence.objects.filter(starts_at__gt=made.at(24, 0, month=11)).count()
    assert seen_by_the_system(lambda: (Appointment.objects.count(), offered)) == (1, 0)


def test_two_edits_at_once_never_leave_two_places(transactional_db, monkeypatch):
    with transaction.atomic(), scope.system():
        ada, account = made.practitioner(), person("ada@example.org").pk
        gray, vesoul = made.availability(ada), made.availability(ada, "WE", town="70550")
    vesoul.byday = ["TU"]
    gray.opens_at = made.at(1, 8).time()
    done = []

    def edit(rule):
        def work():
            try:
                with transaction.atomic(), scope.system():
                    availabilities.keep(rule, {}, by=account, today=made.TODAY)
            except availabilities.RulesMeet:
                done.append("refused")
            else:
                done.append("kept")

        return in_thread(work)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(edit(rule)) for rule in (gray, vesoul)]:
            one.result(timeout=20)
    assert sorted(done) == ["kept", "refused"]
