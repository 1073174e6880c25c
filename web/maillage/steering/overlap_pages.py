"""The page of overlaps: which places, when, for whom, and on the map."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.core.tables import Column
from maillage.directory.ages import ages_text
from maillage.directory.hours import between
from maillage.steering import actions, maps, overlaps, presentation, wording
from maillage.steering.actions import Answer
from maillage.steering.classes import classes_for
from maillage.steering.overlaps import NEAR, OLDEST, USUAL, Found, Meeting, Overlap, Spot


def context(given: Mapping[str, str], answer: Answer, today: date) -> dict[str, Any]:
    """What the page shows."""
    typed = given.get("ecart", "")
    right = typed.isascii() and typed.isdigit() and NEAR[0] <= int(typed) <= NEAR[1]
    within = int(typed) if right else USUAL
    found = overlaps.overlaps(answer.diagnosis.question, within, today)
    ground = actions.ground(answer.facts)
    wrong = _("Écrivez un nombre entier de %(low)d à %(high)d : %(usual)d est gardé.")
    return {
        "within": within,
        "error": "" if right or not typed else wrong % {
            "low": NEAR[0], "high": NEAR[1], "usual": USUAL
        },
        "sentence": _sentence(found, within),
        "silent": _silent(found),
        "columns": [
            Column(_("Un lieu")), Column(_("Un autre")), Column(_("Trajet"), number=True),
            Column(_("Âges en commun")), Column(_("Mêmes heures")),
        ],
        "rows": [_row(one) for one in found.overlaps],
        "map": _map(answer, ground, found),
        "shapes": presentation.shapes(ground),
    }  # fmt: skip


def _sentence(found: Found, within: int) -> str:
    facts = {"n": len(found.overlaps), "within": within, "weeks": overlaps.WEEKS}
    if not found.overlaps:
        none = _(
            "Aucun : d’ici %(weeks)d semaines, jamais deux lieux à %(within)d minutes ou moins ne"
            " reçoivent les mêmes âges aux mêmes heures."
        )
        return none % facts
    some = _(
        "D’ici %(weeks)d semaines, deux lieux à %(within)d minutes ou moins reçoivent les mêmes"
        " âges aux mêmes heures. Paires de lieux : %(n)d. Décaler l’un des deux donnerait un moment"
        " de plus aux familles."
    )
    return some % facts


def _silent(found: Found) -> str:
    if not found.silent:
        return ""
    return ngettext(
        "%(n)d lieu sur %(all)d n’a pas d’horaires connus : rien n’en est dit.",
        "%(n)d lieux sur %(all)d n’ont pas d’horaires connus : rien n’en est dit.",
        found.silent,
    ) % {"n": found.silent, "all": found.places}


def _row(one: Overlap) -> list[str]:
    high = None if one.ages[1] >= OLDEST else one.ages[1]
    return [
        _place(one.first),
        _place(one.second),
        wording.minutes(one.minutes),
        ages_text(one.ages[0] or None, high),
        " ; ".join(map(_when, one.meetings)),
    ]


def _place(spot: Spot) -> str:
    return _("%(service)s, %(location)s (%(commune)s)") % {
        "service": spot.service,
        "location": spot.location,
        "commune": spot.commune,
    }


def _when(one: Meeting) -> str:
    said = f"{WEEKDAYS[one.weekday]} {between(one.opens_at, one.closes_at)}"
    times = ngettext("%(n)d fois", "%(n)d fois", one.times) % {"n": one.times}
    return f"{said} ({times})"


def _map(answer: Answer, ground: maps.Ground, found: Found) -> presentation.ColouredMap:
    """The map of access, with the places that overlap alone."""
    drawn = presentation.score_map(answer.diagnosis, ground, classes_for(answer.diagnosis.communes))
    spots = {
        (spot.latitude, spot.longitude): spot.location
        for one in found.overlaps
        for spot in (one.first, one.second)
    }
    places = [(ground.spot(*where), name) for where, name in sorted(spots.items())]
    return replace(drawn, dots=[(*spot, name) for spot, name in places if spot])
