"""R118: one reference text per service, and its fingerprint, the same on page, widget and sheet.

Two copies with the same fingerprint say the same thing to families; a copy whose fingerprint is not
that of the entry is stale. What families do not read (identifiers, dates of edition, source) is not
part of it: verifying an entry without changing it keeps its fingerprint.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from maillage.directory.models import Schedule, Service, ServiceAtLocation

SHORT = 8  # characters shown beside a printed entry
TOLD = (
    "kind", "name", "name_en", "description", "description_en", "expectant", "minimum_age",
    "maximum_age", "joining", "cost", "cost_note", "phone", "email", "website", "status", "alert",
)  # fmt: skip
TOLD_LISTS = ("topics", "audiences", "modes", "languages", "accommodations")


def read_whole(services: Sequence[Service]) -> None:
    """Bring the places, rules and exceptions of these services, in three queries."""
    prefetch_related_objects(
        services,
        Prefetch("at_locations", ServiceAtLocation.objects.select_related("location")),
        Prefetch("schedules", Schedule.objects.select_related("service_at_location__location")),
        "schedules__exceptions",
    )


def content(service: Service) -> dict[str, Any]:
    """Return all that families are told, in a stable order; `read_whole` first saves queries."""
    told: dict[str, Any] = {name: getattr(service, name) for name in TOLD}
    told |= {name: sorted(getattr(service, name)) for name in TOLD_LISTS}
    told["amounts"] = [
        None if amount is None else f"{amount:.2f}"
        for amount in (service.amount_min, service.amount_max)
    ]
    told["organization"] = service.organization.name
    told["places"] = sorted(_place(at) for at in service.at_locations.all())
    told["rules"] = sorted(_rule(rule) for rule in service.schedules.all())
    return told


def content_hash(service: Service) -> str:
    """Return the fingerprint (SHA-256) of what families are told."""
    text = json.dumps(content(service), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def short_hash(service: Service) -> str:
    """Return the beginning of the fingerprint, to compare two sheets by eye."""
    return content_hash(service)[:SHORT]


def version(service: Service) -> str:
    """Say which version of the entry this is: two sheets that say the same agree."""
    return _("Version de la fiche : {version}.").format(version=short_hash(service))


def _place(at: ServiceAtLocation) -> list[str]:
    place = at.location
    return [
        place.commune_id, place.name, place.address, place.postcode, place.phone, place.access,
        str(place.step_free), at.note, str(at.is_mobile_stop),
    ]  # fmt: skip


def _rule(rule: Schedule) -> list[str]:
    place = rule.service_at_location.location.name if rule.service_at_location else ""
    exceptions = sorted(
        f"{one.day} {one.opens_at} {one.closes_at} {one.note}" for one in rule.exceptions.all()
    )
    return [
        place, rule.freq, str(rule.interval), ",".join(sorted(rule.byday)), str(rule.dtstart),
        str(rule.until), str(rule.opens_at), str(rule.closes_at), rule.school_period,
        str(rule.open_on_public_holidays), rule.note, *exceptions,
    ]  # fmt: skip
