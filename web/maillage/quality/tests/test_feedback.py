"""A family is asked once and answers once; nothing ties the answer to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.core import choices, scope
from maillage.core.models import MessageKind, OutboxMessage
from maillage.core.tokens import fingerprint
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.quality import actions, asking
from maillage.quality.models import Feedback, FeedbackRequest, Reading, StaffFeedback
from maillage.quality.tests import made

NOW = made.NOW
THREE = {"useful": "4", "listened": "3", "less_alone": "2"}


@pytest.fixture
def rule(db):
    with scope.system():
        return agenda.availability(agenda.practitioner(), town=None)


def ended(rule, days: int, **values) -> Appointment:
    with scope.system():
        contact = made.family(rule, **values)
        return made.session(rule, contact, NOW - timedelta(days=days))


def asked(now=NOW) -> int:
    with scope.system():
        return asking.ask_all(now)


@pytest.mark.parametrize(("days", "number"), [(20, 0), (22, 1), (89, 1), (91, 0)])
def test_a_family_is_asked_three_weeks_after_the_last_session(rule, days, number):
    ended(rule, days)
    assert asked() == number


def test_twice_asks_once_and_again_only_a_year_later(rule):
    ended(rule, 30)
    assert [asked(), asked(), asked(NOW + timedelta(days=3))] == [1, 0, 0]
    with scope.system():
        letter = OutboxMessage.objects.get()
    assert letter.subject.endswith("trois questions, une minute")


def test_who_still_has_a_session_to_come_or_declined_is_not_asked(rule):
    going_on = ended(rule, 30)
    with scope.system():
        made.session(rule, going_on.contact, NOW + timedelta(days=3), "confirmed")
        quiet = ended(rule, 30)
        choices.decline(quiet.contact_id, "70", [MessageKind.FEEDBACK])
    assert asked() == 0


def test_a_session_that_nobody_came_to_asks_nothing(rule):
    with scope.system():
        made.session(rule, made.family(rule), NOW - timedelta(days=30), "no_show")
    assert asked() == 0


@pytest.fixture
def link(rule) -> str:
    one = ended(rule, 30)
    with scope.system():
        FeedbackRequest.objects.create(
            token_hash=fingerprint("jeton"), departement_id="70", organization=one.organization,
            service=one.service, household=one.household, contact=one.contact, appointment=one,
            asked_at=timezone.now(), expires_at=timezone.now() + timedelta(days=9),
        )  # fmt: skip
    return reverse("quality:feedback", args=["jeton"])


def test_three_answers_and_a_word_are_kept_without_anyone(link):
    assert Client().get(link).status_code == 200
    answer = Client().post(link, {**THREE, "words": "  Merci "})
    assert (answer.status_code, "Merci, votre avis est arrivé" in answer.text) == (200, True)
    with scope.system():
        said = Feedback.objects.get()
        assert FeedbackRequest.objects.get().is_answered
    assert (said.useful, said.listened, said.less_alone, said.words) == (4, 3, 2, "Merci")
    assert said.reading == Reading.WAITING
    related = {field.related_model for field in Feedback._meta.get_fields() if field.related_model}
    assert {model.__name__ for model in related} == {"Departement", "Organization", "Citation"}


def test_a_second_answer_is_refused_and_changes_nothing(link):
    Client().post(link, THREE)
    assert Client().post(link, {**THREE, "useful": "1"}).status_code == 409
    with scope.system():
        assert Feedback.objects.get().useful == 4


def test_a_question_left_out_is_said_and_nothing_is_lost(link):
    answer = Client().post(link, {"useful": "4", "listened": "9", "words": "Un mot"})
    assert answer.status_code == 400
    assert "Choisissez une réponse." in answer.text
    assert "Un mot" in answer.text
    with scope.system():
        assert Feedback.objects.count() == 0


def test_a_link_that_is_over_or_invented_opens_nothing(link):
    with scope.system():
        FeedbackRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 410
    assert Client().post(reverse("quality:feedback", args=["rien"]), THREE).status_code == 410


def test_nobody_adds_feedback_without_a_link_that_is_theirs(rule, link):
    scope.enter("public")
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        made.feedback(rule)


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.DESK_AGENT, Role.STRUCTURE_MANAGER])
def test_the_database_shows_no_answer_to_those_who_receive(rule, role):
    with scope.system():
        made.feedback(rule, words="Trop loin.")
    user = person("ada@example.org", role, at=rule.organization)
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=user.pk)
        assert Feedback.objects.count() == 0


def test_words_set_aside_are_erased_and_those_kept_are_read_by_an_officer(rule, client):
    with scope.system():
        kept, gone = made.feedback(rule, words="Trop loin."), made.feedback(rule, words="Mme X !")
    sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    assert "Trop loin." in client.get(reverse("quality:voices")).text
    for one, reading in ((kept, "kept"), (gone, "set_aside")):
        address = reverse("quality:moderate", args=["famille", one.pk])
        assert client.post(address, {"reading": reading}).status_code == 302
    with scope.system():
        kept.refresh_from_db()
        gone.refresh_from_db()
    assert (kept.words, kept.reading, gone.words, gone.reading) == (
        "Trop loin.", "kept", "", "set_aside",
    )  # fmt: skip


def test_a_professional_speaks_once_a_quarter_and_is_not_named(rule, client):
    sign_in(client, person("ada@example.org", Role.PRACTITIONER, at=rule.organization))
    address, said = reverse("quality:staff_feedback"), {"means": "2", "backed": "3", "fits": "4"}
    assert client.post(address, said).status_code == 200
    again = client.post(address, said)
    assert (again.status_code, "Votre avis est déjà arrivé" in again.text) == (400, True)
    with scope.system():
        one = StaffFeedback.objects.get()
    assert (one.means, one.backed, one.fits, len(one.once_key)) == (2, 3, 4, 64)


@pytest.mark.parametrize("value", [0, 5])
def test_the_database_refuses_an_answer_off_the_scale(rule, value):
    with scope.system(), pytest.raises(IntegrityError), transaction.atomic():
        made.feedback(rule, value, 4, 4)


def test_of_two_answers_sent_at_once_one_is_kept(link):
    """The second finds the row answered under its lock, and its own answer is undone."""
    with scope.system():
        given = actions.Answers((4, 4, 4))
        first = actions.answer("jeton", given, today=NOW.date())
        with pytest.raises(actions.AlreadyAnswered):
            actions.answer("jeton", given, today=NOW.date())
        assert [one.pk for one in Feedback.objects.all()] == [first.pk]
    assert connection.in_atomic_block
