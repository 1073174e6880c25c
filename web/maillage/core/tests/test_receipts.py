"""What became of a message: said twice, late, early, by the wrong hand, or about nothing."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from maillage.core import outbox, receipts, scope, stuck, tasks
from maillage.core.arrived import news
from maillage.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
SECRET = "given-by-the-operator"
ADDRESS = "/sms/accuses/"
told: list[object] = []


def tell_nobody(about: object) -> None:
    """Stand for the room that warns professionals."""
    told.append(about)


@pytest.fixture(autouse=True)
def told_plainly(settings):
    settings.SMS = replace(settings.SMS, secret=SECRET, header="X-Secret")
    settings.UNREACHED = f"{__name__}.tell_nobody"
    told.clear()


@pytest.fixture
def sent() -> OutboxMessage:
    how = outbox.How(about=uuid4(), departement="70")
    message = outbox.text("+33639980001", "Votre rendez-vous", how=how)
    with scope.system():
        OutboxMessage.objects.update(state="sent", sent_at=timezone.now(), provider_id="p-7")
    return message


def read() -> OutboxMessage:
    with scope.system():
        return OutboxMessage.objects.get()


def post(body: object, secret: str = SECRET) -> int:
    answer = Client().post(
        ADDRESS, json.dumps(body), content_type="application/json", headers={"X-Secret": secret}
    )
    return answer.status_code


def test_a_receipt_says_that_it_arrived_and_saying_it_again_changes_nothing(sent):
    assert post({"id": str(sent.pk), "status": "DELIVRD"}) == 202
    first = read()
    assert post({"id": str(sent.pk), "status": "delivered"}) == 202
    assert (first.state, first.last_error) == ("delivered", "")
    assert read().delivered_at == first.delivered_at
    assert told == []


def test_the_number_may_be_the_providers(sent):
    assert post({"id": "p-7", "status": "delivered"}) == 202
    assert read().state == "delivered"


def test_a_failure_is_kept_with_its_reason_and_told_once(sent):
    body = {"id": "p-7", "status": "UNDELIV", "reason": "absent subscriber"}
    assert [post(body), post(body)] == [202, 202]
    assert (read().state, read().last_error) == ("failed", "provider: absent subscriber")
    assert told == [sent.about]


@pytest.mark.parametrize("states", [["failed", "delivered"], ["delivered", "failed"]])
def test_what_arrived_has_arrived_whatever_the_order(sent, states):
    for state in states:
        assert post({"id": "p-7", "status": state}) == 202
    assert (read().state, read().last_error) == ("delivered", "")


def test_a_receipt_may_overtake_our_own_note():
    message = outbox.text("+33639980001", "Bonjour")
    original = tasks._hand_over

    def answered_before(sent: OutboxMessage) -> str:
        assert receipts.note(str(sent.pk), OutboxMessage.State.DELIVERED, "", timezone.now())
        return "p-9"

    tasks._hand_over = answered_before
    try:
        tasks.send_message(message_id=str(message.pk))
    finally:
        tasks._hand_over = original
    assert (read().state, read().provider_id) == ("delivered", "p-9")


def test_a_state_between_two_changes_nothing(sent):
    assert post({"id": "p-7", "status": "buffered"}) == 202
    assert read().state == "sent"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "nobody", "status": "delivered"}, 404),
        ({"id": str(uuid4()), "status": "delivered"}, 404),
        ({"id": "p-7\0", "status": "delivered"}, 404),
        ({"status": "delivered"}, 400),
        (["p-7"], 400),
        ([{"id": "p-7", "status": "delivered"}, {"id": "nobody", "status": "failed"}], 202),
    ],
)
def test_unknown_or_unreadable_receipts_get_a_polite_answer(sent, body, status):
    assert post(body) == status


def test_what_is_no_json_is_refused_and_a_form_is_read(sent):
    client, secret = Client(), {"X-Secret": SECRET}
    kind = "application/json"
    assert client.post(ADDRESS, "{", content_type=kind, headers=secret).status_code == 400
    form = {"id": "p-7", "status": "delivered"}
    assert client.post(ADDRESS, form, headers=secret).status_code == 202
    assert read().state == "delivered"


def test_without_the_secret_nothing_is_read(sent):
    assert post({"id": "p-7", "status": "delivered"}, secret="wrong") == 403
    assert post({"id": "p-7", "status": "delivered"}, secret="é") == 403
    assert read().state == "sent"


def test_there_is_no_such_page_where_the_operator_gave_no_secret(sent, settings):
    settings.SMS = replace(settings.SMS, secret="")
    assert post({"id": "p-7", "status": "delivered"}, secret="") == 404


def test_the_secret_may_be_in_the_address(sent, settings):
    settings.SMS = replace(settings.SMS, header="")
    body = {"id": "p-7", "status": "delivered"}
    assert Client().post(f"{ADDRESS}wrong/", body).status_code == 403
    assert Client().post(ADDRESS, body).status_code == 403
    assert Client().post(f"{ADDRESS}{SECRET}/", body).status_code == 202


@pytest.mark.parametrize("written", ["hex", "sha256=", "base64"])
def test_a_signature_covers_the_whole_body(sent, settings, written):
    settings.SMS = replace(settings.SMS, header="X-Signature", signed=True)
    body = json.dumps({"id": "p-7", "status": "delivered"}).encode()
    digest = hmac.digest(SECRET.encode(), body, hashlib.sha256)
    signature = {
        "hex": digest.hex(), "sha256=": f"sha256={digest.hex()}",
        "base64": base64.b64encode(digest).decode(),
    }[written]  # fmt: skip

    def posted(content: bytes) -> int:
        kind, headers = "application/json", {"X-Signature": signature}
        return Client().post(ADDRESS, content, content_type=kind, headers=headers).status_code

    assert [posted(body + b" "), posted(body)] == [403, 202]


def test_fields_are_found_where_the_operator_says(sent, settings):
    settings.SMS = replace(
        settings.SMS, receipt_id="results.0.messageId", receipt_state="results.0.status.groupName",
        delivered=("delivered",),
    )  # fmt: skip
    body = {"results": [{"messageId": "p-7", "status": {"groupName": "DELIVERED"}}]}
    assert post(body) == 202
    assert read().state == "delivered"


def test_professionals_of_the_departement_learn_what_became_of_it_and_no_others(sent):
    post({"id": "p-7", "status": "failed"})
    scope.enter("member", departements={"70"}, user_id=1)
    (found,) = news([sent.about]).values()
    assert (found.failed, found.channel, found.label) == (True, "sms", "échec")
    assert OutboxMessage.objects.count() == 0  # never the text, the number or the link
    for stranger in ({"79"}, set()):
        scope.enter("member", departements=stranger, user_id=1)
        assert news([sent.about]) == {}
    scope.enter("public")
    assert news([sent.about]) == {}


def test_the_operator_sees_what_is_stuck_without_its_text_and_lets_it_leave_again(sent, capsys):
    post({"id": "p-7", "status": "failed", "reason": "blocked"})
    call_command("outbox")
    shown = capsys.readouterr().out
    assert "provider: blocked" in shown
    assert "1 message(s) late or given up." in shown
    assert "+33639980001" not in shown
    call_command("outbox", "--retry", str(sent.pk))
    tasks.send_message(message_id=str(sent.pk))
    assert (read().state, read().attempts) == ("sent", 1)


def test_the_operator_is_told_each_morning_how_many_if_any(sent, settings):
    settings.OPERATOR_EMAIL = "exploitant@example.org"
    tasks.tell_operator(timestamp=0)
    assert stuck.tally(timezone.now(), since=tasks.RECEIPT_IS_KEPT).failed == 0
    post({"id": "p-7", "status": "failed"})
    tasks.tell_operator(timestamp=0)
    with scope.system():
        letter = OutboxMessage.objects.get(channel="email")
    assert letter.recipient == "exploitant@example.org"
    assert letter.body.startswith("1 message(s) abandonné(s)")
