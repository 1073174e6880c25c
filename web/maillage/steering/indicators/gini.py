"""The Gini index of access between people (R53)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.inequality.gini if found.inequality else None


def _shown(found: Diagnosis) -> str:
    return wording.index(found.inequality.gini) if found.inequality else "–"


def _meaning(found: Diagnosis) -> str:
    return _("indice de Gini de l’accès, de 0 (égal) à 1")


INDICATOR = Indicator(
    code="gini",
    label=gettext_lazy("Indice de Gini"),
    question=gettext_lazy("L’accès est-il partagé également ?"),
    definition=gettext_lazy(
        "Deux fois la surface entre la courbe de Lorenz de l’accès et la diagonale d’égalité,"
        " personne par personne."
    ),
    formula="G = 1 − Σ_i p_i (L_(i−1) + L_i)",
    unit=gettext_lazy("de 0 à 1"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("0 : chacun a autant. Vers 1 : peu de personnes ont tout."),
    limits=(
        shared.EQUAL_IS_NOT_GOOD,
        shared.SAME_RUN,
        shared.TOWN_HALL,
        shared.ESTIMATED_TRAVEL,
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
