"""Households, and those that have a car, by commune (Insee, census, dwellings)."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.observations import (
    Figure,
    commune_rows,
    load_observations,
    once_each,
)
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Table

HOUSEHOLDS, WITH_A_CAR = "households", "households_with_a_car"


def parse(table: Table, context: Context) -> list[Figure]:
    """Return both numbers of each commune; merged communes and city districts add up."""
    rows = commune_rows(table.rows, "code", context, additive=True)
    once_each(rows, "code", context)
    sums: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row, code in rows:
        every, owners = row.positive(HOUSEHOLDS), row.positive(WITH_A_CAR)
        if every is None or owners is None:
            context.report.remark(_("nombre de ménages non publié"))
        elif owners > every:
            row.fault(WITH_A_CAR, _("plus de ménages avec une voiture que de ménages."))
        else:
            sums[code] = (sums[code][0] + every, sums[code][1] + owners)
    year = table.years[HOUSEHOLDS]
    return [
        Figure("commune", code, measure, year, round(value, 3))
        for code, found in sums.items()
        for measure, value in zip((HOUSEHOLDS, WITH_A_CAR), found, strict=True)
    ]


SOURCE = Source(
    key="cars",
    title=gettext_lazy("Ménages et voitures par commune (recensement, logement)"),
    producer="Insee",
    dated_by=HOUSEHOLDS,
    columns=(
        Column("code", ("CODGEO",)),
        Column(HOUSEHOLDS, ("P{yy}_RP",)),
        Column(WITH_A_CAR, ("P{yy}_RP_VOIT1P",)),
    ),
    parse=parse,
    load=load_observations,
)
