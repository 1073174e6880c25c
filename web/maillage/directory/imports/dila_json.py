"""The directory of public services as DILA publishes it since July 2022: one JSON of services.

Turned into the rows of the older table, so that one `parse` judges both. What the older derivation
lacked, coordinates and step-free access, comes with it.
"""

import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from maillage.territory.imports.run import Context
from maillage.territory.imports.table import Row, Table, read_text

WHERE = {
    "id": "id",
    "type": "pivot.type_service_local",
    "commune": "adresse.code_insee_commune",
    "name": "nom",
    "address": "adresse",
    "phone": "telephone.valeur",
    "email": "adresse_courriel",
    "site": "site_internet.valeur",
    "latitude": "adresse.latitude",
    "longitude": "adresse.longitude",
    "access": "adresse.accessibilite",
}


def read_json(path: Path, context: Context) -> Table:
    """Return one row per service; a file of another shape is refused with a sentence."""
    check = context.check
    if not context.options.vintage:
        check.fault(_("indiquez le mois du fichier : --vintage 2026-11."))
    text = read_text(path, check, context.options.encoding)
    try:
        services = json.loads(text)["service"]
        rows = tuple(
            Row(number, _cells(service), WHERE, check) for number, service in enumerate(services, 1)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        check.fault(_("ce n’est pas l’annuaire de la DILA : une liste « service » est attendue."))
        check.refuse_if_faulty()
        raise AssertionError from error  # a fault was just noted
    check.refuse_if_faulty()
    return Table(tuple(WHERE.values()), rows, check)


def _cells(service: dict[str, Any]) -> dict[str, str]:
    pivot, place = _first(service.get("pivot")), _place(service.get("adresse") or [])
    found = {
        "id": service.get("id"),
        "type": pivot.get("type_service_local"),
        "commune": place.get("code_insee_commune") or _one(pivot.get("code_insee_commune")),
        "name": service.get("nom"),
        "address": _address(place),
        "phone": _first(service.get("telephone")).get("valeur"),
        "email": _one(service.get("adresse_courriel")),
        "site": _first(service.get("site_internet")).get("valeur"),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "access": place.get("accessibilite"),
    }
    return {name: str(value or "").strip() for name, value in found.items()}


def _place(addresses: list[dict[str, Any]]) -> dict[str, Any]:
    """Prefer where one goes to where one writes."""
    visited = [one for one in addresses if one.get("type_adresse") == "Adresse"]
    return _first(visited or addresses)


def _address(place: dict[str, Any]) -> str:
    parts = [place.get(name) for name in ("complement1", "complement2", "numero_voie")]
    street = " - ".join(str(part) for part in parts if part)
    if not street and not place.get("code_postal"):
        return ""
    return f"{street},{place.get('code_postal') or ''},{place.get('nom_commune') or ''}"


def _first(found: Any) -> dict[str, Any]:
    return dict(found[0]) if found else {}


def _one(found: Any) -> str:
    return str(found[0]) if isinstance(found, list) and found else str(found or "")
