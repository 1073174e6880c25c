"""Paris, Lyon and Marseille are one commune each, found by their districts too."""

import pytest

from maillage.territory import actions
from maillage.territory.models import Commune

pytestmark = pytest.mark.django_db


TYPED = {
    "Lyon 3": "Lyon 3e Arrondissement",
    "lyon 3e": "Lyon 3e Arrondissement",
    "lyon 1er": "Lyon 1er Arrondissement",
    "69003": "",
    "Lyon": "",
}


def test_lyon_is_found_by_its_districts(placed):
    actions.load_departement(placed, "69")
    found = {typed: Commune.objects.matching(typed)[0] for typed in TYPED}
    assert {commune.pk for commune in found.values()} == {"69123"}
    assert {typed: commune.matched_label for typed, commune in found.items()} == TYPED


def test_a_city_has_the_postcodes_of_its_districts(placed):
    actions.load_departement(placed, "69")
    postcodes = Commune.objects.get(pk="69123").postcodes
    assert sorted(postcodes.values_list("code", flat=True)) == [f"6900{n}" for n in range(1, 10)]
