"""SMS through one small door: a provider that fails, is slow, or takes it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from maillage.core import outbox, scope, sms, tasks
from maillage.core.models import OutboxMessage


class Provider(BaseHTTPRequestHandler):
    """Answers what the test wants; keeps what it was sent."""

    answers: list[int] = []
    taken: list[dict[str, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.answers.pop(0)
        if status == 200:
            self.taken.append({**json.loads(body), "key": self.headers["X-Key"]})
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def provider(settings) -> Iterator[type[Provider]]:
    Provider.answers, Provider.taken = [], []
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/send"
        settings.SMS_HEADERS = {"X-Key": "secret"}
        settings.SMS_BODY = '{"to": "{number}", "message": "{text}"}'
        yield Provider
        server.shutdown()


def test_the_provider_receives_the_number_and_the_text_whatever_it_holds(provider):
    provider.answers = [200]
    sms.send("+33639980001", 'Mardi à 9 h, "Écoute" \\ {number}')
    assert provider.taken == [
        {"to": "+33639980001", "message": 'Mardi à 9 h, "Écoute" \\ {number}', "key": "secret"}
    ]


@pytest.mark.django_db
def test_a_provider_that_fails_is_asked_again_and_takes_it_once(provider):
    provider.answers = [503, 200]
    key = str(outbox.text("+33639980001", "Votre rendez-vous").pk)
    with pytest.raises(tasks.NotSent, match="HTTPError"):
        tasks.send_message(message_id=key)
    tasks.send_message(message_id=key)
    tasks.send_message(message_id=key)
    assert len(provider.taken) == 1
    with scope.system():
        message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == ("sent", 2)


def test_without_a_provider_it_is_written_on_the_console(settings, capsys):
    settings.SMS_URL = ""
    sms.send("+33639980001", "Bonjour")
    assert capsys.readouterr().out == "SMS +33639980001: Bonjour\n"
