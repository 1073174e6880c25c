"""Published numbers about areas: what the sources of `Observation` share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from maillage.territory.imports.report import Counts
from maillage.territory.imports.run import Context
from maillage.territory.imports.store import upsert
from maillage.territory.imports.table import Row, unique
from maillage.territory.models import Dataset, Observation

KEY = ("level", "area", "measure", "year")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one area in one year."""

    level: str
    area: str
    measure: str
    year: int
    value: float


def load_observations(figures: Iterable[Figure], dataset: Dataset) -> Counts:
    """Create or update observations."""
    rows = [
        Observation(
            level=figure.level,
            area=figure.area,
            measure=figure.measure,
            year=figure.year,
            value=figure.value,
            dataset=dataset,
        )
        for figure in figures
    ]
    return upsert(Observation, rows, key=KEY, values=("value", "dataset_id"))


def year_of(vintage: str, context: Context) -> int:
    """Return the year of a vintage such as "2022"; anything else is a fault."""
    if vintage.isdigit() and 1990 <= int(vintage) <= 2100:
        return int(vintage)
    context.check.fault(_("le millésime doit être une année : --vintage 2022."), value=vintage)
    return 0


def commune_rows(
    rows: Iterable[Row], column: str, context: Context, *, additive: bool
) -> list[tuple[Row, str]]:
    """Return the rows of loaded communes with the code of today.

    Rows of merged communes can only be carried over where numbers add up (births); a median or
    a rate of a part says nothing of the whole, so they are left out and said to be.
    """
    found = [
        (row, code)
        for row in rows
        if (code := context.places.commune(row, column, context.report, additive=additive))
    ]
    context.report.rows_kept = len(found)
    return found


def once_each(
    rows: Iterable[tuple[Row, str]], column: str, context: Context, key: Callable[[Row], str] = str
) -> None:
    """Note every code given twice. `key` adds what else tells rows apart, such as the year."""
    extra = {id(row): key(row) if key is not str else "" for row, _code in rows}
    unique(
        (row for row, _code in rows),
        lambda row: f"{row.text(column)} {extra[id(row)]}".strip(),
        column,
        context.check,
    )
