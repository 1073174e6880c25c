"""An entry as its keeper edits it: plain values that can be kept in a form, compared and merged.

A draft is what JSON can hold, so that two drafts are equal exactly when nothing differs. The same
draft is read from the database, carried by the form, and compared under a lock before publishing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeAlias

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.directory.ages import ages_text
from maillage.directory.hours import between, weekly_text
from maillage.directory.models import Location, Schedule, ScheduleException, Service
from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import (
    LANGUAGES,
    Accommodation,
    Audience,
    Delivery,
    Kind,
)
from maillage.territory.models import Commune, Departement, Epci

Draft: TypeAlias = dict[str, Any]

NEW_PLACE = "new"
REMOTE = ""
AREAS: dict[str, Any] = {"commune": Commune, "epci": Epci, "departement": Departement}
LISTS = ("topics", "audiences", "modes", "languages", "accommodations")
MONEY = ("amount_min", "amount_max")
PLAIN = (
    "kind", "name", "name_en", "description", "description_en", "expectant", "minimum_age",
    "maximum_age", "joining", "cost", "cost_note", "capacity", "phone", "email", "website",
)  # fmt: skip
FIELDS = (*PLAIN, *LISTS, *MONEY)
LABELS: dict[str, Any] = {
    field.name: field.verbose_name for field in Service._meta.fields if field.name in FIELDS
} | {
    "topics": gettext_lazy("besoins auxquels ce service répond"),
    "audiences": gettext_lazy("pour qui"),
    "modes": gettext_lazy("comment l’aide est donnée"),
    "languages": gettext_lazy("langues parlées"),
    "accommodations": gettext_lazy("adaptations possibles"),
    "minimum_age": gettext_lazy("âge de l’enfant, à partir de"),
    "maximum_age": gettext_lazy("âge de l’enfant, jusqu’à"),
    "places": gettext_lazy("lieux"),
    "new_place": gettext_lazy("nouveau lieu"),
    "areas": gettext_lazy("territoire d’intervention"),
    "times": gettext_lazy("horaires"),
    "exceptions": gettext_lazy("jours particuliers"),
}
CHOICES: dict[str, dict[str, Any]] = {
    "kind": dict(Kind.choices),
    "joining": dict(Service.Joining.choices),
    "cost": dict(Service.Cost.choices),
    "audiences": dict(Audience.choices),
    "modes": dict(Delivery.choices),
    "accommodations": dict(Accommodation.choices),
    "languages": LANGUAGES,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two drafts, in words."""

    key: str
    label: str
    before: str
    after: str


def blank() -> Draft:
    """A draft of a service that does not exist yet."""
    empty = dict.fromkeys((*MONEY, "minimum_age", "maximum_age", "capacity"))
    draft: Draft = dict.fromkeys(PLAIN, "") | {name: [] for name in LISTS} | empty
    return draft | {
        "expectant": False, "cost": Service.Cost.UNKNOWN.value, "places": [], "new_place": None,
        "areas": [], "times": [], "exceptions": [],
    }  # fmt: skip


def draft_of(service: Service, today: date) -> Draft:
    """Read the entry as it stands; days already past are not edited."""
    draft: Draft = {name: getattr(service, name) for name in PLAIN}
    draft |= {name: sorted(getattr(service, name)) for name in LISTS}
    draft |= {name: money(getattr(service, name)) for name in MONEY}
    placed = service.at_locations.order_by("location_id").values_list("location_id", flat=True)
    draft["places"] = [str(key) for key in placed]
    draft["new_place"] = None
    draft["areas"] = sorted(f"{area.level}:{area.code}" for area in service.areas.all())
    rules = service.schedules.select_related("service_at_location").order_by("pk")
    draft["times"] = [times_of(rule) for rule in rules]
    draft["exceptions"] = _exceptions(service, today)
    return draft


def in_order(name: str, codes: list[str]) -> list[str]:
    """The codes of a list in the order of their vocabulary, as pages show them."""
    order = list(BY_CODE if name == "topics" else CHOICES[name])
    return sorted(codes, key=lambda code: order.index(code) if code in order else len(order))


def money(amount: Any) -> str | None:
    """An amount as text, without needless zeros."""
    return None if amount is None else f"{amount:.2f}"


def place_of(rule: Schedule) -> str:
    """Where a rule holds: the id of a place, or nothing for a remote service."""
    at = rule.service_at_location
    return str(at.location_id) if at is not None else REMOTE


def times_of(rule: Schedule) -> Draft:
    """One rule of opening."""
    return {
        "id": rule.pk,
        "place": place_of(rule),
        "freq": rule.freq,
        "interval": rule.interval,
        "byday": list(rule.byday),
        "opens_at": f"{rule.opens_at:%H:%M}",
        "closes_at": f"{rule.closes_at:%H:%M}",
        "dtstart": rule.dtstart.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "school_period": rule.school_period,
        "open_on_public_holidays": rule.open_on_public_holidays,
        "note": rule.note,
    }


def _exceptions(service: Service, today: date) -> list[Draft]:
    """The days to come that differ, one for each day and place."""
    found: dict[tuple[str, str], Draft] = {}
    rows = ScheduleException.objects.filter(schedule__service=service, day__gte=today)
    for row in rows.select_related("schedule__service_at_location").order_by("day", "pk"):
        key = (row.day.isoformat(), place_of(row.schedule))
        said = {
            "day": key[0],
            "place": key[1],
            "opens_at": f"{row.opens_at:%H:%M}" if row.opens_at else None,
            "closes_at": f"{row.closes_at:%H:%M}" if row.closes_at else None,
            "note": row.note,
        }
        if key not in found or row.opens_at is not None:
            found[key] = said
    return [found[key] for key in sorted(found)]


def merged(base: Draft, mine: Draft, theirs: Draft) -> Draft:
    """Keep what I changed, and take what only the other one changed."""
    return {key: mine[key] if mine[key] != base[key] else theirs[key] for key in base}


def changes(before: Draft, after: Draft, places: Iterable[Location]) -> list[Change]:
    """Say in words what differs."""
    names = {str(place.pk): f"{place.name}, {place.commune}" for place in places}
    return [
        Change(key, str(label), _said(key, before[key], names), _said(key, after[key], names))
        for key, label in LABELS.items()
        if before[key] != after[key]
    ]


def _said(key: str, value: Any, names: dict[str, str]) -> str:
    if key in LISTS:
        return _listed(key, value)
    if key in ("places", "new_place", "areas", "times", "exceptions"):
        return "\n".join(_lines(key, value, names))
    if key in ("minimum_age", "maximum_age"):
        return "" if value is None else _age_said(key, value)
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return "" if value is None else str(CHOICES.get(key, {}).get(value, value))


def _lines(key: str, value: Any, names: dict[str, str]) -> list[str]:
    if key == "times":
        return _times_said(value, names)
    if key == "exceptions":
        return [_day_said(one) for one in value]
    if key == "areas":
        return area_labels(value)
    if key == "places":
        return [names.get(one, one) for one in value]
    return [f"{value['name']}, {value['commune_name']}"] if value else []


def area_labels(areas: list[str]) -> list[str]:
    """Say areas of the official code; one that is not loaded is said by its code."""
    codes = {code for _level, _sep, code in (area.partition(":") for area in areas)}
    names = {
        f"{level}:{pk}": name
        for level, model in AREAS.items()
        for pk, name in model.objects.filter(pk__in=codes).values_list("pk", "name")
    }
    names["france:"] = _("toute la France")
    return [names.get(area, area.partition(":")[2]) for area in areas]


def _listed(key: str, codes: list[str]) -> str:
    if key == "topics":
        return "\n".join(str(BY_CODE[code].label) if code in BY_CODE else code for code in codes)
    return ", ".join(str(CHOICES[key].get(code, code)) for code in codes)


def _age_said(key: str, months: int) -> str:
    return ages_text(months, None) if key == "minimum_age" else ages_text(None, months)


def _times_said(times: list[Draft], names: dict[str, str]) -> list[str]:
    lines = []
    for place in dict.fromkeys(one["place"] for one in times):
        rules = [rule_from(one) for one in times if one["place"] == place]
        where = names.get(place, _("Nouveau lieu") if place == NEW_PLACE else _("À distance"))
        lines += [f"{where} : {line}" for line in weekly_text(rules, day=timezone.localdate())]
    return lines


def _day_said(exception: Draft) -> str:
    day = date.fromisoformat(exception["day"]).strftime("%d/%m/%Y")
    if exception["opens_at"] is None:
        hours = _("fermé")
    else:
        hours = between(
            *(time.fromisoformat(exception[name]) for name in ("opens_at", "closes_at"))
        )
    return f"{day} : {hours}" + (f" ({exception['note']})" if exception["note"] else "")


def rule_from(times: Draft) -> Schedule:
    """A rule, not yet of any service."""
    return Schedule(
        freq=times["freq"],
        interval=times["interval"],
        byday=times["byday"],
        opens_at=time.fromisoformat(times["opens_at"]),
        closes_at=time.fromisoformat(times["closes_at"]),
        dtstart=date.fromisoformat(times["dtstart"]),
        until=date.fromisoformat(times["until"]) if times["until"] else None,
        school_period=times["school_period"],
        open_on_public_holidays=times["open_on_public_holidays"],
        note=times["note"],
    )
