"""Small things that pages rest on: published counts, classes of a map, hours, outlines."""

from datetime import date, time

import pytest
from django.utils.translation import override

from maillage.core import maps as core_maps
from maillage.core.disclosure import published
from maillage.directory.models import Schedule
from maillage.steering import wording
from maillage.steering.classes import Classes, classes_for, rounded_off
from maillage.steering.diagnosis import CommuneResult
from maillage.steering.maps import Ground, coloured, path, unpack
from maillage.steering.opening_hours import weekly_hours


@pytest.mark.parametrize(
    ("people", "shown", "said"),
    [
        (None, None, "non connu"),
        (0, 0, "0"),
        (0.4, None, "moins de 5"),
        (4.99, None, "moins de 5"),
        (5, 5, "5"),
        (7.4, 5, "5"),
        (7.5, 10, "10"),
        (3421, 3420, "3\xa0420"),
    ],
)
def test_counts_are_published_by_the_house_rules(
    people: float | None, shown: int | None, said: str
) -> None:
    with override("fr"):
        assert (published(people), wording.count(people)) == (shown, said)


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (0, "0 %"), (1, "100 %"), (0.999, "99,9 %"), (0.0004, "0,1 %"), (0.945, "95 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, said: str) -> None:
    with override("fr"):
        assert wording.percent(share) == said.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.0123, "0,012"), (0.456, "0,46"), (7.3, "7,3"), (123.4, "123"), (2.25, "2,3")],
)
def test_a_score_is_said_with_two_digits(value: float, said: str) -> None:
    with override("fr"):
        assert wording.amount(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(float("inf"), "sans limite"), (float("nan"), "non défini"), (2.25, "× 2,3")],
)
def test_a_ratio_to_nothing_has_words(value: float, said: str) -> None:
    with override("fr"):
        assert wording.times(value) == said


def commune(
    code: str, score: float, people: float | None = 10.0, **changes: object
) -> CommuneResult:
    facts: dict[str, object] = {
        "code": code, "name": code, "epci": "", "epci_name": "", "people": people,
        "estimated": False, "score": score, "minutes": 5.0, "nearest": "", "nearest_commune": "",
        "unserved": False, "close_call": False, "open_border": False, "zonings": (),
        "density": None, "income": None, "growth": None,
    }  # fmt: skip
    return CommuneResult(**facts | changes)  # type: ignore[arg-type]


def test_classes_are_round_numbers_at_the_fifths_of_the_people() -> None:
    rows = [commune(str(n), float(n)) for n in range(1, 11)]
    assert classes_for(rows).bounds == (2.0, 4.0, 6.0, 8.0)


def test_equal_scores_make_one_class() -> None:
    classes = classes_for([commune("a", 3.0), commune("b", 3.0)])
    assert classes.bounds == (3.0,)
    assert classes.fill(commune("a", 3.0)) in {"map-2", "map-3", "map-4"}


def test_unserved_unknown_and_low_are_three_looks() -> None:
    classes = Classes((1.0, 2.0, 3.0, 4.0))
    looks = {
        classes.fill(commune("a", 0.5)),
        classes.fill(commune("b", 0.0, unserved=True)),
        classes.fill(commune("c", 2.0, people=None)),
    }
    assert looks == {"map-1", "map-unserved", "map-missing"}


def test_a_bound_belongs_to_the_class_above() -> None:
    classes = Classes((1.0, 2.0, 3.0, 4.0))
    assert [classes.fill(commune("a", score)) for score in (0.99, 1.0, 4.0)] == [
        "map-1", "map-2", "map-5",
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "bound"), [(0.0113, 0.012), (0.47, 0.5), (7.3, 8.0), (96, 100)])
def test_bounds_are_numbers_people_say(value: float, bound: float) -> None:
    assert rounded_off(value) == bound


def rule(**changes: object) -> Schedule:
    facts: dict[str, object] = {
        "freq": "WEEKLY", "interval": 1, "byday": ["MO"], "dtstart": date(2026, 1, 1),
        "opens_at": time(9), "closes_at": time(11, 30), "school_period": "always",
    }  # fmt: skip
    return Schedule(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, 2.5),
        ({"byday": ["MO", "WE"]}, 5.0),
        ({"interval": 2}, 1.25),
        ({"school_period": "term"}, 2.5 * 36 / 52),
        ({"school_period": "holidays"}, 2.5 * 16 / 52),
        ({"freq": "MONTHLY", "byday": ["1WE"]}, 2.5 * 12 / 52),
    ],
)
def test_hours_of_an_average_week(changes: dict[str, object], hours: float) -> None:
    assert weekly_hours([rule(**changes)]) == pytest.approx(hours, abs=1e-4)


def test_two_rules_add_up_and_none_is_zero() -> None:
    assert weekly_hours([rule(), rule()]) == 5.0
    assert weekly_hours([]) == 0.0


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
FLAT = core_maps.Projection(west=0, north=1, scale=100, squeeze=1, height=124)


def test_an_outline_is_written_in_whole_steps() -> None:
    assert path(SQUARE, FLAT) == "M12 112l100 0 0-100-100 0z"


def test_a_ground_reads_back_as_it_was() -> None:
    ground = Ground(FLAT, {"1": path(SQUARE, FLAT)}, ())
    assert unpack(ground.pack()) == ground


def test_words_on_a_map_are_escaped() -> None:
    drawn = coloured({"1": ("map-1", "<script>")}, {"1": "M0 0z"}, prefix="c")
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
