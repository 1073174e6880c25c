"""Equity targets that an invented council promised, with the readings of two past years."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.steering.models import Target, TargetReading
from maillage.territory.models import Epci

QUESTION: dict[str, Any] = {
    "departement_id": HOME, "kind": "rpe", "audience": "moins-de-3-ans", "mode": "car",
    "minutes": 15, "gauge": Target.Gauge.COVERAGE,
}  # fmt: skip
LOWEST, HIGHEST = (Decimal(28), Decimal(35)), (Decimal(92), Decimal(94))  # by past year
# SIREN, people concerned, start, what the two past years gave, aim: all invented
PROMISES = (
    ("200036549", 420.0, 40, (Decimal(52), Decimal("61.5")), 80),
    ("247000698", 150.0, 28, (Decimal(28), Decimal(35)), 70),
    ("247000854", 240.0, 55, (Decimal(72), Decimal(80)), 75),
)


def receive(anchor: date) -> None:
    """Promise them again as they were; where a visitor promised the same, theirs stands."""
    remove()
    known = set(Epci.objects.values_list("pk", flat=True))
    others = list(
        Epci.objects.filter(communes__departement=HOME)
        .exclude(pk__in=[promise[0] for promise in PROMISES])
        .order_by("pk").values_list("pk", flat=True).distinct()[: len(PROMISES)]
    )  # fmt: skip
    for siren, people, start, read, aim in PROMISES:
        epci = siren if siren in known else (others.pop() if others else None)
        if epci is not None:
            _promise(anchor.year, (siren, epci), people, start, read, aim)


def remove() -> None:
    """Take them away; what others promised stays."""
    ours = [_key(promise[0]) for promise in PROMISES]
    TargetReading.objects.filter(target__in=ours).delete()
    Target.objects.filter(pk__in=ours).delete()


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE, f"target/{name}")


def _promise(
    year: int,
    called: tuple[str, str],
    people: float,
    start: int,
    read: tuple[Decimal, ...],
    aim: int,
) -> None:
    name, epci = called
    if Target.objects.filter(withdrawn_at=None, epci=epci, **QUESTION).exists():
        return
    target = Target.objects.create(
        pk=_key(name), epci_id=epci, **QUESTION,
        start_year=year - 3, start_value=start, end_year=year + 2, end_value=aim,
    )  # fmt: skip
    for at, value in enumerate(read):
        past = year - 2 + at
        pk = uuid5(NAMESPACE, f"target/{name}/{at}")
        TargetReading.objects.create(
            pk=pk, departement_id=HOME, target=target, year=past, value=value,
            lowest=LOWEST[at], highest=HIGHEST[at], people=people, data_hash="0" * 64,
            code_version="démonstration",
        )  # fmt: skip
        taken = timezone.make_aware(datetime.combine(date(past, 11, 15), time(12)))
        TargetReading.objects.filter(pk=pk).update(taken_at=taken)
