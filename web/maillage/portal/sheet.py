"""The week of a commune on one printed page (PDF, A4). The same facts give the same bytes."""

import hashlib
import io
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from maillage.core import printed
from maillage.directory.models import Opening
from maillage.directory.offers import Way
from maillage.portal import words
from maillage.portal.reach import reach
from maillage.portal.results import Result
from maillage.territory.models import Commune

TEMPLATE = Path(__file__).resolve().parent / "templates" / "portal" / "sheet.typ"
MOST_DATES = 13  # with the two next, what one page holds in letters that can be read on a wall
MOST_REGULAR = 4
MOST_REMOTE = 3
OFTEN = 3  # days a week from which a service is open nearly every day
SATURDAY = 5


def week_of(day: date) -> date:
    """The Monday of the week to print: from Saturday on, the next one."""
    monday = day - timedelta(days=day.weekday())
    return monday + timedelta(days=7) if day.weekday() >= SATURDAY else monday


def facts(commune: Commune, monday: date, now: datetime) -> dict[str, Any]:
    """Everything that the page says, with the hash of it all."""
    _asked, results = reach(commune, now)
    places = {r.offer.key: r for r in all_places(results)}
    dates, regular = _apart(_lines(places, monday))
    kept = sorted(dates, key=lambda line: (line["minutes"], line["starts"]))[:MOST_DATES]
    kept.sort(key=lambda line: (line["starts"], line["minutes"], line["what"]))
    page = settings.SITE_URL + reverse("portal:commune", args=[commune.pk])
    said: dict[str, Any] = {
        "lang": "fr",
        "commune": commune.name,
        "site": settings.SITE_NAME,
        "demonstration": settings.DEMONSTRATION,
        "week": _week(monday),
        "days": _days(kept),
        "more": len(dates) - len(kept) + max(0, len(regular) - MOST_REGULAR),
        "regular": regular[:MOST_REGULAR],
        "remote": _remote(results),
        "page": page,
        "town_hall": commune.town_hall_phone,
        "printed": formats.date_format(timezone.localdate(now), "j F Y"),
        "words": _words(),
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return said | {"hash": hashlib.sha256(text.encode()).hexdigest()[:16]}


def pdf(said: dict[str, Any]) -> bytes:
    """Set the page."""
    return printed.pdf(TEMPLATE, said, {"qr.svg": _qr(said["page"])})


def all_places(results: list[Result]) -> list[Result]:
    """Every place near, those said beside the first of a service included."""
    return [one for result in results for one in (result, *result.also) if one.offer.at]


def _lines(places: dict[Any, Result], monday: date) -> list[dict[str, Any]]:
    zone = timezone.get_default_timezone()
    start = datetime.combine(monday, time(), zone)
    openings = Opening.objects.within(start, start + timedelta(days=7)).filter(
        service_at_location__in=list(places), service__status="active"
    )
    return [_line(opening, places[opening.service_at_location_id]) for opening in openings]


def _apart(
    lines: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Tell the dates of the week from what is open nearly every day, said once."""
    by_place: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        by_place.setdefault((line["what"], line["where"]), []).append(line)
    dates: list[dict[str, Any]] = []
    regular: list[dict[str, Any]] = []
    for found in by_place.values():
        days = list(dict.fromkeys(line["day"] for line in found))
        if len(days) < OFTEN:
            dates += found
            continue
        spans = list(dict.fromkeys(line["hours"] for line in found))
        names = [formats.date_format(date.fromisoformat(day), "D") for day in sorted(days)]
        usual = spans[0] if len(spans) == 1 else ""
        regular.append(found[0] | {"days": ", ".join(names), "hours": usual})
    regular.sort(key=lambda line: (line["minutes"], line["what"], line["where"]))
    return dates, regular


def _line(opening: Opening, result: Result) -> dict[str, Any]:
    at = result.offer.at
    phone = result.service.phone or (at.location.phone if at else "")
    return {
        "day": opening.day.isoformat(),
        "starts": opening.starts_at.isoformat(),
        "minutes": round(result.minutes),
        "hours": f"{words.hour(opening.opens_at)}\xa0–\xa0{words.hour(opening.closes_at)}",
        "what": words.name(result.service),
        "where": f"{at.location.name}, {at.location.commune.name}" if at else "",
        "far": words.minutes(result.minutes),
        "fee": str(result.service.get_cost_display()),
        "joining": str(result.service.get_joining_display()),
        "phone": phone or result.service.organization.phone,
        "to_confirm": opening.to_confirm,
    }


def _days(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        days.setdefault(line["day"], []).append(line)
    return [
        {"day": formats.date_format(date.fromisoformat(day), "l j F").capitalize(), "lines": found}
        for day, found in days.items()
    ]


def _remote(results: list[Result]) -> list[dict[str, str]]:
    remote = [r for r in results if r.offer.way is Way.REMOTE][:MOST_REMOTE]
    return [
        {
            "what": words.name(result.service),
            "how": words.modes(result.service),
            "phone": result.service.phone or result.service.organization.phone,
        }
        for result in remote
    ]


def _week(monday: date) -> str:
    sunday = monday + timedelta(days=6)
    return _("Semaine du %(start)s au %(end)s") % {
        "start": formats.date_format(monday, "j F"),
        "end": formats.date_format(sunday, "j F Y"),
    }


def _words() -> dict[str, str]:
    return {
        "title": _("Parents, cette semaine près de chez vous"),
        "nothing": _("Aucune date n’est publiée cette semaine à moins de 30 minutes en voiture."),
        "regular": _("Ouvert presque tous les jours"),
        "remote": _("Sans bouger de chez vous"),
        "scan": _("Toutes les aides, à tout âge :"),
        "now": _("Besoin d’aide tout de suite"),
        "numbers": _("119 enfance en danger, jour et nuit · 3919 violences · 15 ou 112 urgence"),
        "town_hall": _("Mairie"),
        "from": _("Trajets en voiture depuis la mairie, estimés."),
        "demonstration": _("Démonstration : services inventés, ne les appelez pas."),
        "confirm": _("à confirmer"),
        "more": _("et d’autres dates sur la page de la commune"),
        "printed": _("Imprimé le"),
        "hash": _("Empreinte du contenu"),
    }


def _qr(address: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, scale=4)
    return drawn.getvalue()
