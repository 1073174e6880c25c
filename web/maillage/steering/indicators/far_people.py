"""How many people live beyond the threshold."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.disclosure import published
from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return published(found.totals.far_people) if found.totals.people else None


def _shown(found: Diagnosis) -> str:
    return wording.count(found.totals.far_people if found.totals.people else None)


def _meaning(found: Diagnosis) -> str:
    return _("%(people)s vivent à plus de %(n)d minutes") % {
        "people": wording.noun(found.question),
        "n": found.question.minutes,
    }


INDICATOR = Indicator(
    code="personnes-eloignees",
    label=gettext_lazy("Personnes éloignées"),
    question=gettext_lazy("Combien de personnes vivent trop loin ?"),
    definition=gettext_lazy(
        "Nombre de personnes du public choisi dont le lieu le plus proche est à plus de T "
        "minutes, ou n’existe pas."
    ),
    formula="Σ P_i · 1[min_j t_ij > T]",
    unit=gettext_lazy("personnes, arrondies à 5"),
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
