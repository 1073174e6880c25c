"""Childminders in activity by commune: the list that a département keeps, one row per commune."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.observations import (
    Figure,
    commune_rows,
    load_observations,
    once_each,
    year_of,
)
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Table

CHILDMINDERS = "childminders"


def parse(table: Table, context: Context) -> list[Figure]:
    """Return the number of each commune; an empty cell says that it is not known."""
    year = year_of(context.report.vintage, context)
    rows = commune_rows(table.rows, "code", context, additive=True)
    once_each(rows, "code", context)
    sums: dict[str, float] = defaultdict(float)
    for row, code in rows:
        number = row.whole(CHILDMINDERS)
        if number is None:
            context.report.remark(_("nombre d’assistantes maternelles non donné"))
        else:
            sums[code] += number
    return [Figure("commune", code, CHILDMINDERS, year, value) for code, value in sums.items()]


SOURCE = Source(
    key=CHILDMINDERS,
    title=gettext_lazy("Assistantes maternelles en activité, par commune"),
    producer="Conseil départemental",
    columns=(
        Column("code", ("code", "CODGEO", "code_insee")),
        Column(CHILDMINDERS, ("assistantes_maternelles",)),
    ),
    parse=parse,
    load=load_observations,
)
