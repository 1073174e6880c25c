"""J8: each family that was received keeps a line until it has an answer; a team shares it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.families import contacts
from maillage.families.models import Consent, Contact
from maillage.organizations.tests.staff import Role, organization, person, sign_in
from maillage.workday import call_views, calls, retention
from maillage.workday.errors import AlreadyToCallBack, SomeoneCalledFirst
from maillage.workday.models import CallBack
from maillage.workday.tests import made

QUEUE = reverse("workday:calls")
NEW = reverse("workday:call_back")


@pytest.fixture
def champlitte(db):
    return organization("France services de Champlitte")


@pytest.fixture
def ines(champlitte):
    return person("ines@example.org", Role.DESK_AGENT, at=champlitte)


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def typed(**more):
    told = {"key": uuid4(), "name": "Maud", "reach": "06 39 98 00 77", "language": "fr",
            "purpose": "search", "call_on": day(3), "means": "desk", "consent": "on"}  # fmt: skip
    return told | more


def read(line):
    with scope.system():
        return CallBack.objects.select_related("contact", "consent").get(pk=line.pk)


def noted(client, line, **answer):
    address = reverse("workday:call_note", args=[line.pk])
    return client.post(address, {"step": line.step} | answer)


def test_a_family_for_whom_nothing_was_found_is_to_be_called_with_its_word_for_it(ines):
    answer = sign_in(Client(), ines).post(NEW, typed())
    assert answer["Location"] == QUEUE
    with scope.system():
        line = CallBack.objects.select_related("contact", "consent").get()
        trace = AuditEntry.objects.get(verb="workday.call_promised")
    assert (line.contact.name, line.contact.phone) == ("Maud", "+33639980077")
    assert (line.origin, line.purpose, line.state) == ("nothing", "search", "open")
    assert line.call_on.isoformat() == day(3)
    assert (line.consent.purpose, line.consent.means) == ("call_back", "desk")
    assert (line.consent.recorded_by_id, line.consent.object_id) == (ines.pk, line.pk)
    assert (trace.actor_id, trace.acting_as) == (ines.pk, str(line.contact_id))


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"consent": ""}, "Sans son accord, rien n’est gardé"),
    ({"means": ""}, "Dites comment la famille a donné son accord."),
    ({"call_on": "2020-01-01"}, "Ce jour est passé."),
    ({"call_on": "2999-01-01"}, "C’est trop loin"),
    ({"call_on": "demain"}, "Ce jour n’existe pas"),
    ({"reach": "demain"}, "Ce n’est ni une adresse ni un numéro"),
    ({"purpose": "elle est malade"}, "Sélectionnez un choix valide"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_kept(ines, wrong, sentence):
    answer = sign_in(Client(), ines).post(NEW, typed(**wrong))
    assert answer.status_code == 400
    assert sentence in answer.text
    with scope.system():
        assert CallBack.objects.count() == Consent.objects.count() == Contact.objects.count() == 0


def test_the_same_form_sent_twice_leaves_one_line_and_one_family(ines):
    client, told = sign_in(Client(), ines), typed()
    assert [client.post(NEW, told).status_code for _ in range(2)] == [302, 302]
    with scope.system():
        assert (CallBack.objects.count(), Contact.objects.count()) == (1, 1)


def test_the_same_family_is_called_once_for_one_reason(ines, champlitte):
    line = made.newcomer(champlitte, ines)
    again = calls.Promise(
        uuid4(), champlitte.pk, "70", line.contact, line.purpose, line.call_on, Consent.Means.DESK
    )
    with scope.system():
        with pytest.raises(AlreadyToCallBack):
            calls.keep(again, by=ines.pk)
        assert CallBack.objects.count() == Consent.objects.count() == 1


def test_the_queue_shows_what_is_late_then_today_then_later_to_the_whole_team(ines, champlitte):
    for name, days in (("Tard", -2), ("Jour", 0), ("Plus", 5)):
        made.newcomer(champlitte, ines, name=name, in_days=days)
    colleague = person("jo@example.org", Role.STRUCTURE_MANAGER, at=champlitte)
    client = sign_in(Client(), colleague)
    page = client.get(QUEUE).context
    shown = [
        [each["line"].contact.name for each in page[part]] for part in ("late", "due", "coming")
    ]
    assert shown == [["Tard"], ["Jour"], ["Plus"]]
    (card,) = client.get(reverse("workday:home")).context["awaiting"]
    assert (card.title, card.note, card.href) == (
        "2 familles à rappeler", "Dont 1 en retard.", QUEUE
    )  # fmt: skip


def test_a_long_queue_says_how_many_families_it_does_not_show(ines, champlitte, monkeypatch):
    monkeypatch.setattr(call_views, "SHOWN", 2)
    for days in (-1, 0, 1):
        made.newcomer(champlitte, ines, in_days=days)
    page = sign_in(Client(), ines).get(QUEUE)
    assert "Les 2 premières familles sont ici ; 1 autre viendra à son tour." in page.text
    assert "Appeler 06\xa039\xa098\xa000\xa077" in page.text


def test_another_structure_of_the_departement_sees_no_line_and_notes_none(ines, champlitte):
    line = made.newcomer(champlitte, ines)
    zoe = person("zoe@example.org", Role.DESK_AGENT, at=organization("Une autre"))
    client = sign_in(Client(), zoe)
    assert client.get(QUEUE).context["due"] == []
    assert noted(client, line, answer="reached").status_code == 403
    with transaction.atomic():
        for who, count in ((zoe, 0), (ines, 1)):
            scope.enter("member", departements=["70"], user_id=who.pk)
            assert CallBack.objects.count() == count
    assert read(line).state == "open"


@pytest.mark.parametrize(("answer", "then"), [
    ({"answer": "reached"}, ("reached", 0, 1, 0)),
    ({"answer": "missed", "again_on": day(4)}, ("open", 4, 1, 1)),
    ({"answer": "reached", "again_on": day(9)}, ("open", 9, 1, 0)),
    ({"answer": "no_longer", "again_on": day(9)}, ("no_longer", 0, 1, 0)),
])  # fmt: skip
def test_a_call_closes_the_line_or_gives_it_another_day(ines, champlitte, answer, then):
    line = made.newcomer(champlitte, ines)
    assert noted(sign_in(Client(), ines), line, **answer)["Location"] == QUEUE
    found = read(line)
    days = (found.call_on - timezone.localdate()).days
    assert (found.state, days, found.step, found.missed) == then
    assert (found.closed_at is None) == (found.state == "open")
    with scope.system():
        trace = AuditEntry.objects.get(verb=f"workday.call_{answer['answer']}")
    assert (trace.actor_id, trace.acting_as) == (ines.pk, str(line.contact_id))


@pytest.mark.parametrize(("answer", "sentence"), [
    ({"answer": "missed"}, "Choisissez le jour du prochain essai."),
    ({}, "Dites ce qu’a donné l’appel."),
    ({"answer": "missed", "again_on": "2020-01-01"}, "Ce jour est passé."),
])  # fmt: skip
def test_a_family_that_was_not_reached_is_never_lost_by_silence(ines, champlitte, answer, sentence):
    line = made.newcomer(champlitte, ines)
    page = noted(sign_in(Client(), ines), line, **answer)
    assert (page.status_code, page.context["wrong"].line.pk) == (400, line.pk)
    assert sentence in page.text
    assert read(line).step == 0


def test_the_second_to_note_the_same_call_is_told_who_was_first(ines, champlitte):
    line = made.newcomer(champlitte, ines)
    client = sign_in(Client(), ines)
    noted(client, line, answer="missed", again_on=day(2))
    late = noted(client, line, answer="no_longer")
    assert late.status_code == 409
    assert "Ines vient de noter cet appel : rien n’est changé." in late.text
    assert (read(line).state, read(line).missed) == ("open", 1)


@pytest.mark.race
def test_of_two_colleagues_who_tick_the_same_line_at_once_one_is_kept(transactional_db):
    with transaction.atomic(), scope.system():
        at = organization("France services de Champlitte")
        people = [person(f"agent{n}@example.org", Role.DESK_AGENT, at=at).pk for n in range(4)]
    with scope.system():
        line = made.newcomer(at, person("ines@example.org", Role.DESK_AGENT, at=at))

    def work(who):
        with closing(connection), transaction.atomic():
            scope.enter("member", departements=["70"], user_id=who)
            try:
                calls.note(line, calls.Called(0, "reached"), by=who)
            except SomeoneCalledFirst:
                return "second"
            return "first"

    with ThreadPoolExecutor(4) as pool:
        results = sorted(one.result(timeout=20) for one in [pool.submit(work, p) for p in people])
    with transaction.atomic(), scope.system():
        traces = AuditEntry.objects.filter(verb="workday.call_reached").count()
    assert (results, traces) == (["first", "second", "second", "second"], 1)


def test_a_family_that_takes_its_word_back_leaves_the_queue_at_once(ines, champlitte):
    line = made.newcomer(champlitte, ines)
    with scope.system():
        contacts.take_back(line.contact, line.consent_id)
    client = sign_in(Client(), ines)
    assert client.get(QUEUE).context["due"] == []
    assert noted(client, line, answer="reached").status_code == 403
    assert retention.forget(timezone.now()) == 1


def test_an_answered_line_is_forgotten_after_three_months(ines, champlitte):
    line = made.newcomer(champlitte, ines)
    with scope.system():
        calls.note(line, calls.Called(0, "reached"), by=ines.pk)
    now = timezone.now()
    assert retention.forget(now + timedelta(days=89)) == 0
    assert retention.forget(now + timedelta(days=91)) == 1
    with scope.system():
        assert CallBack.objects.count() == 0


def test_no_box_of_the_queue_takes_a_sentence():
    free = {
        field.name for field in CallBack._meta.fields if field.get_internal_type() == "TextField"
    }
    chosen = {one.name for one in CallBack._meta.fields if getattr(one, "choices", None)}
    typed_in = {one.name for one in CallBack._meta.fields if one.get_internal_type() == "CharField"}
    assert (free, typed_in) == (set(), {"purpose", "origin", "state"})
    assert chosen == {"purpose", "origin", "state"}
