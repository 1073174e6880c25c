"""Theoretical childcare places per 100 children under 3 (Cnaf), by commune and by EPCI.

These are places, not children cared for, and may exceed 100. The current and the historical series
disagree on the year they share, so they are two measures and are never joined.
"""

from collections.abc import Callable

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

PLACEHOLDERS = frozenset({"XX", "XXX"})
HISTORICAL = "_hist"
RATES = {  # measure: (stem of the technical name, label)
    "coverage": ("txcouv", "Taux de couv global"),
    "coverage_creche_psu": ("txcouv_psu_col", "Taux de couv EAJE PSU"),
    "coverage_creche_other": ("txcouv_hors_psu_col", "Taux de couv hors EAJE PSU"),
    "coverage_creche": ("txcouv_eaje", "Taux de couv EAJE - ensemble"),
    "coverage_preschool": ("txcouv_prescol", "Taux de couv préscolarisation"),
    "coverage_childminders": ("txcouv_am_ind", "Taux de couv assistantes maternelles"),
    "coverage_home": ("txcouv_gad_ind", "Taux de couv salarié à domicile"),
    "coverage_individual": ("txcouv_ind", "Taux de couv accueil individuel - ensemble"),
}


def _columns(level: str, number: str) -> tuple[Column, ...]:
    return (
        Column("year", ("Date référence", "annee")),
        Column("code", (number, f"num{level}")),
        *(
            Column(measure, (label, f"{stem}_{level}"), required=measure == "coverage")
            for measure, (stem, label) in RATES.items()
        ),
    )


def parse_communes(table: Table, context: Context) -> list[Figure]:
    """Return rates of loaded communes, every year of the file."""
    _refuse_other_series(context, historical=False)
    _date(table.rows, context)
    rows = commune_rows(_real(table.rows, context), "code", context, additive=False)
    once_each(rows, "code", context, lambda row: row.text("year"))
    return [figure for row, code in rows for figure in _figures(row, "commune", code, "")]


def _parse_epcis(historical: bool) -> Callable[[Table, Context], list[Figure]]:
    suffix = HISTORICAL if historical else ""

    def parse(table: Table, context: Context) -> list[Figure]:
        _refuse_other_series(context, historical=historical)
        _date(table.rows, context)
        rows = [
            (row, siren)
            for row in _real(table.rows, context)
            if (siren := context.places.epci(row, "code", context.report)) is not None
        ]
        once_each(rows, "code", context, lambda row: row.text("year"))
        context.report.rows_kept = len(rows)
        return [figure for row, siren in rows for figure in _figures(row, "epci", siren, suffix)]

    return parse


def _real(rows: tuple[Row, ...], context: Context) -> list[Row]:
    """Leave out the placeholder rows: they carry extreme values of no place."""
    real = [row for row in rows if row.text("code").upper() not in PLACEHOLDERS]
    context.report.remark(_("ligne « XX » ou « XXX », qui n’est aucun lieu"), len(rows) - len(real))
    return real


def _date(rows: tuple[Row, ...], context: Context) -> None:
    """Take the latest year of the file as its vintage, unless one was stated."""
    latest = max(row.text("year")[:4] for row in rows)
    context.report.vintage = context.report.vintage or latest


def _figures(row: Row, level: str, area: str, suffix: str) -> list[Figure]:
    year = row.text("year")[:4]
    if not (year.isdigit() and 1990 <= int(year) <= 2100):
        row.fault("year", _("une année est attendue, comme 2023."))
        return []
    found = {measure: row.positive(measure) for measure in RATES}
    return [
        Figure(level, area, measure + suffix, int(year), value)
        for measure, value in found.items()
        if value is not None
    ]


def _refuse_other_series(context: Context, *, historical: bool) -> None:
    named = HISTORICAL in context.path.name.lower()
    if named and not historical:
        context.check.fault(
            _(
                "ce fichier est la série historique, qui ne se mélange pas à l’actuelle :"
                " importez-le avec coverage_epci_hist."
            )
        )


COMMUNES = Source(
    key="coverage_communes",
    title=gettext_lazy("Taux de couverture de l’accueil des moins de 3 ans, par commune"),
    producer="Cnaf",
    dated_by="year",
    columns=_columns("com", "Numéro commune"),
    parse=parse_communes,
    load=load_observations,
)
EPCIS = Source(
    key="coverage_epci",
    title=gettext_lazy("Taux de couverture de l’accueil des moins de 3 ans, par intercommunalité"),
    producer="Cnaf",
    dated_by="year",
    columns=_columns("epci", "Numéro EPCI"),
    parse=_parse_epcis(historical=False),
    load=load_observations,
)
EPCIS_HISTORICAL = Source(
    key="coverage_epci_hist",
    title=gettext_lazy("Taux de couverture par intercommunalité, série historique"),
    producer="Cnaf",
    dated_by="year",
    columns=_columns("epci", "Numéro EPCI"),
    parse=_parse_epcis(historical=True),
    load=load_observations,
)
