"""Rows that tests are made of: Gray, its parenting space, and what surrounds them."""

from datetime import date, time
from pathlib import Path
from typing import Any

from maillage.directory.models import Location, Schedule, Service, ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.territory.models import Commune, Departement, Epci

EPCI = {"siren": "247000011", "name": "CC Val de Gray", "kind": "CC"}
PLACES = {
    "70279": ("Gray", "70", 47.4444, 5.5914),
    "70550": ("Vesoul", "70", 47.6222, 6.1550),
    "70311": ("Luxeuil-les-Bains", "70", 47.8161, 6.3805),
    "70285": ("Héricourt", "70", 47.5772, 6.7617),
    "97411": ("Saint-Denis", "974", -20.8789, 55.4481),
    "2A004": ("Ajaccio", "2A", 41.9267, 8.7369),
}


def departement(code: str = "70") -> Departement:
    return Departement.objects.get_or_create(code=code, defaults={"name": code, "region": ""})[0]


def commune(code: str = "70279", **values: Any) -> Commune:
    name, where, latitude, longitude = PLACES[code]
    defaults = {
        "name": name,
        "search_name": name.lower(),
        "departement": departement(where),
        "epci": Epci.objects.get_or_create(siren=EPCI["siren"], defaults=EPCI)[0],
        "cog": 2024,
        "population": 5000,
        "area_km2": 20.0,
        "latitude": latitude,
        "longitude": longitude,
    }
    return Commune.objects.get_or_create(code=code, defaults=defaults | values)[0]


def organization(name: str = "Les Petits Pas", where: str = "70") -> Organization:
    found = Organization.objects.filter(name=name).first()
    return found or Organization.objects.create(
        name=name, kind=Organization.Kind.ASSOCIATION, departement=departement(where)
    )


def service(name: str = "Espace parents de Gray", **values: Any) -> Service:
    defaults = {
        "kind": "parenting_resource_centre",
        "description": "Un lieu pour souffler et échanger.",
        "modes": ["on_site"],
        "joining": "walk_in",
        "cost": "free",
    }
    where = values.pop("where", "70")
    values.setdefault("organization", organization(where=where))
    return Service.objects.create(name=name, departement=departement(where), **defaults | values)


def location(where: str = "70279", **values: Any) -> Location:
    town = commune(where)
    defaults = {
        "name": f"Maison des familles de {town.name}",
        "latitude": town.latitude,
        "longitude": town.longitude,
    }
    return Location.objects.create(commune=town, **defaults | values)


def place(offered: Service, where: str = "70279", **values: Any) -> ServiceAtLocation:
    return ServiceAtLocation.objects.create(service=offered, location=location(where, **values))


def rule(at: ServiceAtLocation, *byday: str, **values: Any) -> Schedule:
    return remote_rule(at.service, *byday, service_at_location=at, **values)


def remote_rule(offered: Service, *byday: str, **values: Any) -> Schedule:
    defaults = {"dtstart": date(2025, 9, 1), "opens_at": time(9), "closes_at": time(12)}
    return Schedule.objects.create(service=offered, byday=list(byday), **defaults | values)


def data(name: str) -> Path:
    return Path(__file__).parent / "data" / name
