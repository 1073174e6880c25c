"""Equity targets against what each year really gave: pure arithmetic on exact decimals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.steering.diagnosis import EpciResult
from maillage.steering.models import Target, TargetReading
from maillage.steering.question import Question, default_question

THOUSANDTH = Decimal("0.001")
HUNDRED = Decimal(100)
REACHED, KEPT, LATE = _("atteint"), _("tenu"), _("en retard")


@dataclass(frozen=True, slots=True)
class Step:
    """One year of a target: the reading, the straight path that year, and the word for it."""

    reading: TargetReading
    path: Decimal
    verdict: Promise


def question_of(target: Target) -> Question:
    """The question a target is about; the decay and the measure of supply are the usual ones."""
    usual = default_question(target.departement_id, target.kind)
    return usual.with_(audience=target.audience, mode=target.mode, minutes=target.minutes)


def value_of(row: EpciResult, gauge: str) -> Decimal | None:
    """What a diagnosis says of one EPCI: a share in percent, or a score."""
    found = row.coverage if gauge == Target.Gauge.COVERAGE else row.score
    if found is None:
        return None
    exact = Decimal(repr(found)) * (HUNDRED if gauge == Target.Gauge.COVERAGE else 1)
    return exact.quantize(THOUSANDTH, ROUND_HALF_UP)


def path(target: Target, year: int) -> Decimal:
    """Where a straight line from the start to the aim stands that year; flat before and after."""
    length = target.end_year - target.start_year
    done = min(max(year - target.start_year, 0), length)
    gain = (target.end_value - target.start_value) * done / length
    return (target.start_value + gain).quantize(THOUSANDTH, ROUND_HALF_UP)


def step(target: Target, reading: TargetReading) -> Step:
    """Judge one reading: reached, on the path or above it, or late."""
    expected = path(target, reading.year)
    if reading.value >= target.end_value:
        return Step(reading, expected, REACHED)
    return Step(reading, expected, KEPT if reading.value >= expected else LATE)


def missing(target: Target, reading: TargetReading) -> float:
    """What is left to the aim: people to bring within reach, or supply to add.

    The supply assumes that the people of the EPCI alone would use it, so it is the least needed.
    """
    gap = float(max(target.end_value - reading.value, Decimal(0)))
    per = HUNDRED if target.gauge == Target.Gauge.COVERAGE else question_of(target).per
    return gap * reading.people / float(per)
