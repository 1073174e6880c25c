"""The next free times of one service: soonest first, as many queries for ten people as for many."""

from datetime import time, timedelta

import pytest

from maillage.agenda import actions, occurrences, slots
from maillage.agenda.tests import made
from maillage.core import scope

NINE, TEN, ELEVEN = made.at(1, 9), made.at(1, 10), made.at(1, 11)
QUERIES_MOST = 12


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def asked(rule, start=made.NOW, **values):
    end = made.NOW + timedelta(days=84)
    return slots.Asked([rule.service_id], start, end, made.NOW, **values)


def many(count, **values):
    service = made.support()
    place = made.directory.place(service, "70279")
    return [
        made.availability(
            made.practitioner(f"Personne {number}"),
            service=service,
            place=place,
            dtstart=made.at(1, 0).date(),
            **values,
        )
        for number in range(count)
    ]


def test_the_next_slots_are_those_of_the_whole_list_cut_short(everyone):
    rule = made.availability(made.practitioner())
    everything = [slot.starts_at for slot in slots.free_slots(asked(rule))]
    page = slots.next_slots(asked(rule), limit=7)
    assert [slot.starts_at for slot in page.slots] == everything[:7]
    following = slots.next_slots(asked(rule, start=page.after), limit=100)
    assert [slot.starts_at for slot in following.slots] == everything[7:]
    assert following.after is None


def test_a_moment_shows_a_few_people_and_goes_on_to_the_next(everyone):
    rule, *_others = many(6, closes_at=time(11))
    page = slots.next_slots(asked(rule), limit=8, each=2)
    assert [slot.starts_at for slot in page.slots] == [
        NINE, NINE, TEN, TEN, made.at(8, 9), made.at(8, 9), made.at(8, 10), made.at(8, 10),
    ]  # fmt: skip
    assert page.after == made.at(15, 9)


def test_a_moment_is_never_cut_in_two(everyone):
    rule, *_others = many(3, closes_at=time(10))
    page = slots.next_slots(asked(rule), limit=4, each=3)
    assert [slot.starts_at for slot in page.slots] == [NINE] * 3 + [made.at(8, 9)] * 3


def test_people_who_are_full_do_not_hide_the_one_who_is_free(everyone):
    rules = many(6, closes_at=time(10))
    for rule in rules[:5]:
        actions.book(made.booking(rule, NINE), now=made.NOW)
    page = slots.next_slots(asked(rules[0]), limit=1, each=1)
    assert [slot.occurrence.practitioner for slot in page.slots] == [rules[5].practitioner]


def test_twenty_times_the_people_cost_no_query_more(everyone, django_assert_max_num_queries):
    rule, *_others = many(40)
    with django_assert_max_num_queries(QUERIES_MOST):
        assert len(slots.next_slots(asked(rule), limit=40).slots) == 40


def test_the_search_narrows_to_a_way_a_place_a_person_or_leaves_one_out(everyone):
    ada, bob = many(2, closes_at=time(10))
    far = made.availability(
        made.practitioner("Loin"), town="70550", service=ada.service, closes_at=time(10),
        dtstart=made.at(1, 0).date(), modes=["on_site", "phone"],
    )  # fmt: skip

    def people(**values):
        page = slots.next_slots(asked(ada, **values), limit=3)
        return {s.occurrence.practitioner_id for s in page.slots if s.starts_at == NINE}

    everyone_there = {ada.practitioner_id, bob.practitioner_id, far.practitioner_id}
    assert people() == everyone_there
    assert people(mode="phone") == {far.practitioner_id}
    assert people(practitioner=bob.practitioner_id) == {bob.practitioner_id}
    assert people(without=(bob.practitioner_id,)) == everyone_there - {bob.practitioner_id}
    assert people(communes=("70279",)) == {ada.practitioner_id, bob.practitioner_id}


def test_a_slot_under_way_does_not_hide_the_rest_of_its_morning(everyone):
    rule = made.availability(made.practitioner(), notice_hours=0)
    late = slots.Asked([rule.service_id], made.at(1, 9, 30), made.at(2, 0), made.at(1, 9, 30))
    assert [slot.starts_at for slot in slots.next_slots(late).slots] == [TEN, ELEVEN]


def test_nobody_is_shown_the_day_after_their_papers_end(everyone):
    rule = made.availability(made.practitioner())
    type(rule.practitioner).objects.filter(pk=rule.practitioner_id).update(
        bookable_until=made.at(1, 0).date()
    )
    page = slots.next_slots(asked(rule, start=made.at(1, 0)))
    assert [slot.starts_at for slot in page.slots] == [NINE, TEN, ELEVEN]


def test_who_is_shown_first_changes_from_day_to_day_and_never_within_a_day(everyone):
    rules = many(12, closes_at=time(10))

    def shown():
        page = slots.next_slots(asked(rules[0]), limit=8, each=1)
        return [slot.occurrence.practitioner_id for slot in page.slots]

    first = shown()
    assert len(first) == 8
    assert len(set(first)) > 2  # by chance alone: once in twenty thousand runs
    assert shown() == first


def test_a_place_that_moves_to_another_town_is_found_there_at_once(everyone):
    rule = made.availability(made.practitioner(), closes_at=time(10))
    assert rule.service_at_location is not None
    made.directory.place(rule.service, "70550")
    rule.service_at_location.location.commune_id = "70550"
    rule.service_at_location.location.save()
    assert slots.next_slots(asked(rule, communes=("70279",))).slots == []
    assert slots.next_slots(asked(rule, communes=("70550",))).slots != []


def test_a_rule_that_changes_its_ways_is_found_by_the_new_ones(everyone):
    rule = made.availability(made.practitioner(), closes_at=time(10))
    rule.modes = ["phone", "video"]
    rule.save()
    occurrences.rebuild([rule.practitioner_id], today=made.TODAY)
    assert slots.next_slots(asked(rule, mode="on_site")).slots == []
    assert slots.next_slots(asked(rule, mode="video")).slots != []


def test_a_family_of_one_town_is_also_shown_who_receives_at_a_distance(everyone):
    (near,) = many(1, closes_at=time(10))
    far = made.availability(
        made.practitioner("Par téléphone"), town=None, service=near.service, closes_at=time(10),
        dtstart=made.at(1, 0).date(),
    )  # fmt: skip

    def people(**values):
        page = slots.next_slots(asked(near, communes=("70279",), **values), limit=2)
        return {slot.occurrence.practitioner_id for slot in page.slots}

    assert people() == {near.practitioner_id, far.practitioner_id}
    assert people(mode="phone") == {far.practitioner_id}
    assert people(mode="on_site") == {near.practitioner_id}
