"""The closed experiment of 2024–2025: ten départements, 13,000 families at most, five sessions.

Facts: the ten Caf, the dates, the ceiling and the number of sessions were published by the Cnaf and
by the press that quotes it. How the ceiling was shared out was not published: the quotas are our
even split, and say so.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from maillage.core import scope
from maillage.support import adjusting
from maillage.support.models import Programme
from maillage.territory.models import Departement

KEY = "accompagnement-2024-2025"
CAP = 13_000
# Their own rows are made where the territory was not loaded: only a name is needed.
DEPARTEMENTS = {
    "30": ("Gard", "Occitanie"),
    "33": ("Gironde", "Nouvelle-Aquitaine"),
    "38": ("Isère", "Auvergne-Rhône-Alpes"),
    "52": ("Haute-Marne", "Grand Est"),
    "56": ("Morbihan", "Bretagne"),
    "59": ("Nord", "Hauts-de-France"),
    "78": ("Yvelines", "Île-de-France"),
    "79": ("Deux-Sèvres", "Nouvelle-Aquitaine"),
    "81": ("Tarn", "Occitanie"),
    "85": ("Vendée", "Pays de la Loire"),
}
IDENTITY = adjusting.Identity(
    key=KEY,
    name="Expérimentation de l’accompagnement individuel, 2024-2025",
    source=(
        "Dix Caf pilotes, 2024-2025, jusqu’à 13 000 familles, d’un à cinq entretiens d’une heure"
        " environ, gratuits ou à tarif modique : Cnaf, citée par Merci pour l’info et newsly.fr"
        " (21 décembre 2024)."
    ),
)
RULES = adjusting.Rules(
    starts_on=date(2024, 1, 1),
    ends_on=date(2025, 12, 31),
    household_cap=CAP,
    charter=(
        "Un cadre sûr et bienveillant, sans jugement et sans visée thérapeutique. Des"
        " professionnels qualifiés informent, conseillent et guident les parents, seuls, en couple"
        " ou avec leurs enfants."
    ),
    quota_source="Partage égal fait par nous : la répartition réelle n’a pas été publiée.",
    reason="Règles publiées de l’expérimentation.",
    quotas=dict.fromkeys(DEPARTEMENTS, CAP // len(DEPARTEMENTS)),
)
STARTED = datetime(2024, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))


@transaction.atomic
def record() -> Programme:
    """Write the experiment as it was, closed; twice is the same as once."""
    with scope.system():
        known = Programme.objects.filter(key=KEY).first()
        if known is not None:
            return known
        for code, (name, region) in DEPARTEMENTS.items():
            Departement.objects.get_or_create(pk=code, defaults={"name": name, "region": region})
    programme = adjusting.create(IDENTITY, RULES, in_force_at=STARTED)
    adjusting.open_programme(programme)
    adjusting.close_programme(programme)
    return programme
