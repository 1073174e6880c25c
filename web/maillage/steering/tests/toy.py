"""A territory small enough to work out by hand.

Département 70: Aval (100 children under 6) and Bourg (50) in the EPCI of the plain, Cime (40) and
Dent (10) in that of the hills. Département 25, across the border: Halle (60 children).
One drop-in at Aval, one at Halle. Minutes, imported: see MINUTES.
"""

from datetime import date, time
from typing import Any

from maillage.directory.models import Location, Schedule, Service, ServiceArea, ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.steering.question import Question, default_question
from maillage.territory.models import (
    Commune,
    Dataset,
    Departement,
    Epci,
    Observation,
    TravelTime,
    Zoning,
)

PLAIN, HILLS, ABROAD = "200000001", "200000002", "200000003"
COMMUNES = [  # code, name, EPCI, under 6, population, latitude, longitude, density
    ("70001", "Aval", PLAIN, 100.0, 1500, 47.60, 6.10, 4),
    ("70002", "Bourg", PLAIN, 50.0, 700, 47.62, 6.20, 5),
    ("70003", "Cime", HILLS, 40.0, 600, 47.70, 6.40, 6),
    ("70004", "Dent", HILLS, 10.0, 150, 47.75, 6.55, 7),
    ("25001", "Halle", ABROAD, 60.0, 900, 47.66, 6.50, 5),
]
MINUTES = {  # from each commune to the drop-ins of Aval and of Halle
    "70001": (0, 30), "70002": (10, 40), "70003": (25, 20), "70004": (50, 35), "25001": (30, 0),
}  # fmt: skip
INCOME = {"70001": 21500.0, "70002": 20500.0, "70003": 19000.0}  # Dent: not published
SQUARE = 0.05


def territory(*, backwards: bool = False, minutes: bool = True) -> None:
    """Write the toy territory, its rows in one order or the other."""
    step = -1 if backwards else 1
    Departement.objects.create(code="70", name="Haute-Saône", region="BFC", loaded=True)
    Departement.objects.create(code="25", name="Doubs", region="BFC", loaded=False)
    for siren, name in [(PLAIN, "CC de la Plaine"), (HILLS, "CC des Monts"), (ABROAD, "CC d’Ici")]:
        Epci.objects.create(siren=siren, name=name, kind="CC")
    for row in COMMUNES[::step]:
        commune(*row)
    files = {key: dataset(key) for key in ("filosofi", "frr", "qpv", "times")[::step]}
    for code, value in list(INCOME.items())[::step]:
        Observation.objects.create(
            level="commune", area=code, measure="median_income", year=2019, value=value,
            dataset=files["filosofi"],
        )  # fmt: skip
    zoning("frr", "FRR-70", ["70003", "70004"], files["frr"])
    zoning("qpv", "QN07001M", ["70001"], files["qpv"])
    if minutes:
        matrix(files["times"], step)


def commune(*row: Any) -> Commune:
    """Write one commune, a small square around its town hall."""
    code, name, epci, under_6, population, latitude, longitude, density = row
    west, south = longitude - SQUARE, latitude - SQUARE / 2
    east, north = longitude + SQUARE, latitude + SQUARE / 2
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Commune.objects.create(
        code=code,
        name=name,
        search_name=name.lower(),
        departement_id=code[:2],
        epci_id=epci,
        cog=2025,
        population=population,
        area_km2=20.0,
        latitude=latitude,
        longitude=longitude,
        outline={"type": "Polygon", "coordinates": [ring]},
        density_level=density,
        children_under_3=None if under_6 is None else under_6 / 2,
        children_under_6=under_6,
        children_6_17=None if under_6 is None else under_6 * 2,
        children_source="fabriqué",
    )


def dataset(key: str) -> Dataset:
    """Write the card of one made file."""
    return Dataset.objects.create(
        key=key, title=f"Fichier {key}", producer="Fabrique", licence="Licence Ouverte 2.0",
        vintage="2025", sha256=key.ljust(64, "0"),
    )  # fmt: skip


def zoning(kind: str, code: str, communes: list[str], source: Dataset) -> None:
    """Write one zoning over some communes."""
    row = Zoning.objects.create(
        kind=kind, code=code, generation="2024", name=code, dataset=source, population=1000
    )
    row.communes.set(communes)


def matrix(source: Dataset, step: int = 1) -> None:
    """Write the imported minutes."""
    for code, times in list(MINUTES.items())[::step]:
        for end, minutes in zip(("70001", "25001"), times, strict=True):
            TravelTime.objects.create(
                origin_id=code, destination_id=end, mode="car", minutes=minutes, dataset=source
            )


def drop_in(commune_code: str, **changes: Any) -> ServiceAtLocation:
    """Write one drop-in (LAEP) in a commune; `changes` go to the service."""
    hall = Commune.objects.get(pk=commune_code)
    organization, _ = Organization.objects.get_or_create(
        name=f"Asso de {hall.name}",
        defaults={"kind": "association", "departement_id": hall.departement_id},
    )
    facts: dict[str, Any] = {
        "name": f"Accueil de {hall.name}", "kind": "laep", "description": "On joue.",
        "cost": "free", "joining": "walk_in", "modes": ["on_site"], "minimum_age": 0,
        "maximum_age": 72, "capacity": 10, "verified_on": date(2026, 9, 1),
        "organization": organization, "departement_id": hall.departement_id,
    } | changes  # fmt: skip
    service = Service.objects.create(**facts)
    return at(service, commune_code)


def at(service: Service, commune_code: str, *, stop: bool = False) -> ServiceAtLocation:
    """Give a service in one more place."""
    hall = Commune.objects.get(pk=commune_code)
    place, _ = Location.objects.get_or_create(
        name=f"Salle de {hall.name}",
        defaults={"commune": hall, "latitude": hall.latitude, "longitude": hall.longitude},
    )
    return ServiceAtLocation.objects.create(service=service, location=place, is_mobile_stop=stop)


def line(name: str = "Écoute", **changes: Any) -> Service:
    """Write a service by telephone for the whole département."""
    organization = Organization.objects.get_or_create(
        name="Asso d’écoute", defaults={"kind": "association", "departement_id": "70"}
    )[0]
    facts: dict[str, Any] = {
        "name": name, "kind": "laep", "description": "On écoute.", "cost": "free",
        "joining": "walk_in", "modes": ["phone"], "organization": organization,
        "departement_id": "70",
    } | changes  # fmt: skip
    service = Service.objects.create(**facts)
    ServiceArea.objects.create(service=service, level="departement", code="70")
    return service


def opens(place: ServiceAtLocation, **changes: Any) -> Schedule:
    """Give a place one rule of opening: Mondays and Thursdays from 9 to 11, all year."""
    facts: dict[str, Any] = {
        "freq": "WEEKLY", "interval": 1, "byday": ["MO", "TH"], "dtstart": date(2026, 1, 1),
        "opens_at": time(9), "closes_at": time(11), "school_period": "always",
    } | changes  # fmt: skip
    return Schedule.objects.create(service=place.service, service_at_location=place, **facts)


def both_drop_ins() -> tuple[ServiceAtLocation, ServiceAtLocation]:
    """One at Aval, one across the border at Halle."""
    return drop_in("70001"), drop_in("25001")


def question(**changes: Any) -> Question:
    """All or nothing at 30 minutes by car, in places per 1,000 children: sums one does by hand."""
    asked = default_question("70").with_(decay="tout-ou-rien")
    return asked.with_(**changes)


def wipe() -> None:
    """Empty what `territory` and the services wrote."""
    for model in (
        ServiceAtLocation, Schedule, ServiceArea, Service, Location, Organization, TravelTime,
        Zoning, Observation, Commune, Epci, Departement, Dataset,
    ):  # fmt: skip
        model.objects.all().delete()
