"""Read a table of known travel times from a CSV file, plain or gzipped, or from Parquet.

Two layouts are told apart by the header: a square of times (first row: destinations, first column:
origins), or three columns ``origin,destination,minutes`` (or ``seconds``).
"""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from maillage_engine import _check, _credit, _parquet, _text
from maillage_engine._progress import Progress, untold
from maillage_engine.attribution import attribution_of
from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.pairs import Pairs, pairs_from

STEP = 20_000  # rows between two times progress is told
PER_MINUTE = {"minutes": 1.0, "seconds": 60.0}
NO_ROUTE = {"", "na", "nan", "null", "none", "inf", "infinity", "\\n", "-"}


@dataclass(frozen=True, slots=True)
class TravelMatrix:
    """Known travel times between named places."""

    origins: tuple[str, ...]  # names, in the order of the file
    destinations: tuple[str, ...]
    times: Pairs  # minutes; rows follow `origins`, columns `destinations`

    @property
    def attribution(self) -> str:
        """Whom to credit for the times."""
        return self.times.attribution


@dataclass(slots=True)
class _Reading:
    """What has been understood of a file so far, faults included."""

    unit: float
    cutoff: float
    comma: bool = False  # whether times may have a decimal comma
    faults: list[str] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=dict)
    destinations: dict[str, int] = field(default_factory=dict)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)

    def keep(self, origin: int, destination: int, minutes: float) -> None:
        if minutes <= self.cutoff:
            self.row.append(origin)
            self.column.append(destination)
            self.minutes.append(minutes)

    def time(self, text: str, where: str) -> float:
        """Return minutes, or infinity for "no route" and for a fault, which is noted."""
        cell = text.strip()
        if cell.lower() in NO_ROUTE:
            return float("inf")
        try:
            value = _text.number(cell, comma=self.comma)
        except ValueError:
            self.faults.append(f"{where}: {cell[:40]!r} is not a number.")
            return float("inf")
        if not value >= 0:
            self.faults.append(f"{where}: a time must be >= 0; got {cell[:40]}.")
            return float("inf")
        return value / self.unit


def read_matrix(
    path: str | Path,
    *,
    unit: str,
    cutoff_min: float = np.inf,
    progress: Progress | None = None,
    attribution: str = "",
) -> TravelMatrix:
    """Read known travel times, or list everything that is wrong with the file.

    Parameters
    ----------
    path : str or Path
        CSV in UTF-8, separated by commas, semicolons or tabs (decimal commas in the last two);
        ``.gz`` is read as gzip. ``.parquet`` needs pyarrow (the extra `parquet`).
    unit : {"minutes", "seconds"}
        Unit of the times. Never guessed.
    cutoff_min : float
        Longer times are dropped while reading, so that memory follows what is within reach.
    progress : callable (done, whole), optional
        Told now and then how much of the file is read, in bytes (rows of Parquet).
    attribution : str
        Whom to credit, beside whom the file itself does: a Parquet file in its metadata
        (`attribution`), a CSV in ``<its name>-metadata.json`` beside it (`dc:rights`).

    Returns
    -------
    TravelMatrix
        An empty cell, ``NA``, ``NaN`` or ``Inf`` is "no route" and leaves no pair.

    Raises
    ------
    BadFile
        With every fault: row, column, value. Nothing is kept.
    BadParameter
        If the unit is unknown.

    Notes
    -----
    Cost: linear in the cells of the file; memory in those within reach.
    """
    if unit not in PER_MINUTE:
        raise BadParameter(f"unit must be one of {sorted(PER_MINUTE)}; got {unit!r}.")
    source = Path(path)
    reading = _Reading(unit=PER_MINUTE[unit], cutoff=float(cutoff_min))
    try:
        with _rows(source, reading, progress or untold) as rows:
            _read(rows, reading, unit)
    except UnicodeDecodeError:
        raise BadFile(source.name, [_text.first_not_utf_8(source)]) from None
    except _parquet.ERRORS as error:
        raise BadFile(source.name, [f"not a Parquet file: {str(error).rstrip('.')}."]) from None
    except (csv.Error, gzip.BadGzipFile, EOFError) as error:
        raise BadFile(source.name, [f"not a CSV file: {error}."]) from None
    if reading.faults:
        raise BadFile(source.name, reading.faults)
    shape = (len(reading.origins), len(reading.destinations))
    row, column = (np.asarray(part, dtype=np.int64) for part in (reading.row, reading.column))
    minutes = _check.numbers("minutes", reading.minutes)
    credit = attribution_of(_credit.of_file(source), attribution)
    times = pairs_from(shape, row, column, minutes, attribution=credit)
    return TravelMatrix(tuple(reading.origins), tuple(reading.destinations), times)


@contextmanager
def _rows(path: Path, reading: _Reading, progress: Progress) -> Iterator[Iterator[list[str]]]:
    """Give the rows of a file as text, its header first."""
    if path.suffix == ".parquet":
        yield _parquet_rows(path, progress)
    else:
        with _text.opened(path) as file:
            between = _text.separator(file)
            reading.comma = between != ","
            yield _told(file, csv.reader(file, delimiter=between), path.stat().st_size, progress)


def _told(
    file: IO[str], rows: Iterator[list[str]], whole: int, progress: Progress
) -> Iterator[list[str]]:
    """Tell how much of a text is read, now and then."""
    for number, row in enumerate(rows):
        if number % STEP == 0:
            progress(_text.position(file), whole)
        yield row
    progress(whole, whole)


def _parquet_rows(path: Path, progress: Progress) -> Iterator[list[str]]:
    if _parquet.files is None:
        raise BadFile(path.name, [_parquet.MISSING])
    file = _parquet.files.ParquetFile(path)
    done, whole = 0, file.metadata.num_rows
    yield list(file.schema_arrow.names)
    for batch in file.iter_batches():
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield ["" if cell is None else str(cell) for cell in row]
        done += batch.num_rows
        progress(done, whole)


def _read(rows: Iterator[list[str]], reading: _Reading, unit: str) -> None:
    header = [cell.strip() for cell in next(rows, [])]
    if len(header) < 2:
        reading.faults.append("row 1: a header with at least one destination is needed.")
    elif [name.lower() for name in header] == ["origin", "destination", unit]:
        _read_columns(rows, reading)
    elif [name.lower() for name in header[:2]] == ["origin", "destination"]:
        reading.faults.append(
            f"row 1: the third column must be {unit!r}; got {', '.join(map(repr, header[2:]))}."
        )
    else:
        _read_square(rows, reading, header)


def _read_square(rows: Iterator[list[str]], reading: _Reading, header: list[str]) -> None:
    for place, name in enumerate(header[1:], start=2):
        _note_name(name, reading.destinations, f"row 1, column {place}: this destination", reading)
        reading.destinations.setdefault(name, len(reading.destinations))
    for number, cells in enumerate(rows, start=2):
        if not cells:
            continue
        origin = cells[0].strip()
        _note_name(origin, reading.origins, f"row {number}, column 1: this origin", reading)
        position = reading.origins.setdefault(origin, len(reading.origins))
        if len(cells) != len(header):
            reading.faults.append(f"row {number}: {len(header)} cells wanted, got {len(cells)}.")
            continue
        for place, text in enumerate(cells[1:]):
            minutes = reading.time(text, f"row {number}, column {place + 2}")
            reading.keep(position, place, minutes)
    if not reading.origins:
        reading.faults.append("row 2: at least one origin is needed.")


def _note_name(name: str, known: dict[str, int], where: str, reading: _Reading) -> None:
    if not name:
        reading.faults.append(f"{where} is empty.")
    elif name in known:
        reading.faults.append(f"{where}, {name!r}, is given twice.")


def _read_columns(rows: Iterator[list[str]], reading: _Reading) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(rows, start=2):
        if not cells:
            continue
        if len(cells) != 3:
            reading.faults.append(f"row {number}: 3 cells wanted, got {len(cells)}.")
            continue
        origin, destination = cells[0].strip(), cells[1].strip()
        if not origin or not destination:
            reading.faults.append(f"row {number}: an origin and a destination are needed.")
            continue
        first = seen.setdefault((origin, destination), number)
        if first != number:
            reading.faults.append(
                f"row {number}: {origin!r} to {destination!r} is already given on row {first}."
            )
            continue
        start = reading.origins.setdefault(origin, len(reading.origins))
        end = reading.destinations.setdefault(destination, len(reading.destinations))
        reading.keep(start, end, reading.time(cells[2], f"row {number}, column 3"))
    if not seen and not reading.faults:
        reading.faults.append("row 2: at least one pair is needed.")
