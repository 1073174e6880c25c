"""Mail that did not arrive: what the servers of others write back (RFC 3464)."""

from io import BytesIO, TextIOWrapper
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from maillage.core import bounces, outbox, scope, tasks
from maillage.core.models import OutboxMessage

KEY = "0b4f2b1e-7d0a-4d7e-9c55-2f6f3f2a9d10"
REPORT = """From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; nour@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <nour@example.org>: Recipient address rejected

--b
Content-Type: {returned}

Message-ID: <{key}@maillage.example.org>
Subject: Votre rendez-vous

--b--
"""


@pytest.fixture(autouse=True)
def bounce_address(settings):
    settings.EMAIL_BOUNCES = "rebond+{id}@example.org"


def report(*, to: str = "", action: str = "failed", status: str = "5.1.1",
           returned: str = "message/rfc822", key: str = KEY) -> bytes:  # fmt: skip
    facts = {"to": to or f"rebond+{key}@example.org", "action": action, "status": status}
    return REPORT.format(returned=returned, key=key, **facts).encode()


def test_the_address_of_the_report_names_the_mail():
    found = bounces.read(report(returned="text/plain"))
    assert found == bounces.Bounce(KEY, bounces.State.FAILED, "mail server: failed 5.1.1")


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_the_mail_that_it_returns_names_it_too(returned, settings):
    settings.EMAIL_BOUNCES = ""
    found = bounces.read(report(to="postmaster@example.org", returned=returned))
    assert found is not None
    assert found.reference == KEY


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("delivered", bounces.State.DELIVERED), ("delayed", None), ("relayed", None)],
)
def test_only_the_last_word_counts(action, outcome):
    found = bounces.read(report(action=action, status="4.4.7"))
    assert found is not None
    assert found.outcome == outcome


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"Subject: Absence\n\nJe reviens lundi.", b"x" * 99]
)
def test_any_other_mail_is_left_alone(raw):
    assert bounces.read(raw) is None


def piped(monkeypatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(raw)))
    call_command("bounce")


@pytest.mark.django_db
def test_a_report_piped_to_the_command_fails_the_mail_without_its_address(monkeypatch, capsys):
    key = str(outbox.post("nour@example.org", "Objet", "Texte").pk)
    tasks.deliver(key, timezone.now())
    piped(monkeypatch, report(key=key))
    piped(monkeypatch, report(key=key))
    with scope.system():
        message = OutboxMessage.objects.get()
    assert (message.state, message.last_error) == ("failed", "mail server: failed 5.1.1")
    piped(monkeypatch, report(key=str(uuid4())))
    piped(monkeypatch, b"Subject: Absence\n\nJe reviens lundi.")
    shown = capsys.readouterr().out
    assert "nour@example.org" not in shown
    assert shown.endswith("unknown here\nNot a delivery report of ours: left alone.\n")


@pytest.mark.django_db
def test_the_envelope_carries_the_number_and_the_reader_sees_the_site(settings):
    settings.DEFAULT_FROM_EMAIL = "Maillage <bonjour@example.org>"
    key = outbox.post("nour@example.org", "Objet", "Texte").pk
    tasks.deliver(str(key), timezone.now())
    letter = mail.outbox[0]
    assert letter.from_email == f"rebond+{key}@example.org"
    assert letter.message()["From"] == "Maillage <bonjour@example.org>"
    assert isinstance(key, UUID)
