"""R9, R12: several professionals on one appointment, whatever their employers."""

from datetime import time
from uuid import uuid4

import pytest

from maillage.agenda import actions, slots
from maillage.agenda.errors import RoomIsElsewhere, RoomIsTooSmall, SlotIsTaken
from maillage.agenda.models import Appointment, Claim, Room
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import person

NINE, TEN, ELEVEN = made.at(1, 9), made.at(1, 10), made.at(1, 11)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def free(rule, **values):
    asked = {
        "service_ids": [rule.service_id], "start": made.at(1, 0), "end": made.at(2, 0),
        "now": made.NOW,
    }  # fmt: skip
    return slots.free_slots(slots.Asked(**asked | values))


def starts(rule, **values):
    return [slot.starts_at for slot in free(rule, **values)]


def psychologist_and_educator():
    hers, his = made.shared({"Ada": "psychologist", "Bob": "special_educator"})
    hers.joined_by, his.joined_by, his.opens_at = ["special_educator"], ["psychologist"], time(10)
    for rule in (hers, his):
        rule.save()
        made.occurrences.rebuild([rule.practitioner_id], today=made.TODAY)
    return hers, his


def test_a_moment_for_two_is_one_where_both_are_free_and_shown_once(everyone):
    hers, his = psychologist_and_educator()
    found = free(hers)
    assert [slot.starts_at for slot in found] == [TEN, ELEVEN]
    assert {frozenset(slot.people) for slot in found} == {
        frozenset({hers.practitioner_id, his.practitioner_id})
    }


def test_both_are_taken_by_one_appointment(everyone):
    hers, his = psychologist_and_educator()
    found = actions.book(made.booking(hers, TEN), now=made.NOW)
    assert set(found.practitioners.all()) == {hers.practitioner, his.practitioner}
    assert Claim.objects.filter(kind="session", live=True).count() == 2
    assert starts(hers) == [ELEVEN]
    actions.cancel(found)
    assert starts(hers) == [TEN, ELEVEN]


def test_two_welcomers_are_two_people(everyone):
    welcomers = {"Ada": "welcomer", "Bob": "welcomer"}
    rules = made.shared(welcomers, joined_by=["welcomer"])
    found = free(rules[0])
    assert [(slot.starts_at, len(set(slot.people))) for slot in found] == [
        (NINE, 2), (TEN, 2), (ELEVEN, 2),
    ]  # fmt: skip


def test_nobody_is_offered_alone_when_two_are_wanted(everyone):
    hers, his = psychologist_and_educator()
    his.exceptions.create(day=made.at(1, 0).date())
    made.occurrences.rebuild([his.practitioner_id], today=made.TODAY)
    assert free(hers) == []


def test_somebody_of_another_place_does_not_join(everyone):
    hers, his = psychologist_and_educator()
    his.service_at_location = directory.place(hers.service, "70550")
    his.save()
    assert free(hers) == []


def across_employers():
    ada, bob = made.practitioner("Ada"), made.practitioner("Bob")
    hers = made.availability(ada, town=None)
    his = made.availability(
        bob, town=None, opens_at=time(10), service=made.support("À Ajaccio", where="2A")
    )
    return hers, his


def test_joint_time_is_found_across_employers(everyone):
    hers, his = across_employers()
    assert starts(hers, others=(his.practitioner_id,)) == [TEN, ELEVEN]
    actions.book(made.booking(his, TEN), now=made.NOW)
    assert starts(hers, others=(his.practitioner_id,)) == [ELEVEN]


def test_a_joint_appointment_takes_everyone_and_is_refused_without_a_reason(everyone):
    hers, his = across_employers()
    actions.book(made.booking(his, TEN), now=made.NOW)
    together = made.booking(hers, TEN, others=(his.practitioner_id,))
    with pytest.raises(SlotIsTaken) as refusal:
        actions.book(together, now=made.NOW)
    assert str(refusal.value) == (
        "Ce créneau vient d’être pris. Choisissez-en un autre : rien n’est perdu."
    )
    assert Appointment.objects.count() == 1
    together = made.booking(hers, ELEVEN, others=(his.practitioner_id,))
    found = actions.book(together, now=made.NOW)
    assert found.practitioners.count() == 2
    assert starts(his) == []  # 10:00 was taken before, 11:00 now


def test_moving_a_joint_appointment_keeps_both(everyone):
    hers, his = across_employers()
    together = made.booking(hers, TEN, others=(his.practitioner_id,))
    found = actions.book(together, now=made.NOW)
    moved = actions.move(found, hers.pk, ELEVEN)
    assert set(moved.practitioners.all()) == {hers.practitioner, his.practitioner}
    assert Claim.objects.filter(kind="session", live=True).count() == 2


def test_the_road_counts_for_each_of_them(everyone):
    ada, bob = made.practitioner("Ada"), made.practitioner("Bob")
    gray = made.availability(ada, closes_at=time(13))
    vesoul = made.availability(bob, town="70550")
    actions.book(made.booking(vesoul, NINE), now=made.NOW)
    assert starts(gray, others=(bob.pk,)) == []  # he receives until noon, an hour away
    made.availability(bob, opens_at=time(12), closes_at=time(13))
    assert starts(gray, others=(bob.pk,)) == [made.at(1, 12)]


def test_the_room_holds_those_who_come_and_all_who_receive(everyone):
    hers, _his = psychologist_and_educator()
    made.room(hers, capacity=3)
    couple = made.booking(hers, TEN, composition=Appointment.Composition.COUPLE)
    with pytest.raises(RoomIsTooSmall, match="La salle reçoit 1 personnes au plus"):
        actions.book(couple, now=made.NOW)
    assert Appointment.objects.count() == 0
    assert actions.book(made.booking(hers, TEN), now=made.NOW).room == hers.room


def test_another_room_of_the_place_may_be_taken_and_no_other(everyone):
    hers = made.availability(made.practitioner())
    there = hers.service_at_location.location
    big = Room.objects.create(location=there, name="Grande salle", capacity=12)
    elsewhere = Room.objects.create(location=directory.location(), name="Ailleurs", capacity=12)
    found = actions.book(made.booking(hers, NINE, room=big.pk), now=made.NOW)
    assert found.room == big
    assert starts(hers, room=big.pk) == [TEN, ELEVEN]
    with pytest.raises(RoomIsElsewhere):
        actions.book(made.booking(hers, TEN, room=elsewhere.pk), now=made.NOW)


def test_a_session_by_video_has_an_address_that_nobody_can_guess(everyone, settings):
    settings.VIDEO_PATTERN = "https://meet.example.org/{id}"
    rule = made.availability(made.practitioner(), town=None, modes=["video", "phone"])
    one = actions.book(made.booking(rule, NINE, mode="video"), now=made.NOW)
    two = actions.book(made.booking(rule, TEN, mode="video"), now=made.NOW)
    call = actions.book(made.booking(rule, ELEVEN, mode="phone"), now=made.NOW)
    start = "https://meet.example.org/"
    assert one.video_url.startswith(start)
    assert len(one.video_url) == len(start) + 22  # 16 random bytes
    assert one.video_url != two.video_url
    assert call.video_url == ""


def test_without_an_address_pattern_no_link_is_made(everyone, settings):
    settings.VIDEO_PATTERN = ""
    rule = made.availability(made.practitioner(), town=None, modes=["video"])
    assert actions.book(made.booking(rule, NINE), now=made.NOW).video_url == ""


def test_a_known_contact_books_without_a_second_household(everyone):
    rule = made.availability(made.practitioner())
    first = actions.book(made.booking(rule, NINE), now=made.NOW)
    again = made.booking(rule, TEN, who=None, known=first.contact_id, key=uuid4())
    second = actions.book(again, now=made.NOW)
    assert (second.contact, second.household) == (first.contact, first.household)
    assert (first.just_booked, second.just_booked) == (True, True)
    twice = actions.book(again, now=made.NOW)
    assert (twice, twice.just_booked) == (second, False)


def test_a_service_may_look_at_each_request_first(everyone):
    rule = made.availability(made.practitioner(), confirmed_by_hand=True)
    asked = actions.book(made.booking(rule, NINE), now=made.NOW)
    assert asked.state == "pending"
    assert starts(rule) == [TEN, ELEVEN]
    by = person("nadia@example.org").pk
    assert actions.confirm(asked, by=by).state == "confirmed"
    assert actions.confirm(asked, by=by).state == "confirmed"
    staffed = actions.book(made.booking(rule, TEN), by=by, now=made.NOW)
    assert staffed.state == "confirmed"
