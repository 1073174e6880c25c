"""Best-served EPCI minus worst-served (R53)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.inequality.gap if found.inequality else None


def _shown(found: Diagnosis) -> str:
    return wording.amount(found.inequality.gap if found.inequality else None)


def _meaning(found: Diagnosis) -> str:
    return _("%(unit)s entre l’intercommunalité la mieux servie et la moins bien servie") % {
        "unit": wording.score_unit(found.question)
    }


INDICATOR = Indicator(
    code="ecart-epci",
    label=gettext_lazy("Écart entre intercommunalités"),
    question=gettext_lazy("Combien sépare la mieux servie de la moins bien servie ?"),
    definition=gettext_lazy(
        "Accès moyen par personne de l’intercommunalité la mieux servie, moins celui de la "
        "moins bien servie."
    ),
    formula="max_g A_g − min_g A_g, A_g = Σ_(i∈g) P_i A_i / Σ_(i∈g) P_i",
    unit=gettext_lazy("la même que l’accès moyen"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est bas, plus c’est égal."),
    limits=(
        shared.OTHER_DEPARTEMENT,
        shared.EQUAL_IS_NOT_GOOD,
        shared.SAME_RUN,
        shared.TOWN_HALL,
        shared.ESTIMATED_TRAVEL,
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
