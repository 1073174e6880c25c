"""Every message of the product that a family may get, written discreetly: no subject shows.

A new template is found by itself. Whatever it prints must be in `SAYS_NOTHING`, or be kept for
those who did not ask for discretion.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.telling import tell
from maillage.families.tests import made

PACKAGE = Path(__file__).resolve().parents[2]
# What tells nobody why someone comes. A practitioner's name is not here: it leads to a profession.
SAYS_NOTHING = {
    "day": "mardi 1er décembre", "hour": "9 h", "link": "https://example.org/x", "phone": "03 84",
    "code": "123 456", "minutes": 10, "who": "Nour", "until": "vendredi",
    "mode": "sur place", "other": "Sami", "inviter": "Sami", "name": "Nour", "due_on": None,
    "moment": None, "held_until": None,
}  # fmt: skip
SECRET = "CE-DONT-IL-S-AGIT"


class Telling:
    """A thing whose every word would tell."""

    pk = None

    def __getattr__(self, name: str) -> "Telling":
        """Whatever is asked of it tells too."""
        if name.startswith("__") or name in {"do_not_call_in_templates", "resolve_expression"}:
            raise AttributeError(name)
        return self

    def __str__(self) -> str:
        """Its word."""
        return SECRET


def templates() -> list[str]:
    """The messages written to a contact, from any room."""
    found = sorted(PACKAGE.glob("*/templates/*/mail/*.txt"))
    return [
        "/".join(file.parts[-3:]) for file in found if "contact" in file.read_text(encoding="utf-8")
    ]


def test_the_messages_of_the_front_door_are_found():
    assert {"portal/mail/confirmed.txt", "portal/mail/reminder.txt"} <= set(templates())


@pytest.fixture
def loud_engine():
    """Print the name of whatever a template asks for that nobody gave."""
    engine = engines["django"].engine
    former, engine.string_if_invalid = engine.string_if_invalid, SECRET + "(%s)"
    yield
    engine.string_if_invalid = former


def written(template: str, channel: str, *, discreet: bool, facts: dict[str, object]) -> str:
    with scope.system():
        reach = {"phone": "+33639980001", "email": "nour@example.org"}
        contact = made.contact(channel=channel, discreet=discreet, **reach)
        assert tell(contact, template, facts)
        message = OutboxMessage.objects.latest("created_at")
    return f"{message.subject}\n{message.body}"


def facts() -> dict[str, object]:
    names = ("title", "service", "sentence", "profession", "place", "need", "programme", "reason",
             "skills", "practitioner", "organization", "receiver", "structure",
             "with", "author", "colleague")  # fmt: skip
    return {**dict.fromkeys(names, Telling()), **SAYS_NOTHING}


@pytest.mark.django_db
@pytest.mark.usefixtures("loud_engine")
@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize("template", templates())
def test_a_discreet_message_shows_neither_service_nor_need_nor_who_receives(
    template, channel, monkeypatch
):
    monkeypatch.setattr(settings, "SITE_NAME", SECRET)
    text = written(template, channel, discreet=True, facts=facts())
    assert SECRET not in text
    assert "https://example.org/x" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("loud_engine")
def test_the_same_message_without_discretion_says_what_it_is():
    """The control: the sentinel does show where nobody asked for discretion."""
    text = written("portal/mail/confirmed.txt", "email", discreet=False, facts=facts())
    assert SECRET in text
