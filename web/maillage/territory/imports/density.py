"""Insee's grid of density: seven levels; it replaces the estimates."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.actions import refresh_all_children
from maillage.territory.imports.observations import commune_rows, once_each
from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Table
from maillage.territory.models import Commune, Dataset

UNTOLD = "DENS"


def parse(table: Table, context: Context) -> list[tuple[str, int]]:
    """Return the level of each loaded commune."""
    levels = []
    _refuse_four_levels(table, context)
    rows = commune_rows(table.rows, "code", context, additive=False)
    once_each(rows, "code", context)
    for row, code in rows:
        level = row.wanted("level")
        if level not in "1234567" or len(level) != 1:
            row.fault("level", _("un niveau de 1 à 7 est attendu."))
        else:
            levels.append((code, int(level)))
    estimated = Commune.objects.filter(
        pk__in=[code for code, _level in levels], density_source=Commune.DensitySource.ESTIMATE
    ).count()
    context.report.remark(_("niveau estimé, remplacé par la grille de l’Insee"), estimated)
    return levels


def _refuse_four_levels(table: Table, context: Context) -> None:
    """A column called DENS may be the older grid of four levels: it never goes beyond 4."""
    first = table.rows[0]
    told = first.headers["level"].upper() != UNTOLD
    if not told and all(row.text("level") in {"1", "2", "3", "4"} for row in table.rows):
        context.check.fault(
            _(
                "la colonne DENS ne dépasse pas 4 : c’est la grille à quatre niveaux. Il faut celle"
                " à sept niveaux (DENS7)."
            )
        )


def load(levels: list[Any], dataset: Dataset) -> Counts:
    """Write the levels and say where they come from."""
    official = Commune.DensitySource.OFFICIAL
    stored = Commune.objects.in_bulk([code for code, _level in levels])
    changed = []
    for code, level in levels:
        commune = stored[code]
        if (commune.density_level, commune.density_source) != (level, official):
            commune.density_level, commune.density_source = level, official
            changed.append(commune)
    Commune.objects.bulk_update(changed, ["density_level", "density_source"], batch_size=2000)
    refresh_all_children()
    return Counts(updated=len(changed), unchanged=len(levels) - len(changed))


SOURCE = Source(
    key="density",
    title=gettext_lazy("Grille communale de densité à sept niveaux"),
    producer="Insee",
    columns=(Column("code", ("CODGEO",)), Column("level", ("DENS7", "DENS_7", UNTOLD))),
    parse=parse,
    load=load,
)
