"""A decision that two invented councils took, opened and counted: where a travelling LAEP stops."""

from datetime import date, datetime, time, timedelta
from uuid import uuid5

from django.utils import timezone
from django.utils.translation import override

from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.steering.models import KeptScenario, KeptTour
from maillage.steering.scenarios import actions, rounds_actions
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome
from maillage.steering.scenarios.rounds_question import Question, Stop
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
BASE = "70279"  # Gray
RHYTHMS = ("weekly", "weekly", "fortnightly")
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
    tour = rounds_actions.tour(_tour_asked(made, anchor))
    KeptTour.objects.create(
        pk=uuid5(NAMESPACE, "decision/itinerant/tour"), departement_id=HOME, decision=row,
        packed=tour.pack(), data_hash=tour.data_hash, code_version=tour.code_version,
    )  # fmt: skip
    KeptTour.objects.filter(decision=row).update(kept_at=_noon(anchor - OPENED))


def _tour_asked(made: Outcome, anchor: date) -> Question:
    """Two days a week from Gray, the least populated stop every other week."""
    chosen = next(one for one in made.proposals if one.aim == AIM)
    places = sorted(chosen.places, key=lambda place: -place.persons)
    opened = anchor - OPENED
    return Question(
        departement=HOME, base=BASE, vehicles=PLAN.vehicles, starts=8 * 60 + 30, shift=7 * 60,
        days=2, closed=(2, 5, 6), stay=150,
        monday=(opened - timedelta(days=opened.weekday())).isoformat(),
        stops=tuple(
            Stop(p.commune, p.name, p.latitude, p.longitude, p.persons, rhythm)
            for p, rhythm in zip(places, RHYTHMS, strict=True)
        ),
    )  # fmt: skip


def remove() -> None:
    """Take it away."""
    KeptScenario.objects.filter(pk=DECISION).delete()


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
