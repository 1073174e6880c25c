"""Children by age and commune (Insee census tables), by single year or by band.

Three layouts are told apart by the header: `AGE_0 … AGE_17`; Insee's single years by sex
(`SEXE1_AGED100000` …); Insee's bands by sex (`SEXE1_AGEPYR1000`, then 03, 06 and 11: under 3, 3 to
5, 6 to 10, 11 to 17).
"""

import re
from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.actions import refresh_all_children
from maillage.territory.children import FROM_6_TO_17, UNDER_3, UNDER_6
from maillage.territory.imports.observations import (
    Figure,
    commune_rows,
    load_observations,
    once_each,
    year_of,
)
from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import Check, Column, Row, Table, read_table
from maillage.territory.models import Dataset

_SINGLE = re.compile(r"(?:AGE_|SEXE[12]_AGED100)(\d{1,3})", re.IGNORECASE)
_BAND = re.compile(r"SEXE[12]_AGEPYR10(\d\d)", re.IGNORECASE)
BANDS = {0: (UNDER_3, UNDER_6), 3: (UNDER_6,), 6: (FROM_6_TO_17,), 11: (FROM_6_TO_17,)}


def read(path: object, context: Context) -> Table:
    """Read the table with whichever columns of ages it holds."""
    header = read_table(
        context.path, (CODE,), Check(context.path.name), encoding=_encoding(context)
    )
    ages = [name for name in header.header if _measures(name)]
    missing = _missing(ages)
    if missing:
        context.check.fault(
            _("il manque des colonnes d’âge : {missing}.").format(missing=", ".join(missing)), row=1
        )
        context.check.refuse_if_faulty()
    columns = (CODE, *(Column(name, (name,)) for name in ages))
    return read_table(context.path, columns, context.check, encoding=_encoding(context))


def parse(table: Table, context: Context) -> list[Figure]:
    """Return children under 3, under 6 and from 6 to 17 of each loaded commune."""
    year = year_of(context.report.vintage, context)
    rows = commune_rows(table.rows, "code", context, additive=True)
    once_each(rows, "code", context)
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row, code in rows:
        for measure, value in _children(row).items():
            sums[code][measure] += value
    return [
        Figure("commune", code, measure, year, round(value, 3))
        for code, found in sums.items()
        for measure, value in found.items()
    ]


def load(figures: list[Figure], dataset: Dataset) -> Counts:
    """Write the figures, and count the children of the communes with them."""
    counts = load_observations(figures, dataset)
    refresh_all_children()
    return counts


def _children(row: Row) -> dict[str, float]:
    sums: dict[str, float] = dict.fromkeys((UNDER_3, UNDER_6, FROM_6_TO_17), 0.0)
    for name in row.headers:
        if name == "code":
            continue
        value = row.positive(name)
        if value is None and not row.text(name):
            row.fault(name, _("un effectif est attendu, même nul."))
        for measure in _measures(name):
            sums[measure] += value or 0
    return sums


def _measures(header: str) -> tuple[str, ...]:
    """Return what a column counts towards; nothing for another column or an adult age."""
    band = _BAND.fullmatch(header)
    if band:
        return BANDS.get(int(band[1]), ())
    single = _SINGLE.fullmatch(header)
    if not single or int(single[1]) > 17:
        return ()
    age = int(single[1])
    if age >= 6:
        return (FROM_6_TO_17,)
    return (UNDER_3, UNDER_6) if age < 3 else (UNDER_6,)


def _missing(headers: list[str]) -> list[str]:
    """Name the ages that a layout needs and the file lacks."""
    upper = {header.upper() for header in headers}
    layouts = (
        [f"AGE_{age}" for age in range(18)],
        [f"SEXE{sex}_AGED100{age:03}" for sex in (1, 2) for age in range(18)],
        [f"SEXE{sex}_AGEPYR10{band:02}" for sex in (1, 2) for band in BANDS],
    )
    best = max(layouts, key=lambda layout: len(upper & set(layout)))
    return [name for name in best if name not in upper]


def _encoding(context: Context) -> str:
    return context.options.encoding


CODE = Column("code", ("CODGEO", "insee_com", "code_insee"))
SOURCE = Source(
    key="ages",
    title=gettext_lazy("Enfants par âge et par commune (recensement)"),
    producer="Insee",
    columns=(CODE,),
    read=read,
    parse=parse,
    load=load,
)
