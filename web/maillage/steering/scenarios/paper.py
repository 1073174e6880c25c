"""The paper for a council: the question, the three choices, the one retained and why (PDF, A4)."""

from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.core import printed
from maillage.steering.scenarios import presentation, wordings
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.result import Outcome, Proposal

TEMPLATE = Path(__file__).resolve().parents[1] / "templates" / "steering" / "decision.typ"


def pdf(found: Outcome, aim: str = "", words: Words | None = None) -> bytes:
    """Two pages at most; the same outcome and words give the same bytes."""
    return printed.pdf(TEMPLATE, _facts(found, aim, words or Words("", "")))


def _facts(found: Outcome, aim: str, words: Words) -> dict[str, Any]:
    columns, rows = presentation.table(found)
    return {
        "lang": get_language() or "fr",
        "title": words.title or wordings.title(found.plan),
        "subtitle": wordings.subtitle(found),
        "question": wordings.title(found.plan),
        "chosen_title": _("Proposition retenue") if aim else "",
        "chosen": str(wordings.AIM_NAMES[aim]) if aim else "",
        "reason_title": _("Pourquoi ce choix"),
        "reason": words.reason,
        "key_title": _("Partage avec le voisin") if words.cost_key else "",
        "key": _key(found, aim, words.cost_key),
        "table_title": _("Les trois propositions à côté d’aujourd’hui"),
        "head": [column.label for column in columns],
        "rows": [[cell.text for cell in row] for row in rows],
        "proposals": [_said(found, at, one) for at, one in enumerate(found.proposals, 1)],
        "notes_title": _("À savoir"),
        "notes": [*wordings.law(found), *presentation.notes(found)],
        "sources": " · ".join(
            f"{name} : {value}" for name, value in presentation.provenance(found)
        ),
    }


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
    said = [wordings.changed(one, found)]
    said += [_("Gagnent d’abord : %(names)s.") % {"names": gains}] if gains else []
    said += [_("Perdent : %(names)s.") % {"names": losses}] if losses else []
    said += [
        _("%(name)s paierait %(people)s € à la population, %(use)s € à l’usage.")
        % {"name": part.name, "people": part.by_people, "use": part.by_use}
        for part in one.parts
        if one.spent
    ]
    return {
        "name": str(wordings.AIM_NAMES[one.aim]),
        "bound": wordings.bound(one, found.plan),
        "lines": lines,
        "said": " ".join([*said, wordings.forecast(one, found)]),
    }
