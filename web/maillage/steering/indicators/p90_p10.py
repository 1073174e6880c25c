"""The well-off over the worst-off among people (R53)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.inequality.p90_p10 if found.inequality else None


def _shown(found: Diagnosis) -> str:
    return wording.times(found.inequality.p90_p10) if found.inequality else "–"


def _meaning(found: Diagnosis) -> str:
    return _("entre les mieux servis et les moins bien servis (p90/p10)")


INDICATOR = Indicator(
    code="p90-p10",
    label=gettext_lazy("Rapport p90/p10"),
    question=gettext_lazy("Combien de fois plus ont les mieux servis ?"),
    definition=gettext_lazy(
        "Accès que neuf personnes sur dix ne dépassent pas, divisé par celui qu’une personne "
        "sur dix ne dépasse pas. Sans limite si une personne sur dix n’a rien."
    ),
    formula="p90(A) / p10(A), quantiles de personnes, sans interpolation",
    unit=gettext_lazy("fois"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("1 : tous pareils. Plus c’est haut, plus c’est inégal."),
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
