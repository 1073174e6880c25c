"""Which pages `pages.py` asks for, in Haute-Saône."""

from urllib.parse import urlencode

COMMUNES = (
    "70550", "70279", "70285", "70311", "70122", "70292",
    "70447", "70561", "70410", "70245", "70532", "70339",
)  # fmt: skip
NEEDS = ("sleep", "separation", "homework", "childcare_regular")
KINDS = ("laep", "pmi", "rpe", "eaje")
THRESHOLDS = (20, 40)
SEARCHES = tuple(
    "/?" + urlencode({"commune": commune, "need": need, "age": "36"})
    for commune in COMMUNES
    for need in NEEDS
)
COMMUNE_PAGES = tuple(f"/communes/{commune}/" for commune in COMMUNES)
DIAGNOSES = tuple(
    "/pilotage/diagnostic/?" + urlencode({"departement": "70", "service": kind, "minutes": minutes})
    for kind in KINDS
    for minutes in THRESHOLDS
)
