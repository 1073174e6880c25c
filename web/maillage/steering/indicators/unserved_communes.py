"""Communes without access, in the chosen sense (R87)."""

from django.utils.translation import gettext_lazy, ngettext

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return float(found.totals.unserved_communes)


def _shown(found: Diagnosis) -> str:
    return wording.number(found.totals.unserved_communes)


def _meaning(found: Diagnosis) -> str:
    return ngettext(
        "commune non desservie sur %(n)s",
        "communes non desservies sur %(n)s",
        found.totals.unserved_communes,
    ) % {"n": wording.number(found.totals.communes)}


INDICATOR = Indicator(
    code="communes-non-desservies",
    label=gettext_lazy("Communes non desservies"),
    question=gettext_lazy("Quelles communes n’ont rien ?"),
    definition=gettext_lazy(
        "Nombre de communes non desservies, au sens choisi : lieu le plus proche au-delà de T"
        " minutes ; ou score d’accès nul ; ou score sous une part q de la médiane des "
        "personnes."
    ),
    formula="min_j t_ij > T  |  A_i = 0  |  A_i < q · médiane(A) ou A_i = 0",
    unit=gettext_lazy("communes"),
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
