"""The share of services that nobody has confirmed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.indicator import Indicator
from maillage.steering.indicators import shared


def _number(found: Diagnosis) -> float | None:
    return float(found.totals.unverified_services)


def _shown(found: Diagnosis) -> str:
    return wording.number(found.totals.unverified_services)


def _meaning(found: Diagnosis) -> str:
    return _("services jamais vérifiés sur %(n)s") % {"n": wording.number(found.totals.services)}


INDICATOR = Indicator(
    code="services-non-verifies",
    label=gettext_lazy("Services jamais vérifiés"),
    question=gettext_lazy("Peut-on se fier à l’annuaire ?"),
    definition=gettext_lazy(
        "Nombre de services comptés, halo compris, que personne n’a confirmés à ce jour."
    ),
    formula="nombre de services sans date de vérification",
    unit=gettext_lazy("services"),
    source=shared.SUPPLY,
    freshness=shared.ON_CHANGE,
    direction=gettext_lazy("Plus c’est bas, plus le diagnostic est sûr."),
    limits=(gettext_lazy("Une vérification ancienne compte comme une vérification."),),
    number=_number,
    shown=_shown,
    meaning=_meaning,
)
