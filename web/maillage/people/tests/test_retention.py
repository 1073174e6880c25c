"""An account that nobody uses is warned, then closed and emptied; what served is erased."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from maillage.core import scope
from maillage.core import tasks as core_tasks
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.organizations.tests.staff import manager, sign_in
from maillage.people import retention
from maillage.people.models import Session, User

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def last_used(user: User, when: datetime) -> None:
    with scope.system():
        User.objects.filter(pk=user.pk).update(last_login=when)


def read(user: User) -> User:
    with scope.system():
        return User.objects.get(pk=user.pk)


def test_nobody_is_warned_before_a_month_is_left() -> None:
    now = timezone.now()
    last_used(manager(), now - retention.UNUSED_FOR + 31 * DAY)
    assert (retention.warn(now), retention.close(now)) == (0, 0)


def test_a_warning_is_written_once_and_says_the_day() -> None:
    now = timezone.now()
    nadia = manager()
    last_used(nadia, now - retention.UNUSED_FOR + 30 * DAY)
    assert (retention.warn(now), retention.warn(now)) == (1, 0)
    with scope.system():
        letter = OutboxMessage.objects.get()
    assert letter.recipient == "nadia@example.org"
    assert "ferme le " in letter.subject


def test_an_unused_account_is_closed_a_month_after_its_warning_and_names_nobody() -> None:
    now = timezone.now()
    nadia = manager()
    last_used(nadia, now - retention.UNUSED_FOR)
    assert retention.close(now) == 0  # not warned yet
    retention.warn(now)
    assert retention.close(now + 29 * DAY) == 0
    assert retention.close(now + 30 * DAY) == 1
    closed = read(nadia)
    assert (closed.email, closed.name, closed.is_active) == (
        f"compte-{nadia.pk}@ferme.invalid", "", False,
    )  # fmt: skip
    with scope.system():
        assert AuditEntry.objects.get().verb == "people.closed_unused"


def test_signing_in_after_the_warning_keeps_the_account() -> None:
    now = timezone.now()
    nadia = manager()
    last_used(nadia, now - retention.UNUSED_FOR)
    retention.warn(now)
    last_used(nadia, now + DAY)
    assert retention.close(now + 40 * DAY) == 0
    assert read(nadia).is_active


def test_sessions_that_are_over_are_removed(client: Client) -> None:
    sign_in(client, manager())
    now = timezone.now()
    assert retention.forget_sessions(now) == 0
    assert retention.forget_sessions(now + DAY) == 1
    with scope.system():
        assert Session.objects.count() == 0


def letter(**facts: object) -> OutboxMessage:
    with scope.system():
        return OutboxMessage.objects.create(
            recipient="nadia@example.org", subject="x", body="texte", state="sent",
            sent_at=timezone.now(), **facts,
        )  # fmt: skip


def body_after(message: OutboxMessage, wait: timedelta) -> str | None:
    core_tasks.erase(timezone.now() + wait)
    with scope.system():
        found = OutboxMessage.objects.filter(pk=message.pk).first()
    return found.body if found else None


def test_the_text_of_a_message_is_erased_after_seven_days_and_its_receipt_after_ninety() -> None:
    message = letter()
    assert body_after(message, 6 * DAY) == "texte"
    assert body_after(message, 8 * DAY) == ""
    assert body_after(message, 89 * DAY) == ""
    assert body_after(message, 91 * DAY) is None


def test_a_code_is_erased_as_soon_as_it_is_useless() -> None:
    message = letter(expires_at=timezone.now() + timedelta(minutes=10))
    assert body_after(message, timedelta(minutes=9)) == "texte"
    assert body_after(message, timedelta(minutes=11)) == ""


def test_a_message_still_waiting_keeps_its_text() -> None:
    message = letter()
    with scope.system():
        OutboxMessage.objects.update(state="waiting", sent_at=None)
    assert body_after(message, 91 * DAY) == "texte"
