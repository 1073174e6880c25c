"""The share of people who have a place within the threshold."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.totals.coverage


def _shown(found: Diagnosis) -> str:
    return wording.percent(found.totals.coverage)


def _meaning(found: Diagnosis) -> str:
    return _("des %(people)s ont un lieu à %(n)d minutes ou moins") % {
        "people": wording.noun(found.question),
        "n": found.question.minutes,
    }


INDICATOR = Indicator(
    code="couverture",
    label=gettext_lazy("Part du public à portée"),
    question=gettext_lazy("Quelle part du public a un lieu à portée ?"),
    definition=gettext_lazy(
        "Part des personnes du public choisi qui habitent une commune dont le lieu le plus "
        "proche est au plus à T minutes, lieux des départements voisins compris."
    ),
    formula="Σ P_i · 1[min_j t_ij ≤ T] / Σ P_i",
    unit=gettext_lazy("part des personnes, de 0 à 1"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est haut, mieux c’est."),
    limits=(
        shared.TOWN_HALL,
        shared.ESTIMATED_TRAVEL,
        shared.NO_TIMETABLE,
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
