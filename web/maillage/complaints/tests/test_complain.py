"""From a complaint to its answer: who reads it, who is told, when the département takes it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from maillage.agenda.tests import made as times
from maillage.complaints import actions, codes
from maillage.complaints.errors import ComplaintIsAnswered, NothingToLookAtAgain
from maillage.complaints.models import Complaint
from maillage.complaints.tests import made
from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.core.tokens import fingerprint
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import Role, administrator, manager, person
from maillage.people.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Paris"))
State = Complaint.State


@pytest.fixture
def service() -> Service:
    return directory.service()


@pytest.fixture
def nadia(service: Service) -> User:
    return manager(at=service.organization)


@pytest.fixture
def hugo(nadia: User) -> User:
    return administrator()


def letters() -> list[tuple[str, str]]:
    with scope.system():
        found = OutboxMessage.objects.order_by("created_at", "recipient")
        return list(found.values_list("recipient", "subject"))


def test_a_visitor_complains_and_follows_it_with_the_code_alone(service, nadia, hugo):
    scope.enter("public")
    kept, code = actions.complain(made.grievance(service, email="nour@example.org"), now=NOW)
    assert (kept.state, f"{kept.due_on}") == ("received", "2026-12-23")
    assert kept.code_hash == fingerprint(code)
    assert Complaint.objects.get().text == "On m’a fait attendre une heure."
    scope.hold_link(fingerprint(codes.new()))
    assert Complaint.objects.count() == 0
    assert letters() == [
        ("nadia@example.org", "Une réclamation attend une réponse"),
        ("nour@example.org", "Votre message est reçu"),
    ]


def test_no_mail_says_what_was_written(service, nadia, hugo):
    _made, code = made.complaint(service, email="nour@example.org")
    with scope.system():
        bodies = {one.recipient: one.body for one in OutboxMessage.objects.all()}
    assert "attendre" not in "".join(bodies.values())
    assert code in bodies["nour@example.org"]
    assert code not in bodies["nadia@example.org"]


def test_without_an_organization_the_departement_is_told(service, nadia, hugo):
    made.complaint(service, organization=None, service=None, place="La salle des fêtes")
    assert [who for who, _subject in letters()] == ["hugo@example.org"]


def test_who_is_complained_about_is_neither_told_nor_shown_it_even_in_the_database(
    service, nadia, hugo
):
    with scope.system():
        about = times.practitioner(user=nadia)
    made.complaint(service, practitioner=about.pk)
    assert [who for who, _subject in letters()] == ["hugo@example.org"]
    scope.hold_link("")
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=nadia.pk)
        assert Complaint.objects.count() == 0
        scope.enter("member", departements={"70"}, user_id=hugo.pk)
        assert Complaint.objects.count() == 1


def test_an_answer_is_given_once_and_the_person_is_told(service, nadia, hugo):
    kept, _code = made.complaint(service, email="nour@example.org")
    actions.take(kept, by=nadia.pk)
    actions.take(kept, by=hugo.pk)
    found = actions.answer(kept, "Nous ouvrons plus tôt.", by=nadia.pk, now=NOW)
    assert (found.state, found.handled_by_id, found.answered_at) == ("answered", nadia.pk, NOW)
    with pytest.raises(ComplaintIsAnswered):
        actions.answer(kept, "Encore.", by=nadia.pk)
    assert Complaint.objects.get().answer == "Nous ouvrons plus tôt."
    assert ("nour@example.org", "Une réponse vous attend") in letters()
    with scope.system():
        trail = AuditEntry.objects.filter(verb__startswith="complaints.").order_by("at")
        assert list(trail.values_list("verb", "actor")) == [
            ("complaints.received", None), ("complaints.taken", nadia.pk),
            ("complaints.answered", nadia.pk),
        ]  # fmt: skip


def test_an_answer_that_does_not_convince_goes_to_the_departement_once(service, nadia, hugo):
    kept, _code = made.complaint(service)
    with pytest.raises(NothingToLookAtAgain):
        actions.ask_departement(kept)
    actions.answer(kept, "Non.", by=nadia.pk)
    again = actions.ask_departement(kept, now=NOW)
    assert (again.state, again.first_answer, again.answer) == ("handled", "Non.", "")
    assert letters()[-1] == ("hugo@example.org", "Une réclamation passe au département")
    actions.answer(again, "Voici ce qui change.", by=hugo.pk)
    with pytest.raises(NothingToLookAtAgain):
        actions.ask_departement(again)


@pytest.mark.parametrize(
    ("days", "told", "escalated"),
    [
        (14, [], False),
        (15, ["Rappel : une réclamation attend toujours"], False),
        (30, ["Rappel : une réclamation attend toujours"], False),
        (31, ["Une réclamation passe au département"], True),
    ],
)
def test_time_reminds_then_passes_it_to_the_departement(
    service, nadia, hugo, days, told, escalated
):
    kept, _code = actions.complain(made.grievance(service), now=NOW)
    before = len(letters())
    later = NOW + timedelta(days=days)
    actions.chase(later)
    actions.chase(later)
    assert [subject for _who, subject in letters()[before:]] == told
    kept.refresh_from_db()
    assert (kept.escalated_at is not None) is escalated


def test_what_is_answered_is_never_chased(service, nadia, hugo):
    kept, _code = actions.complain(made.grievance(service), now=NOW)
    actions.answer(kept, "Merci.", by=nadia.pk, now=NOW)
    assert actions.chase(NOW + timedelta(days=90)) == 0


def test_two_years_after_its_answer_nothing_is_left_of_its_words(service, nadia, hugo):
    kept, _code = made.complaint(service, email="nour@example.org")
    actions.answer(kept, "Merci.", by=nadia.pk, now=NOW)
    assert actions.forget(NOW + timedelta(days=729)) == 0
    assert actions.forget(NOW + timedelta(days=731)) == 1
    kept.refresh_from_db()
    assert (kept.text, kept.answer, kept.email, kept.state) == ("", "", "", "answered")


def test_the_database_keeps_an_answer_and_its_state_together(service, nadia):
    kept, _code = made.complaint(service)
    wrong = [{"state": "answered", "handled_by": nadia}, {"answer": "x"}, {"text": ""}]
    wrong.append({"state": "handled"})
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.filter(pk=kept.pk).update(**change)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("7kqm 2xwd 9fht 3bre", "7KQM-2XWD-9FHT-3BRE"),
        ("7KQM2XWD9FHT3BRE", "7KQM-2XWD-9FHT-3BRE"),
        ("7KQM", ""),
        ("", ""),
        ("7KQM-2XWD-9FHT-3BRE-7", ""),
    ],
)
def test_a_code_is_read_however_it_is_typed(typed, kept):
    assert codes.as_kept(typed) == kept


def test_codes_hold_no_sign_that_is_read_as_another():
    made_codes = {codes.new() for _ in range(200)}
    assert len(made_codes) == 200
    assert not set("".join(made_codes)) & set("01OIL")
    assert all(codes.as_kept(one) == one for one in made_codes)


def test_without_a_manager_the_departement_is_told_and_no_practitioner(service):
    administrator()
    person("samuel@example.org", Role.PRACTITIONER, at=service.organization)
    made.complaint(service)
    assert {who for who, _subject in letters()} == {"hugo@example.org"}
