"""How many children live in a commune, and how that is known."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from maillage.territory import actions
from maillage.territory.children import Known, Shares, children_of, smoothed, source_in_words
from maillage.territory.models import Commune, Dataset, Observation

SHARES = Shares(
    under_3=(0.04, 0.03, 0.03, 0.03, 0.03, 0.03, 0.024),
    from_3_to_5=0.03,
    from_6_to_17=0.15,
    births_weight=18,
)


def test_population_and_density_give_an_estimate():
    found = children_of(Known(population=1000, density_level=7), SHARES)
    assert (found.under_3, found.under_6, found.from_6_to_17) == (24.0, 54.0, 150.0)
    assert found.estimated is True
    assert found.source == "population"


def test_births_draw_the_estimate_towards_what_was_counted():
    """8 births expected, 12 counted: 8 × (18 + 12) ÷ (18 + 8) a year, for three years."""
    found = children_of(Known(population=1000, density_level=7, births=(2022, 12)), SHARES)
    assert found.under_3 == pytest.approx(3 * 8 * 30 / 26, abs=0.05)
    assert found.source == "births:2022"


def test_a_village_without_a_birth_in_one_year_still_has_children():
    found = children_of(Known(population=100, density_level=7, births=(2022, 0)), SHARES)
    assert 2.2 < found.under_3 < 2.4


def test_in_a_town_its_own_births_decide():
    assert smoothed(births=1500, expected=1000, weight=18) == pytest.approx(1491, abs=1)


def test_an_age_table_wins_and_is_no_estimate():
    ages = {"children_under_3": 30.0, "children_under_6": 65.0, "children_6_17": 140.0}
    known = Known(population=1000, density_level=7, births=(2022, 12), ages=(2021, ages))
    found = children_of(known, SHARES)
    assert (found.under_3, found.under_6, found.from_6_to_17) == (30.0, 65.0, 140.0)
    assert (found.source, found.estimated) == ("ages:2021", False)


@pytest.mark.parametrize("level", range(1, 8))
@pytest.mark.parametrize("births", [None, (2022, 0.0), (2022, 5000.0)])
@pytest.mark.parametrize("population", [1, 40, 100_000])
def test_the_youngest_never_outnumber_the_older(level, births, population):
    found = children_of(Known(population, level, births), SHARES)
    assert 0 <= found.under_3 <= found.under_6


def test_without_population_nothing_is_invented():
    found = children_of(Known(population=None, density_level=7), SHARES)
    assert (found.under_3, found.under_6, found.from_6_to_17, found.source) == (None,) * 3 + ("",)


def test_births_alone_tell_only_the_youngest():
    found = children_of(Known(population=None, density_level=1, births=(2022, 163)), SHARES)
    assert (found.under_3, found.under_6, found.from_6_to_17) == (489, None, None)


def test_a_commune_without_inhabitants_has_no_children():
    found = children_of(Known(population=0, density_level=7, births=(2022, 0)), SHARES)
    assert found.under_3 is None


def observe(area: str, year: int, **values: float) -> None:
    dataset = Dataset.objects.get_or_create(key="t", vintage="t", sha256="t")[0]
    for measure, value in values.items():
        Observation.objects.create(
            level="commune", area=area, measure=measure, year=year, value=value, dataset=dataset
        )


def test_refreshing_uses_the_latest_whole_table(territory):
    observe("70279", 2020, children_under_3=1, children_under_6=2, children_6_17=3)
    observe("70279", 2021, children_under_3=120, children_under_6=260, children_6_17=700)
    observe("70279", 2022, children_under_3=9)  # not a whole table
    observe("70550", 2022, births=150)
    assert actions.refresh_children("70") == 4
    gray, vesoul = Commune.objects.get(pk="70279"), Commune.objects.get(pk="70550")
    assert (gray.children_under_3, gray.children_estimated) == (120, False)
    assert (gray.children_source, vesoul.children_source) == ("ages:2021", "births:2022")
    assert gray.children_source_in_words == "Insee, recensement 2021"
    assert Commune.objects.get(pk="25056").children_under_3 is None


def test_refreshing_twice_changes_nothing(territory):
    actions.refresh_all_children()
    assert actions.refresh_all_children() == 0


def test_the_database_refuses_more_babies_than_young_children(territory):
    refused = pytest.raises(IntegrityError, match="younger_children_are_among_the_older")
    with refused, transaction.atomic():
        Commune.objects.update(children_under_3=10, children_under_6=9)


@pytest.mark.parametrize(
    ("source", "french", "english"),
    [
        ("ages:2021", "Insee, recensement 2021", "Insee, census of 2021"),
        (
            "births:2022",
            "estimation d’après les naissances de 2022 et la population",
            "estimated from the births of 2022 and the population",
        ),
        (
            "population",
            "estimation d’après la population et la densité de la commune",
            "estimated from the population and density of the commune",
        ),
        ("", "", ""),
    ],
)
def test_the_source_is_said_in_the_language_of_the_reader(source, french, english):
    assert source_in_words(source) == french
    with translation.override("en"):
        assert source_in_words(source) == english
