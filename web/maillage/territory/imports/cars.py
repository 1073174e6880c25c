"""Households, and those that have a car, by commune (Insee, census, dwellings).

Two layouts are published: "base-cc-logement", one row per commune and columns that carry their
year, and since the census of 2022 "DS_RP_LOGEMENT_PRINC", one row per number (Melodi catalogue).
"""

import csv
import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.observations import (
    Figure,
    commune_rows,
    load_observations,
    once_each,
)
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import SEPARATORS, Check, Column, Row, Table, read_table

HOUSEHOLDS, WITH_A_CAR = "households", "households_with_a_car"
COLUMNS = (
    Column("code", ("CODGEO",)),
    Column(HOUSEHOLDS, ("P{yy}_RP",)),
    Column(WITH_A_CAR, ("P{yy}_RP_VOIT1P",)),
)
CARS, TOTAL, NONE = "CARS", "_T", "C0"
SOME = ("C1", "C_GE2")  # one car, two or more
READ = ("GEO", "GEO_OBJECT", "RP_MEASURE", "OCS", CARS, "TIME_PERIOD", "OBS_VALUE")
WANTED = {"GEO_OBJECT": {"COM"}, "RP_MEASURE": {"DWELLINGS"}, "OCS": {"DW_MAIN"}}
CROSSED = ("L_STAY", "TDW", "NRG_SRC", "CARPARK", "NOR", "TSH", "BUILD_END")  # totals are kept
ELSEWHERE = "K"  # status of a commune whose numbers are in another's


def read(path: Path, context: Context) -> Table:
    """Read either layout into one row per commune."""
    encoding = context.options.encoding
    try:
        with _opened(path, encoding) as lines:
            header = lines.readline()
            separator = max(SEPARATORS, key=header.count)
            names = [cell.strip() for cell in next(csv.reader([header], delimiter=separator), [])]
            if CARS in names:
                return _long(csv.reader(lines, delimiter=separator), names, context.check)
    except (OSError, EOFError, zlib.error):
        pass  # said below
    return read_table(path, COLUMNS, context.check, encoding=encoding)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a file that may be too big to be held."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding=encoding, errors="replace", newline="") as lines:
        yield lines


def _long(lines: Iterable[list[str]], names: list[str], check: Check) -> Table:
    for name in READ:
        if name not in names:
            check.fault(_("la colonne manque."), row=1, column=name)
    check.refuse_if_faulty()
    found: dict[int, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    totals = WANTED | {name: {TOTAL} for name in CROSSED}
    for cells in lines:
        row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if row.get("OBS_STATUS") == ELSEWHERE:
            continue
        if all(row.get(name, TOTAL) in kept for name, kept in totals.items()):
            year = row["TIME_PERIOD"][:4]
            if year.isdigit():
                found[int(year)][row["GEO"]][row[CARS]] = row["OBS_VALUE"]
    if not found:
        check.fault(_("aucune ligne ne donne les résidences principales d’une commune."))
        check.refuse_if_faulty()
    latest = max(found)
    headers = {"code": "GEO", HOUSEHOLDS: TOTAL, NONE: NONE} | {name: name for name in SOME}
    rows = tuple(
        Row(at, {"code": code, HOUSEHOLDS: numbers.get(TOTAL, "")} | numbers, headers, check)
        for at, (code, numbers) in enumerate(found[latest].items(), 2)
    )
    return Table(tuple(names), rows, check, {HOUSEHOLDS: latest})


def parse(table: Table, context: Context) -> list[Figure]:
    """Return both numbers of each commune; merged communes and city districts add up."""
    year = table.years[HOUSEHOLDS]
    if table.years.get(WITH_A_CAR, year) != year:
        years = sorted(table.years.values())
        context.check.fault(_("les deux colonnes ne sont pas de la même année : {years}.").format(
            years=", ".join(map(str, years))), row=1)  # fmt: skip
    rows = commune_rows(table.rows, "code", context, additive=True)
    once_each(rows, "code", context)
    whole = {code for row, code in rows if row.text("code") == code}
    sums: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for row, code in rows:
        every = row.positive(HOUSEHOLDS)
        owners = None if every is None else _owners(row, every)
        if code in whole and row.text("code") in context.places.official.districts:
            context.report.remark(_("arrondissement d’une ville qui est aussi donnée entière"))
        elif every is None or owners is None:
            context.report.remark(_("nombre de ménages non publié"))
        elif not 0 <= owners <= every:
            row.fault(WITH_A_CAR, _("plus de ménages avec une voiture que de ménages."))
        else:
            sums[code] = (sums[code][0] + every, sums[code][1] + owners)
    return [
        Figure("commune", code, measure, year, round(value, 3))
        for code, found in sums.items()
        for measure, value in zip((HOUSEHOLDS, WITH_A_CAR), found, strict=True)
    ]


def _owners(row: Row, every: float) -> float | None:
    """Households with a car: given, or all but those without, or those with one and with more."""
    if row.published(WITH_A_CAR):
        return row.positive(WITH_A_CAR)
    if row.published(NONE):
        none = row.positive(NONE)
        return None if none is None else every - none
    some = [row.positive(name) for name in SOME if row.published(name)]
    return sum(number for number in some if number is not None) if some else None


SOURCE = Source(
    key="cars",
    title=gettext_lazy("Ménages et voitures par commune (recensement, logement)"),
    producer="Insee",
    dated_by=HOUSEHOLDS,
    columns=COLUMNS,
    parse=parse,
    load=load_observations,
    read=read,
)
