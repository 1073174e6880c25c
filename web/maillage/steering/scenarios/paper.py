"""The paper for a council: the question, the three choices, the one retained and why (PDF, A4)."""

from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.core import printed
from maillage.steering import maps, wording
from maillage.steering.drawing import COLOURS
from maillage.steering.scenarios import (
    balance_page,
    drawing,
    law_words,
    presentation,
    wordings,
)
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.result import Outcome, Proposal

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "steering" / "decision.typ"


def pdf(found: Outcome, aim: str = "", words: Words | None = None) -> bytes:
    """A4, two pages as a rule; the same outcome and words give the same bytes.

    With `aim`, the maps are today's and the one retained; without, today's and all three.
    """
    said = facts(found, aim, words or Words("", ""))
    return printed.pdf(TEMPLATE, said, _pictures(found, aim))


def _pictures(found: Outcome, aim: str) -> dict[str, bytes]:
    land = presentation.drawn(found, maps.ground(found.plan.departement))
    return {f"map-{at}.svg": drawing.svg(found, land, at) for at in _shown(found, aim)}


def _shown(found: Outcome, aim: str) -> list[int]:
    """The maps: 0 is today's."""
    return [0, *(at for at, one in enumerate(found.proposals, 1) if aim in {"", one.aim})]


def facts(found: Outcome, aim: str, words: Words) -> dict[str, Any]:
    """What is printed, word for word."""
    columns, rows = presentation.table(found)
    return {
        "lang": get_language() or "fr",
        "title": words.title or wordings.title(found.plan),
        "subtitle": wordings.subtitle(found),
        "question": wordings.asked(found.plan, words.title),
        "dated": _dated(words),
        "chosen_title": _("Proposition retenue") if aim else "",
        "chosen": str(wordings.AIM_NAMES[aim]) if aim else "",
        "reason_title": _("Pourquoi ce choix"),
        "reason": words.reason,
        "key_title": _("Partage avec le voisin") if words.cost_key else "",
        "key": _key(found, aim, words.cost_key),
        "table_title": _("Les trois propositions à côté d’aujourd’hui"),
        "head": [column.label for column in columns],
        "rows": [[cell.text for cell in row] for row in rows],
        "maps": [
            {"file": f"map-{at}.svg", "title": _map_title(found, at)} for at in _shown(found, aim)
        ],
        "legend": [[COLOURS[line.css], line.label] for line in presentation.legend(found)],
        "proposals": [_said(found, at, one) for at, one in _in_order(found, aim)],
        "balance": _balance(found),
        "notes_title": _("À savoir"),
        "notes": [*law_words.law(found), *presentation.notes(found)],
        "sources": " · ".join(
            f"{name} : {value}" for name, value in presentation.provenance(found)
        ),
    }


def _dated(words: Words) -> str:
    """The day of the figures; what is not kept yet is not dated, to give the same bytes again."""
    if words.kept_on is None:
        return _("Document de travail : rien n’est décidé.")
    return _("Chiffres du %(day)s.") % {"day": date_format(words.kept_on, "j F Y")}


def _balance(found: Outcome) -> dict[str, Any] | None:
    """The compromises of the team beside today's, where there is a team."""
    said = balance_page.said(found)
    if said is None:
        return None
    return {
        "title": _("Moins de lieux, plus de présence, moins de trajet"),
        "head": [column.label for column in said["columns"]],
        "rows": [[cell.text for cell in row] for row in said["rows"]],
        "said": f"{said['sentence']} {said['proof']}",
    }


def _in_order(found: Outcome, aim: str) -> list[tuple[int, Proposal]]:
    """The proposals with their rank, the one retained first."""
    return sorted(enumerate(found.proposals, 1), key=lambda pair: pair[1].aim != aim)


def _map_title(found: Outcome, at: int) -> str:
    if not at:
        return _("Aujourd’hui")
    return str(wordings.AIM_NAMES[found.proposals[at - 1].aim])


def _key(found: Outcome, aim: str, key: str) -> str:
    chosen = next((one for one in found.proposals if one.aim == aim), None)
    return wordings.shared(chosen, key) if chosen and key else ""


def _said(found: Outcome, at: int, one: Proposal) -> dict[str, Any]:
    winners, losers = presentation.changes(found, at)
    lines = [f"{p.name}. {wordings.reason(p, found)} {wordings.steadiness(p)}" for p in one.places]
    lines += [_("Ferme : %(name)s") % {"name": name} for name in one.closed]
    lines += [_("Tournée : %(stops)s") % {"stops": ", ".join(r.stops)} for r in one.rounds]
    gains = ", ".join(home.name for home in winners[: presentation.LISTED])
    losses = ", ".join(home.name for home in losers[: presentation.LISTED])
    said = [wordings.changed(one, found), *law_words.relays(found, one)]
    said += [_("Gagnent d’abord : %(names)s.") % {"names": gains}] if gains else []
    said += [_("Perdent : %(names)s.") % {"names": losses}] if losses else []
    said += [
        _("%(name)s paierait %(people)s € à la population, %(use)s € à l’usage.")
        % {
            "name": wording.short_name(part.name),
            "people": wording.number(part.by_people),
            "use": wording.number(part.by_use),
        }
        for part in one.parts
        if one.spent
    ]
    return {
        "name": str(wordings.AIM_NAMES[one.aim]),
        "bound": wordings.bound(one, found.plan),
        "lines": lines,
        "said": " ".join([*said, wordings.forecast(one, found)]),
    }
