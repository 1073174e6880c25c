"""R13: nothing free any more. The service is told once a day, the need counted without a person."""

from datetime import date, time, timedelta

import pytest

from maillage.agenda import actions, shortage, tasks, waiting
from maillage.agenda.models import Shortage
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.directory.models import UnmetNeed
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import manager

NINE = made.at(1, 9)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def full():
    """One hour in all, and somebody has it."""
    day = NINE.date()
    rule = made.availability(made.practitioner(), dtstart=day, until=day, closes_at=time(10))
    manager("nadia@example.org", at=rule.organization)
    return rule, actions.book(made.booking(rule, NINE), now=made.NOW)


def told():
    return list(OutboxMessage.objects.order_by("created_at").values_list("recipient", "subject"))


def test_the_first_who_finds_nothing_alerts_the_service_once_a_day(everyone):
    rule, _taken = full()
    home = directory.commune("70550")
    assert shortage.noticed(rule.service, home, need="sleep", now=made.NOW) is True
    assert shortage.noticed(rule.service, home, need="sleep", now=made.NOW) is False
    assert told() == [("nadia@example.org", f"Plus aucun créneau libre : {rule.service.name}")]
    tomorrow = made.NOW + timedelta(days=1)
    assert shortage.noticed(rule.service, home, need="sleep", now=tomorrow) is True
    assert len(told()) == 2
    row = UnmetNeed.objects.get()
    assert (row.commune, row.need, row.kind, row.month, row.count) == (
        home, "sleep", "no_slot", date(2026, 11, 1), 3,
    )  # fmt: skip
    found = Shortage.objects.get()
    assert (found.since, found.noticed_on) == (made.TODAY, tomorrow.date())


def test_nothing_is_said_while_a_slot_is_left(everyone):
    rule = made.availability(made.practitioner())
    assert shortage.noticed(rule.service, now=made.NOW) is False
    assert (UnmetNeed.objects.count(), Shortage.objects.count()) == (0, 0)


def test_a_visitor_alerts_a_service_and_reads_nothing_of_it(db):
    with scope.system():
        rule, _taken = full()
    scope.enter("public")
    assert shortage.noticed(rule.service, now=made.NOW) is True
    assert (UnmetNeed.objects.count(), Shortage.objects.count()) == (0, 0)
    with scope.system():
        row = UnmetNeed.objects.get()
        assert (row.commune_id, row.need) == ("70279", "individual_support")


def test_joining_the_waiting_list_counts_the_need_in_the_family_s_commune(everyone):
    rule, taken = full()
    home = taken.contact.household
    home.commune = directory.commune("70550")
    home.save()
    waiting.join(taken.contact, rule.service, now=made.NOW)
    assert UnmetNeed.objects.get().commune_id == "70550"
    assert Shortage.objects.count() == 1


def test_each_morning_every_service_that_is_full_is_told_and_the_others_forgotten(everyone):
    rule, taken = full()
    made.availability(made.practitioner("Libre"))
    assert shortage.look(NINE - timedelta(days=1)) == 1
    assert shortage.of_organizations([rule.organization_id], made.NOW) == [rule.service]
    assert shortage.look(NINE - timedelta(days=1)) == 0
    actions.cancel(taken)
    assert shortage.of_organizations([rule.organization_id], made.NOW) == []


def test_the_jobs_are_due_every_ten_minutes_and_every_morning():
    found = tasks.app.periodic_registry.periodic_tasks.values()
    due = {one.task.name: one.cron for one in found}
    assert due["agenda.pass_on_offers"] == "*/10 * * * *"
    assert due["agenda.look_for_shortages"] == "40 6 * * *"
