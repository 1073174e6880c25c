"""The diagnosis on one printed page (PDF, A4). The same diagnosis gives the same bytes."""

import math
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.core import printed
from maillage.steering import presentation, wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.margins import words as margins

TEMPLATE = Path(__file__).resolve().parent / "templates" / "steering" / "sheet.typ"
MOST_LISTED = 14
FIGURES = ("couverture", "personnes-eloignees", "communes-non-desservies", "acces-moyen")


def pdf(found: Diagnosis, map_svg: bytes) -> bytes:
    """One page: the question, the map, four figures, where there is none, and the sources."""
    return printed.pdf(TEMPLATE, _facts(found), {"map.svg": map_svg})


def _facts(found: Diagnosis) -> dict[str, Any]:
    unserved = presentation.unserved_list(found)[:MOST_LISTED]
    figures = [presentation.figure(found, code) for code in FIGURES]
    return {
        "lang": get_language() or "fr",
        "title": found.question.title(),
        "subtitle": presentation.subtitle(found),
        "figures": [[f.value, f.meaning, f.note] for f in figures],
        "unserved_title": _("Communes non desservies, celles qui comptent le plus de monde d’abord")
        if unserved
        else _("Aucune commune non desservie"),
        "unserved_head": [_("Commune"), _("Public"), _("Lieu le plus proche")],
        "unserved": [
            [c.name, wording.count(c.people), wording.minutes(c.minutes)] for c in unserved
        ],
        "inequality": _inequality(found),
        "notes": presentation.notes(found),
        "notes_title": _("À savoir"),
        "unit": wording.sentence(wording.score_unit(found.question)) + ".",
        "map_alt": found.question.title(),
        "sources": _("Sources : %(files)s. %(code)s. Empreinte des données : %(hash)s.")
        % {
            "files": presentation.sources_in_short(found),
            "code": found.code_version,
            "hash": found.data_hash,
        },
    }


def _inequality(found: Diagnosis) -> str:
    if found.inequality is None:
        return ""
    if math.isinf(found.inequality.ratio):
        sentence = _("La moins bien servie des intercommunalités n’a aucun accès. Gini : %(gini)s.")
        return sentence % {"gini": _gini(found, found.inequality.gini)}
    return _(
        "Entre intercommunalités : %(ratio)s de la moins bien servie à la mieux servie."
        " Gini : %(gini)s."
    ) % {
        "ratio": wording.times(found.inequality.ratio),
        "gini": _gini(found, found.inequality.gini),
    }


def _gini(found: Diagnosis, gini: float) -> str:
    known = found.range_of("gini")
    bounds = (wording.index(known.low), wording.index(known.high)) if known else (None, None)
    return margins.beside(wording.index(gini), *bounds)
