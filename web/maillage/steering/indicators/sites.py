"""How many places were counted, and how sure we are of them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return float(found.totals.sites)


def _shown(found: Diagnosis) -> str:
    return wording.number(found.totals.sites)


def _meaning(found: Diagnosis) -> str:
    return _("lieux comptés dans le département")


INDICATOR = Indicator(
    code="lieux-comptes",
    label=gettext_lazy("Lieux comptés"),
    question=gettext_lazy("Sur quels lieux repose ce diagnostic ?"),
    definition=gettext_lazy(
        "Nombre de lieux du département où un service de cette nature, ouvert au public, "
        "reçoit ou vient. Les services fermés pour un temps comptent ; ceux en pause ou "
        "arrêtés non. Un service jamais vérifié compte, et leur nombre est affiché."
    ),
    formula="nombre de couples service × lieu",
    unit=gettext_lazy("lieux"),
    source=shared.SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est haut, plus il y a de lieux."),
    limits=(gettext_lazy("Un service absent de l’annuaire n’est pas compté."),),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
