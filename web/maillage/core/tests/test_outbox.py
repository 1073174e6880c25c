"""A message is written with its fact, sent once, tried again, and given up with a reason."""

import smtplib
import threading
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from maillage.core import outbox, scope, tasks
from maillage.core.models import OutboxMessage

NOW = timezone.now()


def read() -> OutboxMessage:
    with scope.system():
        return OutboxMessage.objects.get()


def write(**more: Any) -> str:
    return str(outbox.post("nadia@example.org", "Objet", "Texte", **more).pk)


class Broken(EmailBackend):
    """A mail server that refuses, naming the address in its answer as real ones do."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"nadia@example.org": (550, b"no")})


@pytest.mark.django_db
def test_a_message_and_its_job_are_undone_with_the_fact() -> None:
    before = ProcrastinateJob.objects.count()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    with scope.system():
        assert OutboxMessage.objects.count() == 0
    assert ProcrastinateJob.objects.count() == before


@pytest.mark.django_db
def test_an_anonymous_page_writes_a_message_that_it_cannot_read_back() -> None:
    scope.enter("public")
    key = write()
    assert OutboxMessage.objects.count() == 0
    assert ProcrastinateJob.objects.filter(args={"message_id": key}).count() == 1


@pytest.mark.django_db
def test_it_is_sent_once_whatever_the_number_of_runs() -> None:
    key = write()
    tasks.send_message(message_id=key)
    tasks.send_message(message_id=key)
    assert [letter.to for letter in mail.outbox] == [["nadia@example.org"]]
    message = read()
    assert (message.state, message.attempts, message.last_error) == ("sent", 1, "")
    assert message.sent_at is not None


@pytest.mark.django_db
def test_a_refusal_is_noted_without_the_address_and_tried_again(settings: Any) -> None:
    key = write()
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    with pytest.raises(tasks.NotSent):
        tasks.send_message(message_id=key)
    message = read()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.last_error == "SMTPRecipientsRefused"


@pytest.mark.django_db
def test_it_is_given_up_after_eight_tries(settings: Any) -> None:
    key = write()
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    faults = [tasks.deliver(key, NOW) for _ in range(8)]
    assert faults == ["SMTPRecipientsRefused"] * 7 + [None]
    assert read().state == "failed"
    assert tasks.deliver(key, NOW) is None
    assert read().attempts == 8


@pytest.mark.django_db
def test_a_code_that_is_too_old_does_not_leave() -> None:
    key = write(expires_at=NOW - timedelta(seconds=1))
    tasks.send_message(message_id=key)
    assert mail.outbox == []
    assert (read().state, read().last_error) == ("failed", "expired before it could be sent")


@pytest.mark.django_db
def test_what_a_killed_worker_left_is_sent_by_the_next_round() -> None:
    write()
    tasks.send_what_was_left(timestamp=0)
    assert mail.outbox == []  # its own job has two minutes
    with scope.system():
        OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    tasks.send_what_was_left(timestamp=0)
    assert read().state == "sent"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail() -> None:
    """The first worker is inside the mail server's answer while the second one tries."""
    key = write()
    first_is_sending, second_is_done = threading.Event(), threading.Event()
    sent: list[str] = []

    def slow(message: OutboxMessage) -> None:
        sent.append(str(message.pk))
        first_is_sending.set()
        second_is_done.wait(timeout=5)

    def first() -> None:
        with closing(connection):
            tasks.deliver(key, NOW)

    original, tasks._hand_over = tasks._hand_over, slow  # type: ignore[assignment]
    try:
        worker = threading.Thread(target=first)
        worker.start()
        assert first_is_sending.wait(timeout=5)
        assert tasks.deliver(key, NOW) is None
        second_is_done.set()
        worker.join()
    finally:
        tasks._hand_over = original
    assert sent == [key]
    assert (read().state, read().attempts) == ("sent", 1)


@pytest.mark.django_db
def test_a_line_break_in_a_name_forges_no_header() -> None:
    key = str(outbox.post("nadia@example.org", "Accès\nBcc: tous@example.org " + "x" * 300, "T").pk)
    tasks.send_message(message_id=key)
    assert mail.outbox[0].subject.startswith("Accès Bcc: tous@example.org xxx")
    assert (len(mail.outbox[0].subject), mail.outbox[0].bcc) == (200, [])
