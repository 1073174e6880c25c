"""Known travel times between communes: a square of times, or three columns.

The unit is stated by the person (`--unit seconds`) or by the name of the column; it is never
guessed. An empty cell, NA or Inf is "no road" and leaves no row.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context, Source
from maillage.territory.imports.table import SEPARATORS, Column, Row, Table, read_text
from maillage.territory.models import Dataset, Mode

PER_MINUTE = {"minutes": 1.0, "seconds": 60.0}
NO_ROAD = frozenset({"", "na", "nan", "null", "none", "inf", "infinity", "-"})
ORIGIN, DESTINATION = "origin", "destination"
Times = list[tuple[str, str, str, float]]  # origin, destination, mode, minutes


def read(path: Path, context: Context) -> Table:
    """Read either layout into rows of three cells."""
    text = read_text(path, context.check, context.options.encoding)
    separator = max(SEPARATORS, key=text[: text.find("\n") + 1 or None].count)
    csv.field_size_limit(2**31 - 1)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [cell.strip() for cell in next(lines, [])]
    long = [cell.lower() for cell in header[:2]] == [ORIGIN, DESTINATION]
    rows = _long(lines, header, context) if long else _square(lines, header, context)
    found = tuple(rows)
    context.check.refuse_if_faulty()
    return Table(tuple(header), found, context.check)


def _long(lines: Any, header: list[str], context: Context) -> Iterable[Row]:
    """Read origin, destination and minutes or seconds."""
    unit = header[2].lower() if len(header) > 2 else ""
    if unit not in PER_MINUTE:
        context.check.fault(
            _("la troisième colonne doit s’appeler « minutes » ou « seconds »."),
            row=1,
            value=unit,
        )
        return
    headers = {ORIGIN: header[0], DESTINATION: header[1], unit: header[2]}
    for cells in lines:
        if len(cells) >= 3:
            values = dict(zip(headers, (cell.strip() for cell in cells), strict=False))
            yield Row(lines.line_num, values, headers, context.check)
        elif cells:
            context.check.fault(_("trois cases sont attendues."), row=lines.line_num)


def _square(lines: Any, header: list[str], context: Context) -> Iterable[Row]:
    """Read one line per origin, one column per destination."""
    unit = context.options.get("unit")
    if unit not in PER_MINUTE:
        context.check.fault(_("indiquez l’unité des temps : --unit seconds ou --unit minutes."))
        return
    repeated = sorted({code for code in header[1:] if header.count(code) > 1})
    for code in repeated:
        context.check.fault(_("cette destination figure deux fois."), row=1, value=code)
    for cells in lines:
        if len(cells) != len(header):
            context.check.fault(
                _("{found} cases au lieu de {width}.").format(found=len(cells), width=len(header)),
                row=lines.line_num,
            )
            continue
        for destination, time in zip(header[1:], cells[1:], strict=True):
            values = {ORIGIN: cells[0].strip(), DESTINATION: destination, unit: time.strip()}
            headers = {ORIGIN: header[0], DESTINATION: header[0], unit: destination}
            yield Row(lines.line_num, values, headers, context.check)


def parse(table: Table, context: Context) -> Times:
    """Return the times between loaded communes, in minutes."""
    mode = context.options.get("mode") or Mode.CAR
    if mode not in Mode.values:
        context.check.fault(_("le mode doit être car, bicycle ou foot."), value=mode)
    judged: dict[str, str | None] = {}
    met: dict[tuple[str, str], int] = {}
    times: Times = []
    for row in table.rows:
        origin = _end(row, ORIGIN, judged, context)
        destination = _end(row, DESTINATION, judged, context)
        if origin is None or destination is None:
            context.report.outside += 1
            continue
        if origin == destination:
            continue
        minutes = _minutes(row)
        if minutes is None:
            continue
        first = met.setdefault((origin, destination), row.number)
        if first != row.number or len(times) != len(met) - 1:
            row.fault(DESTINATION, _("trajet déjà donné à la ligne {first}.").format(first=first))
            continue
        times.append((origin, destination, str(mode), minutes))
    return times


def _end(row: Row, name: str, judged: dict[str, str | None], context: Context) -> str | None:
    """Judge each code of the file once: a square names each of them hundreds of times."""
    code = row.text(name)
    if code not in judged:
        outside = context.report.outside
        judged[code] = context.places.commune(row, name, context.report, additive=False)
        context.report.outside = outside  # trips are counted, not places
    return judged[code]


def _minutes(row: Row) -> float | None:
    unit = next(name for name in row.headers if name in PER_MINUTE)
    if row.text(unit).lower() in NO_ROAD:
        return None
    found = row.positive(unit)
    return None if found is None else round(found / PER_MINUTE[unit], 3)


def load(times: Times, dataset: Dataset) -> Counts:
    """Write the times through a temporary table: a département is hundreds of thousands of rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table incoming (origin text, destination text, mode text,"
            " minutes double precision) on commit drop"
        )
        with cursor.copy("copy incoming from stdin") as copy:
            for time in times:
                copy.write_row(time)
        cursor.execute("analyze incoming")
        cursor.execute(_SAME, [dataset.pk])
        unchanged = cursor.fetchone()[0]
        cursor.execute(_UPSERT, [dataset.pk])
        created = sum(1 for (new,) in cursor.fetchall() if new)
        cursor.execute("drop table incoming")
    return Counts(created, len(times) - created - unchanged, unchanged)


_SAME = """
select count(*) from incoming i join territory_traveltime t
  on (t.origin_id, t.mode, t.destination_id) = (i.origin, i.mode, i.destination)
 where t.minutes = i.minutes and t.dataset_id = %s
"""
_UPSERT = """
insert into territory_traveltime as t (origin_id, destination_id, mode, minutes, dataset_id)
select origin, destination, mode, minutes, %s from incoming
on conflict (origin_id, mode, destination_id) do update
   set minutes = excluded.minutes, dataset_id = excluded.dataset_id
 where (t.minutes, t.dataset_id) is distinct from (excluded.minutes, excluded.dataset_id)
returning xmax = 0
"""

SOURCE = Source(
    key="travel_times",
    title=gettext_lazy("Temps de trajet entre communes"),
    producer="Fourni par l’exploitant",
    licence="à préciser par l’exploitant",
    columns=(Column(ORIGIN, (ORIGIN,)),),
    read=read,
    parse=parse,
    load=load,
)
