"""Overlaps that were planted are found; what only looks like one is not."""

from datetime import date, time

import pytest
from django.test import Client
from django.utils import timezone

from maillage.directory.models import Schedule, ServiceAtLocation
from maillage.directory.openings import rebuild
from maillage.steering import overlaps
from maillage.steering.question import default_question
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)  # a Monday


@pytest.fixture(autouse=True)
def _territory() -> None:
    toy.territory()


def opened(
    place: ServiceAtLocation, day: str, opens: int, closes: int, today: date = TODAY
) -> None:
    Schedule.objects.create(
        service=place.service, service_at_location=place, byday=[day], dtstart=date(2026, 9, 1),
        opens_at=time(opens), closes_at=time(closes),
    )  # fmt: skip
    rebuild([place.service_id], today=today)


def found(within: int = 15) -> overlaps.Found:
    return overlaps.overlaps(default_question("70"), within, TODAY)


def two(**second: object) -> tuple[ServiceAtLocation, ServiceAtLocation]:
    """Aval on Tuesdays from 9 to 12, and Bourg, ten minutes away."""
    here, there = toy.drop_in("70001"), toy.drop_in("70002", **second)
    opened(here, "TU", 9, 12)
    return here, there


def test_the_same_hours_near_each_other_for_the_same_ages_are_found() -> None:
    _here, there = two()
    opened(there, "TU", 10, 14)
    one = found().overlaps[0]
    assert (one.first.commune, one.second.commune) == ("Aval", "Bourg")
    assert one.meetings == (overlaps.Meeting(1, time(10), time(12), 8),)
    assert one.hours == 16
    assert one.ages == (0, 72)


@pytest.mark.parametrize(
    ("second", "hours"),
    [
        ({}, ("WE", 9, 12)),  # another day
        ({}, ("TU", 12, 14)),  # one opens as the other closes
        ({"minimum_age": 73, "maximum_age": 80}, ("TU", 9, 12)),  # other ages
        ({"kind": "clas", "minimum_age": None, "maximum_age": None}, ("TU", 9, 12)),
    ],
)
def test_another_day_another_age_or_another_service_is_no_overlap(
    second: dict[str, object], hours: tuple[str, int, int]
) -> None:
    _here, there = two(**second)
    opened(there, *hours)
    assert found(60).overlaps == ()


def test_places_far_apart_do_not_overlap() -> None:
    here, far = toy.drop_in("70001"), toy.drop_in("70004")
    for place in (here, far):
        opened(place, "TU", 9, 12)
    assert found(15).overlaps == ()


def test_the_stops_of_one_service_never_overlap() -> None:
    here = toy.drop_in("70001")
    stop = toy.at(here.service, "70002", stop=True)
    for place in (here, stop):
        opened(place, "TU", 9, 12)
    assert found(60).overlaps == ()


def test_a_place_without_hours_is_said_and_never_guessed(client: Client) -> None:
    two()
    assert (found().places, found().silent) == (2, 1)
    said = words(client.get("/pilotage/diagnostic/chevauchements/"))
    assert "1 lieu sur 2 n’a pas d’horaires connus" in said
    assert "jamais deux lieux à 15 minutes ou moins" in said


def test_the_page_says_where_when_and_for_whom(client: Client) -> None:
    here, there = two()
    opened(here, "TU", 9, 12, today=timezone.localdate())
    opened(there, "TU", 10, 14, today=timezone.localdate())
    page = "/pilotage/diagnostic/chevauchements/"
    said = words(client.get(page, {"ecart": "60"}))
    assert "Paires de lieux : 1." in said
    assert "mardi 10 h – 12 h" in said
    assert "Écrivez un nombre entier de 1 à 60 : 15 est gardé." in words(
        client.get(page, {"ecart": "-4"})
    )
