"""People per place, all distances forgotten."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    totals = found.totals
    return totals.people / totals.sites if totals.sites and totals.people else None


def _shown(found: Diagnosis) -> str:
    return wording.count(_number(found)) if found.totals.sites else "–"


def _meaning(found: Diagnosis) -> str:
    return _("%(people)s par lieu du département") % {"people": wording.noun(found.question)}


INDICATOR = Indicator(
    code="personnes-par-lieu",
    label=gettext_lazy("Personnes par lieu"),
    question=gettext_lazy("Combien de personnes pour un lieu dans le département ?"),
    definition=gettext_lazy(
        "Personnes du public choisi dans le département, divisées par le nombre de lieux du "
        "département. Les lieux voisins ne comptent pas ici."
    ),
    formula="Σ P_i / nombre de lieux",
    unit=gettext_lazy("personnes par lieu"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est bas, mieux c’est."),
    limits=(gettext_lazy("Ne dit rien des distances ni de la taille des lieux."),),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
