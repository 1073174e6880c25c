"""Rules of priority: who is retained, who enters and leaves, and what is not known."""

import pytest
from django.test import Client

from maillage.steering import compute, inputs
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.priorities import Chosen, missing_facts, ranked, shift, usual_rules
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words

pytestmark = pytest.mark.django_db
PAGE = "/pilotage/diagnostic/priorites/"
ASKED = {"decroissance": "tout-ou-rien", "regles": "1"}


@pytest.fixture
def found() -> Diagnosis:
    toy.territory()
    toy.both_drop_ins()
    return compute.diagnose(toy.question(), inputs.read(toy.question()))


def names(found: Diagnosis, thresholds: dict[str, float], at_least: int = 1) -> list[str]:
    return [row.commune.name for row in ranked(found, Chosen(thresholds, at_least))]


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        ({"temps": 19.9}, ["Cime", "Dent"]),  # 20 and 35 minutes
        ({"temps": 20}, ["Dent"]),  # "more than"
        ({"acces": 50}, ["Bourg", "Dent"]),  # under half of the median, 9
        ({"public": 40}, ["Aval", "Bourg", "Cime"]),  # "at least"
        ({"revenu": 20500}, ["Bourg", "Cime"]),  # Dent: not published
        ({"zonage": 0}, ["Aval", "Cime", "Dent"]),  # a QPV, and two FRR
        ({"densite": 6}, ["Cime", "Dent"]),
        ({"croissance": 0}, []),  # no series of population
    ],
)
def test_each_rule_retains_whom_it_says(
    found: Diagnosis, thresholds: dict[str, float], expected: list[str]
) -> None:
    assert sorted(names(found, thresholds)) == expected


def test_enough_rules_must_hold(found: Diagnosis) -> None:
    thresholds = {"temps": 15.0, "public": 20.0, "revenu": 20000.0, "zonage": 0.0}
    assert names(found, thresholds, 4) == ["Cime"]
    assert names(found, thresholds, 2) == ["Cime", "Aval", "Dent"]  # most rules, then most people


def test_the_usual_rules_leave_out_what_nobody_loaded(found: Diagnosis) -> None:
    assert usual_rules().at_least == 4
    without = usual_rules(frozenset({"revenu", "zonage"}))
    assert (dict(without.thresholds), without.at_least) == ({"temps": 20.0, "public": 10.0}, 2)
    assert [row.commune.name for row in ranked(found, without)] == ["Dent"]


def test_an_unknown_fact_never_makes_a_rule_hold(found: Diagnosis) -> None:
    rows = {
        row.commune.name: row for row in ranked(found, Chosen({"revenu": 60000, "temps": 0}, 1))
    }
    assert rows["Dent"].holds == ("temps",)
    assert rows["Dent"].unknown == ("revenu",)


def test_moving_a_threshold_says_who_enters_and_leaves(found: Diagnosis) -> None:
    change = shift(found, Chosen({"temps": 30}, 1), Chosen({"temps": 5}, 1))
    assert [row.commune.name for row in change.entering] == ["Bourg", "Cime"]
    assert (change.leaving, change.after) == ((), 3)
    back = shift(found, Chosen({"temps": 5}, 1), Chosen({"temps": 30}, 1))
    assert [row.commune.name for row in back.leaving] == ["Bourg", "Cime"]


def test_population_growth_is_read_between_its_two_latest_years() -> None:
    toy.territory()
    source = toy.Dataset.objects.get(key="frr")
    for year, people in ((2012, 1), (2017, 1000), (2022, 1104)):
        toy.Observation.objects.create(
            level="commune", area="70001", measure="population", year=year, value=people,
            dataset=source,
        )  # fmt: skip
    found = compute.diagnose(toy.question(), inputs.read(toy.question()))
    assert found.communes[0].growth == pytest.approx(2.0, abs=0.01)  # 1.02^5 = 1.104
    assert missing_facts(found) == frozenset()


def test_rules_without_facts_are_switched_off(found: Diagnosis) -> None:
    assert missing_facts(found) == {"croissance"}


@pytest.mark.usefixtures("found")
def test_the_page_shows_who_enters_beside_the_first_list(client: Client) -> None:
    asked = ASKED | {"r": "temps", "s_temps": "30", "si_temps": "5", "au_moins": "1"}
    said = words(client.get(PAGE, asked))
    assert "2 communes entreraient, 90 enfants de moins de 6 ans" in said
    assert "Il y aurait alors 3 communes retenues." in said
    assert "1 commune retenue, 10 enfants de moins de 6 ans" in said


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("s_temps", "-5", "Ce seuil va de 0 à 180 : 20 est gardé."),
        ("s_temps", "x" * 10_000, "Ce seuil va de 0 à 180 : 20 est gardé."),
        ("s_temps", "nan", "Ce seuil va de 0 à 180 : 20 est gardé."),
        ("si_revenu", "1", "Ce seuil va de 5 000 à 60 000 : 22 000 est gardé."),
        ("au_moins", "12", "Il faut de 1 à 7 règles : 1 est gardé."),
        ("au_moins", "²", "Il faut de 1 à 7 règles : 1 est gardé."),
    ],
)
@pytest.mark.usefixtures("found")
def test_a_wrong_threshold_is_told_and_the_usual_one_kept(
    client: Client, field: str, value: str, sentence: str
) -> None:
    response = client.get(PAGE, ASKED | {"r": "temps", field: value})
    assert response.status_code == 200
    assert sentence in words(response).replace("\xa0", " ")


@pytest.mark.usefixtures("found")
def test_no_rule_at_all_retains_nobody(client: Client) -> None:
    said = words(client.get(PAGE, ASKED))
    assert "0 communes retenues" in said or "0 commune retenue" in said
    assert "Aucune commune ne remplit assez de règles." in said
