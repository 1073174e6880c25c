"""An issued month on one printed page (PDF, A4). The same statement gives the same bytes."""

from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.core import printed
from maillage.pooling.models import Statement
from maillage.pooling.statements import Shown

TEMPLATE = Path(__file__).resolve().parent / "templates" / "pooling" / "statement.typ"


def pdf(statement: Statement, shown: Shown) -> bytes:
    """Set the page."""
    return printed.pdf(TEMPLATE, _facts(statement, shown))


def _facts(statement: Statement, shown: Shown) -> dict[str, Any]:
    agreement = statement.agreement
    return {
        "lang": get_language() or "fr",
        "title": _("Relevé du mois : %(month)s") % {"month": date_format(statement.month, "F Y")},
        "subtitle": f"{agreement.title} – {agreement.holder.name}",
        "version": _("Version %(number)s, émise le %(day)s")
        % {
            "number": statement.version,
            "day": date_format(statement.issued_at, "j F Y"),
        },
        "reason": statement.reason,
        "totals": [
            [shown.minutes, _("heures faites")],
            [shown.metres, _("de route")],
            [shown.total, _("de dépenses")],
        ],
        "head": [column.label for column in shown.table["columns"]],
        "rows": shown.table["rows"],
        "notes": [
            _("Clé : %(key)s.") % {"key": agreement.get_cost_key_display()},
            *shown.basis,
            _(
                "Route : de la base au premier lieu, d’un lieu à l’autre, et retour ; un trajet est"
                " compté au lieu où il mène, le retour au dernier."
            ),
            _(
                "Les parts sont arrondies au centime au plus fort reste, puis dans l’ordre de la"
                " convention : leur somme est exactement la dépense."
            ),
        ],
        "hash": _("Empreinte du contenu : %(hash)s") % {"hash": statement.content_hash},
    }
