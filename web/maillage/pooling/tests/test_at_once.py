"""Two people at once: real threads on real PostgreSQL, and what the lock is for."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.pooling import actions, locks, rotating
from maillage.pooling.errors import ChangedMeanwhile, NothingToDecide, StatementIsTheSame
from maillage.pooling.models import Approval, PoolingAgreement, Rotation, Statement
from maillage.pooling.spans import State
from maillage.pooling.tests import made

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
LONG_ENOUGH = 0.6  # for the other one to finish, if nothing holds it back


@pytest.fixture
def here():
    with transaction.atomic(), scope.system():
        found = made.world()
        found.shared = made.approve(found, made.proposed(found), "Gray")
    return found


class Meeting:
    """Two writers of one row: the second starts once the first has read, before it commits."""

    def __init__(self):
        self.read, self.second_is_done, self.told = Event(), Event(), []

    def run(self, first, second):
        with ThreadPoolExecutor(2) as pool:
            works = [
                pool.submit(self._write, "first", first, hold=True),
                pool.submit(self._write, "second", second, hold=False),
            ]
            for one in works:
                one.result(timeout=30)
        return sorted(self.told)

    def _write(self, name, work, *, hold):
        try:
            if not hold:
                self.read.wait(timeout=10)
            with transaction.atomic(), scope.system():
                work()
                if hold:
                    self.read.set()
                    self.second_is_done.wait(timeout=LONG_ENOUGH)
        except (ChangedMeanwhile, NothingToDecide, StatementIsTheSame) as refusal:
            self.told.append((name, type(refusal).__name__))
        else:
            self.told.append((name, "done"))
        finally:
            if not hold:
                self.second_is_done.set()
            connection.close()


def without_locks(monkeypatch):
    """Read without waiting, as an action that forgot its lock would."""

    def agreement(agreement_id):
        return PoolingAgreement.objects.get(pk=agreement_id)

    def rotation(found):
        return Rotation.objects.select_related("agreement").get(pk=found.pk)

    monkeypatch.setattr(locks, "locked_agreement", agreement)
    monkeypatch.setattr(locks, "locked_rotation", rotation)


def approving(here, name):
    party = here.shared.parties.get(organization=here.parties[name])

    def work():
        actions.decide(here.shared, here.shared.edition, party, made.YES, by=here.people[name].pk)

    return work


def last_two(here):
    with transaction.atomic(), scope.system():
        both = [approving(here, name) for name in ("Vesoul", "Luxeuil")]
    told = Meeting().run(*both)
    with transaction.atomic(), scope.system():
        here.shared.refresh_from_db()
        count = Approval.objects.filter(agreement=here.shared).count()
    return told, count, here.shared.state


def test_the_second_of_two_last_approvals_sees_the_first(here):
    assert last_two(here) == ([("first", "done"), ("second", "done")], 3, State.APPROVED)


def test_without_the_lock_everyone_approves_and_nothing_comes_into_force(here, monkeypatch):
    """The negative control: each believes the other has not answered yet."""
    without_locks(monkeypatch)
    assert last_two(here) == ([("first", "done"), ("second", "done")], 3, State.PROPOSED)


def edited_twice(here):
    with transaction.atomic(), scope.system():
        made.approve(here, here.shared, "Vesoul", "Luxeuil")
        rotation = rotating.begin(here.shared, made.wanted(here.shared), by=here.people["Gray"].pk)
        notes = [
            rotating.Wanted(made.FRAME, made.grid(here.shared), note) for note in ("un", "deux")
        ]

    def writing(wanted):
        return lambda: rotating.rewrite(rotation, wanted, 1, by=here.people["Gray"].pk)

    told = Meeting().run(*map(writing, notes))
    with transaction.atomic(), scope.system():
        rotation.refresh_from_db()
    return told, rotation.note


def test_the_second_of_two_edits_is_told_and_overwrites_nothing(here):
    assert edited_twice(here) == ([("first", "done"), ("second", "ChangedMeanwhile")], "un")


def test_without_the_lock_the_second_edit_would_overwrite_the_first(here, monkeypatch):
    """The negative control: both read edition 1 before either wrote."""
    without_locks(monkeypatch)
    told, _note = edited_twice(here)
    assert told == [("first", "done"), ("second", "done")]


def taken_back_while_approved(here):
    with transaction.atomic(), scope.system():
        yes = approving(here, "Vesoul")

    def take_back():
        actions.take_back(here.shared, here.shared.edition, by=here.people["Gray"].pk)

    told = Meeting().run(take_back, yes)
    with transaction.atomic(), scope.system():
        here.shared.refresh_from_db()
        return told, here.shared.state, Approval.objects.count()


def test_what_is_taken_back_while_it_is_approved_is_decided_once(here):
    told = [("first", "done"), ("second", "ChangedMeanwhile")]
    assert taken_back_while_approved(here) == (told, State.DRAFT, 1)


def test_without_the_lock_an_answer_is_noted_to_what_was_taken_back(here, monkeypatch):
    """The negative control: the answer reads the proposal before its end is written."""
    without_locks(monkeypatch)
    told = [("first", "done"), ("second", "done")]
    assert taken_back_while_approved(here) == (told, State.DRAFT, 2)


def issued_twice(here):
    def issue():
        made.accounting.issue(
            here.shared, made.date(2026, 10, 1), by=here.people["Gray"].pk, today=made.TODAY
        )

    return Meeting().run(issue, issue)


def test_a_month_issued_twice_at_once_has_one_version(here):
    assert issued_twice(here) == [("first", "done"), ("second", "StatementIsTheSame")]
    with transaction.atomic(), scope.system():
        assert Statement.objects.count() == 1


def test_without_the_lock_both_would_issue_and_only_the_database_stops_one(here, monkeypatch):
    """The negative control: the second writes version 1 as well, and meets the constraint."""
    without_locks(monkeypatch)
    with pytest.raises(IntegrityError, match="one_statement_per_month_and_version"):
        issued_twice(here)


def last_two_of_a_rotation(here):
    with transaction.atomic(), scope.system():
        made.approve(here, here.shared, "Vesoul", "Luxeuil")
        rotation = made.agreed(here, made.rotation(here, here.shared), "Gray")
        parties = [
            (here.shared.parties.get(organization=here.parties[name]), here.people[name].pk)
            for name in ("Vesoul", "Luxeuil")
        ]

    def saying(party, by):
        return lambda: rotating.decide(
            rotation, rotation.edition, party, made.YES, by=by, today=made.TODAY
        )

    told = Meeting().run(*(saying(*one) for one in parties))
    with transaction.atomic(), scope.system():
        rotation.refresh_from_db()
        rules = Availability.objects.filter(practitioner=here.ada).count()
    return told, rotation.state, rules


def test_a_rotation_approved_twice_at_once_writes_its_rules_once(here):
    told = [("first", "done"), ("second", "done")]
    assert last_two_of_a_rotation(here) == (told, State.APPROVED, 6)


def test_without_the_lock_a_rotation_that_all_approved_stays_out_of_the_agenda(here, monkeypatch):
    """The negative control: each of the last two believes the other has not answered yet."""
    without_locks(monkeypatch)
    told = [("first", "done"), ("second", "done")]
    assert last_two_of_a_rotation(here) == (told, State.PROPOSED, 0)
