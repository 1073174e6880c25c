"""Disposable income by commune and EPCI (Insee, Filosofi): small communes have only the median."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.observations import (
    Figure,
    commune_rows,
    load_observations,
    once_each,
)
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Column, Row, Table

MEDIAN = "median_income"
MEASURES = {
    MEDIAN: ("Q2{yy}",),  # euros a year and consumption unit
    "income_d1": ("D1{yy}",),
    "income_d9": ("D9{yy}",),
    "income_ratio_d9_d1": ("RD",),
    "family_benefits_share": ("PPFAM{yy}",),  # percent of disposable income
    "minimum_benefits_share": ("PPMINI{yy}",),
    "tax_households": ("NBMEN{yy}",),
    "tax_persons": ("NBPERS{yy}",),
}
COLUMNS = (
    Column("code", ("CODGEO",)),
    Column(MEDIAN, MEASURES[MEDIAN]),
    *(
        Column(name, headers, required=False)
        for name, headers in MEASURES.items()
        if name != MEDIAN
    ),
)


@dataclass(frozen=True, slots=True)
class Area:
    """What a row is about."""

    level: str
    code: str
    year: int


def parse_communes(table: Table, context: Context) -> list[Figure]:
    """Return what is published of loaded communes."""
    rows = commune_rows(table.rows, "code", context, additive=False)
    once_each(rows, "code", context)
    year = table.years[MEDIAN]
    return [f for row, code in rows for f in _figures(row, Area("commune", code, year), context)]


def parse_epcis(table: Table, context: Context) -> list[Figure]:
    """Return what is published of the EPCI that hold loaded communes."""
    rows = [
        (row, siren)
        for row in table.rows
        if (siren := context.places.epci(row, "code", context.report)) is not None
    ]
    once_each(rows, "code", context)
    context.report.rows_kept = len(rows)
    year = table.years[MEDIAN]
    return [f for row, siren in rows for f in _figures(row, Area("epci", siren, year), context)]


def _figures(row: Row, area: Area, context: Context) -> list[Figure]:
    found = {name: row.number_of(name) for name in MEASURES}
    missing = sum(value is None for value in found.values())
    if found[MEDIAN] is None:
        context.report.remark(_("aucun revenu publié (secret statistique)"))
    elif missing:
        context.report.remark(_("médiane seule : le reste est couvert par le secret statistique"))
    return [
        Figure(area.level, area.code, name, area.year, value)
        for name, value in found.items()
        if value is not None
    ]


COMMUNES = Source(
    key="incomes_communes",
    title=gettext_lazy("Revenus disponibles par commune (Filosofi)"),
    producer="Insee",
    dated_by=MEDIAN,
    columns=COLUMNS,
    parse=parse_communes,
    load=load_observations,
)
EPCIS = Source(
    key="incomes_epci",
    title=gettext_lazy("Revenus disponibles par intercommunalité (Filosofi)"),
    producer="Insee",
    dated_by=MEDIAN,
    columns=COLUMNS,
    parse=parse_epcis,
    load=load_observations,
)
