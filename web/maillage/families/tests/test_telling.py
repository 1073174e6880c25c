"""When and how a family is written to: at the right hour, only what it wants, discreetly."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from maillage.core import choices, outbox, quiet, scope, tasks
from maillage.core.models import Declined, MessageKind, OutboxMessage, StopLink
from maillage.families.telling import tell
from maillage.families.tests import made

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
TEMPLATE = "portal/mail/reminder.txt"
FACTS = {"day": "mardi", "hour": "9 h", "link": "https://example.org/x"}


def at(hour: int, minute: int = 0, *, day: int = 24, zone: ZoneInfo = PARIS) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


@pytest.fixture(autouse=True)
def for_everyone(db):
    with scope.system():
        yield


def read() -> OutboxMessage:
    return OutboxMessage.objects.get()


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (at(7, 59), at(8)), (at(8), at(8)), (at(19, 59), at(19, 59)), (at(20), at(8, day=25)),
        (at(0), at(8)), (at(23, 30, day=30), datetime(2026, 12, 1, 8, tzinfo=PARIS)),
    ],
)  # fmt: skip
def test_the_night_lasts_from_eight_to_eight(now, leaves):
    assert quiet.next_allowed(now, PARIS) == leaves


def test_the_morning_after_a_clock_change_is_at_eight_local():
    """The night of 28 March 2027 has one hour less: eight o'clock is 6:00 UTC, not 7:00."""
    evening = datetime(2027, 3, 27, 21, tzinfo=PARIS)
    morning = quiet.next_allowed(evening, PARIS)
    assert morning.astimezone(ZoneInfo("UTC")) == datetime(2027, 3, 28, 6, tzinfo=ZoneInfo("UTC"))


def test_an_operator_may_choose_other_hours_or_none(settings):
    settings.QUIET_HOURS = (12, 14)
    assert quiet.next_allowed(at(13), PARIS) == at(14)
    assert quiet.next_allowed(at(3), PARIS) == at(3)
    settings.QUIET_HOURS = (0, 0)
    assert quiet.next_allowed(at(3), PARIS) == at(3)


@pytest.mark.parametrize("kind", [one for one in MessageKind if one != MessageKind.ACT])
def test_what_can_wait_waits_for_the_morning_of_the_departement(kind):
    """At 18:00 in Paris it is 21:00 in La Réunion, where the reader is."""
    contact = made.contact("974")
    assert tell(contact, TEMPLATE, FACTS, kind=kind, now=at(18))
    assert read().not_before == at(8, day=25, zone=REUNION)
    assert tasks.deliver(str(read().pk), at(20)) is None
    assert (read().state, mail.outbox) == ("waiting", [])
    tasks.deliver(str(read().pk), at(8, day=25))
    assert read().state == "sent"


def test_what_confirms_ones_own_act_leaves_at_once_even_at_night():
    tell(made.contact(), TEMPLATE, FACTS, now=at(23))
    assert read().not_before is None


@pytest.mark.parametrize(("starts_at", "waits"), [(at(9, day=25), False), (at(14, day=25), True)])
def test_a_change_that_would_be_known_too_late_does_not_wait(starts_at, waits):
    about = SimpleNamespace(pk=uuid4(), starts_at=starts_at)
    tell(
        made.contact(),
        TEMPLATE,
        FACTS | {"appointment": about},
        kind=MessageKind.CHANGE,
        now=at(22),
    )
    assert (read().not_before is not None, read().about) == (waits, about.pk)


def test_a_reminder_dies_with_its_hour():
    about = SimpleNamespace(pk=uuid4(), starts_at=at(9))
    contact = made.contact()
    tell(contact, TEMPLATE, FACTS | {"appointment": about}, kind=MessageKind.REMINDER, now=at(8))
    assert read().expires_at == at(9)


@pytest.mark.parametrize("kind", list(MessageKind))
def test_each_kind_of_message_is_declined_by_itself(kind):
    contact = made.contact()
    choices.decline(contact.pk, "70", [kind])
    choices.decline(contact.pk, "70", [kind])  # twice is harmless
    told = {one: tell(contact, TEMPLATE, FACTS, kind=one) for one in MessageKind}
    assert [one for one, done in told.items() if not done] == [kind]


def test_a_mail_that_may_be_stopped_says_so_to_the_reader_and_to_the_mail_program():
    tell(made.contact(), TEMPLATE, FACTS, kind=MessageKind.REMINDER, now=at(10))
    message = read()
    assert message.body.endswith(f"Choisir les messages que vous recevez : {message.unsubscribe}\n")
    tasks.send_message(message_id=str(message.pk))
    headers = mail.outbox[0].message()
    assert headers["List-Unsubscribe"] == f"<{message.unsubscribe}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"].startswith(f"<{message.pk}@")


def test_a_confirmation_is_no_list_to_leave():
    tell(made.contact(), TEMPLATE, FACTS)
    assert (read().unsubscribe, StopLink.objects.count()) == ("", 0)


def _followed(contact) -> str:
    return choices.stop_address(contact.pk, "70").removeprefix("http://127.0.0.1:8000")


def test_one_click_in_a_mail_program_ends_reminders_and_keeps_confirmations():
    contact = made.contact()
    address = _followed(contact)
    body = {"List-Unsubscribe": "One-Click"}
    answers = [Client(enforce_csrf_checks=True).post(address, body).status_code for _ in "12"]
    scope.enter("system")
    assert answers == [200, 200]
    assert choices.declined_by(contact.pk) == set(choices.BY_ONE_WORD)
    assert tell(contact, TEMPLATE, FACTS)
    assert not tell(contact, TEMPLATE, FACTS, kind=MessageKind.REMINDER)


def test_on_the_page_each_kind_is_chosen_even_confirmations():
    contact = made.contact()
    address, client = _followed(contact), Client()
    assert client.get(address).text.count(" checked") == len(MessageKind)
    assert client.post(address, {"wanted": ["reminder", "nonsense"]}).status_code == 302
    assert choices.declined_by(contact.pk) == set(MessageKind) - {MessageKind.REMINDER}
    client.post(address, {"wanted": [*MessageKind]})
    scope.enter("system")
    assert Declined.objects.count() == 0


def test_a_link_that_is_over_opens_nothing_and_a_stranger_reads_no_choice():
    contact = made.contact()
    address = _followed(contact)
    StopLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address).status_code == 410
    assert Client().get("/messages/choix/rien/").status_code == 410
    scope.enter("system")
    choices.decline(contact.pk, "70", [MessageKind.ACT])
    scope.enter("member", departements={"79"}, user_id=1)
    assert (Declined.objects.count(), StopLink.objects.count()) == (0, 0)


SECRET = "given-by-the-operator"


def reply(settings, number: str, words: str) -> int:
    settings.SMS = replace(settings.SMS, secret=SECRET, header="")
    body = {"from": number, "text": words}
    status = Client().post(f"/sms/reponses/{SECRET}/", body).status_code
    scope.enter("system")  # a request leaves its own scope behind it
    return status


@pytest.mark.parametrize(
    "number", ["+33639980001", "33639980001", "0033639980001", "06 39 98 00 01"]
)
@pytest.mark.parametrize("words", ["STOP", " stop.", "Arrêt"])
def test_stop_by_sms_ends_reminders_and_says_so(settings, number, words):
    contact = made.contact(channel="sms", phone="+33639980001", email="")
    assert reply(settings, number, words) == 202
    assert choices.declined_by(contact.pk) == set(choices.BY_ONE_WORD)
    assert read().body.startswith("Noté : plus de rappels.")
    assert tell(contact, TEMPLATE, FACTS)


def test_stop_everything_ends_confirmations_too(settings):
    contact = made.contact(channel="sms", phone="+33639980001", email="")
    assert reply(settings, "+33639980001", "STOP TOUT") == 202
    contact.refresh_from_db()
    assert contact.silenced_at is not None
    assert not tell(contact, TEMPLATE, FACTS)
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize("words", ["", "merci", "ne vous arrêtez pas", "👍"])
def test_another_reply_or_number_changes_nothing_and_says_nothing(settings, words):
    contact = made.contact(channel="sms", phone="+33639980001", email="")
    assert reply(settings, "+33639980001", words) == 202
    assert reply(settings, "+33639980002", "STOP") == 202
    assert choices.declined_by(contact.pk) == set()
    assert OutboxMessage.objects.count() == 0


def test_a_reply_needs_the_secret(settings):
    settings.SMS = replace(settings.SMS, secret=SECRET, header="")
    assert Client().post("/sms/reponses/", {"from": "x", "text": "STOP"}).status_code == 403
    settings.SMS = replace(settings.SMS, secret="")
    assert Client().post(f"/sms/reponses/{SECRET}/", {}).status_code == 404


def test_an_sms_says_how_to_stop_only_where_replies_come_back(settings):
    contact = made.contact(channel="sms", phone="+33639980001", email="")
    tell(contact, TEMPLATE, FACTS, kind=MessageKind.REMINDER)
    assert not read().body.endswith("STOP pour ne plus en recevoir.")
    OutboxMessage.objects.all().delete()
    settings.SMS = replace(settings.SMS, secret=SECRET)
    tell(contact, TEMPLATE, FACTS, kind=MessageKind.REMINDER)
    assert read().body.endswith("Répondez STOP pour ne plus en recevoir.")


def test_a_discreet_mail_has_a_sender_that_says_nothing(settings):
    settings.DEFAULT_FROM_EMAIL = "Soutien à la parentalité <ne-pas-repondre@example.org>"
    settings.DISCREET_NAME = "Agenda"
    tell(made.contact(discreet=True), TEMPLATE, FACTS)
    tasks.send_message(message_id=str(read().pk))
    assert mail.outbox[0].message()["From"] == "Agenda <ne-pas-repondre@example.org>"


def test_a_job_writes_to_professionals_by_day():
    assert outbox.calmly(at(12)) == outbox.How()
    assert outbox.calmly(at(22)).not_before == at(8, day=25)
