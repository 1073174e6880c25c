"""R13, R39: wait without an appointment; a freed slot is held for the first family who fits."""

from datetime import time, timedelta
from uuid import uuid4

import pytest

from maillage.agenda import absences, actions, availabilities, slots, waiting
from maillage.agenda.booking import Who
from maillage.agenda.errors import AbsenceOverAppointments, OfferIsOver, SlotIsTaken
from maillage.agenda.models import Appointment, Claim, Offer, WaitingEntry
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import Contact, ContactLink, Household
from maillage.organizations.tests.staff import person

NINE, TEN, ELEVEN = made.at(1, 9), made.at(1, 10), made.at(1, 11)
SOON = made.NOW + timedelta(hours=1)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def at_now(monkeypatch):
    """Let the actions that ask the clock read the tests' own."""
    for module in (actions, absences, availabilities):
        monkeypatch.setattr(module.timezone, "now", lambda: made.NOW)


def one_morning(**values):
    """A psychologist with a single hour a week: one slot, which somebody has."""
    hours = {"dtstart": made.at(1, 0).date(), "closes_at": time(10)} | values
    rule = made.availability(made.practitioner(), **hours)
    return rule, actions.book(made.booking(rule, NINE), now=made.NOW)


def joined(rule, name="Inès", **wishes):
    who = Who(name=name, channel=Contact.Channel.EMAIL, email=f"{uuid4()}@example.org")
    entry = waiting.join_new(waiting.Newcomer(uuid4(), who), rule.service, now=made.NOW, **wishes)
    # The clock of these tests stands still: each comes a minute after the one before.
    entry.since = made.NOW - timedelta(days=1) + timedelta(minutes=WaitingEntry.objects.count())
    entry.save(update_fields=["since"])
    return entry


def free(rule):
    day = (made.at(1, 0), made.at(2, 0), made.NOW)
    return [slot.starts_at for slot in slots.free_slots(slots.Asked([rule.service_id], *day))]


def sent_to(entry):
    found = OutboxMessage.objects.filter(recipient=entry.contact.email)
    return list(found.order_by("created_at", "pk").values_list("subject", flat=True))


def test_a_visitor_waits_without_an_appointment_nor_an_account(db):
    with scope.system():
        rule, _taken = one_morning()
    scope.enter("public")
    entry = joined(rule, communes=["70279"], modes=["on_site"])
    assert (entry.state, entry.communes, entry.modes) == ("waiting", ["70279"], ["on_site"])
    assert [one.pk for one in WaitingEntry.objects.all()] == [entry.pk]


def test_joining_twice_changes_the_wishes_and_keeps_the_place(everyone):
    rule, taken = one_morning()
    entry = waiting.join(taken.contact, rule.service, communes=["70279"], now=made.NOW)
    again = waiting.join(taken.contact, rule.service, modes=["phone"], now=made.NOW)
    assert (again.pk, again.since) == (entry.pk, entry.since)
    assert (again.communes, again.modes) == ([], ["phone"])


def test_the_same_form_sent_twice_joins_once(everyone):
    rule, _taken = one_morning()
    newcomer = waiting.Newcomer(uuid4(), Who("Inès", Contact.Channel.EMAIL, "ines@example.org"))
    first = waiting.join_new(newcomer, rule.service, now=made.NOW)
    assert waiting.join_new(newcomer, rule.service, now=made.NOW) == first
    assert Household.objects.count() == 2


def test_a_cancelled_slot_is_held_for_the_first_who_waits_and_shown_to_nobody_else(
    everyone, at_now
):
    rule, taken = one_morning()
    first, second = joined(rule), joined(rule, "Maud")
    actions.cancel(taken)
    offer = Offer.objects.get()
    assert (offer.entry, offer.starts_at, offer.held_until) == (
        first, NINE, made.NOW + timedelta(hours=24),
    )  # fmt: skip
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("offered", "waiting")
    assert free(rule) == []
    with pytest.raises(SlotIsTaken):
        actions.book(made.booking(rule, NINE), now=made.NOW)
    assert [len(sent_to(first)), len(sent_to(second))] == [1, 0]
    assert "une place libre" in sent_to(first)[0]
    assert ContactLink.objects.get(opens="offer").object_id == first.pk


def test_the_family_takes_the_slot_that_is_held_for_it(everyone, at_now):
    rule, taken = one_morning()
    entry = joined(rule)
    actions.cancel(taken)
    found = waiting.accept(entry, Appointment.Composition.COUPLE, now=SOON)
    entry.refresh_from_db()
    assert (found.contact, found.starts_at, found.composition) == (entry.contact, NINE, "couple")
    assert (entry.state, Offer.objects.get().state) == ("booked", "accepted")
    assert sorted(Claim.objects.filter(live=True).values_list("kind", flat=True)) == ["session"]
    assert waiting.accept(entry, now=SOON) == found


def test_a_visitor_with_the_link_of_an_offer_takes_it(db, at_now):
    with scope.system():
        rule, taken = one_morning()
        entry = joined(rule)
        actions.cancel(taken)
    scope.enter("public")
    scope.hold_contact(entry.contact_id)
    assert waiting.current_offer(entry, SOON).starts_at == NINE
    assert waiting.accept(entry, now=SOON).state == "confirmed"


def test_the_notice_is_judged_when_the_slot_is_offered(everyone, at_now):
    rule, taken = one_morning(notice_hours=24 * 8)  # the Tuesday is eight days and an hour ahead
    entry = joined(rule)
    actions.cancel(taken)
    found = waiting.accept(entry, now=made.NOW + timedelta(hours=20))
    assert found.starts_at == NINE


def test_an_unanswered_slot_passes_to_the_next_who_fits_then_to_everyone(everyone, at_now):
    rule, taken = one_morning()
    first, far, third = joined(rule), joined(rule, communes=["70550"]), joined(rule)
    actions.cancel(taken)
    assert waiting.pass_on_unanswered(made.NOW + timedelta(hours=23)) == 0
    assert waiting.pass_on_unanswered(made.NOW + timedelta(hours=25)) == 1
    assert list(Offer.objects.order_by("made_at").values_list("entry", "state")) == [
        (first.pk, "expired"), (third.pk, "open"),
    ]  # fmt: skip
    for one in (first, far, third):
        one.refresh_from_db()
    assert [first.state, far.state, third.state] == ["waiting", "waiting", "offered"]
    assert len(sent_to(first)) == 2
    assert waiting.pass_on_unanswered(made.NOW + timedelta(hours=50)) == 1
    assert free(rule) == [NINE]
    assert Claim.objects.filter(live=True).count() == 0


def test_an_offer_answered_too_late_is_refused_in_one_sentence(everyone, at_now):
    rule, taken = one_morning()
    entry = joined(rule)
    actions.cancel(taken)
    with pytest.raises(OfferIsOver, match="Vous gardez votre place"):
        waiting.accept(entry, now=made.NOW + timedelta(hours=25))
    assert Appointment.objects.filter(state="confirmed").count() == 0


def test_leaving_a_slot_to_others_keeps_the_place_in_line(everyone, at_now):
    rule, taken = one_morning()
    first, second = joined(rule), joined(rule)
    actions.cancel(taken)
    waiting.decline(first, now=SOON)
    first.refresh_from_db()
    assert (first.state, Offer.objects.get(entry=second).state) == ("waiting", "open")
    waiting.decline(first, now=SOON)
    assert list(Offer.objects.filter(state="open").values_list("entry", flat=True)) == [second.pk]


def test_who_leaves_gives_the_held_slot_to_the_next(everyone, at_now):
    rule, taken = one_morning()
    first, second = joined(rule), joined(rule)
    actions.cancel(taken)
    assert waiting.leave(first, now=SOON).state == "left"
    assert waiting.leave(first, now=SOON).state == "left"
    assert Offer.objects.get(entry=second).state == "open"


def test_moving_offers_the_former_time(everyone, at_now):
    rule, taken = one_morning()
    entry = joined(rule)
    actions.move(taken, rule.pk, made.at(8, 9))
    assert Offer.objects.get().entry == entry
    assert Offer.objects.get().starts_at == NINE


def test_the_end_of_an_absence_is_offered_first_to_who_waits(everyone, at_now):
    account = person("ada@example.org").pk
    rule = made.availability(made.practitioner())
    away = absences.take_absence(rule.practitioner, made.at(1, 0), made.at(2, 0), by=account)
    entries = [joined(rule), joined(rule)]
    absences.end_absence(away, by=account)
    assert list(Offer.objects.order_by("starts_at").values_list("entry", "starts_at")) == [
        (entries[0].pk, NINE), (entries[1].pk, TEN),
    ]  # fmt: skip
    assert free(rule) == [ELEVEN]


def test_new_times_are_offered_first_to_who_waits(everyone, at_now):
    rule, _taken = one_morning(until=made.at(1, 0).date())
    entry = joined(rule)
    rule.closes_at = time(11)
    account = person("ada@example.org").pk
    availabilities.keep(rule, {}, by=account, today=made.TODAY)
    assert [(one.entry, one.starts_at) for one in Offer.objects.all()] == [(entry, TEN)]


def test_the_wishes_of_a_family_are_kept(everyone, at_now):
    rule, taken = one_morning(modes=["on_site", "phone"])
    far = joined(rule, communes=["70550"])
    actions.cancel(taken)
    assert (Offer.objects.get().entry, Offer.objects.get().mode) == (far, "phone")


def test_there_is_no_offer_when_there_is_no_time_left_to_answer(everyone, monkeypatch):
    rule, taken = one_morning(notice_hours=0)
    joined(rule)
    monkeypatch.setattr(actions.timezone, "now", lambda: NINE - timedelta(minutes=80))
    actions.cancel(taken)
    assert Offer.objects.count() == 0
    assert len(free(rule)) == 1


def test_whoever_books_by_themselves_waits_no_more(everyone, at_now):
    rule, taken = one_morning()
    entry = joined(rule)
    actions.cancel(taken)
    own = made.booking(rule, made.at(8, 9), who=None, known=entry.contact_id)
    actions.book(own, now=SOON)
    entry.refresh_from_db()
    assert entry.state == "booked"
    assert waiting.pass_on_unanswered(SOON) == 1
    assert free(rule) == [NINE]
    assert len(sent_to(entry)) == 1  # the offer; nothing of what was given back


def test_an_absence_is_not_laid_over_a_slot_that_is_held(everyone, at_now):
    rule, taken = one_morning()
    joined(rule)
    actions.cancel(taken)
    with pytest.raises(AbsenceOverAppointments, match="proposés à une famille"):
        absences.take_absence(
            rule.practitioner, made.at(1, 0), made.at(2, 0), by=person("ada@example.org").pk
        )
