"""R15–R17, R43: the rules of a programme are versions, and the past is never changed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.core import scope
from maillage.support import actions, adjusting, experiment, programmes
from maillage.support.errors import (
    NotInThisDepartement,
    ProgrammeGoesOneWay,
    ProgrammeIsClosed,
    TermsDoNotFit,
)
from maillage.support.models import (
    Enrolment,
    EnrolmentCount,
    Programme,
    ProgrammeTerms,
    ProgrammeTerritory,
)
from maillage.support.tests import made


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def rules(programme: Programme, **changes: object) -> adjusting.Rules:
    return replace(adjusting.rules_of(programmes.latest_terms(programme)), **changes)


def test_the_experiment_is_recorded_once_closed_with_its_ten_departements(everyone, capsys):
    call_command("record_experiment")
    call_command("record_experiment")
    found = Programme.objects.get(key=experiment.KEY)
    terms = programmes.latest_terms(found)
    quotas = dict(terms.territories.values_list("departement", "quota"))
    assert found.status == "closed"
    assert sorted(quotas) == ["30", "33", "38", "52", "56", "59", "78", "79", "81", "85"]
    assert (set(quotas.values()), sum(quotas.values())) == ({1300}, 13_000)
    assert (terms.starts_on, terms.ends_on) == (date(2024, 1, 1), date(2025, 12, 31))
    assert (terms.max_sessions, terms.oldest_months) == (5, 263)
    assert "Partage égal fait par nous" in terms.quota_source
    assert "Cnaf" in found.source


def test_nobody_enters_the_experiment_any_more(everyone):
    programme = experiment.record()
    given = made.service(programme, where="79")
    with pytest.raises(ProgrammeIsClosed, match="du 01/01/2024 au 31/12/2025"):
        actions.count_in(made.appointment(given, made.family("79")), now=made.NOW)
    assert Enrolment.objects.count() == 0


def test_adjusting_adds_a_version_and_who_entered_before_keeps_its_promise(everyone):
    programme = made.programme()
    given, before, after = made.service(programme), made.family(), made.family()
    first = made.session(given, before)
    adjusting.adjust(programme, rules(programme, max_sessions=2, reason="Moins de crédits."))
    second = made.session(given, after)
    assert [each.version for each in programme.terms.order_by("version")] == [1, 2]
    assert (first.session_limit, second.session_limit) == (5, 2)
    assert made.session(given, before).session_limit == 5
    assert (first.enrolment.terms.version, second.enrolment.terms.version) == (1, 2)


def test_a_past_decision_is_judged_again_by_the_rules_of_its_day(everyone):
    programme = made.programme()
    given = made.service(programme)
    entered = made.session(given, made.family("70", date(2006, 3, 1))).enrolment
    assert (entered.basis, entered.child_age_months) == ("child", 248)
    adjusting.adjust(programme, rules(programme, oldest_months=215, reason="Jusqu’à 17 ans."))
    again = programmes.replay(Enrolment.objects.get(pk=entered.pk))
    assert (again.basis, again.child_age_months) == ("child", 248)
    now = programmes.latest_terms(programme)
    with pytest.raises(Exception, match="moins de 18 ans"):
        actions.count_in(made.appointment(given, made.family("70", date(2006, 3, 1))), now=made.NOW)
    assert now.oldest_months == 215


def test_the_terms_of_a_moment_are_those_in_force_then(everyone):
    programme = made.programme()
    first = programmes.latest_terms(programme)
    second = adjusting.adjust(programme, rules(programme, reason="Autre."))
    assert programmes.terms_at(programme, second.in_force_at) == second
    assert programmes.terms_at(programme, second.in_force_at - timedelta(seconds=1)) in {
        first,
        None,
    }
    assert programmes.terms_at(programme, first.in_force_at) == first
    assert programmes.terms_at(programme, first.in_force_at - timedelta(days=1)) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda terms: ProgrammeTerms.objects.filter(pk=terms.pk).update(max_sessions=9),
        lambda terms: ProgrammeTerms.objects.filter(pk=terms.pk).delete(),
        lambda terms: ProgrammeTerritory.objects.filter(terms=terms).update(quota=9999),
        lambda terms: ProgrammeTerritory.objects.filter(terms=terms).delete(),
    ],
    ids=["a rule", "a version", "a quota", "a territory"],
)
def test_the_database_refuses_to_change_the_past(everyone, change):
    terms = programmes.latest_terms(made.programme())
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(terms)


def test_a_departement_does_not_enter_an_older_version(everyone):
    programme = made.programme()
    first = programmes.latest_terms(programme)
    adjusting.adjust(programme, rules(programme, reason="Autre."))
    made.family("25")
    with pytest.raises(IntegrityError, match="new version"), transaction.atomic():
        ProgrammeTerritory.objects.create(terms=first, departement_id="25", quota=1)


def test_a_past_entry_is_not_decided_again(everyone):
    entered = made.session(made.service(made.programme()), made.family()).enrolment
    with pytest.raises(IntegrityError, match="not decided again"), transaction.atomic():
        Enrolment.objects.filter(pk=entered.pk).update(enrolled_on=date(2020, 1, 1))


def test_a_version_takes_effect_when_it_is_written_never_before(everyone):
    programme = made.programme()
    later = ProgrammeTerms.objects.create(
        programme=programme, version=1, in_force_at=timezone.now() - timedelta(days=900),
        **{name: value for name, value in made.RULES.items() if name != "quotas"},
    )  # fmt: skip
    later.refresh_from_db()
    assert later.version == 2
    assert timezone.now() - later.in_force_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("cap", "quotas"),
    [(9, {"70": 10}), (10, {"70": 6, "25": 5}), (10, {"70": 1})],
    ids=["one quota above the cap", "their sum above the cap", "fewer than are already in"],
)
def test_quotas_that_cannot_be_met_are_refused_in_a_sentence(everyone, cap, quotas):
    made.family("25")
    programme = made.programme()
    given = made.service(programme)
    for _ in range(2):
        made.session(given, made.family())
    with pytest.raises(TermsDoNotFit, match="Ces quotas ne tiennent pas"):
        adjusting.adjust(programme, rules(programme, household_cap=cap, quotas=quotas))
    assert programmes.latest_terms(programme).version == 1


def test_who_entered_in_a_departement_left_out_still_counts_in_the_cap(everyone):
    made.family("25")
    programme = made.programme()
    made.session(made.service(programme), made.family())
    with pytest.raises(TermsDoNotFit):
        adjusting.adjust(programme, rules(programme, quotas={"25": 10}))
    adjusting.adjust(programme, rules(programme, quotas={"25": 9}))
    given = made.service(programme, name="Autre")
    with pytest.raises(NotInThisDepartement):
        actions.count_in(made.appointment(given, made.family()), now=made.NOW)


def test_a_programme_goes_from_draft_to_open_to_closed_and_not_back(everyone):
    programme = made.programme()
    adjusting.open_programme(programme)  # twice is harmless
    adjusting.close_programme(programme)
    adjusting.close_programme(programme)
    with pytest.raises(ProgrammeGoesOneWay):
        adjusting.open_programme(programme)


def test_a_programme_in_preparation_counts_nobody(everyone):
    identity = adjusting.Identity(key="preparation", name="x", source="x")
    wanted = adjusting.Rules(**made.RULES, quotas={"70": 10})
    made.family()
    programme = adjusting.create(identity, wanted)
    given = made.service(programme)
    assert programmes.for_service(given, made.TODAY) is None
    assert actions.count_in(made.appointment(given, made.family()), now=made.NOW) is None


def test_the_count_is_the_number_of_households_whatever_happened(everyone):
    programme = made.programme()
    given = made.service(programme)
    for sessions in (1, 3, 5):
        nour = made.family()
        for _ in range(sessions):
            made.session(given, nour)
    held = EnrolmentCount.objects.get(programme=programme).enrolled
    assert held == Enrolment.objects.counted().filter(programme=programme).count() == 3
