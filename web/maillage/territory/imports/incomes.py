"""Disposable income by commune and EPCI (Insee, Filosofi): small communes have only the median."""

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

YEAR = 2019
MEASURES = {
    "median_income": ("Q219", "Q2"),  # euros a year and consumption unit
    "income_d1": ("D119", "D1"),
    "income_d9": ("D919", "D9"),
    "income_ratio_d9_d1": ("RD",),
    "family_benefits_share": ("PPFAM19",),  # percent of disposable income
    "minimum_benefits_share": ("PPMINI19",),
    "tax_households": ("NBMEN19",),
    "tax_persons": ("NBPERS19",),
}
COLUMNS = (
    Column("code", ("CODGEO",)),
    Column("median_income", MEASURES["median_income"]),
    *(
        Column(name, headers, required=False)
        for name, headers in MEASURES.items()
        if name != "median_income"
    ),
)


def parse_communes(table: Table, context: Context) -> list[Figure]:
    """Return what is published of loaded communes."""
    rows = commune_rows(table.rows, "code", context, additive=False)
    once_each(rows, "code", context)
    return [figure for row, code in rows for figure in _figures(row, "commune", code, context)]


def parse_epcis(table: Table, context: Context) -> list[Figure]:
    """Return what is published of the EPCI that hold loaded communes."""
    rows = [
        (row, siren)
        for row in table.rows
        if (siren := context.places.epci(row, "code", context.report)) is not None
    ]
    once_each(rows, "code", context)
    context.report.rows_kept = len(rows)
    return [figure for row, siren in rows for figure in _figures(row, "epci", siren, context)]


def _figures(row: Row, level: str, area: str, context: Context) -> list[Figure]:
    found = {name: row.number_of(name) for name in MEASURES}
    missing = sum(value is None for value in found.values())
    if found["median_income"] is None:
        context.report.remark(_("aucun revenu publié (secret statistique)"))
    elif missing:
        context.report.remark(_("médiane seule : le reste est couvert par le secret statistique"))
    return [
        Figure(level, area, name, YEAR, value) for name, value in found.items() if value is not None
    ]


COMMUNES = Source(
    key="incomes_communes",
    title=gettext_lazy("Revenus disponibles par commune (Filosofi)"),
    producer="Insee",
    vintage=str(YEAR),
    columns=COLUMNS,
    parse=parse_communes,
    load=load_observations,
)
EPCIS = Source(
    key="incomes_epci",
    title=gettext_lazy("Revenus disponibles par intercommunalité (Filosofi)"),
    producer="Insee",
    vintage=str(YEAR),
    columns=COLUMNS,
    parse=parse_epcis,
    load=load_observations,
)
