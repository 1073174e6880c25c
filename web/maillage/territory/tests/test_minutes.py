"""How long it takes to go somewhere, and whether that is known or estimated."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.territory import compute
from maillage.territory.models import Commune, Dataset, Mode, TravelTime

GRAY = compute.Point(47.4444, 5.5914, "70279")
VESOUL = compute.Point(47.6222, 6.1550, "70550")
NOWHERE_KNOWN = compute.Point(47.60, 6.20)


@pytest.fixture
def vesoul(territory) -> Commune:
    return Commune.objects.get(pk="70550")


def known(origin: str, destination: str, minutes: float, mode: str = "car") -> None:
    dataset = Dataset.objects.get_or_create(key="t", vintage="t", sha256="t")[0]
    TravelTime.objects.create(
        origin_id=origin, destination_id=destination, mode=mode, minutes=minutes, dataset=dataset
    )


def test_without_a_matrix_every_time_is_an_estimate(vesoul):
    found = compute.minutes_from(vesoul, [GRAY, NOWHERE_KNOWN], Mode.CAR)
    assert [minutes.source for minutes in found] == ["estimate", "estimate"]
    assert found[0].value == 55.2
    assert all(minutes.is_estimate for minutes in found)


def test_an_imported_time_replaces_the_estimate_and_says_so(vesoul):
    known("70550", "70279", 52.3)
    found = compute.minutes_from(vesoul, [GRAY, NOWHERE_KNOWN], Mode.CAR)
    assert (found[0].value, found[0].source, found[0].is_estimate) == (52.3, "matrix", False)
    assert found[1].source == "estimate"


def test_an_imported_time_has_a_direction_and_a_mode(vesoul):
    known("70279", "70550", 52.3)
    known("70550", "70279", 99.0, "bicycle")
    assert compute.minutes_from(vesoul, [GRAY], Mode.CAR)[0].source == "estimate"
    assert compute.minutes_from(vesoul, [GRAY], Mode.BICYCLE)[0].value == 99.0


@pytest.mark.parametrize(("mode", "least"), [("car", 3.0), ("bicycle", 3.0), ("foot", 2.0)])
def test_next_door_is_never_no_time_at_all(vesoul, mode, least):
    assert compute.minutes_from(vesoul, [VESOUL], mode)[0].value == least


def test_a_matrix_says_nothing_inside_one_commune(vesoul):
    known("70550", "70550", 0)
    assert compute.minutes_from(vesoul, [VESOUL], "car")[0] == compute.Minutes(3.0, "estimate")


def test_one_query_whatever_the_number_of_points(vesoul):
    known("70550", "70279", 52.3)
    with CaptureQueriesContext(connection) as queries:
        found = compute.minutes_from(vesoul, [GRAY, VESOUL, NOWHERE_KNOWN] * 50, "car")
    assert (len(found), len(queries)) == (150, 1)


def test_no_point_costs_no_query(vesoul):
    with CaptureQueriesContext(connection) as queries:
        assert compute.minutes_from(vesoul, [], "car") == []
    assert len(queries) == 0


def test_points_may_be_plain_triples(vesoul):
    assert compute.minutes_from(vesoul, [(47.4444, 5.5914, "70279")], "car") == (
        compute.minutes_from(vesoul, [GRAY], "car")
    )


def test_a_table_agrees_with_single_times(vesoul):
    known("70550", "70279", 52.3)
    origins = list(Commune.objects.filter(pk__in=["70279", "70550"]).order_by("pk"))
    with CaptureQueriesContext(connection) as queries:
        table = compute.minutes_between(origins, [GRAY, VESOUL, NOWHERE_KNOWN], "car")
    assert len(queries) == 2
    for row, origin in enumerate(origins):
        found = compute.minutes_from(origin, [GRAY, VESOUL, NOWHERE_KNOWN], "car")
        assert table.minutes[row].tolist() == [minutes.value for minutes in found]
        assert table.estimated[row].tolist() == [minutes.is_estimate for minutes in found]


@pytest.mark.parametrize(
    ("population", "area", "level"),
    [
        (150_000, 300, 1),
        (30_000, 10, 1),
        (25_000, 50, 2),
        (14_916, 9.07, 3),
        (2_000, 5, 4),
        (3_000, 40, 5),
        (900, 15, 6),
        (120, 12, 7),
        (0, 12, 7),
    ],
)
def test_density_is_estimated_from_people_and_area(population, area, level):
    assert compute.estimated_density([population], [area]) == [level]
