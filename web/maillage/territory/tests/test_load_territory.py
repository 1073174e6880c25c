"""Loading a real département from the official files."""

import pytest

from maillage.territory import actions, data_france
from maillage.territory.models import Commune, Departement
from maillage.territory.places import place

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def country():
    return data_france.read()


@pytest.fixture(scope="session")
def placed(country):
    return place(country, ["70", "69", "971", "2A", "67"])


def test_haute_saone_has_536_communes_and_a_halo(placed):
    loaded = actions.load_departement(placed, "70")
    assert (loaded.communes, loaded.halo) == (536, 1121)
    assert Commune.objects.of("70").count() == 536
    assert Departement.objects.get(pk="70").loaded is True
    assert not Departement.objects.get(pk="25").loaded
    gray = Commune.objects.get(pk="70279")
    assert (gray.name, gray.population, gray.cog) == ("Gray", 5313, 2025)
    assert [p.code for p in gray.postcodes.all()] == ["70100"]
    assert gray.epci.name == "CC Val de Gray"


def test_the_rhone_has_two_authorities(placed):
    actions.load_departement(placed, "69")
    by_authority = {
        code: Commune.objects.of("69").filter(authority_id=code).count() for code in ("69D", "69M")
    }
    assert by_authority == {"69D": 208, "69M": 58}
    assert {a.code for a in Departement.objects.get(pk="69").authorities.all()} == {"69D", "69M"}
