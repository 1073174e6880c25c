"""The practitioner's day: everything that is mine today, nothing of anyone else's, few queries."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda import actions as agenda
from maillage.agenda.models import Claim, WaitingEntry
from maillage.agenda.tests import made as hours
from maillage.core import scope
from maillage.fees.actions import Answer, set_fee
from maillage.fees.models import Fee
from maillage.fees.tests import made as fees
from maillage.notes import actions as notes
from maillage.notes.tests.made import signed_in
from maillage.organizations.tests.staff import Role, manager, person, sign_in
from maillage.practitioners.models import Credential
from maillage.support.models import Goals
from maillage.support.tests import made as support
from maillage.workday import day
from maillage.workday.tests.conftest import Office

PARIS = hours.PARIS
NOW = datetime(2026, 12, 1, 8, tzinfo=PARIS)  # a Tuesday


def read(office: Office, now: datetime = NOW) -> day.Day:
    with signed_in(office.ada):
        return day.of(office.practitioner, [office.service.organization_id], now)


def test_today_comes_in_order_and_the_next_days_after(office: Office) -> None:
    later, sooner = office.give(NOW.replace(hour=14)), office.give(NOW.replace(hour=9))
    tomorrow = office.give(NOW + timedelta(days=1))
    office.give(NOW + timedelta(days=30))
    found = read(office)
    assert [line.appointment.pk for line in found.lines] == [sooner.pk, later.pk]
    assert [[one.pk for one in each] for _day, each in found.next_days] == [[tomorrow.pk]]


def test_what_is_cancelled_is_not_shown_as_today_s(office: Office) -> None:
    office.give(NOW.replace(hour=9), state="excused")
    assert read(office).lines == []


def test_a_colleague_s_appointments_are_not_mine(office: Office) -> None:
    with scope.system():
        support.appointment(office.service, support.family(), starts_at=NOW.replace(hour=9))
    found = read(office)
    assert (found.lines, found.to_close, found.next_days) == ([], [], [])


def test_each_session_says_which_it_is_and_what_the_parent_hopes_for(office: Office) -> None:
    mine = office.give(NOW.replace(hour=9))
    with scope.system():
        mine.session.episode.practitioner = office.practitioner
        mine.session.episode.save()
        Goals.objects.create(
            episode=mine.session.episode, contact=mine.contact, departement_id="70",
            words="Dormir un peu.",
        )  # fmt: skip
    (line,) = read(office).lines
    assert (line.session.number, line.session.session_limit) == (1, 5)
    assert line.hopes == ["Dormir un peu."]


def test_the_road_between_two_towns_says_when_to_leave(office: Office) -> None:
    one = office.give(NOW.replace(hour=10))
    with scope.system():
        Claim.objects.create(
            practitioner=office.practitioner, kind=Claim.Kind.TRAVEL,
            period=(one.starts_at - timedelta(minutes=35), one.starts_at), departement_id="70",
        )  # fmt: skip
    (line,) = read(office).lines
    assert line.trip == day.Trip(35, datetime(2026, 12, 1, 9, 25))


def test_a_word_left_by_the_family_is_marked_until_it_is_read(office: Office) -> None:
    one = office.give(timezone.now() + timedelta(hours=2))
    with scope.system():
        scope.hold_contact(one.contact_id)
        left = notes.leave_for_session(one, "Un mot.")
        scope.hold_contact(None)
    now = timezone.now()
    shown = [line.word for line in read(office, now).lines] or [True]  # around midnight: tomorrow
    assert shown == [True]
    with signed_in(office.ada):
        notes.mark_opened(left)
    shown = [line.word for line in read(office, now).lines] or [False]
    assert shown == [False]


def test_what_is_over_and_unsaid_waits_to_be_closed_the_latest_first(office: Office) -> None:
    old, new = office.give(NOW - timedelta(days=40)), office.give(NOW - timedelta(hours=2))
    office.give(NOW - timedelta(days=3), state="attended")
    found = read(office)
    assert [one.appointment.pk for one in found.to_close] == [new.pk, old.pk]


def test_a_freed_time_says_how_many_families_wait(office: Office) -> None:
    given_back = office.give(NOW + timedelta(days=2), counted=False)
    with scope.system():
        agenda.cancel(given_back)
        for _number in range(2):
            who = support.family()
            WaitingEntry.objects.create(
                service=office.service, household=who.household, contact=who, departement_id="70"
            )
    (freed,) = read(office).freed
    assert (freed.appointment.pk, freed.waiting, freed.is_held) == (given_back.pk, 2, False)


def test_a_freed_time_that_was_taken_again_is_not_free(office: Office) -> None:
    given_back = office.give(NOW + timedelta(days=2), counted=False)
    with scope.system():
        agenda.cancel(given_back)
        Claim.objects.create(
            practitioner=office.practitioner, kind=Claim.Kind.GROUP, departement_id="70",
            period=(given_back.starts_at, given_back.ends_at),
        )  # fmt: skip
    assert read(office).freed == []


def test_papers_that_end_soon_are_told(office: Office) -> None:
    with scope.system():
        Credential.objects.filter(practitioner=office.practitioner, kind="training").update(
            valid_until=NOW.date() + timedelta(days=20)
        )
    assert [(one.kind, one.ends_on) for one in read(office).papers] == [
        ("training", NOW.date() + timedelta(days=20))
    ]


@pytest.mark.parametrize("count", [1, 12])
def test_the_day_costs_a_dozen_queries_whatever_it_holds(
    office: Office, count: int, django_assert_max_num_queries: object
) -> None:
    for number in range(count):
        office.give(NOW - timedelta(days=number + 1))
        office.give(NOW.replace(hour=9) + timedelta(days=number % 5, minutes=number))
    with signed_in(office.ada), django_assert_max_num_queries(14):  # type: ignore[operator]
        day.of(office.practitioner, [office.service.organization_id], NOW)


def test_the_page_is_where_a_practitioner_arrives(client: Client, office: Office) -> None:
    office.give(timezone.now() - timedelta(days=1))
    sign_in(client, office.ada)
    page = client.get(reverse("workday:landing"), follow=True)
    assert page.redirect_chain == [("/pro/journee/", 302)]
    assert "À clore" in page.content.decode()


def test_others_arrive_at_their_own_home_and_have_no_day(client: Client, office: Office) -> None:
    sign_in(client, manager(at=office.service.organization))
    assert client.get(reverse("workday:landing")).headers["Location"] == "/pro/"
    assert client.get(reverse("workday:day")).status_code == 403
    here = office.service.organization
    desk = sign_in(Client(), person("ines@example.org", Role.DESK_AGENT, at=here))
    assert desk.get(reverse("workday:day")).status_code == 403


def test_the_page_links_what_one_taps(client: Client, office: Office) -> None:
    one = office.give(timezone.now() + timedelta(minutes=30))
    with scope.system():
        one.contact.phone = "+33639980001"
        one.contact.save()
        one.video_url = "https://visio.example.org/abc"
        one.save()
    page = sign_in(client, office.ada).get(reverse("workday:day")).content.decode()
    if one.local_start.date() == timezone.localdate():  # around midnight it is tomorrow's
        assert 'href="tel:+33639980001"' in page
        assert 'href="https://visio.example.org/abc"' in page


def test_who_cannot_pay_pays_nothing_by_one_tap_of_the_professional(office: Office) -> None:
    today = office.give(timezone.now() - timedelta(hours=2))
    with scope.system():
        fees.scaled(office.service, floor=Decimal(2))
        fee = set_fee(today, Answer())
    assert fee is not None
    assert fee.amount == 2
    client = Client()
    sign_in(client, office.ada)
    assert "Ne peut pas payer : rien" in client.get(reverse("workday:day")).text
    here = reverse("workday:day")
    answer = client.post(reverse("fees:ask_nothing", args=[today.pk]), {"next": here})
    assert (answer.status_code, answer["Location"]) == (302, here)
    assert "Ne peut pas payer : rien" not in client.get(reverse("workday:day")).text
    with scope.system():
        assert (Fee.objects.get().answer, Fee.objects.get().amount) == ("waiver", 0)
