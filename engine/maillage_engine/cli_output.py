"""What the command line gives back: tables, maps, and how far long work is."""

import csv
import io
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from maillage_engine import _credit, _parquet
from maillage_engine.attribution import KEY
from maillage_engine.errors import BadParameter

Cell: TypeAlias = str | float | int | None
Point: TypeAlias = tuple[float, float]
Feature: TypeAlias = tuple[dict[str, Any], dict[str, Cell]]  # a shape, and what is known of it
Row = TypeVar("Row")
MAPS = (".geojson", ".json")
FORMATS = (".csv", ".parquet", *MAPS)
BAR = 30  # characters
TICK = 0.5  # seconds
STEP = 20_000  # rows between two times progress is shown


def check_output(path: Path | None, inputs: Iterable[Path]) -> None:
    """Refuse, before any work is done, a file that could not be written."""
    if path is None:
        return
    if path.suffix.lower() not in FORMATS:
        raise BadParameter(f"--output must end with {', '.join(FORMATS)}; got {path.name!r}.")
    if path.suffix.lower() == ".parquet" and _parquet.files is None:
        raise BadParameter(_parquet.MISSING)
    if not path.parent.is_dir():
        raise BadParameter(f"--output must go to a folder that exists; got {str(path.parent)!r}.")
    if any(path.resolve() == given.resolve() for given in inputs):
        raise BadParameter(f"--output would replace {path.name}, which is read.")


def wants_map(path: Path | None) -> bool:
    """Say whether the file asked for is a map."""
    return path is not None and path.suffix.lower() in MAPS


def write(
    path: Path | None, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, credit: str = ""
) -> None:
    """Write a table to a file, in the format of its name, or as CSV to standard output.

    On a map the columns `lon` and `lat` become the point of each row. Whom to credit goes into the
    file where its format has a place for it, else beside it, and is told.
    """
    if wants_map(path):
        if not {"lon", "lat"} <= set(header):
            raise BadParameter("a map needs columns lon and lat, in the table of what it shows.")
        spots = (_spot(dict(zip(header, row, strict=True))) for row in rows)
        write_map(path, spots, credit=credit)
        return
    if path is not None and path.suffix.lower() == ".parquet":
        _write_parquet(path, header, rows, credit)
    else:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        _save(path, text.getvalue())
        if path is not None:
            _describe(path, credit)
    _tell_credit(credit)


def write_map(path: Path | None, features: Iterable[Feature], *, credit: str = "") -> None:
    """Write shapes and what is known of each, as GeoJSON, and whom to credit, which is told."""
    whole = [
        {"type": "Feature", "geometry": shape, "properties": known} for shape, known in features
    ]
    told = {KEY: credit} if credit else {}
    collection = {"type": "FeatureCollection", **told, "features": whole}
    _save(path, json.dumps(collection, ensure_ascii=False, allow_nan=False) + "\n")
    _tell_credit(credit)


def point(where: Point) -> dict[str, Any]:
    """Return a point of GeoJSON."""
    return {"type": "Point", "coordinates": list(where)}


def line(points: Iterable[Point]) -> dict[str, Any]:
    """Return a line of GeoJSON."""
    return {"type": "LineString", "coordinates": [list(where) for where in points]}


def tell(text: str) -> None:
    """Say something about the results, beside them: they may be going to another program."""
    print(f"# {text}", file=sys.stderr)


def rounded(value: float, digits: int = 3) -> float | None:
    """Return a number as it is written; nothing for NaN."""
    return None if value != value else round(float(value), digits) + 0.0  # noqa: PLR0124 - NaN


class Progress:
    """How far long work is, on one line of the error stream; silent where nobody looks."""

    def __init__(self, what: str) -> None:
        self.what, self.shown = what, sys.stderr.isatty()

    def __call__(self, done: float, whole: float, now: str = "") -> None:
        """Show it; the last step ends the line."""
        if self.shown:
            filled = round(BAR * min(done / max(whole, 1), 1))
            bar = "#" * filled + "." * (BAR - filled)
            end = "\n" if done >= whole else ""
            text = f"\r{self.what} [{bar}] {done:.0f}/{whole:.0f} {now:<12}"
            print(text, end=end, file=sys.stderr, flush=True)


@contextmanager
def clock(what: str, seconds: float) -> Iterator[None]:
    """Show how much of the time allowed has gone; the work may end before."""
    show, ended, began = Progress(what), threading.Event(), time.monotonic()

    def watch() -> None:
        while not ended.wait(TICK):
            show(min(time.monotonic() - began, seconds * 0.999), seconds, "s at most")

    watching = threading.Thread(target=watch, daemon=True)
    if show.shown:
        watching.start()
    try:
        yield
    finally:
        ended.set()
        if show.shown:
            watching.join()
            print(f"\r{what}: {time.monotonic() - began:.1f} s{'':50}", file=sys.stderr)


def watched(rows: Iterable[Row], whole: int, what: str = "writing") -> Iterator[Row]:
    """Give rows as they come, and show how many of them have."""
    show = Progress(what)
    for done, row in enumerate(rows):
        if done % STEP == 0 and whole > STEP:
            show(done, whole)
        yield row
    if whole > STEP:
        show(whole, whole)


def _write_parquet(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], credit: str
) -> None:
    lines = list(rows)
    columns = {title: [line[at] for line in lines] for at, title in enumerate(header)}
    told = {KEY: credit} if credit else None
    table = _parquet.pyarrow.table(columns).replace_schema_metadata(told)
    with _replacing(path) as part:
        _parquet.files.write_table(table, part)


def _describe(path: Path, credit: str) -> None:
    """Say beside a CSV whom to credit, and no longer what was said of the one it replaces."""
    text = _credit.described(path, credit)
    if text:
        _save(_credit.beside(path), text)
    elif text is not None:
        _credit.beside(path).unlink(missing_ok=True)


def _tell_credit(credit: str) -> None:
    if credit:
        tell(credit)


def _spot(known: dict[str, Cell]) -> tuple[dict[str, Any], dict[str, Cell]]:
    lon, lat = float(known.pop("lon") or 0), float(known.pop("lat") or 0)
    return point((lon, lat)), known


def _save(path: Path | None, text: str) -> None:
    if path is None:
        sys.stdout.write(text)
        return
    with _replacing(path) as part:
        part.write_text(text, encoding="utf-8")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a file to write beside, put in place once whole: nobody ever reads half a result."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
