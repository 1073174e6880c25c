"""Tables in and out of the command line: CSV, Parquet and GeoJSON, told apart by their names."""

import csv
import gzip
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

from maillage_engine.errors import BadFile

try:
    import pyarrow
    from pyarrow import parquet
except ImportError:  # an extra: CSV and GeoJSON need nothing
    pyarrow = parquet = None

Cell: TypeAlias = str | float | int
Row: TypeAlias = dict[str, Any]
NO_PARQUET = "Parquet needs pyarrow: install maillage-engine[parquet]."


def read_rows(path: Path) -> list[Row]:
    """Read every row of a table; a point of GeoJSON gives columns `lon` and `lat`."""
    name = path.name.lower()
    if name.endswith((".geojson", ".json")):
        return _features(path)
    if name.endswith(".parquet"):
        if parquet is None:
            raise BadFile(path.name, [NO_PARQUET])
        try:
            return list(parquet.read_table(path).to_pylist())
        except pyarrow.ArrowInvalid as error:
            raise BadFile(path.name, [f"it is not a Parquet file ({error})."]) from error
    with _text(path) as file:
        return list(csv.DictReader(file))


def column(path: Path, key: str, value: str) -> dict[str, float]:
    """Read one column of numbers by name, or list every fault of the file."""
    rows = read_rows(path)
    missing = {key, value} - set(rows[0] if rows else ())
    if missing:
        raise BadFile(
            path.name, [f"row 1: column {name!r} is missing." for name in sorted(missing)]
        )
    faults: list[str] = []
    found: dict[str, float] = {}
    for number, row in enumerate(rows, start=2):
        name = _name(row[key])
        if not name or name in found:
            faults.append(f"row {number}, column {key!r}: {name!r} is empty or given twice.")
        found[name] = _number(row[value], f"row {number}, column {value!r}", faults)
    if faults:
        raise BadFile(path.name, faults)
    return found


def names(path: Path, key: str) -> list[str]:
    """Read one column of names, each given once."""
    rows = read_rows(path)
    if rows and key not in rows[0]:
        raise BadFile(path.name, [f"row 1: column {key!r} is missing."])
    found = [_name(row[key]) for row in rows]
    faults = [
        f"row {number}, column {key!r}: {name!r} is empty or given twice."
        for number, name in enumerate(found, start=2)
        if not name or name in found[: number - 2]
    ]
    if faults:
        raise BadFile(path.name, faults)
    return found


def write(path: Path | None, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table to a file, in the format of its name, or as CSV to standard output.

    GeoJSON needs the columns `lon` and `lat`, which become the point of each feature.
    """
    name = path.name.lower() if path else ""
    if path is not None and name.endswith(".parquet"):
        if parquet is None:
            raise BadFile(path.name, [NO_PARQUET])
        lines = list(rows)
        table = {title: [line[at] for line in lines] for at, title in enumerate(header)}
        parquet.write_table(pyarrow.table(table), path)
    elif path is not None and name.endswith((".geojson", ".json")):
        path.write_text(_geojson(path.name, header, rows), encoding="utf-8")
    else:
        with _output(path) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


class Progress:
    """How far long work is, on one line of the error stream; silent where nobody looks."""

    def __init__(self, what: str) -> None:
        self.what, self.shown = what, sys.stderr.isatty()

    def __call__(self, done: int, whole: int, now: str = "") -> None:
        """Show it; the last step ends the line."""
        if self.shown:
            filled = round(30 * done / max(whole, 1))
            bar = "#" * filled + "." * (30 - filled)
            end = "\n" if done >= whole else ""
            print(f"\r{self.what} [{bar}] {done}/{whole} {now:<12}", end=end, file=sys.stderr)


def _features(path: Path) -> list[Row]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
        features = whole["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(path.name, ["it is not a GeoJSON collection of features."]) from error
    found = []
    for number, feature in enumerate(features, start=1):
        row = dict(feature.get("properties") or {})
        shape = feature.get("geometry") or {}
        if shape.get("type") == "Point":
            row["lon"], row["lat"] = shape["coordinates"][:2]
        row.setdefault("id", feature.get("id", number))
        found.append(row)
    return found


def _geojson(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    if not {"lon", "lat"} <= set(header):
        raise BadFile(name, ["a point needs the columns lon and lat; these results have none."])
    features = []
    for row in rows:
        properties = dict(zip(header, row, strict=True))
        point = [float(properties.pop("lon")), float(properties.pop("lat"))]
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": point},
                "properties": properties,
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _name(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any, where: str, faults: list[str]) -> float:
    try:
        return float("" if value is None else value)
    except (TypeError, ValueError):
        faults.append(f"{where}: {value!r} is not a number.")
        return math.nan


@contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", newline="", encoding="utf-8-sig") as file:
            yield file
    else:
        with path.open(newline="", encoding="utf-8-sig") as file:
            yield file


@contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            yield file
