"""R32 and the end of an employment: no family is left without anyone, other employers go on."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from maillage.agenda import actions, leaving
from maillage.agenda.errors import (
    AppointmentsRemain,
    EmploymentEndsTooEarly,
    EmploymentHasEnded,
    SlotIsTaken,
)
from maillage.agenda.models import Appointment, Availability, Occurrence
from maillage.agenda.slots import Asked, free_slots, next_slots
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import manager, sign_in
from maillage.practitioners.models import Credential, Employment, Practitioner

pytestmark = pytest.mark.django_db
LAST = date(2026, 12, 1)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def rule(everyone) -> Availability:
    return made.availability(made.practitioner())


def job(rule: Availability) -> Employment:
    return Employment.objects.get(
        practitioner=rule.practitioner_id, organization=rule.organization_id
    )


def by(rule: Availability) -> int:
    return manager(at=rule.organization).pk


def test_an_employment_ends_with_its_rules_and_no_other_employer_is_touched(rule):
    elsewhere = made.availability(
        rule.practitioner, "FR", service=made.support(organization=directory.organization("Autre"))
    )
    leaving.end(job(rule), LAST, by=by(rule), today=made.TODAY)
    assert job(rule).ends_on == LAST
    rule.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (rule.until, elsewhere.until) == (LAST, None)
    assert not Occurrence.objects.filter(availability=rule, starts_at__gt=made.at(2, 0)).exists()
    assert Occurrence.objects.filter(availability=elsewhere, starts_at__gt=made.at(2, 0)).exists()


def test_one_appointment_or_several_are_each_said_in_good_french():
    assert str(AppointmentsRemain(count=1)).startswith("1 rendez-vous tient encore")
    assert str(AppointmentsRemain(count=3)).startswith("3 rendez-vous tiennent encore")
    with translation.override("en"):
        assert str(AppointmentsRemain(count=3)).startswith("3 appointments still stand")


def test_appointments_after_the_last_day_are_listed_and_must_be_placed_first(rule):
    kept = actions.book(made.booking(rule, made.at(1, 9)), now=made.NOW)
    after = actions.book(made.booking(rule, made.at(8, 9)), now=made.NOW)
    assert leaving.plan(job(rule), LAST).appointments == [after]
    with pytest.raises(AppointmentsRemain, match=r"^1 rendez-vous tient encore"):
        leaving.end(job(rule), LAST, by=by(rule), today=made.TODAY)
    rule.refresh_from_db()
    assert (job(rule).ends_on, rule.until) == (None, None)
    actions.cancel(after)
    nadia = manager("zoe@example.org", at=rule.organization).pk
    leaving.end(job(rule), LAST, by=nadia, today=made.TODAY)
    assert Appointment.objects.get(pk=kept.pk).state == "confirmed"
    with pytest.raises(SlotIsTaken):
        actions.book(made.booking(rule, made.at(8, 10)), now=made.NOW)


@pytest.mark.parametrize("day", [made.TODAY - timedelta(days=1), date(2020, 1, 1)])
def test_the_past_is_not_written_again(rule, day):
    with pytest.raises(EmploymentEndsTooEarly):
        leaving.end(job(rule), day, by=by(rule), today=made.TODAY)


def test_ending_twice_changes_nothing_and_an_earlier_day_is_possible(rule):
    nadia = by(rule)
    leaving.end(job(rule), LAST, by=nadia, today=made.TODAY)
    with pytest.raises(EmploymentHasEnded):
        leaving.end(job(rule), LAST, by=nadia, today=made.TODAY)
    leaving.end(job(rule), made.TODAY, by=nadia, today=made.TODAY)
    assert job(rule).ends_on == made.TODAY


def test_a_manager_sees_what_is_left_then_ends_it(rule):
    page = sign_in(Client(), manager(at=rule.organization))
    address = reverse("agenda:end_employment", args=[rule.practitioner_id])
    day = timezone.localdate() + timedelta(days=3)
    typed = {"employment": str(job(rule).pk), "last_day": f"{day}"}
    assert "Terminer cet emploi" in page.get(address).text
    assert page.post(address, typed | {"look": "1"}).status_code == 200
    assert page.post(address, typed | {"last_day": "2020-01-01", "end": "1"}).status_code == 400
    assert page.post(address, typed | {"end": "1"}).status_code == 302
    with scope.system():
        assert job(rule).ends_on == day


def skilled(skill: str, until: date | None = None) -> Practitioner:
    one = made.practitioner()
    Credential.objects.create(
        practitioner=one, kind="skill", skill=skill, label="x", issued_on=date(2025, 1, 1),
        valid_until=until, checked_on=date(2025, 2, 1),
    )  # fmt: skip
    return one


def test_a_request_for_a_skill_is_only_offered_to_who_proved_it_for_that_day(everyone):
    service = made.support()
    for person in (skilled("grief"), skilled("grief", date(2026, 12, 3)), made.practitioner()):
        made.availability(person, "TU", service=service)
    asked = Asked([service.pk], made.at(1, 0), made.at(9, 0), made.NOW)

    def offered(skill: str) -> list[int]:
        wanted = Asked(asked.service_ids, asked.start, asked.end, asked.now, skill=skill)
        found = free_slots(wanted)
        assert len(next_slots(wanted, each=9).slots) == len(found)
        first = [slot for slot in found if slot.starts_at == made.at(1, 9)]
        return [len(first), len([slot for slot in found if slot.starts_at == made.at(8, 9)])]

    assert offered("") == [3, 3]
    assert offered("grief") == [2, 1]
    assert offered("baby") == [0, 0]
