"""What the database itself refuses about services, places and rules."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from maillage.directory import openings, tasks
from maillage.directory.hours import weekly_text
from maillage.directory.models import Location, Opening, Schedule, Service
from maillage.directory.tests import made

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("joining", ["phone", "registration", "appointment", "online"])
def test_a_drop_in_never_asks_for_a_registration(joining):
    with pytest.raises(IntegrityError), transaction.atomic():
        made.service(kind="laep", joining=joining, cost="free")
    with pytest.raises(IntegrityError), transaction.atomic():
        made.service(kind="laep", joining="walk_in", cost="paid")
    assert Service.objects.count() == 0


def test_the_refusal_of_a_drop_in_with_registration_is_said_in_plain_words():
    wrong = made.service(kind="workshop", joining="registration")
    wrong.kind = "laep"
    with pytest.raises(ValidationError) as refused:
        wrong.validate_constraints()
    assert refused.value.messages == [
        "Un lieu d’accueil enfants-parents est gratuit et sans inscription."
    ]


def test_a_free_service_has_no_amount_and_ages_are_in_order():
    with pytest.raises(IntegrityError), transaction.atomic():
        made.service(cost="free", amount_min=Decimal("1.00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        made.service(minimum_age=72, maximum_age=71)


def test_a_rule_belongs_to_the_service_of_its_place():
    at = made.place(made.service("A"))
    other = made.service("B")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(IntegrityError, match="a_rule_is_of_the_service_of_its_place"):
        made.remote_rule(other, "MO", service_at_location=at)


def test_a_merged_service_is_over_and_nothing_is_merged_into_itself():
    one, other = made.service("A"), made.service("B")
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=one.pk).update(merged_into=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.filter(pk=one.pk).update(merged_into=one, status="defunct")
    place = made.location()
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.filter(pk=place.pk).update(merged_into=place)


def test_one_service_in_three_venues_has_the_hours_and_address_of_each():
    service = made.service()
    for town, day, street in (
        ("70279", "MO", "4 rue du Port"),
        ("70550", "WE", "1 place du Marché"),
        ("70285", "SA", "2 rue du Château"),
    ):
        made.rule(made.place(service, town, address=street), day)
    openings.rebuild([service.pk], today=date(2026, 11, 22))
    told = {
        (
            at.location.commune.name,
            at.location.address,
            *weekly_text(at.schedules.all(), day=date(2026, 11, 22)),
        )
        for at in service.at_locations.select_related("location__commune")
    }
    assert told == {
        ("Gray", "4 rue du Port", "lundi, 9 h – 12 h"),
        ("Vesoul", "1 place du Marché", "mercredi, 9 h – 12 h"),
        ("Héricourt", "2 rue du Château", "samedi, 9 h – 12 h"),
    }
    for at in service.at_locations.all():
        assert {one.day.weekday() for one in at.openings.all()} == {
            {"MO": 0, "WE": 2, "SA": 5}[at.schedules.get().byday[0]]
        }


def test_the_nightly_task_stores_openings_from_the_public_scope():
    made.rule(made.place(made.service()), "MO", dtstart=date(2020, 1, 6), opens_at=time(9))
    Schedule.objects.update(until=None)
    tasks.extend_openings(timestamp=0)
    assert Opening.objects.count() > 20


def test_every_nightly_task_is_planned_once_a_day():
    planned = {
        key[0]: planned.cron
        for key, planned in app.periodic_registry.periodic_tasks.items()
        if "directory" in key[0]
    }
    assert planned["maillage.directory.tasks.extend_openings"] == "10 2 * * *"
    assert planned["directory.check_links"] == "20 4 * * *"


def test_a_demonstration_calls_no_site(settings, monkeypatch):
    settings.DEMONSTRATION = True
    called = []
    monkeypatch.setattr(tasks.links, "check", lambda *args, **kwargs: called.append(args))
    tasks.check_links(timestamp=0)
    assert called == []
    settings.DEMONSTRATION = False
    tasks.check_links(timestamp=0)
    assert len(called) == 1
