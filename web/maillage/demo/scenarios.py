"""A decision that two invented councils took, opened and counted: where a travelling LAEP stops."""

from datetime import date, datetime, time, timedelta
from uuid import uuid5

from django.utils import timezone
from django.utils.translation import override

from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.steering.models import KeptScenario
from maillage.steering.scenarios import actions
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.plan import Plan
from maillage.territory.models import Epci

DECISION = uuid5(NAMESPACE, "decision/itinerant")
GRAY, GY = "200036549", "247000698"  # SIREN of the two EPCI
PLAN = Plan(
    HOME, epci=GRAY, neighbour=GY, minutes=15, adding=0, vehicles=1, stops=3, budget=60_000,
    opening=12_000, wage=42_000, tenths=8,
)  # fmt: skip
AIM = "eloignes"
WORDS = Words(
    "Un accueil enfants-parents itinérant entre Gray et Gy",
    "Les villages entre la Saône et l’Ognon sont les plus loin d’un accueil : nous commençons par"
    " eux. Un véhicule, trois étapes par semaine, des salles prêtées par les communes : c’est ce"
    " que nos deux budgets permettent. Chacun paie selon sa population, revue chaque année.",
    KeptScenario.CostKey.PEOPLE.value,
)
KEPT, PUBLISHED, OPENED = (timedelta(days=days) for days in (470, 455, 400))  # before the load


def receive(anchor: date) -> None:
    """Keep it again as it was, whatever visitors did with it."""
    remove()
    if Epci.objects.filter(pk__in=[GRAY, GY]).count() < 2:
        return
    with override("fr"):
        made = actions.outcome(PLAN)
        row = actions.row_of(made, AIM, WORDS)
    row.pk = DECISION
    row.opened_on = anchor - OPENED
    row.observed = round(0.4 * row.expected_low + 0.6 * row.expected_high)
    row.published_at = _noon(anchor - PUBLISHED)
    row.save(force_insert=True)
    KeptScenario.objects.filter(pk=DECISION).update(kept_at=_noon(anchor - KEPT))


def remove() -> None:
    """Take it away."""
    KeptScenario.objects.filter(pk=DECISION).delete()


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
