"""Where a file says whom to credit: in it, where its format has a place, else beside it.

GeoJSON: `attribution` of the collection (`copyright` where Overpass wrote it). Parquet: metadata
`attribution` of the schema, or what pandas keeps there of a frame's `attrs`. CSV has no place: a
file named after it says it, ``times.csv-metadata.json``, as CSV on the Web (W3C, 2015) asks.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maillage_engine import _parquet
from maillage_engine.attribution import KEY

BESIDE = "-metadata.json"
RIGHTS = "dc:rights"  # Dublin Core terms, a prefix that CSV on the Web knows
CONTEXT = "http://www.w3.org/ns/csvw"
PANDAS = b"PANDAS_ATTRS"


def of_file(path: Path) -> str:
    """Return whom a table in CSV or Parquet credits; nobody where it cannot be read."""
    if path.suffix.lower() != ".parquet":
        return _line(_object(beside(path)).get(RIGHTS))
    if _parquet.files is None:
        return ""
    try:
        known = _parquet.files.read_schema(path).metadata or {}
    except _parquet.ERRORS:
        return ""
    kept = _parsed(known.get(PANDAS, b"{}"))
    return known.get(KEY.encode(), b"").decode(errors="replace") or _line(kept.get(KEY))


def of_collection(collection: Mapping[str, Any]) -> str:
    """Return whom a collection of GeoJSON credits."""
    return _line(collection.get(KEY)) or _line(collection.get("copyright"))


def beside(path: Path) -> Path:
    """Return the file that says of a CSV what it has no place for."""
    return path.with_name(path.name + BESIDE)


def described(path: Path, credit: str) -> str | None:
    """Return what is to be beside a CSV: the credit added to what is there, or nothing.

    None: it is best left as it is, since nobody is to be credited and it holds more than that, or
    since it is no description that we can read.
    """
    there, known = beside(path).exists(), _object(beside(path))
    ours = {"@context": CONTEXT, "url": path.name}
    if (there and not known) or (not credit and not known.keys() <= {*ours, RIGHTS}):
        return None
    told = {**ours, **known, RIGHTS: credit}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n" if credit else ""


def _object(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_bytes())
    except OSError:
        return {}


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _line(said: Any) -> str:
    """Keep plain text, on one line."""
    return " ".join(said.split()) if isinstance(said, str) else ""
