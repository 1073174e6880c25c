"""An officer adjusts a programme: looked at, undone, then confirmed; nobody is overwritten."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import WaitingEntry
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.support import adjusting, programmes
from maillage.support.errors import ServiceIsElsewhere, TermsChangedMeanwhile
from maillage.support.models import ProgrammeService
from maillage.support.previews import preview
from maillage.support.tests import made


@pytest.fixture
def claire(db):
    with scope.system():
        return person("claire@example.org", Role.STEERING_OFFICER)


@pytest.fixture
def world(claire):
    """A programme of Haute-Saône with two families in, one service given and another one free."""
    with scope.system():
        programme = made.programme()
        given = made.service(programme, name="Écoute")
        for _ in range(2):
            made.session(given, made.family())
        free = made.service(name="Autre écoute")
    return SimpleNamespace(programme=programme, given=given, free=free, claire=claire)


def address(world):
    return reverse("support:adjust", args=[world.programme.pk])


def typed(client, world, **changes):
    """What the form sends when only this is changed."""
    form = client.get(address(world)).context["form"]
    sent = {"reason": "Décision du comité."}
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            sent[field.name] = value
    return {key: value for key, value in (sent | changes).items() if value is not None}


def send(client, world, button, **changes):
    return client.post(address(world), typed(client, world, **changes) | {button: "1"})


def latest(world):
    return programmes.latest_terms(world.programme)


def services(world):
    with scope.system():
        return {entry.service.name for entry in adjusting.entries(world.programme).values()}


def revision(world, **changes):
    """What another officer wants, from what holds now."""
    given = frozenset(adjusting.entries(world.programme))
    rules = replace(adjusting.rules_of(latest(world)), **changes)
    return adjusting.Revision(rules, given, given, adjusting.standing(world.programme))


def test_looking_shows_before_and_after_and_changes_nothing(client, world):
    sign_in(client, world.claire)
    answer = send(
        client, world, "look", household_cap="8", quota_70="2", under="18", future_parents=None,
        services=[str(world.free.pk)], finish_by="",
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.context["changes"] == [
        ["Dernier jour pour finir", "31 mars 2028", "–"],
        ["Foyers au plus", "10", "8"],
        ["Âge des enfants", "moins de 22 ans", "moins de 18 ans"],
        ["Futurs parents accueillis", "oui", "non"],
        ["Foyers en Haute-Saône", "10", "2"],
        ["Autre écoute", "–", "dans le programme"],
        ["Écoute", "dans le programme", "–"],
    ]
    assert [(each.what, each.number) for each in answer.context["touched"]] == [
        ("Accompagnements en cours", "moins de 5"),
        ("dont dans un service qui sort", "moins de 5"),
    ]
    assert answer.context["refused"] == [
        "Haute-Saône : toutes les places sont prises.",
        "Les familles dont chaque enfant a 18 ans ou plus n’entrent plus.",
        "Les futurs parents sans autre enfant n’entrent plus.",
    ]
    assert (latest(world).version, services(world)) == (1, {"Écoute"})
    with scope.system():
        assert not AuditEntry.objects.filter(verb="support.terms_adjusted").exists()


def test_confirming_what_was_shown_adds_a_version_and_its_trace(client, world):
    sign_in(client, world.claire)
    shown = send(
        client, world, "look", max_sessions="3", no_show_counts="on", services=[str(world.free.pk)]
    )
    kept = {
        field.name: field.value() for field in shown.context["form"] if field.value() is not None
    }
    assert 'type="hidden" name="max_sessions" value="3"' in shown.text
    assert client.post(address(world), kept | {"confirm": "1"}).status_code == 302
    terms = latest(world)
    assert (terms.version, terms.max_sessions, terms.no_show_counts) == (2, 3, True)
    assert (terms.reason, terms.oldest_months, terms.future_parents) == (
        "Décision du comité.", 263, True,
    )  # fmt: skip
    assert services(world) == {"Autre écoute"}
    with scope.system():
        left = ProgrammeService.objects.get(service=world.given)
        assert left.left_on == timezone.localdate()
        verbs = AuditEntry.objects.filter(actor=world.claire).values_list("verb", flat=True)
        assert set(verbs) >= {
            "support.terms_adjusted", "support.service_entered", "support.service_left",
        }  # fmt: skip
    again = client.post(address(world), kept | {"confirm": "1"})
    assert (again.status_code, latest(world).version) == (302, 2)


def test_one_may_still_modify_after_looking(client, world):
    sign_in(client, world.claire)
    answer = send(client, world, "edit", max_sessions="3")
    assert answer.status_code == 200
    assert answer.context["form"]["max_sessions"].value() == "3"
    assert "Voir ce qui change" in answer.text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("starts_on", "hier", "Écrivez une date, comme 2027-12-31."),
        ("ends_on", "2025-12-31", "Le dernier jour doit suivre le premier."),
        ("finish_by", "2027-01-01", "On finit après le dernier jour d’entrée, pas avant."),
        ("household_cap", "beaucoup", "Écrivez un nombre entier, comme 300."),
        ("household_cap", "9", "La somme des quotas (10) dépasse le nombre de foyers (9)."),
        ("max_sessions", "11", "C’est trop : 10 au plus."),
        ("max_sessions", "0", "C’est trop peu : 1 au moins."),
        ("under", "", "Donnez un nombre."),
        ("quota_70", "1", "Plus de foyers que cela sont déjà entrés."),
        ("quota_70", "", "Gardez au moins un département, avec son quota."),
        ("charter", " ", "Écrivez ce que le programme promet aux familles."),
        ("reason", "", "Dites pourquoi en quelques mots."),
        ("services", "autre", "Un service n’est plus proposé ici : vérifiez la liste."),
    ],
)
def test_a_fault_is_one_sentence_at_its_field_and_nothing_is_lost(
    client, world, name, value, sentence
):
    sign_in(client, world.claire)
    changes = {"quota_source": "Écrit à la main.", name: value}
    answer = send(client, world, "look", **changes)
    assert answer.status_code == 400
    assert answer.context["form"].errors == {name: [sentence]}
    assert "Écrit à la main." in answer.text
    assert latest(world).version == 1


def test_nothing_that_changes_is_said_so(client, world):
    sign_in(client, world.claire)
    answer = send(client, world, "look", charter="Écouter\r\nsans juger.")
    assert [row[0] for row in answer.context["changes"]] == ["Charte"]
    answer = send(client, world, "look")
    assert (answer.status_code, "Rien ne change" in answer.text) == (400, True)


@pytest.mark.parametrize("button", ["look", "confirm"])
def test_the_second_of_two_officers_reads_before_overwriting(client, world, button):
    sign_in(client, world.claire)
    sent = typed(client, world, max_sessions="3")
    with scope.system():
        wanted = revision(world, household_cap=50, reason="Crédits de l’État.")
        adjusting.revise(world.programme, wanted, by=world.claire.pk, on=made.TODAY)
    refused = client.post(address(world), sent | {button: "1"})
    assert refused.status_code == 400
    assert "pendant que vous écriviez (« Crédits de l’État. »)" in refused.text
    assert refused.context["form"]["max_sessions"].value() == "3"
    assert latest(world).version == 2
    sent["read"] = refused.context["form"]["read"].value()
    seen = client.post(address(world), sent | {"look": "1"})
    assert [row[0] for row in seen.context["changes"]] == ["Foyers au plus", "Entretiens au plus"]
    assert client.post(address(world), sent | {"confirm": "1"}).status_code == 302
    assert (latest(world).household_cap, latest(world).max_sessions) == (10, 3)


def test_a_service_that_came_in_meanwhile_is_not_thrown_out(client, world):
    sign_in(client, world.claire)
    with scope.system():
        read = revision(world, max_sessions=3)
        adjusting.enter_service(world.programme, world.free, on=made.TODAY)
        with pytest.raises(TermsChangedMeanwhile):
            adjusting.revise(world.programme, read, by=world.claire.pk, on=made.TODAY)
    assert services(world) == {"Écoute", "Autre écoute"}


def test_a_service_of_another_programme_is_refused_and_nothing_is_kept(world):
    with scope.system():
        made.adjusting.enter_service(made.programme(), world.free, on=made.TODAY)
        wanted = replace(
            revision(world, max_sessions=3), services=frozenset({world.given.pk, world.free.pk})
        )
        with pytest.raises(ServiceIsElsewhere, match="Autre écoute"):
            adjusting.revise(world.programme, wanted, by=world.claire.pk, on=made.TODAY)
    assert (latest(world).version, services(world)) == (1, {"Écoute"})


def test_families_who_wait_are_judged_by_the_rules_before_and_after(world):
    with scope.system():
        for month in [date(2006, 3, 1)] * 6 + [date(2020, 5, 1)] * 5:
            who = made.family("70", month)
            WaitingEntry.objects.create(
                departement_id="70", service=world.given, household=who.household, contact=who
            )
        wanted = revision(world, oldest_months=215, ends_on=date(2026, 12, 31))
        seen = preview(world.programme, wanted, by=world.claire.pk, on=made.TODAY)
        closed = revision(world, ends_on=date(2026, 2, 1), quotas={"25": 5})
        made.family("25")
        over = preview(world.programme, closed, by=world.claire.pk, on=made.TODAY)
    waiting = seen.touched[-1]
    assert (waiting.number, waiting.then) == ("5", "avant : 10")
    assert over.refused == [
        "Plus aucun foyer n’entre, dès maintenant : le dernier jour est passé.",
        "Haute-Saône : plus aucun foyer n’entre.",
    ]
    assert over.touched[-1].number == "0"


def test_who_steers_a_part_sets_that_part_only(client, world):
    with scope.system():
        made.family("25")
        programme = made.programme(quotas={"70": 4, "25": 4})
    part = SimpleNamespace(programme=programme)
    sign_in(client, world.claire)
    form = client.get(address(part)).context["form"]
    assert list(form.fields) == ["reason", "services", "read", "quota_70"]
    client.post(
        address(part),
        typed(client, part, quota_70="6", household_cap="99", quota_25="0", confirm="1"),
    )
    rules = adjusting.rules_of(latest(part))
    assert (dict(rules.quotas), rules.household_cap) == ({"25": 4, "70": 6}, 10)
    over = send(client, part, "look", quota_70="7")
    assert over.context["form"].errors == {
        "quota_70": ["La somme des quotas (11) dépasse le nombre de foyers (10)."]
    }


def test_a_closed_programme_or_one_elsewhere_is_not_adjusted(client, world):
    with scope.system():
        made.family("25")
        elsewhere = made.programme(quotas={"25": 4})
        adjusting.close_programme(world.programme)
    sign_in(client, world.claire)
    assert client.get(address(SimpleNamespace(programme=elsewhere))).status_code == 403
    refused = client.get(address(world))
    assert (refused.status_code, "ses règles ne changent plus" in refused.text) == (409, True)
    board = client.get(reverse("support:programmes")).text
    assert "Ajuster les règles" not in board


def test_the_board_leads_to_the_page_and_the_page_costs_a_stated_number_of_queries(
    client, world, django_assert_max_num_queries
):
    sign_in(client, world.claire)
    assert address(world) in client.get(reverse("support:programmes")).text
    sent = typed(client, world, max_sessions="3")
    with django_assert_max_num_queries(75):
        client.post(address(world), sent | {"look": "1"})
