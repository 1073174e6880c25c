"""Households that have no car, where the census is imported."""

from django.db.models import Sum

from maillage.territory.imports.cars import HOUSEHOLDS, WITH_A_CAR
from maillage.territory.models import Commune, Observation


def share_without_car(departement: str) -> tuple[float, int] | None:
    """The share of a département's households that have no car, and the year of the census."""
    inside = Commune.objects.filter(departement=departement).values("pk")
    rows = (
        Observation.objects.filter(
            level=Observation.Level.COMMUNE, area__in=inside, measure__in=[HOUSEHOLDS, WITH_A_CAR]
        )
        .order_by("-year")
        .values_list("year", "measure")
        .annotate(total=Sum("value"))
    )
    sums = {(year, measure): float(total) for year, measure, total in rows}
    for year, measure in sums:
        every, owners = sums.get((year, HOUSEHOLDS)), sums.get((year, WITH_A_CAR))
        if measure == HOUSEHOLDS and every and owners is not None:
            return 1 - owners / every, year
    return None
