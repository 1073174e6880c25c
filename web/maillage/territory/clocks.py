"""The clock of each département."""

from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
OVERSEAS = {
    "971": ZoneInfo("America/Guadeloupe"),
    "972": ZoneInfo("America/Martinique"),
    "973": ZoneInfo("America/Cayenne"),
    "974": ZoneInfo("Indian/Reunion"),
    "976": ZoneInfo("Indian/Mayotte"),
}


def time_zone(departement: str) -> ZoneInfo:
    """Return the clock of a département."""
    return OVERSEAS.get(departement, PARIS)
