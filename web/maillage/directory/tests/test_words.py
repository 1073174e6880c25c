"""Hours, ages and freshness said in plain words, and terms that never change."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils.translation import override

from maillage.directory import ages, hours, taxonomy
from maillage.directory.freshness import Freshness, Thresholds, freshness, is_demoted
from maillage.directory.models import Schedule, Service
from maillage.directory.needs import NEEDS
from maillage.directory.vocabulary import Kind

TODAY = date(2026, 11, 22)
# The family themes of data·inclusion v1, and the neighbouring ones that help a parent.
THEMES = {
    "famille--garde-denfants",
    "famille--prise-en-charge-personne-dependante",
    "famille--soutien-a-la-parentalite-et-a-leducation",
    "famille--soutien-aidants",
    "famille--surmonter-conflits-separation-violence",
    "sante--sante-mentale",
    "sante--addictions",
    "sante--acces-aux-soins",
    "sante--constituer-un-dossier-mdph-invalidite",
    "remobilisation--lien-social",
    "remobilisation--bien-etre-confiance-en-soi",
    "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
}


def rule(*byday, **values):
    defaults = {"dtstart": date(2025, 9, 1), "opens_at": time(9), "closes_at": time(12)}
    return Schedule(byday=list(byday), **defaults | values)


def said(*rules, language="fr"):
    with override(language):
        return hours.weekly_text(rules, day=TODAY)


def test_wednesday_and_saturday_in_term_time():
    one = rule("WE", "SA", school_period="term")
    assert said(one) == ["mercredi et samedi, 9 h – 12 h, hors vacances scolaires"]


def test_days_with_the_same_hours_are_said_together_and_in_a_row():
    morning = rule("MO", "TU", "WE", "TH", "FR")
    afternoon = rule("MO", "TU", "TH", "FR", opens_at=time(13, 30), closes_at=time(17))
    assert said(morning, afternoon) == [
        "lundi, mardi, jeudi et vendredi, 9 h – 12 h et 13 h 30 – 17 h",
        "mercredi, 9 h – 12 h",
    ]
    assert said(morning) == ["du lundi au vendredi, 9 h – 12 h"]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (rule("1SA", freq="MONTHLY"), "le premier samedi du mois, 9 h – 12 h"),
        (
            rule("1SA", "-1SA", freq="MONTHLY", interval=2),
            "le dernier samedi et le premier samedi du mois, 9 h – 12 h, un mois sur deux",
        ),
        (rule("MO", interval=2), "lundi, 9 h – 12 h, une semaine sur deux"),
        (rule("MO", interval=3), "lundi, 9 h – 12 h, toutes les 3 semaines"),
        (
            rule("SU", open_on_public_holidays=True),
            "dimanche, 9 h – 12 h, y compris les jours fériés",
        ),
        (rule("MO", until=date(2027, 6, 30)), "lundi, 9 h – 12 h, jusqu’au 30 juin 2027"),
        (rule("MO", dtstart=date(2027, 1, 4)), "lundi, 9 h – 12 h, à partir du 4 janvier 2027"),
        (rule("MO", note="sonner deux fois"), "lundi, 9 h – 12 h, sonner deux fois"),
    ],
)
def test_a_rule_is_said_in_one_line(given, text):
    assert said(given) == [text]


def test_a_rule_that_is_over_is_not_said():
    assert said(rule("MO", until=date(2026, 11, 21))) == []


@pytest.mark.parametrize(
    ("minimum", "maximum", "text"),
    [
        (None, None, "à tout âge"),
        (0, 71, "jusqu’à 6 ans"),
        (None, 35, "jusqu’à 3 ans"),
        (30, 71, "de 2 ans et 6 mois à 6 ans"),
        (2, 35, "de 2 mois à 3 ans"),
        (132, None, "à partir de 11 ans"),
        (12, 17, "de 1 an à 18 mois"),
    ],
)
def test_ages_are_said_as_people_say_them(minimum, maximum, text):
    with override("fr"):
        assert ages.ages_text(minimum, maximum) == text


@pytest.mark.parametrize(
    ("months", "years"),
    [
        ((0, 71), (0.0, 5.0)),
        ((72, 215), (6.0, 17.0)),
        ((None, None), (None, None)),
        ((24, None), (2.0, None)),
    ],
)
def test_months_become_hsds_years_and_come_back(months, years):
    assert ages.years_from_months(*months) == years
    assert ages.months_from_years(*years) == months


def test_months_that_make_no_whole_year_are_a_fraction():
    assert ages.years_from_months(3, 30) == (0.25, 2.5)
    assert ages.months_from_years(0.25, 2.5) == (3, 30)


def entry(verified_on, created=date(2020, 1, 1)):
    return Service(
        verified_on=verified_on, created_at=datetime(*created.timetuple()[:3], tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("verified_on", "expected"),
    [
        (date(2026, 11, 22), Freshness.FRESH),
        (date(2026, 5, 23), Freshness.FRESH),
        (date(2026, 5, 22), Freshness.TO_VERIFY),
        (date(2025, 11, 23), Freshness.TO_VERIFY),
        (date(2025, 11, 22), Freshness.STALE),
        (None, Freshness.STALE),
    ],
)
def test_an_entry_is_doubted_at_six_months_and_demoted_at_twelve(verified_on, expected):
    assert freshness(entry(verified_on), TODAY) is expected
    assert is_demoted(entry(verified_on), TODAY) is (expected is Freshness.STALE)


def test_a_new_entry_that_nobody_verified_is_to_verify_and_never_fresh():
    assert freshness(entry(None, created=TODAY), TODAY) is Freshness.TO_VERIFY


def test_thresholds_are_parameters():
    short = Thresholds(to_verify=1, stale=2)
    assert freshness(entry(date(2026, 9, 22)), TODAY, short) is Freshness.STALE


def test_every_need_has_kinds_and_themes_of_the_open_standard():
    assert len(NEEDS) == len({need.code for need in NEEDS}) == 42
    for need in NEEDS:
        assert need.kinds
        assert set(need.data_inclusion) <= THEMES


def test_terms_keep_their_identifiers_for_ever():
    terms = taxonomy.terms()
    assert len({term.id for term in terms}) == len(terms) == 42 + len(Kind)
    assert str(taxonomy.need_term("sleep").id) == "06130220-44e5-5963-8e1a-de25b1aa1c94"
    assert taxonomy.need_term("sleep").uri == "urn:maillage:need:sleep"


def test_hours_and_ages_are_said_in_english_too():
    one = rule("WE", "SA", school_period="term")
    assert said(one, language="en") == [
        "Wednesday and Saturday, 9:00 – 12:00, outside school holidays"
    ]
    monthly = rule("-1SA", freq="MONTHLY", opens_at=time(9, 30))
    assert said(monthly, language="en") == ["the last Saturday of the month, 9:30 – 12:00"]
    week = rule("MO", "TU", "WE", interval=2)
    assert said(week, language="en") == ["Monday to Wednesday, 9:00 – 12:00, every other week"]
    with override("en"):
        assert ages.ages_text(0, 71) == "up to 6 years"
        assert ages.ages_text(12, 17) == "from 1 year to 18 months"
        assert str(NEEDS[0].label) == "I am expecting a child"
        assert str(Kind.LAEP.label) == "parent-child drop-in"
