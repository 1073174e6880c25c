"""An outcome as files: the same outcome gives the same bytes."""

import json
from shlex import quote
from typing import Any

from django.utils.translation import gettext as _

from maillage.core.csv_files import csv_bytes
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome

OPTIONS = {  # of the command → of the plan
    "epci": "epci", "neighbour": "neighbour", "kind": "kind", "audience": "audience",
    "mode": "mode", "minutes": "minutes", "adding": "adding", "moving": "moving",
    "vehicles": "vehicles", "stops": "stops", "budget": "budget", "opening": "opening",
    "wage": "wage", "persons": "persons", "tenths": "tenths", "staff-tenths": "staff_tenths",
    "today-tenths": "today_tenths", "team": "team", "apart": "apart",
    "low-use": "low_use", "high-use": "high_use",
}  # fmt: skip


def communes_csv(found: Outcome) -> bytes:
    """One row per commune: minutes today and with each proposal."""
    head = ["code", "commune", "epci", "public", "minutes_aujourdhui"]
    head += [f"minutes_{proposal.aim}" for proposal in found.proposals]
    rows = [
        (home.code, home.name, home.epci, home.people if home.known else None, *home.minutes)
        for home in found.homes
    ]
    return csv_bytes([head, *rows])


def places_csv(found: Outcome) -> bytes:
    """One row per place of each proposal."""
    head = ("proposition", "code", "commune", "latitude", "longitude", "personnes",
            "minutes_en_moyenne", "minutes_de_plus_sans_lui", "stabilite_5_km", "stabilite",
            "personnel_etp", "etp_demande")  # fmt: skip
    rows = [
        (proposal.aim, p.commune, p.name, p.latitude, p.longitude, p.persons, p.minutes, p.saved,
         p.steady, p.exactly, p.staff, p.needed)
        for proposal in found.proposals for p in proposal.places
    ]  # fmt: skip
    return csv_bytes([head, *rows])


def balance_csv(found: Outcome) -> bytes:
    """One row per place of each compromise of the team."""
    head = ("compromis", "lieux", "presence_etp_au_moins", "minutes_en_moyenne", "public_a_portee",
            "commune", "presence_etp", "personne", "prouve")  # fmt: skip
    rows = [
        (at, one.sites, one.floor, one.mean, one.within, post.name, post.presence, post.person + 1,
         int(one.proven))
        for at, one in enumerate(found.balance.compromises if found.balance else (), 1)
        for post in one.posts
    ]  # fmt: skip
    return csv_bytes([head, *rows])


def geojson(found: Outcome) -> bytes:
    """One point per site of today and per place of each proposal (RFC 7946)."""
    features = [_point(lon, lat, {"proposition": "aujourdhui", "nom": name})
                for lat, lon, name in found.sites]  # fmt: skip
    for proposal in found.proposals:
        for place in proposal.places:
            facts = {"proposition": proposal.aim, "nom": place.name, "personnes": place.persons,
                     "stabilite": place.exactly}  # fmt: skip
            features.append(_point(place.longitude, place.latitude, facts))
    document = {
        "type": "FeatureCollection",
        "provenance": {"code": found.code_version, "donnees": found.data_hash},
        "features": features,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _point(longitude: float, latitude: float, facts: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"type": "Feature", "geometry": place, "properties": facts}


def command(plan: Plan) -> str:
    """The command that rebuilds these files."""
    given = {option: getattr(plan, name) for option, name in OPTIONS.items()}
    said = " ".join(f"--{option} {quote(str(v))}" for option, v in given.items() if v != "")
    return f"maillage scenarios {plan.departement} {said} --out {_('scenario')}"
