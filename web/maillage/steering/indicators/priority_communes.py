"""How many communes the usual rules retain first (R59)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared
from maillage.steering.priorities import missing_facts, ranked, usual_rules


def _count(found: Diagnosis) -> int:
    return len(ranked(found, usual_rules(missing_facts(found))))


def _number(found: Diagnosis) -> float | None:
    return float(_count(found))


def _shown(found: Diagnosis) -> str:
    return wording.number(_count(found))


def _meaning(found: Diagnosis) -> str:
    return _("communes prioritaires selon les règles habituelles")


INDICATOR = Indicator(
    code="communes-prioritaires",
    label=gettext_lazy("Communes prioritaires"),
    question=gettext_lazy("Où agir d’abord ?"),
    definition=gettext_lazy(
        "Nombre de communes où les quatre règles habituelles sont vraies : lieu à "
        "plus de 20 minutes, au moins 10 personnes concernées, revenu médian d’au plus 22 000"
        " €, QPV ou FRR ou ZRR. Une règle dont la donnée n’est chargée pour aucune commune est"
        " laissée de côté. Les seuils se règlent sur la page des priorités."
    ),
    formula="Σ_i 1[nombre de règles vraies = nombre de règles dont la donnée est chargée]",
    unit=gettext_lazy("communes"),
    source=gettext_lazy("Les mêmes données, avec les revenus Filosofi et les zonages chargés."),
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Ni bon ni mauvais : une aide pour choisir."),
    limits=(
        gettext_lazy(
            "Une donnée non publiée ne rend pas la règle vraie :"
            " le revenu des petites communes manque souvent."
        ),
        gettext_lazy(
            "Une commune à 20 minutes ou presque peut changer de côté :"
            " l’erreur des temps estimés n’est pas comptée ici."
        ),
        gettext_lazy(
            "Un QPV n’existe qu’en ville : la règle le met toujours avec son pendant rural."
        ),
    ),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
