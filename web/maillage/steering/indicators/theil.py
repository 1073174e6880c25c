"""The Theil index and its share between EPCI (R53)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return found.inequality.theil if found.inequality else None


def _shown(found: Diagnosis) -> str:
    return wording.index(found.inequality.theil) if found.inequality else "–"


def _meaning(found: Diagnosis) -> str:
    if not found.inequality or not found.inequality.theil:
        return _("indice de Theil de l’accès")
    share = found.inequality.theil_between / found.inequality.theil
    return _("indice de Theil, dont %(share)s entre intercommunalités") % {
        "share": wording.percent(share)
    }


INDICATOR = Indicator(
    code="theil",
    label=gettext_lazy("Indice de Theil"),
    question=gettext_lazy("L’inégalité est-elle entre les intercommunalités, ou à l’intérieur ?"),
    definition=gettext_lazy(
        "Indice d’inégalité qui se partage exactement : ce qui resterait si chacun avait la "
        "moyenne de son intercommunalité (entre), et ce qui reste à l’intérieur (dans). Les "
        "personnes qui n’ont rien comptent."
    ),
    formula="T = Σ_i p_i (A_i/μ) ln(A_i/μ) = Σ_g s_g ln(μ_g/μ) + Σ_g s_g T_g",
    unit=gettext_lazy("de 0 à ln(nombre de personnes)"),
    source=shared.PEOPLE_AND_SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("0 : chacun a autant. Plus c’est haut, plus c’est inégal."),
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
