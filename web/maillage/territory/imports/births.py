"""Births and population by commune (Insee), one row per commune and postcode."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.actions import refresh_all_children
from maillage.territory.imports.observations import Figure, commune_rows, load_observations
from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Row, Table
from maillage.territory.models import Commune, Dataset

BIRTHS, POPULATION = "births", "population"


def parse(table: Table, context: Context) -> list[Figure]:
    """Return births and populations; delegated communes repeat their commune and are left out."""
    delegated = [row for row in table.rows if row.text("kind") == "COMD"]
    context.report.remark(_("commune déléguée, déjà comptée avec sa commune"), len(delegated))
    rows = [row for row in table.rows if row.text("kind") != "COMD"]
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row, code in commune_rows(_one_by_code(rows, context), "code", context, additive=True):
        births, people = row.whole("births"), row.whole("population")
        if births is not None:
            sums[code][BIRTHS] += births
        if people == 0 and births:
            context.report.remark(_("population nulle malgré des naissances : non publiée"))
        elif people is not None:
            sums[code][POPULATION] += people
    return [
        Figure("commune", code, measure, table.years[measure], value)
        for code, found in sums.items()
        for measure, value in found.items()
    ]


def _one_by_code(rows: list[Row], context: Context) -> list[Row]:
    """Keep one row per code: postcodes repeat rows; rows that disagree are faults."""
    met: dict[str, Row] = {}
    for row in rows:
        code = row.text("code")
        first = met.setdefault(code, row)
        if first is row:
            continue
        if any(first.text(name) != row.text(name) for name in ("births", "population")):
            row.fault(
                "code", _("donné à la ligne {n} avec d’autres chiffres.").format(n=first.number)
            )
        else:
            context.report.remark(_("ligne répétée à l’identique (plusieurs codes postaux)"))
    return list(met.values())


def load(figures: list[Any], dataset: Dataset) -> Counts:
    """Write the figures; give a population to the communes whose population was not known."""
    counts = load_observations(figures, dataset)
    unknown = set(Commune.objects.filter(population_known=False).values_list("pk", flat=True))
    for figure in figures:
        if figure.measure == POPULATION and figure.area in unknown:
            Commune.objects.filter(pk=figure.area).update(
                population=int(figure.value), population_known=True
            )
    refresh_all_children()
    return counts


SOURCE = Source(
    key="births",
    title=gettext_lazy("Naissances et population par commune"),
    producer="Insee",
    dated_by=BIRTHS,
    columns=(
        Column("code", ("insee_com", "CODGEO")),
        Column("kind", ("commune_type", "TYPECOM"), required=False),
        Column(POPULATION, ("population_{year}",)),
        Column(BIRTHS, ("naissances_{year}",)),
    ),
    parse=parse,
    load=load,
)
