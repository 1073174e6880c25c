"""Each source on a small file made from its format."""

import pytest

from maillage.territory.models import Commune, Dataset, Observation, TravelTime, Zoning

pytestmark = pytest.mark.usefixtures("territory")


def values(area: str, **more) -> dict[str, float]:
    return dict(Observation.objects.filter(area=area, **more).values_list("measure", "value"))


def test_births_are_kept_for_the_halo_and_counted_elsewhere(importing):
    said = importing("births", "births.csv")
    assert "9 lignes lues, 6 retenues, 1 hors du territoire chargé" in said
    assert "1 × commune déléguée, déjà comptée avec sa commune" in said
    assert values("70550") == {"births": 170, "population": 14916}
    assert values("25056") == {"births": 1300, "population": 119198}
    assert not Observation.objects.filter(area="33063").exists()


def test_districts_add_up_to_their_city(importing):
    said = importing("births", "births.csv")
    assert "2 × arrondissement, compté avec sa ville" in said
    assert values("75056") == {"births": 370, "population": 37196}


def test_births_give_children_to_every_commune(importing):
    importing("births", "births.csv")
    vesoul = Commune.objects.get(pk="70550")
    assert vesoul.children_under_3 == pytest.approx(505, abs=5)
    assert vesoul.children_source == "births:2022"


def test_births_give_a_population_where_none_was_known(importing):
    Commune.objects.filter(pk="70279").update(population=0, population_known=False)
    importing("births", "births.csv")
    gray = Commune.objects.get(pk="70279")
    assert (gray.population, gray.population_known) == (5512, True)


def test_births_without_inhabitants_mean_an_unpublished_population(importing, written):
    said = importing("births", written("insee_com,population_2021,naissances_2022\n70550,0,163\n"))
    assert "1 × population nulle malgré des naissances : non publiée" in said
    assert values("70550") == {"births": 163}


def test_zrr_keeps_the_communes_classed_in_whole_or_in_part(importing):
    said = importing("zrr", "zrr.csv")
    assert "2 créées" in said
    assert list(
        Zoning.objects.order_by("code").values_list("kind", "generation", "code", "status")
    ) == [
        ("zrr", "2022", "70180", "partiellement classée"),
        ("zrr", "2022", "70279", "classée"),
    ]
    assert [z.kind for z in Commune.objects.get(pk="70279").zonings.all()] == ["zrr"]


def test_frr_tells_frr_from_frr_plus(importing):
    importing("frr", "frr.csv", "--vintage", "2025")
    found = dict(Zoning.objects.values_list("code", "kind"))
    assert found == {"70279": "frr", "70180": "frr_plus"}


def test_a_commune_that_leaves_the_list_is_taken_out(importing, written):
    importing("frr", "frr.csv", "--vintage", "2025")
    path = written("CODGEO;FRR\n70180;FRR\n70279;Non classée\n")
    said = importing("frr", path, "--vintage", "2025")
    assert "1 créées, 0 mises à jour, 0 inchangées, 2 retirées" in said
    assert dict(Zoning.objects.values_list("code", "kind")) == {"70180": "frr"}


def test_an_unknown_status_is_a_fault(importing, written):
    said = importing("frr", written("CODGEO;FRR\n70550;peut-être\n"), "--vintage", "2025")
    assert "« peut-être » : FRR, FRR+ ou « non classée » est attendu." in said
    assert not Zoning.objects.exists()


def test_zonings_imported_twice_are_the_same(importing):
    importing("frr", "frr.csv", "--vintage", "2025")
    said = importing("frr", "frr.csv", "--vintage", "2025")
    assert "0 créées, 0 mises à jour, 2 inchangées, 0 retirées" in said
    assert Zoning.communes.through.objects.count() == 2


def test_qpv_find_their_towns_by_name(importing):
    said = importing("qpv_2015", "qpv.csv")
    assert "5 lignes lues, 4 retenues, 1 hors du territoire chargé" in said
    vesoul = Zoning.objects.get(code="QP070001")
    assert (vesoul.name, vesoul.generation, vesoul.population) == ("Montmarin", "2015", 2515)
    assert vesoul.figures == {
        "recipients": 640, "recipients_single_parents": 158, "children_0_2": 120,
    }  # fmt: skip
    assert [commune.pk for commune in vesoul.communes.all()] == ["70550"]
    paris = Zoning.objects.get(code="QP075001")
    assert [commune.pk for commune in paris.communes.all()] == ["75056"]


def test_a_qpv_of_2024_is_not_taken_for_one_of_2015(importing, written):
    path = written("CODGEO;LIBGEO;POP_MUN;LIB_COM\nQN07001M;Montmarin;2500;Vesoul\n")
    assert "un code de 2015 est attendu" in importing("qpv_2015", path)


def test_a_qpv_whose_town_is_unknown_is_a_fault(importing, written):
    path = written("CODGEO;LIBGEO;POP_MUN;LIB_COM\nQP070009;Ailleurs;2500;Vezoul\n")
    assert "« Vezoul » : aucune commune de ce nom" in importing("qpv_2015", path)


def test_small_communes_have_only_the_median_income(importing):
    said = importing("incomes_communes", "incomes.csv")
    assert values("70550") == {
        "median_income": 18410, "income_d1": 9830, "family_benefits_share": 3.5,
        "tax_households": 7216,
    }  # fmt: skip
    assert values("70279") == {"median_income": 18970, "tax_households": 2600}
    assert values("70180") == {}
    assert "1 × aucun revenu publié (secret statistique)" in said


def test_incomes_of_epci_are_kept_where_they_hold_loaded_communes(importing):
    said = importing("incomes_epci", "incomes_epci.csv")
    assert "2 lignes lues, 1 retenues, 1 hors du territoire chargé" in said
    assert values("247000011", level="epci")["median_income"] == 20310


def test_lost_zeros_of_the_coverage_are_repaired_and_said(importing):
    said = importing("coverage_communes", "coverage_communes.csv")
    assert "1 × zéro perdu au début du code, remis" in said
    assert values("70550", year=2021) == {"coverage": 67.1, "coverage_creche_psu": 30.1}
    assert values("70550", year=2020) == {"coverage": 68.5, "coverage_creche_psu": 29.0}
    assert not Observation.objects.filter(area="75056").exists()


def test_placeholder_rows_of_the_coverage_are_dropped_and_said(importing):
    said = importing("coverage_epci", "coverage_epci.csv", "--vintage", "2023")
    assert "2 × ligne « XX » ou « XXX », qui n’est aucun lieu" in said
    assert not Observation.objects.filter(value__in=(195.8, 2.7)).exists()
    assert values("247000011", year=2023) == {
        "coverage": 57.4, "coverage_creche_psu": 18.0, "coverage_childminders": 33.1,
    }  # fmt: skip


def test_the_two_coverage_series_stay_apart(importing):
    importing("coverage_epci", "coverage_epci.csv", "--vintage", "2023")
    importing("coverage_epci_hist", "coverage_epci_hist.csv", "--vintage", "2022")
    found = values("247000011", year=2022)
    assert (found["coverage"], found["coverage_hist"]) == (57.1, 56.8)


def test_the_historical_file_is_refused_as_the_current_series(importing):
    said = importing("coverage_epci", "coverage_epci_hist.csv", "--vintage", "2022")
    assert "ce fichier est la série historique" in said
    assert not Observation.objects.exists()


def test_a_year_given_as_a_date_is_read(importing, written):
    path = written("annee;numepci;txcouv_epci\n2023-12-31;247000011;57.4\n")
    importing("coverage_epci", path)
    assert Observation.objects.get().year == 2023
    assert Dataset.objects.get().vintage == "2023"


def test_the_official_density_replaces_the_estimate_and_says_so(importing):
    said = importing("density", "density.csv", "--vintage", "2024")
    assert "4 × niveau estimé, remplacé par la grille de l’Insee" in said
    vesoul = Commune.objects.get(pk="70550")
    assert (vesoul.density_level, vesoul.density_source) == (2, "official")
    again = importing("density", "density.csv", "--vintage", "2024")
    assert "0 mises à jour, 4 inchangées" in again
    assert "estimé" not in again


@pytest.mark.parametrize("level", ["0", "8", "12", "rural"])
def test_a_density_is_a_level_from_1_to_7(importing, written, level):
    said = importing("density", written(f"CODGEO,DENS7\n70550,{level}\n"), "--vintage", "2024")
    assert f"« {level} » : un niveau de 1 à 7 est attendu." in said


def test_the_grid_of_four_levels_is_not_taken_for_that_of_seven(importing, written):
    said = importing("density", written("CODGEO,DENS\n70550,2\n70279,4\n"), "--vintage", "2020")
    assert "c’est la grille à quatre niveaux" in said
    path = written("CODGEO,DENS\n70550,2\n70279,6\n")
    assert "2 mises à jour" in importing("density", path, "--vintage", "2024")


@pytest.mark.parametrize(
    ("file", "expected"),
    [("ages_single.csv", (450, 930, 2040)), ("ages_bands.csv", (450, 930, 1920))],
)
def test_age_tables_give_counted_children(importing, file, expected):
    importing("ages", file, "--vintage", "2021")
    vesoul = Commune.objects.get(pk="70550")
    found = (vesoul.children_under_3, vesoul.children_under_6, vesoul.children_6_17)
    assert found == expected
    assert vesoul.children_estimated is False
    assert vesoul.children_source == "ages:2021"


def test_an_age_table_that_lacks_ages_names_them(importing, written):
    header = ",".join(f"AGE_{age}" for age in range(18) if age not in (4, 17))
    said = importing("ages", written(f"CODGEO,{header}\n70550,{'1,' * 15}1\n"), "--vintage", "2021")
    assert "il manque des colonnes d’âge : AGE_4, AGE_17." in said


def test_an_age_table_needs_a_year(importing):
    assert "le millésime doit être une année" in importing(
        "ages", "ages_bands.csv", "--vintage", "v2"
    )


def test_a_square_of_seconds_becomes_minutes(importing):
    said = importing("travel_times", "times_square.csv", "--vintage", "2022", "--unit", "seconds")
    assert "2 créées" in said
    found = dict(TravelTime.objects.values_list("origin_id", "minutes"))
    assert found == {"70550": 55.0, "70279": 56.01}


def test_the_unit_of_a_square_is_never_guessed(importing):
    said = importing("travel_times", "times_square.csv", "--vintage", "2022")
    assert "--unit seconds ou --unit minutes" in said
    assert not TravelTime.objects.exists()


def test_long_pairs_say_their_unit_in_the_header(importing):
    importing("travel_times", "times_long.csv", "--vintage", "2022", "--mode", "bicycle")
    assert list(TravelTime.objects.order_by("origin").values_list("mode", "minutes")) == [
        ("bicycle", 56.01), ("bicycle", 55.0),
    ]  # fmt: skip


def test_times_imported_twice_are_the_same(importing):
    words = ("--vintage", "2022", "--unit", "seconds")
    importing("travel_times", "times_square.csv", *words)
    said = importing("travel_times", "times_square.csv", *words)
    assert "0 créées, 0 mises à jour, 2 inchangées" in said


def test_a_time_changed_in_a_new_file_is_updated(importing, written):
    importing("travel_times", "times_square.csv", "--vintage", "2022", "--unit", "seconds")
    path = written("origin,destination,minutes\n70550,70279,50\n")
    said = importing("travel_times", path, "--vintage", "2023")
    assert "0 créées, 1 mises à jour, 0 inchangées" in said
    assert TravelTime.objects.get(origin="70550").minutes == 50


def test_faults_of_a_matrix_are_told_together(importing, written):
    path = written("origin,destination,seconds\n70550,70279,vite\n70550,7O285,60\n70279,70550,-3\n")
    said = importing("travel_times", path, "--vintage", "2022")
    assert "« vite » : un nombre est attendu." in said
    assert "« 7O285 » : un code Insee de cinq caractères est attendu" in said
    assert "« -3 » : un nombre négatif n’a pas de sens ici." in said
    assert not TravelTime.objects.exists()


def test_a_trip_given_twice_is_a_fault(importing, written):
    path = written("origin,destination,minutes\n70550,70279,50\n70550,70279,51\n")
    said = importing("travel_times", path, "--vintage", "2022")
    assert "trajet déjà donné à la ligne 2." in said


def test_who_made_a_matrix_and_on_what_terms_is_kept(importing):
    importing(
        "travel_times", "times_long.csv", "--vintage", "2022",
        "--producer", "OSRM sur OpenStreetMap", "--licence", "ODbL",
    )  # fmt: skip
    dataset = Dataset.objects.get()
    assert (dataset.producer, dataset.licence) == ("OSRM sur OpenStreetMap", "ODbL")


def test_cars_give_the_households_that_have_none(importing, written):
    path = written("CODGEO;P21_RP;P21_RP_VOIT1P\n70550;7500,5;5500\n70279;2600;2100\n")
    importing("cars", path)
    assert values("70550", year=2021) == {"households": 7500.5, "households_with_a_car": 5500}


def test_more_cars_than_households_is_a_fault(importing, written):
    said = importing("cars", written("CODGEO;P21_RP;P21_RP_VOIT1P\n70550;10;11\n"))
    assert "plus de ménages avec une voiture que de ménages." in said
    assert not Observation.objects.exists()


CENSUS = (  # the header of base-cc-logement-2022, shortened: three censuses side by side
    "CODGEO;P22_LOG;P22_RP;P22_RP_VOIT1P;P22_RP_VOIT1;P22_RP_VOIT2P;P16_RP;P16_RP_VOIT1P;P11_RP\n"
)


def test_the_latest_census_of_three_is_read(importing, written):
    path = written(CENSUS + "70550;9000;7500.25;5500;3500;2000;7600;5600;7700\n", "logement.CSV")
    importing("cars", path)
    assert values("70550", year=2022) == {"households": 7500.25, "households_with_a_car": 5500}
    assert not Observation.objects.exclude(year=2022).exists()


def test_cars_of_another_census_than_the_households_are_a_fault(importing, written):
    said = importing("cars", written("CODGEO;P22_RP;P16_RP_VOIT1P\n70550;7500;5600\n"))
    assert "les deux colonnes ne sont pas de la même année : 2016, 2022." in said


LONG = '"GEO";"GEO_OBJECT";"RP_MEASURE";"OCS";"CARS";"TSH";"TIME_PERIOD";"OBS_VALUE"\n'


def long_rows(*rows: str) -> str:
    return LONG + "".join('"' + row.replace(" ", '";"') + '"\n' for row in rows)


def test_cars_are_read_from_one_row_per_number(importing, written):
    rows = (
        "70550 COM DWELLINGS DW_MAIN _T _T 2022 7500.5",
        "70550 COM DWELLINGS DW_MAIN C0 _T 2022 2000.5",
        "70550 COM DWELLINGS DW_MAIN C0 100 2022 9",
        "70550 COM DWELLINGS DW_VAC _T _T 2022 9",
        "70550 COM DWELLINGS DW_MAIN _T _T 2016 9",
        "70 DEP DWELLINGS DW_MAIN _T _T 2022 9",
        "70279 COM DWELLINGS DW_MAIN _T _T 2022 2600",
        "70279 COM DWELLINGS DW_MAIN C1 _T 2022 1500",
        "70279 COM DWELLINGS DW_MAIN C_GE2 _T 2022 600",
    )
    path = written(long_rows(*rows))
    importing("cars", path)
    assert values("70550", year=2022) == {"households": 7500.5, "households_with_a_car": 5500}
    assert values("70279", year=2022) == {"households": 2600, "households_with_a_car": 2100}
    assert Observation.objects.count() == 4


def test_a_city_given_whole_is_not_counted_again_by_its_districts(importing, written):
    rows = "75056;1000;400\n75101;300;100\n75102;700;300\n"
    said = importing("cars", written("CODGEO;P22_RP;P22_RP_VOIT1P\n" + rows))
    assert "2 × arrondissement d’une ville qui est aussi donnée entière" in said
    assert values("75056", year=2022) == {"households": 1000, "households_with_a_car": 400}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CODGEO;RP;VOITURES\n70550;1;1\n", "colonne « P{yy}_RP »"),
        (LONG.replace('"OCS";', "") + '"70550";"COM"\n', "colonne « OCS »"),
        (long_rows("70 DEP DWELLINGS DW_MAIN _T _T 2022 9"), "aucune ligne ne donne"),
    ],
)
def test_a_header_that_is_not_the_census_s_says_what_is_missing(importing, written, text, said):
    assert said.replace("{yy}", "AA") in importing("cars", written(text))
    assert not Observation.objects.exists()


def test_childminders_not_given_are_not_none(importing, written):
    path = written("code;commune;assistantes_maternelles\n70550;Vesoul;84\n70279;Gray;\n")
    said = importing("childminders", path, "--vintage", "2026")
    assert "1 × nombre d’assistantes maternelles non donné" in said
    assert values("70550") == {"childminders": 84}
    assert values("70279") == {}
