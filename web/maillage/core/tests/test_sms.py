"""SMS through one small door: a provider that fails, is slow, answers by halves, or takes it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from maillage.core import outbox, scope, sms, tasks
from maillage.core.models import OutboxMessage

KEY = uuid4()
NUMBER = "+33639980001"


def read() -> OutboxMessage:
    with scope.system():
        return OutboxMessage.objects.get()


def written(**how) -> str:
    return str(outbox.text(NUMBER, "Votre rendez-vous", how=outbox.How(**how)).pk)


def test_the_provider_receives_the_number_and_the_text_whatever_it_holds(provider):
    provider.answers = [200]
    sms.send(NUMBER, 'Mardi à 9 h, "Écoute" \\ {number} {sender}', key=KEY)
    assert provider.taken == {
        str(KEY): {
            "to": NUMBER, "message": 'Mardi à 9 h, "Écoute" \\ {number} {sender}',
            "from": "Maillage", "key": "secret",
        }
    }  # fmt: skip


def test_a_discreet_message_has_a_sender_that_says_nothing(provider, settings):
    settings.DISCREET_NAME = "Agenda"
    provider.answers = [200]
    sms.send(NUMBER, "Mardi à 9 h", key=KEY, discreet=True)
    assert provider.taken[str(KEY)]["from"] == "Agenda"


@pytest.mark.django_db
def test_a_provider_that_fails_is_asked_again_and_takes_it_once(provider):
    provider.answers = [503, 200]
    key = written()
    with pytest.raises(tasks.NotSent, match="HTTP 503"):
        tasks.send_message(message_id=key)
    tasks.send_message(message_id=key)
    tasks.send_message(message_id=key)
    assert provider.asked == [key, key]
    message = read()
    assert (message.state, message.attempts, message.provider_id) == ("sent", 2, "p-1")


@pytest.mark.django_db
def test_what_the_provider_will_never_take_is_given_up_at_once(provider):
    provider.answers = [422]
    key = written()
    tasks.send_message(message_id=key)
    message = read()
    assert (message.state, message.attempts, message.last_error) == ("failed", 1, "HTTP 422")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "reason"),
    [(401, "HTTP 401"), (302, "HTTP 302"), ("cut before", "BadStatusLine"), (500, "HTTP 500")],
)
def test_it_is_tried_again_when_nobody_said_that_it_was_taken(provider, answer, reason):
    provider.answers = [answer]
    assert tasks.deliver(written(), timezone.now()) == reason
    assert (read().state, provider.taken) == ("waiting", {})


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["cut after", "drips"])
def test_an_answer_cut_after_its_first_line_means_taken(provider, answer, monkeypatch):
    monkeypatch.setattr(sms, "PATIENCE", 0.3)
    provider.answers = [answer]
    assert tasks.deliver(written(), timezone.now()) is None
    assert (read().state, read().provider_id, len(provider.taken)) == ("sent", "", 1)


@pytest.mark.django_db
def test_an_answer_that_never_comes_is_one_more_try_under_the_same_number(provider, monkeypatch):
    """The provider took it but its answer was lost: it recognises the second copy."""
    monkeypatch.setattr(sms, "PATIENCE", 0.2)
    provider.answers = ["late", 200]
    key = written()
    assert tasks.deliver(key, timezone.now()) == "TimeoutError"
    assert tasks.deliver(key, timezone.now()) is None
    assert (provider.asked, len(provider.taken)) == ([key, key], 1)
    assert read().state == "sent"


@pytest.mark.django_db
def test_a_crash_between_the_sending_and_its_note_sends_the_same_number_again(
    provider, monkeypatch
):
    provider.answers = [200, 200]
    key, now = written(), timezone.now()
    with monkeypatch.context() as crash:
        crash.setattr(tasks, "_write_down", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.deliver(key, now)
    assert tasks.deliver(key, now + timedelta(seconds=90)) is None  # still held
    assert provider.asked == [key]
    with scope.system():
        OutboxMessage.objects.update(leased_until=now - timedelta(seconds=1))
    tasks.send_what_was_left(timestamp=0)
    assert (provider.asked, len(provider.taken)) == ([key, key], 1)
    assert (read().state, read().attempts) == ("sent", 2)


@pytest.mark.django_db
def test_a_provider_that_nobody_answers_for_is_tried_eight_times(settings, provider):
    settings.SMS = sms.Provider(url="http://127.0.0.1:9/send")
    key, now = written(), timezone.now()
    faults = [tasks.deliver(key, now) for _ in range(9)]
    assert faults == ["URLError"] * 7 + [None, None]
    assert (read().state, read().attempts, read().last_error) == ("failed", 8, "URLError")


def test_without_a_provider_it_is_written_on_the_console(settings, capsys):
    settings.SMS = sms.Provider()
    assert sms.send(NUMBER, "Bonjour", key=KEY) == ""
    assert capsys.readouterr().out == f"SMS {NUMBER}: Bonjour\n"
