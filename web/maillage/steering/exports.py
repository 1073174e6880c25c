"""The same tables as files. The same diagnosis gives the same bytes: no clock, no machine, no order
of insertion is in them.
"""

import io
import json
import math
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from maillage.core.csv_files import csv_bytes
from maillage.core.disclosure import published
from maillage.steering import wording
from maillage.steering.columns import COMMUNE_COLUMNS, EPCI_COLUMNS, Column, values
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicators import INDICATORS, far_people
from maillage.steering.provenance_text import provenance

PINNED = (2000, 1, 1, 0, 0, 0)  # every date stamp inside a file
PINNED_ISO = b"2000-01-01T00:00:00Z"
FAR_PEOPLE = far_people.INDICATOR.code


def communes_csv(found: Diagnosis) -> bytes:
    """One row per commune."""
    return _csv(COMMUNE_COLUMNS, found.communes)


def epcis_csv(found: Diagnosis) -> bytes:
    """One row per EPCI."""
    return _csv(EPCI_COLUMNS, found.epcis)


def figures_csv(found: Diagnosis) -> bytes:
    """One row per figure of the whole département."""
    rows = [
        (i.code, str(i.label), _plain(i.number(found)), str(i.unit), *_range(found, i.code))
        for i in INDICATORS
    ]
    return csv_bytes([("code", "indicateur", "valeur", "unite", "bas", "haut"), *rows])


def _range(found: Diagnosis, code: str) -> tuple[float | str, float | str]:
    """Bounds of a figure, published as the figure is; empty where it has none."""
    known = found.range_of(code)
    if known is None:
        return "", ""
    if code == FAR_PEOPLE:
        return _plain(published(known.low)), _plain(published(known.high))
    return _plain(known.low), _plain(known.high)


def _csv(columns: tuple[Column[Any], ...], rows: Iterable[Any]) -> bytes:
    head = [column.code for column in columns]
    return csv_bytes([head, *(values(columns, row) for row in rows)])


def _plain(value: float | None) -> float | str:
    if value is None or math.isnan(value):
        return ""
    return "infini" if math.isinf(value) else round(value, 6)


def geojson(found: Diagnosis, outlines: dict[str, dict[str, Any] | None]) -> bytes:
    """One feature per commune, with its figures; `outlines` by commune code (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "id": commune.code,
            "geometry": outlines.get(commune.code),
            "properties": {c.code: c.value(commune) for c in COMMUNE_COLUMNS},
        }
        for commune in found.communes
    ]
    document = {
        "type": "FeatureCollection",
        "provenance": [list(line) for line in provenance(found)],
        "columns": {column.code: str(column.label) for column in COMMUNE_COLUMNS},
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def xlsx(found: Diagnosis) -> bytes:
    """Four sheets: figures, communes, EPCI, and where everything comes from."""
    book = Workbook(write_only=True)
    figures = [
        [str(i.label), _plain(i.number(found)), str(i.unit), *_range(found, i.code)]
        for i in INDICATORS
    ]
    head = [_("indicateur"), _("valeur"), _("unité"), _("bas"), _("haut")]
    _sheet(book, _("Chiffres"), head, figures)
    communes = [values(COMMUNE_COLUMNS, row) for row in found.communes]
    epcis = [values(EPCI_COLUMNS, row) for row in found.epcis]
    _sheet(book, _("Communes"), [column.code for column in COMMUNE_COLUMNS], communes)
    _sheet(book, _("Intercommunalités"), [column.code for column in EPCI_COLUMNS], epcis)
    meaning = [[column.code, str(column.label)] for column in COMMUNE_COLUMNS]
    meaning += [[column.code, str(column.label)] for column in EPCI_COLUMNS]
    lines = [[name, str(value)] for name, value in provenance(found)]
    _sheet(book, _("Sources"), [_("élément"), _("valeur")], [*lines, *meaning])
    written = io.BytesIO()
    book.save(written)
    return _pinned(written.getvalue())


def _sheet(book: Workbook, title: str, head: list[str], rows: list[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for at, name in enumerate(head, start=1):
        widest = max([len(name), *(len(str(row[at - 1])) for row in rows[:200])])
        sheet.column_dimensions[get_column_letter(at)].width = min(max(widest + 2, 10), 60)
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{len(rows) + 1}"
    sheet.append([_cell(sheet, name, bold=True) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    """A cell whose text is never a formula."""
    given = int(value) if isinstance(value, bool) else value
    cell = WriteOnlyCell(sheet, value=given)
    if isinstance(given, str):
        cell.data_type = "s"
    if bold:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cell


def _pinned(written: bytes) -> bytes:
    """The same workbook with every date stamp pinned and its parts in a fixed order."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as given, zipfile.ZipFile(again, "w") as kept:
        for name in sorted(
            given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            content = given.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", PINNED_ISO, content)
            part = zipfile.ZipInfo(name, date_time=PINNED)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            kept.writestr(part, content)
    return again.getvalue()


def file_stem(found: Diagnosis) -> str:
    """A name that says what is inside, made of codes alone."""
    asked = found.question
    return f"diagnostic-{asked.departement}-{asked.kind}-{asked.mode}-{asked.minutes}min"


def title(found: Diagnosis) -> str:
    """The question and the département, as a title of a file."""
    return f"{found.question.title()} – {found.departement_name}, {wording.noun(found.question)}"
