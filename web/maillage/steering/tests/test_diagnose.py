"""The figures of a diagnosis, worked out by hand on the toy territory."""

from dataclasses import replace
from datetime import time
from math import inf, log

import pytest

from maillage.steering import compute, inputs
from maillage.steering.diagnosis import Diagnosis, unpack
from maillage.steering.question import Question, Scenario
from maillage.steering.tests import toy
from maillage.territory.models import Commune

pytestmark = pytest.mark.django_db


def answer(asked: Question) -> Diagnosis:
    return compute.diagnose(asked, inputs.read(asked))


def scores(found: Diagnosis) -> dict[str, float]:
    return {commune.name: commune.score for commune in found.communes}


def test_access_shares_each_place_among_those_who_reach_it() -> None:
    """Aval's place is within reach of A, B, C and Halle: 1/(100+50+40+60) = 4 per 1,000.

    Halle's is within reach of A (exactly 30 minutes), C and Halle: 1/(100+40+60) = 5 per 1,000.
    """
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question())
    assert scores(found) == pytest.approx({"Aval": 9, "Bourg": 4, "Cime": 9, "Dent": 0})


def test_a_place_across_the_border_serves_the_border() -> None:
    toy.territory()
    toy.drop_in("25001")
    found = answer(toy.question())
    cime = next(commune for commune in found.communes if commune.name == "Cime")
    assert (cime.minutes, cime.nearest_commune, cime.unserved) == (20.0, "Halle", False)
    assert (found.totals.sites, found.totals.halo_sites) == (0, 1)


def test_coverage_counts_people_not_communes() -> None:
    """Only Dent (10 of 200 children) has its nearest place beyond 30 minutes: 35."""
    toy.territory()
    toy.both_drop_ins()
    totals = answer(toy.question()).totals
    assert totals.coverage == pytest.approx(0.95)
    assert (totals.far_people, totals.people, totals.unserved_communes) == (10.0, 200.0, 1)


def test_mean_and_median_are_those_of_children() -> None:
    """(100×9 + 50×4 + 40×9 + 10×0) / 200 = 7.3; half the children have 9 or more."""
    toy.territory()
    toy.both_drop_ins()
    totals = answer(toy.question()).totals
    assert (totals.mean_score, totals.median_score) == (pytest.approx(7.3), 9.0)
    # (100×0 + 50×10 + 40×20 + 10×35) / 200
    assert totals.mean_minutes == pytest.approx(8.2, abs=0.06)


def test_inequality_between_people_and_epci() -> None:
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question()).inequality
    assert found is not None
    # shares of people .05, .25, .70 hold 0, 200 and 1,260 of 1,460
    assert found.gini == pytest.approx(1 - (0.25 * (200 / 1460) + 0.7 * (200 / 1460 + 1)), abs=1e-6)
    assert (found.p10, found.p90, found.p90_p10) == (4.0, 9.0, 2.25)
    plain, hills = 1100 / 150, 360 / 50
    assert (found.lowest, found.highest) == (pytest.approx(hills), pytest.approx(plain, abs=1e-6))
    assert found.gap == pytest.approx(plain - hills, abs=1e-6)
    assert found.ratio == pytest.approx(plain / hills, abs=1e-6)
    assert found.lorenz[0] == (0.0, 0.0)
    assert found.lorenz[-1] == (1.0, 1.0)


def test_theil_splits_into_between_and_within() -> None:
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question()).inequality
    assert found is not None
    mean = 7.3
    total = 0.25 * 4 / mean * log(4 / mean) + 0.7 * 9 / mean * log(9 / mean)
    between = 1100 / 1460 * log(1100 / 150 / mean) + 360 / 1460 * log(360 / 50 / mean)
    assert found.theil == pytest.approx(total, abs=1e-6)
    assert found.theil_between == pytest.approx(between, abs=1e-6)
    assert found.theil_within == pytest.approx(total - between, abs=2e-6)


@pytest.mark.parametrize(
    ("sense", "fraction", "names"),
    [
        ("trop-loin", 50, {"Dent"}),
        ("score-nul", 50, {"Dent"}),
        ("sous-la-mediane", 40, {"Dent"}),  # under 3.6
        ("sous-la-mediane", 50, {"Bourg", "Dent"}),  # under 4.5
    ],
)
def test_three_senses_of_unserved(sense: str, fraction: int, names: set[str]) -> None:
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question(unserved=sense, fraction=fraction))
    assert {commune.name for commune in found.communes if commune.unserved} == names


def test_places_are_shared_among_the_stops_of_a_service() -> None:
    """12 places over 3 stops: 4 each. At Aval, 4 places for A, B, C and Halle: 4/250 per child."""
    toy.territory()
    first = toy.drop_in("70001", capacity=12, modes=["mobile"])
    toy.at(first.service, "70002", stop=True)
    toy.at(first.service, "70004", stop=True)
    asked = toy.question(measure="places", minutes=5)
    found = answer(asked)
    assert scores(found)["Aval"] == pytest.approx(100 * 4 / 100)  # alone within 5 minutes
    assert found.totals.supply == 12.0


def test_a_service_without_places_counts_for_distance_alone() -> None:
    toy.territory()
    toy.drop_in("70001", capacity=None)
    found = answer(toy.question(measure="places"))
    assert set(scores(found).values()) == {0.0}
    assert (found.totals.sites_without_supply, found.totals.coverage) == (1, pytest.approx(0.95))


def test_hours_follow_the_rules_of_opening() -> None:
    """Two mornings of 2 h, in term only: 4 × 36/52 hours a week, for the 250 who reach Aval."""
    toy.territory()
    toy.opens(toy.drop_in("70001"), school_period="term")
    found = answer(toy.question(measure="heures"))
    assert found.totals.supply == pytest.approx(4 * 36 / 52, abs=1e-4)
    assert scores(found)["Bourg"] == pytest.approx(100 * 4 * 36 / 52 / 250, abs=1e-4)


def test_only_services_whose_ages_meet_the_audience_count() -> None:
    toy.territory()
    toy.drop_in("70001", minimum_age=72, maximum_age=200)
    assert answer(toy.question()).totals.sites == 0
    assert answer(toy.question(audience="6-17-ans")).totals.sites == 1


@pytest.mark.parametrize(
    ("status", "counted"),
    [("active", 1), ("temporarily closed", 1), ("inactive", 0), ("defunct", 0)],
)
def test_only_services_shown_to_families_count(status: str, counted: int) -> None:
    toy.territory()
    toy.drop_in("70001", status=status)
    assert answer(toy.question()).totals.sites == counted


def test_unverified_services_are_counted_and_told() -> None:
    toy.territory()
    toy.drop_in("70001", verified_on=None)
    toy.drop_in("25001")
    assert answer(toy.question()).totals.unverified_services == 1
    strict = toy.question(scenario=Scenario(only_verified=True))
    assert (answer(strict).totals.sites, answer(strict).totals.halo_sites) == (0, 1)


def test_remote_services_stay_out_of_the_score() -> None:
    toy.territory()
    toy.both_drop_ins()
    before = answer(toy.question())
    line = toy.line()
    after = answer(toy.question())
    assert scores(after) == scores(before)
    assert [row[0] for row in after.remote] == [line.name]


def test_a_scenario_opens_and_closes_places() -> None:
    """A second place at Dent: unknown minutes elsewhere are estimated, at home it is next door."""
    toy.territory()
    aval, _ = toy.both_drop_ins()
    opened = answer(toy.question(scenario=Scenario(opened=("70004",))))
    assert opened.totals.far_people == 0.0
    closed = answer(toy.question(scenario=Scenario(closed=(aval.pk.hex[:10],))))
    # Halle alone: Bourg (40) and Dent (35) are too far
    assert closed.totals.far_people == 60.0


@pytest.mark.parametrize(
    ("day", "closes", "open_at"),
    [("SA", 12, ["samedi"]), ("TU", 19, ["soir"]), ("WE", 12, ["mercredi"]), ("TU", 18, [])],
)
def test_a_moment_counts_only_the_places_that_are_open_then(
    day: str, closes: int, open_at: list[str]
) -> None:
    toy.territory()
    toy.opens(toy.drop_in("70001"), byday=[day], closes_at=time(closes))
    toy.drop_in("70002")  # without hours: nothing says that it is open
    for moment in ("soir", "mercredi", "samedi"):
        asked = toy.question(scenario=Scenario(on="2026-12-01", moment=moment))
        assert answer(asked).totals.sites == (moment in open_at)


def test_a_day_keeps_only_rules_in_force() -> None:
    toy.territory()
    place = toy.drop_in("70001")
    toy.opens(place, dtstart="2027-01-01")
    assert answer(toy.question(scenario=Scenario(on="2026-12-31"))).totals.sites == 0
    assert answer(toy.question(scenario=Scenario(on="2027-01-01"))).totals.sites == 1


def test_an_unknown_number_of_children_is_not_zero() -> None:
    toy.territory()
    toy.both_drop_ins()
    Commune.objects.filter(pk="70004").update(
        children_under_3=None, children_under_6=None, children_6_17=None
    )
    found = answer(toy.question())
    dent = found.communes[-1]
    assert (dent.people, found.totals.unknown_communes, found.totals.coverage) == (None, 1, 1.0)


def test_no_children_figures_at_all_gives_no_share() -> None:
    toy.territory()
    toy.both_drop_ins()
    Commune.objects.update(children_under_3=None, children_under_6=None, children_6_17=None)
    found = answer(toy.question())
    assert (found.totals.coverage, found.inequality, found.epcis) == (None, None, ())
    assert found.totals.unserved_communes == 1


def test_nothing_anywhere_leaves_everyone_unserved() -> None:
    toy.territory()
    found = answer(toy.question())
    assert (found.totals.coverage, found.totals.unserved_communes) == (0.0, 4)
    assert found.inequality is not None
    assert found.inequality.gini == 0.0
    assert all(commune.minutes is None for commune in found.communes)


def test_a_neighbour_without_a_known_service_of_the_kind_leaves_the_border_open() -> None:
    toy.territory()
    toy.drop_in("70001")
    found = answer(toy.question())
    assert found.silent_departements == ("25",)
    assert any(commune.open_border for commune in found.communes)
    toy.drop_in("25001", kind="pmi")
    assert answer(toy.question()).silent_departements == ("25",)
    toy.drop_in("25001")
    assert answer(toy.question()).silent_departements == ()


def test_an_estimated_time_near_the_threshold_is_a_close_call() -> None:
    toy.territory(minutes=False)
    toy.drop_in("70001")
    totals = answer(toy.question()).totals
    assert totals.coverage_low is not None
    assert totals.coverage is not None
    assert totals.coverage_high is not None
    assert totals.coverage_low <= totals.coverage <= totals.coverage_high
    exact = compute.diagnose(toy.question(), inputs.read(toy.question()))
    reach = exact.communes[2].minutes  # Cime
    assert reach is not None
    near = answer(toy.question(minutes=int(reach)))
    assert near.communes[2].close_call


def test_an_imported_time_is_never_a_close_call() -> None:
    toy.territory()
    toy.both_drop_ins()
    found = answer(toy.question())
    assert not any(commune.close_call for commune in found.communes)
    assert found.travel == "Fichier times (2025)"


def test_the_same_facts_in_another_order_give_the_same_bytes() -> None:
    toy.territory()
    toy.both_drop_ins()
    toy.line()
    first = answer(toy.question())
    with_rows_reversed()
    second = answer(toy.question())
    assert second.data_hash == first.data_hash
    assert second.pack() == first.pack()


def with_rows_reversed() -> None:
    toy.wipe()
    toy.territory(backwards=True)
    toy.line()
    toy.drop_in("25001")
    toy.drop_in("70001")


def test_a_changed_fact_changes_the_hash() -> None:
    toy.territory()
    toy.both_drop_ins()
    first = answer(toy.question()).data_hash
    Commune.objects.filter(pk="70001").update(children_under_6=101)
    assert answer(toy.question()).data_hash != first


def test_a_result_reads_back_as_it_was() -> None:
    toy.territory()
    toy.both_drop_ins()
    toy.line()
    found = answer(toy.question(scenario=Scenario(opened=("70004",))))
    assert unpack(found.pack()) == found
    assert found.inequality is not None
    endless = replace(found, inequality=replace(found.inequality, p90_p10=inf))
    assert unpack(endless.pack()) == endless
