"""The real open data, where it is at hand: what each file really holds."""

import pytest

from maillage.territory import actions
from maillage.territory.compute import Point, minutes_from
from maillage.territory.models import Commune, Observation, TravelTime, Zoning

FORMER = "--accept-former-communes"


@pytest.mark.usefixtures("haute_saone")
class TestRealFiles:
    """On the real Haute-Saône and its halo: 1,657 communes."""

    def test_births_name_the_communes_that_merged(self, importing, open_data):
        said = importing("births", open_data("population/communes_births_2022.csv.gz"))
        assert "3 fautes" in said
        for former in ("70264", "70530", "70557"):
            assert former in said
        assert not Observation.objects.filter(measure="births").exists()

    def test_births_of_haute_saone(self, importing, open_data):
        path = open_data("population/communes_births_2022.csv.gz")
        said = importing("births", path, FORMER)
        assert "439 × ligne répétée à l’identique (plusieurs codes postaux)" in said
        rows = Observation.objects.filter(measure="births", area__startswith="70")
        assert (rows.count(), sum(row.value for row in rows)) == (536, 1913)
        youngest = Commune.objects.of("70").values_list("children_under_3", flat=True)
        assert sum(youngest) == pytest.approx(6080, abs=10)
        assert "0 créées, 0 mises à jour" in importing("births", path, FORMER)

    def test_zrr_of_2022(self, importing, open_data):
        importing("zrr", open_data("territory/zrr_2022_communes.csv"), FORMER)
        here = Zoning.objects.filter(kind="zrr", communes__departement="70")
        assert here.count() == 407

    def test_qpv_of_2015(self, importing, open_data):
        importing("qpv_2015", open_data("territory/qpv_2015_demography_2022.csv"), FORMER)
        here = Zoning.objects.filter(kind="qpv", communes__departement="70")
        towns = sorted(name for name in here.values_list("communes__name", flat=True))
        assert towns == ["Gray", "Héricourt", "Lure", "Luxeuil-les-Bains", "Vesoul"]

    def test_incomes_of_2019(self, importing, open_data):
        path = open_data("population/FILO2019_DISP_COM.csv.gz")
        importing("incomes_communes", path, FORMER)
        here = Observation.objects.filter(measure="median_income", area__startswith="70")
        assert here.count() == 436
        assert here.get(area="70550").value == 18600

    def test_incomes_of_epci_of_2019(self, importing, open_data):
        importing("incomes_epci", open_data("population/FILO2019_DISP_EPCI.csv"))
        assert Observation.objects.filter(level="epci", measure="median_income").count() == 57

    def test_coverage_of_communes(self, importing, open_data):
        path = open_data("childcare/txcouv_pe_com_EAJE_assmat.csv")
        said = importing("coverage_communes", path)
        assert "49 × zéro perdu au début du code, remis" in said
        vesoul = Observation.objects.filter(area="70550", measure="coverage", year=2021)
        assert vesoul.get().value == 67.1


def test_the_isere_matrix_replaces_the_estimate(placed, db, importing, open_data):
    """262,144 times in seconds: 512 communes squared, each to itself left out."""
    actions.load_departement(placed, "38")
    path = open_data("travel/TimeDistCarIsere.csv.gz")
    said = importing("travel_times", path, "--vintage", "2022", "--unit", "seconds")
    assert "262144 lignes lues, 261632 retenues, 0 hors du territoire chargé" in said
    grenoble, vienne = Commune.objects.get(pk="38185"), Commune.objects.get(pk="38544")
    there = Point(vienne.latitude, vienne.longitude, vienne.pk)
    known = minutes_from(grenoble, [there], "car")[0]
    assert (known.value, known.source) == (85.4, "matrix")
    TravelTime.objects.filter(origin=grenoble, destination=vienne).delete()
    guess = minutes_from(grenoble, [there], "car")[0]
    assert guess.source == "estimate"
    assert guess.value == pytest.approx(known.value, rel=0.5)


def test_a_matrix_of_elsewhere_is_outside_not_faulty(territory, importing, open_data):
    path = open_data("travel/TimeDistCarIsere.csv.gz")
    said = importing("travel_times", path, "--vintage", "2022", "--unit", "seconds")
    assert "262144 lignes lues, 0 retenues, 262144 hors du territoire chargé" in said
    assert not TravelTime.objects.exists()
