"""Supply per person within reach, competition included (E2SFCA)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.totals.mean_score


def _shown(found: Diagnosis) -> str:
    return wording.amount(found.totals.mean_score)


def _meaning(found: Diagnosis) -> str:
    return _("%(unit)s, en moyenne") % {"unit": wording.score_unit(found.question)}


INDICATOR = Indicator(
    code="acces-moyen",
    label=gettext_lazy("Accès moyen"),
    question=gettext_lazy("De quoi dispose une personne, en partageant avec ses voisins ?"),
    definition=gettext_lazy(
        "Chaque lieu est partagé entre toutes les personnes qui peuvent y aller, halo "
        "compris, puis chaque commune additionne les parts des lieux qu’elle atteint. La "
        "moyenne est celle des personnes."
    ),
    formula="R_j = S_j / Σ_k w(t_kj) P_k ; A_i = Σ_j w(t_ij) R_j ; moyenne = Σ P_i A_i / Σ P_i",
    unit=gettext_lazy("offre pour 100 ou 1 000 personnes, selon la mesure"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est haut, mieux c’est."),
    limits=(
        shared.SAME_RUN,
        shared.TOWN_HALL,
        shared.ESTIMATED_TRAVEL,
        shared.NO_TIMETABLE,
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
