"""Keepers of doubted entries get one mail a month; each link confirms one entry, once."""

import re
from datetime import date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.directory import reminders
from maillage.directory.models import ConfirmLink, Service
from maillage.directory.tests import made
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import manager
from maillage.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def nadia() -> User:
    return manager(at=made.organization())


def entry(name: str, verified_on: date | None, **more: str) -> Service:
    return made.service(name, verified_on=verified_on, **more)


def months_ago(number: int) -> date:
    return timezone.localdate() - relativedelta(months=number)


def letters() -> list[OutboxMessage]:
    with scope.system():
        return list(OutboxMessage.objects.order_by("created_at"))


def links() -> list[str]:
    return re.findall(r"/confirmer/([\w-]+)/", letters()[-1].body)


def test_one_mail_lists_every_doubted_entry_the_oldest_first(nadia: User, now: datetime) -> None:
    entry("Verte", months_ago(5))
    entry("Orange", months_ago(6))
    entry("Rouge", months_ago(13))
    entry("Arrêtée", months_ago(30), status="defunct")
    assert reminders.remind_all(now) == 1
    letter = letters()[0]
    assert (letter.recipient, letter.subject) == (nadia.email, "Maillage : 2 fiches à vérifier")
    assert re.findall(r"^- (.+)$", letter.body, re.MULTILINE) == ["Rouge", "Orange"]
    assert len(links()) == 2


def test_nobody_is_written_to_twice_within_a_month(nadia: User, now: datetime) -> None:
    entry("Rouge", months_ago(13))
    found = [reminders.remind_all(now + timedelta(days=days)) for days in (0, 1, 29, 31)]
    assert found == [1, 0, 0, 1]


def test_a_keeper_with_fresh_entries_or_a_closed_account_is_left_in_peace(
    nadia: User, now: datetime
) -> None:
    doubted = entry("Rouge", months_ago(13))
    with scope.system():
        User.objects.update(is_active=False)
    assert reminders.remind_all(now) == 0
    with scope.system():
        User.objects.update(is_active=True)
    doubted.verified_on = timezone.localdate()
    doubted.save()
    assert reminders.remind_all(now) == 0


def test_opening_a_link_changes_nothing_and_a_tap_confirms_without_signing_in(
    client: Client, nadia: User, now: datetime
) -> None:
    doubted = entry("Rouge", months_ago(13))
    reminders.remind_all(now)
    address = f"/confirmer/{links()[0]}/"
    page = client.get(address)
    assert "« Rouge » est-il toujours exact ?" in page.text
    assert page["Referrer-Policy"] == "same-origin"  # no-referrer would refuse its own forms
    doubted.refresh_from_db()
    assert doubted.verified_on == months_ago(13)
    assert "Merci !" in client.post(address).text
    doubted.refresh_from_db()
    assert doubted.verified_on == timezone.localdate()
    with scope.system():
        trace = AuditEntry.objects.get()
    assert (trace.verb, trace.actor_id) == ("directory.verified", nadia.pk)


def test_a_link_serves_once(client: Client, nadia: User, now: datetime) -> None:
    entry("Rouge", months_ago(13))
    reminders.remind_all(now)
    address = f"/confirmer/{links()[0]}/"
    assert [client.post(address).status_code for _ in range(2)] == [200, 410]
    assert client.get(address).status_code == 410


def test_a_link_dies_after_three_weeks_and_an_invented_one_never_lived(
    client: Client, nadia: User, now: datetime
) -> None:
    doubted = entry("Rouge", months_ago(13))
    reminders.remind_all(now - timedelta(days=22))
    for token in (links()[0], "invented"):
        page = client.post(f"/confirmer/{token}/")
        assert page.status_code == 410
        assert "Ce lien a déjà servi ou n’est plus valable." in page.text
    doubted.refresh_from_db()
    assert doubted.verified_on == months_ago(13)


def test_a_link_of_someone_who_left_is_refused(client: Client, nadia: User, now: datetime) -> None:
    doubted = entry("Rouge", months_ago(13))
    reminders.remind_all(now)
    with scope.system():
        Membership.objects.update(revoked_at=now, ends_on=timezone.localdate(now))
    assert client.post(f"/confirmer/{links()[0]}/").status_code == 410
    doubted.refresh_from_db()
    assert doubted.verified_on == months_ago(13)


def test_the_token_is_only_in_the_mail(nadia: User, now: datetime) -> None:
    entry("Rouge", months_ago(13))
    reminders.remind_all(now)
    with scope.system():
        link = ConfirmLink.objects.get()
    assert link.token_hash == reminders.fingerprint(links()[0])
    assert links()[0] not in link.token_hash


def test_expired_links_are_forgotten_after_a_month(nadia: User, now: datetime) -> None:
    entry("Rouge", months_ago(13))
    reminders.remind_all(now)
    for days, left in [(50, 1), (52, 0)]:
        reminders.forget_links(now + timedelta(days=days))
        with scope.system():
            assert ConfirmLink.objects.count() == left
