"""R118: the same text has the same fingerprint, and any word that changes, changes it."""

from datetime import date, time
from decimal import Decimal

import pytest

from maillage.directory.content import content, content_hash, read_whole, short_hash, version
from maillage.directory.models import Location, Schedule, ScheduleException, Service
from maillage.directory.tests import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    at = made.place(made.service(languages=["fr", "ar"], phone="03 84 00 00 10"))
    made.rule(at, "WE", "SA")
    return at.service_id


def of(pk):
    return content_hash(whole(pk))


def whole(pk):
    found = Service.objects.select_related("organization").get(pk=pk)
    read_whole([found])
    return found


def test_the_fingerprint_is_the_same_at_each_reading_and_after_a_verification(entry):
    first = of(entry)
    Service.objects.filter(pk=entry).update(
        verified_on=date(2026, 11, 22), verified_by="Nadia", source="autre", languages=["ar", "fr"]
    )
    assert of(entry) == first
    assert len(first) == 64
    assert short_hash(whole(entry)) == first[:8]


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Service, {"description": "Un autre texte."}),
        (Service, {"phone": "03 84 00 00 11"}),
        (Service, {"alert": "Fermé jeudi."}),
        (Service, {"maximum_age": 71}),
        (Service, {"cost": "paid", "amount_min": Decimal("2.00")}),
        (Location, {"address": "4 rue du Port"}),
        (Schedule, {"opens_at": time(10)}),
    ],
)
def test_a_change_that_families_read_changes_the_fingerprint(entry, model, change):
    first = of(entry)
    model.objects.all().update(**change)
    assert of(entry) != first


def test_an_exception_changes_the_fingerprint(entry):
    first = of(entry)
    ScheduleException.objects.create(schedule=Schedule.objects.get(), day=date(2026, 12, 5))
    assert of(entry) != first


def test_many_entries_cost_the_same_number_of_queries(django_assert_num_queries):
    for number in range(5):
        made.rule(made.place(made.service(f"Service {number}")), "MO")
    with django_assert_num_queries(4):
        found = list(Service.objects.select_related("organization"))
        read_whole(found)
        assert len({content_hash(one) for one in found}) == 5


def test_the_version_is_said_in_plain_words(entry):
    chosen = whole(entry)
    assert version(chosen) == f"Version de la fiche : {content_hash(chosen)[:8]}."


def test_what_families_are_told_holds_no_identifier(entry):
    told = content(whole(entry))
    assert str(entry) not in str(told)
    assert told["places"][0][:2] == ["70279", "Maison des familles de Gray"]
