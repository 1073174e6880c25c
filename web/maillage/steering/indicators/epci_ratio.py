"""Best-served EPCI over worst-served (R53)."""

import math

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.inequality.ratio if found.inequality else None


def _shown(found: Diagnosis) -> str:
    return wording.times(found.inequality.ratio) if found.inequality else "–"


def _meaning(found: Diagnosis) -> str:
    if found.inequality and math.isinf(found.inequality.ratio):
        return _("de rapport entre les intercommunalités : la moins bien servie n’a aucun accès")
    return _("entre l’intercommunalité la mieux servie et la moins bien servie")


INDICATOR = Indicator(
    code="rapport-epci",
    label=gettext_lazy("Rapport entre intercommunalités"),
    question=gettext_lazy("Combien de fois plus a la mieux servie ?"),
    definition=gettext_lazy(
        "Accès moyen par personne de l’intercommunalité la mieux servie, divisé par celui de "
        "la moins bien servie. Sans limite si la moins bien servie n’a rien."
    ),
    formula="max_g A_g / min_g A_g",
    unit=gettext_lazy("fois"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("1 : toutes pareilles. Plus c’est haut, plus c’est inégal."),
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
