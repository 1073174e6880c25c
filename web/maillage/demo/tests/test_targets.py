"""The equity targets of the demonstration come and go without those of visitors."""

from datetime import date
from decimal import Decimal

import pytest

from maillage.core import scope
from maillage.demo import targets
from maillage.steering.models import Target, TargetReading
from maillage.territory.models import Epci

ANCHOR = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _as_the_system(haute_saone: None):
    with scope.system():
        yield


def promised_by_a_visitor(epci: Epci) -> Target:
    return Target.objects.create(
        epci=epci, **targets.QUESTION, start_year=2026, start_value=10, end_year=2030, end_value=20
    )


def test_three_councils_promised_and_two_years_were_read():
    targets.receive(ANCHOR)
    targets.receive(ANCHOR)
    found = Target.objects.filter(withdrawn_at=None)
    assert sorted(found.values_list("start_year", "end_year", "end_value")) == [
        (2023, 2028, Decimal(70)), (2023, 2028, Decimal(75)), (2023, 2028, Decimal(80)),
    ]  # fmt: skip
    assert TargetReading.objects.filter(target__in=found).count() == 6


def test_what_visitors_promised_stays_and_takes_the_place_of_the_same_promise():
    targets.receive(ANCHOR)
    ours = Target.objects.filter(withdrawn_at=None).first()
    assert ours is not None
    other = Epci.objects.exclude(pk__in=Target.objects.values("epci"))[0]
    targets.remove()
    theirs = {promised_by_a_visitor(ours.epci).pk, promised_by_a_visitor(other).pk}
    targets.receive(ANCHOR)
    assert Target.objects.filter(epci=ours.epci).count() == 1
    targets.remove()
    assert set(Target.objects.values_list("pk", flat=True)) == theirs
