"""R30, R38: the same practitioner by default, somebody else when the family or the staff wish."""

from datetime import time

import pytest

from maillage.agenda import actions, slots
from maillage.agenda.errors import (
    AppointmentIsNotOver,
    AppointmentIsOver,
    NotTheSameService,
    SamePractitioner,
    SlotIsTaken,
)
from maillage.agenda.models import Claim
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.organizations.tests.staff import person

NINE, TEN, ELEVEN = made.at(1, 9), made.at(1, 10), made.at(1, 11)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def two_psychologists(**values):
    return made.shared({"Ada": "psychologist", "Bob": "psychologist"}, **values)


def taken(rule):
    span = (made.at(1, 0), made.at(2, 0), made.NOW)
    found = slots.free_slots(slots.Asked([rule.service_id], *span, rule.practitioner_id))
    return [slot.starts_at for slot in found]


def test_somebody_else_receives_at_the_same_time_and_no_reason_is_asked(everyone):
    ada, bob = two_psychologists()
    first = actions.book(made.booking(ada, NINE), now=made.NOW)
    changed = actions.change_practitioner(first, bob.pk, NINE)
    assert list(changed.practitioners.all()) == [bob.practitioner]
    first.refresh_from_db()
    assert (first.state, first.moved_to) == ("moved", changed)
    assert (taken(ada), taken(bob)) == ([NINE, TEN, ELEVEN], [TEN, ELEVEN])
    verbs = AuditEntry.objects.filter(verb="agenda.practitioner_changed")
    assert verbs.count() == 1


def test_somebody_else_receives_at_another_time_in_the_same_room(everyone):
    ada, bob = two_psychologists()
    room = made.room(ada)
    bob.room = room
    bob.save()
    first = actions.book(made.booking(ada, NINE), now=made.NOW)
    changed = actions.change_practitioner(first, bob.pk, NINE)
    assert changed.room == room
    assert Claim.objects.filter(room=room, live=True).count() == 1


def test_the_same_person_is_no_change(everyone):
    ada, _bob = two_psychologists()
    first = actions.book(made.booking(ada, NINE), now=made.NOW)
    with pytest.raises(SamePractitioner, match="vous reçoit déjà"):
        actions.change_practitioner(first, ada.pk, TEN)


def test_a_change_to_a_time_that_went_leaves_the_first_as_it_was(everyone):
    ada, bob = two_psychologists()
    first = actions.book(made.booking(ada, NINE), now=made.NOW)
    actions.book(made.booking(bob, NINE), now=made.NOW)
    with pytest.raises(SlotIsTaken):
        actions.change_practitioner(first, bob.pk, NINE)
    first.refresh_from_db()
    assert (first.state, taken(ada)) == ("confirmed", [TEN, ELEVEN])


def test_an_appointment_stays_in_its_service(everyone):
    ada, _bob = two_psychologists()
    other = made.availability(made.practitioner("Zoé"))
    first = actions.book(made.booking(ada, NINE), now=made.NOW)
    for change in (actions.move, actions.change_practitioner):
        with pytest.raises(NotTheSameService):
            change(first, other.pk, NINE)
    first.refresh_from_db()
    assert first.state == "confirmed"


def test_one_of_two_who_receive_together_is_replaced_by_somebody_of_the_same_trade(everyone):
    ada, bob = made.shared({"Ada": "psychologist", "Bob": "special_educator"})
    eve = made.availability(
        made.practitioner("Ève"), service=ada.service, place=ada.service_at_location
    )
    both = actions.book(made.booking(ada, NINE, others=(bob.practitioner_id,)), now=made.NOW)
    changed = actions.change_practitioner(both, eve.pk, NINE)
    assert set(changed.practitioners.all()) == {eve.practitioner, bob.practitioner}


def test_a_change_is_still_a_request_when_it_was_one(everyone):
    ada, bob = two_psychologists(confirmed_by_hand=True)
    asked = actions.book(made.booking(ada, NINE), now=made.NOW)
    assert actions.change_practitioner(asked, bob.pk, NINE).state == "pending"


def test_what_is_cancelled_is_neither_confirmed_moved_nor_closed(everyone, monkeypatch):
    ada, bob = two_psychologists()
    by = person("ada@example.org").pk
    gone = actions.cancel(actions.book(made.booking(ada, NINE), now=made.NOW))
    for change in (
        lambda: actions.confirm(gone, by=by),
        lambda: actions.move(gone, bob.pk, TEN),
        lambda: actions.cancel(gone),
    ):
        with pytest.raises(AppointmentIsOver):
            change()
    with pytest.raises(AppointmentIsNotOver):
        actions.close(gone, "attended", by=by)
    monkeypatch.setattr(actions.timezone, "now", lambda: ELEVEN)
    with pytest.raises(AppointmentIsOver):
        actions.close(gone, "attended", by=by)


def test_an_excused_family_leaves_its_hour_free_and_an_absent_one_has_had_it(everyone, monkeypatch):
    ada, _bob = two_psychologists(opens_at=time(8))
    by = person("ada@example.org").pk
    one = actions.book(made.booking(ada, NINE), now=made.NOW)
    monkeypatch.setattr(actions.timezone, "now", lambda: made.at(1, 9, 10))
    actions.close(one, "excused", by=by)
    one.refresh_from_db()
    assert (one.state, Claim.objects.filter(live=True).count()) == ("excused", 0)
    actions.close(one, "no_show", by=by)
    assert Claim.objects.filter(live=True).count() == 1
