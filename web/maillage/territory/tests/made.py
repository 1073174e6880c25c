"""A small territory: four communes of Haute-Saône, one neighbour, Paris."""

from maillage.territory.models import Commune, Departement, Epci

VESOUL_EPCI, GRAY_EPCI = "247000011", "247000755"
COMMUNES = {
    "70550": ("Vesoul", "70", 14916, 47.6222, 6.1550, VESOUL_EPCI, 9.07),
    "70279": ("Gray", "70", 5512, 47.4444, 5.5914, GRAY_EPCI, 20.7),
    "70285": ("Héricourt", "70", 10601, 47.5772, 6.7617, None, 23.0),
    "70180": ("Belles-Fontaines", "70", 700, 47.5330, 6.5220, None, 31.0),
    "25056": ("Besançon", "25", 119198, 47.2378, 6.0241, None, 65.05),
    "75056": ("Paris", "75", 2103778, 48.8566, 2.3522, None, 105.4),
}


def territory() -> None:
    """Make the territory: Haute-Saône is whole, Doubs and Paris are a halo."""
    for siren, name in ((VESOUL_EPCI, "CA de Vesoul"), (GRAY_EPCI, "CC Val de Gray")):
        Epci.objects.create(siren=siren, name=name, kind="CC")
    for code, name in (("70", "Haute-Saône"), ("25", "Doubs"), ("75", "Paris")):
        Departement.objects.create(code=code, name=name, region="", loaded=code == "70")
    for code, (name, where, people, latitude, longitude, epci, area) in COMMUNES.items():
        Commune.objects.create(
            code=code,
            name=name,
            search_name=name.lower(),
            departement_id=where,
            epci_id=epci,
            cog=2025,
            population=people,
            area_km2=area,
            latitude=latitude,
            longitude=longitude,
            density_level=3,
        )
