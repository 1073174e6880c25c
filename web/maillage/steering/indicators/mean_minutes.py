"""Mean time to the nearest place."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.totals.mean_minutes


def _shown(found: Diagnosis) -> str:
    return wording.minutes(found.totals.mean_minutes)


def _meaning(found: Diagnosis) -> str:
    return _("en moyenne jusqu’au lieu le plus proche")


INDICATOR = Indicator(
    code="temps-moyen",
    label=gettext_lazy("Temps moyen"),
    question=gettext_lazy("Combien de temps faut-il pour rejoindre le lieu le plus proche ?"),
    definition=gettext_lazy(
        "Temps moyen jusqu’au lieu le plus proche, chaque commune comptant pour ses habitants"
        " concernés. Les communes qui n’atteignent aucun lieu connu n’entrent pas dans la "
        "moyenne."
    ),
    formula="Σ P_i min_j t_ij / Σ P_i",
    unit=gettext_lazy("minutes"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est bas, mieux c’est."),
    limits=(
        shared.TOWN_HALL,
        shared.ESTIMATED_TRAVEL,
        shared.NO_TIMETABLE,
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
