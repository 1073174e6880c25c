"""Tables into the command line: CSV, Parquet and GeoJSON, told apart by their names.

Nothing is refused one fault at a time: every table notes what is wrong with it, row by row, and
`Inputs.check` tells it all, whatever the number of files.
"""

import csv
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maillage_engine import _credit, _parquet, _text
from maillage_engine.attribution import attribution_of
from maillage_engine.cli_output import Progress
from maillage_engine.errors import BadArray, BadFile
from maillage_engine.matrix_file import TravelMatrix, read_matrix
from maillage_engine.pairs import pairs
from maillage_engine.travel import Places, places

Row = dict[str, Any]
LONG = 5_000_000  # bytes of a file whose reading is worth a bar
SHOWN = 40  # characters of a wrong cell


@dataclass(slots=True)
class Table:
    """Rows read from a file, and every fault met so far in them."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[str, Row]] = field(default_factory=list)  # how a row is called, and its cells
    comma: bool = False  # whether numbers may have a decimal comma
    faults: list[str] = field(default_factory=list)
    attribution: str = ""  # whom the file credits

    def names(self, column: str) -> list[str]:
        """Read a column of names, each given once."""
        found: dict[str, str] = {}
        for line, row in self._rows(column):
            name = _written(row.get(column))
            if not name:
                self.faults.append(f"{line}, column {column!r}: a name is needed; it is empty.")
            elif name in found:
                self.faults.append(
                    f"{line}, column {column!r}: {name!r} is already given on {found[name]}."
                )
            found.setdefault(name, line)
        return list(found)

    def numbers(
        self, column: str, *, between: tuple[float, float] = (0, math.inf), default: Any = None
    ) -> list[float]:
        """Read a column of finite numbers; a default makes it, and each of its cells, optional."""

        found = self.parsed(column, lambda cell: self.number(cell, between), needed=default is None)
        return [default if value is None else value for value in found]

    def number(self, cell: Any, between: tuple[float, float] = (0, math.inf)) -> float:
        """Read a finite number between two bounds; refuse with a `ValueError`."""
        value = _number(cell, self.comma)
        if not between[0] <= value <= between[1]:
            limit = "{:g} or more" if between[1] == math.inf else "between {:g} and {:g}"
            raise ValueError(f"must be {limit.format(*between)}")
        return value

    def parsed(self, column: str, kind: Callable[[Any], Any], *, needed: bool = True) -> list[Any]:
        """Read a column by a function that refuses with a `ValueError`; None where it is empty."""
        if column not in self.columns and not needed:
            return [None] * len(self.rows)
        found = []
        for line, row in self._rows(column):
            cell, value = row.get(column), None
            try:
                value = kind(cell) if needed or _written(cell) else None
            except ValueError as error:
                self.faults.append(f"{line}, column {column!r}: {_shown(cell)} {error}.")
            found.append(value)
        return found

    def places(self, key: str = "id") -> tuple[list[str], Places]:
        """Read named points, in degrees, and their density level: 3 where it is not given."""
        names, points = self.names(key), self.points()
        levels = self.parsed("density", self._level, needed=False)
        if self.faults:
            return names, places([], [])
        lon, lat = zip(*points, strict=True)
        try:
            return names, places(lon, lat, [level or 3 for level in levels])
        except BadArray as error:  # swapped axes: seen on the whole, not on a row
            self.faults.append(re.sub(r"at index (\d+)", self._on, str(error)))
            return names, places([], [])

    def _on(self, index: re.Match[str]) -> str:
        return f"on {self.rows[int(index[1])][0]}"

    def points(self) -> list[tuple[float, float]]:
        """Read longitudes and latitudes, in degrees."""
        lon = self.numbers("lon", between=(-180, 180))
        return list(zip(lon, self.numbers("lat", between=(-90, 90)), strict=False))

    def points_if_any(self) -> list[tuple[float, float]] | None:
        """Read the points of a table that has some."""
        return self.points() if {"lon", "lat"} <= set(self.columns) else None

    def _level(self, cell: Any) -> int:
        value = _number(cell, self.comma)
        if value not in {1, 2, 3, 4}:
            raise ValueError("must be a density level: 1, 2, 3 or 4")
        return int(value)

    def _rows(self, column: str) -> list[tuple[str, Row]]:
        if column in self.columns:
            return self.rows
        if self.columns:  # else the file could not be read, which is told already
            there = ", ".join(map(repr, self.columns))
            self.faults.append(f"column {column!r} is missing; there are {there}.")
        return []


class Inputs:
    """The files of one command, all read before anything is refused."""

    def __init__(self) -> None:
        self._tables: list[Table] = []
        self.attribution = ""  # whom to credit for what is made from them

    def table(self, path: Path) -> Table:
        """Read a table; what is wrong with it is told by `check`."""
        try:
            found = read(path)
        except BadFile as error:
            found = Table(path.name, faults=list(error.faults))
        self._tables.append(found)
        self._credit(found)
        return found

    def matrix(self, path: Path, unit: str, credit: str = "") -> TravelMatrix:
        """Read known times; what is wrong with them is told by `check`."""
        show = Progress(f"reading {path.name}") if _is_long(path) else None
        try:
            found = read_matrix(
                path,
                unit=unit,
                progress=show and (lambda done, whole: show(100 * done / whole, 100, "%")),
                attribution=credit,
            )
        except BadFile as error:
            self._tables.append(Table(path.name, faults=list(error.faults)))
            return TravelMatrix((), (), pairs([[]]))
        self._credit(found)
        return found

    def _credit(self, source: Table | TravelMatrix) -> None:
        self.attribution = attribution_of(self, source)

    def check(self) -> None:
        """Refuse the files if anything is wrong with any of them."""
        told: dict[str, list[str]] = {}  # by file: one that is given twice is told once
        for table in self._tables:
            if table.faults:
                both = dict.fromkeys([*told.get(table.name, ()), *table.faults])
                told[table.name] = sorted(both, key=_row_of)
        if len(told) == 1:
            raise BadFile(*told.popitem())
        if told:
            faults = [f"{name}, {fault}" for name, found in told.items() for fault in found]
            raise BadFile("the input", faults)


def read(path: Path) -> Table:
    """Read every row of a table; a point of GeoJSON gives columns `lon` and `lat`."""
    name = path.name.lower()
    if name.endswith((".geojson", ".json")):
        table = _features(path)
    elif name.endswith(".parquet"):
        table = _parquet_table(path)
    else:
        try:
            table = _text_table(path)
        except UnicodeDecodeError:
            raise BadFile(path.name, [_text.first_not_utf_8(path)]) from None
        except (csv.Error, gzip.BadGzipFile, EOFError) as error:
            raise BadFile(path.name, [f"not a CSV file: {error}."]) from None
    table.attribution = table.attribution or _credit.of_file(path)
    if not table.rows and not table.faults:
        table.faults.append("at least one row is needed; there is none.")
    return table


def _text_table(path: Path) -> Table:
    with _text.opened(path) as file:
        between = _text.separator(file)
        lines = csv.reader(file, delimiter=between)
        header = [cell.strip() for cell in next(lines, [])]
        table = Table(path.name, header, comma=between != ",")
        if not header:
            table.faults.append("the file is empty.")
        for column, times in Counter(header).items():
            if times > 1 and column:
                table.faults.append(f"row 1: column {column!r} is given {times} times.")
        for cells in lines:
            line = f"row {lines.line_num}"
            if len(cells) == len(header):
                table.rows.append((line, dict(zip(header, cells, strict=True))))
            elif any(cells):
                table.faults.append(f"{line}: {len(header)} cells wanted, got {len(cells)}.")
    return table


def _parquet_table(path: Path) -> Table:
    if _parquet.files is None:
        raise BadFile(path.name, [_parquet.MISSING])
    try:
        found = _parquet.files.read_table(path)
    except _parquet.ERRORS as error:
        raise BadFile(path.name, [f"not a Parquet file: {str(error).rstrip('.')}."]) from None
    rows = [(f"row {number}", row) for number, row in enumerate(found.to_pylist(), start=1)]
    return Table(path.name, list(found.column_names), rows)


def _features(path: Path) -> Table:
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        rows = [_feature(*one) for one in enumerate(collection["features"], start=1)]
        credit = _credit.of_collection(collection)
    except UnicodeDecodeError:
        raise BadFile(path.name, ["not UTF-8 text."]) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(
            path.name, [f"not a GeoJSON collection of features ({error}).".replace("\n", " ")]
        ) from None
    columns = dict.fromkeys(column for _, row in rows for column in row)
    return Table(path.name, list(columns), rows, attribution=credit)


def _feature(number: int, feature: dict[str, Any]) -> tuple[str, Row]:
    row = dict(feature.get("properties") or {})
    shape = feature.get("geometry") or {}
    if shape.get("type") == "Point":
        row["lon"], row["lat"] = shape["coordinates"][:2]
    row.setdefault("id", feature.get("id", number))
    return f"feature {number}", row


def _is_long(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > LONG


def _row_of(fault: str) -> int:
    """Return the row a fault is on, so that they are told in the order of the file."""
    found = re.match(r"(?:row|feature) (\d+)", fault)
    return int(found[1]) if found else 0


def _written(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _shown(cell: Any) -> str:
    text = _written(cell)
    return repr(text[:SHOWN]) if text else "an empty cell"


def _number(cell: Any, comma: bool) -> float:
    try:
        value = _text.number(_written(cell), comma=comma)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(value):
        raise ValueError("is not a finite number")
    return value
