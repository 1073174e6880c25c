"""What each aim chooses, against every choice tried; what means and the law leave of it."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import maillage_engine as engine
from maillage.core.maps import Projection
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import maps
from maillage.steering.inputs import CommuneFacts, Facts, Site
from maillage.steering.scenarios import actions, compute, law_words, wordings
from maillage.steering.scenarios.choosing import AIMS, _Asked, _choose, best
from maillage.steering.scenarios.duties import Due
from maillage.steering.scenarios.frames import Frame, framed, labelled
from maillage.steering.scenarios.ground import Ground, ground
from maillage.steering.scenarios.inputs import PlanFacts, PlanInputs
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Duty, Outcome, Proposal
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words

TOWNS = 16
BIG = 3  # the town of more than 10,000 inhabitants


def town(at: int) -> CommuneFacts:
    """One of sixteen communes, four by four, some twelve kilometres apart."""
    people = 11_000 if at == BIG else 300 + 170 * (at * 7 % 11)
    return CommuneFacts(
        code=f"700{at:02}", name=f"Bourg {at}", inside=True, departement="70", epci="1",
        epci_name="CC", latitude=47.4 + 0.11 * (at // 4), longitude=6.0 + 0.16 * (at % 4),
        density=6, population=people, area_km2=20.0, people=people / 10, estimated=False,
        income=None, growth=None, zonings=(),
    )  # fmt: skip


def site(at: int) -> Site:
    place = town(at)
    return Site(
        place.code, place.latitude, place.longitude, "Lieu", "Asso", f"Salle {at}", 10, 1, False,
        "", None, False, "", "",
    )  # fmt: skip


def inputs(*open_today: int, minders: float = 0.0) -> PlanInputs:
    """Sixteen communes, with as many childminders in each as asked."""
    communes = tuple(town(at) for at in range(TOWNS))
    codes = tuple(c.code for c in communes)
    sites = tuple(site(at) for at in open_today)
    main = Facts("70", "Haute-Saône", "", sites, (), (), "", (), (), ())
    counted = tuple((code, minders) for code in codes) if minders else ()
    facts = PlanFacts(main, main, codes, ("", ""), (), counted, (), (70.0, 10_000.0))
    return PlanInputs(facts, communes)


def values(land: Ground, sites: tuple[int, ...], limit: float) -> dict[str, float]:
    """What a choice is worth, in each aim's own unit: the lesser the better."""
    offered = land.offered[:, list(sites)].min(axis=1)
    minutes = np.minimum(land.today(), offered)
    return {
        "moyenne": float(land.people @ minutes),
        "eloignes": float(minutes.max()),
        "couverture": float(land.people[minutes > limit].sum()),
    }


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_aim_is_that_of_trying_every_choice(count: int) -> None:
    plan = Plan("70", adding=count, minutes=15)
    land = ground(plan, inputs(0, 6))
    tried = [values(land, c, plan.minutes) for c in combinations(range(TOWNS), count)]
    for aim in AIMS:
        found = best(aim, plan, land, count)
        assert found.value == pytest.approx(min(one[aim] for one in tried))
        assert found.bound == pytest.approx(found.value)
        chosen = values(land, tuple(int(at) for at in found.chosen), plan.minutes)
        assert chosen[aim] == pytest.approx(found.value)


def test_moving_is_that_of_trying_every_site_to_close() -> None:
    plan = Plan("70", adding=0, moving=1, minutes=15)
    land = ground(plan, inputs(0, 1))
    tried = []
    for closed in ((0,), (1,)):
        after = np.minimum(land.today(closed)[:, None], land.offered)
        tried.append(float((land.people @ after).min()))
    assert best("moyenne", plan, land, 0).value == pytest.approx(min(tried))


RELAYS = Plan(
    "70", kind="rpe", adding=2, minutes=30, budget=200_000, opening=10_000, wage=40_000, tenths=5
)


def solve(plan: Plan, given: PlanInputs) -> Outcome:
    return compute.solve(plan, given)


def names(proposal: Proposal) -> set[str]:
    return {place.name for place in proposal.places}


def apart(given: PlanInputs, own: tuple[int, ...]) -> PlanInputs:
    """The same, some communes being an EPCI of their own."""
    codes = {f"700{at:02}" for at in own}
    communes = tuple(replace(c, epci="2") if c.code in codes else c for c in given.communes)
    return PlanInputs(given.facts, communes)


def test_a_relay_opens_where_the_law_obliges_whatever_the_aim() -> None:
    given = apart(inputs(12), (BIG, 6, 7))
    found = solve(RELAYS, given)
    due = {f"Bourg {at}" for at in (BIG, 6, 7)}
    assert all(names(proposal) & due for proposal in found.proposals)
    assert all(proposal.proven for proposal in found.proposals)
    land = ground(RELAYS, given)
    allowed = [c for c in combinations(range(TOWNS), 2) if set(c) & {BIG, 6, 7}]
    for aim, proposal in zip(AIMS, found.proposals, strict=True):
        tried = [values(land, c, 30.0)[aim] for c in allowed]
        chosen = tuple(int(place.commune[3:]) for place in proposal.places)
        assert values(land, chosen, 30.0)[aim] == pytest.approx(min(tried))


def test_the_relay_that_the_law_wants_is_found_where_the_free_choice_has_none() -> None:
    plan, given = replace(RELAYS, adding=1, budget=0), inputs(12)
    land = ground(plan, given)
    corner = np.array([0, 1, 2, 4, 5, 6, 8])  # one more than are tried
    free, wanted = best("moyenne", plan, land, 1), replace(land, due=(due(corner),))
    found = best("moyenne", plan, wanted, 1, 6)
    assert free.chosen.tolist() == [BIG]
    least = min(values(land, (int(at),), 30.0)["moyenne"] for at in corner)
    assert found.value == pytest.approx(least)
    assert found.bound == free.bound  # not proven: one place was not tried
    assert best("moyenne", plan, wanted, 1).bound == pytest.approx(least)


def due(places: np.ndarray) -> Due:
    return Due((), frozenset(), places, is_covered=False)


def test_the_relay_of_the_same_epci_leaves_the_choice_free() -> None:
    given = apart(inputs(6), (BIG, 6, 7))
    assert ground(RELAYS, given).unmet() == ()
    assert [one.tolist() for one in ground(RELAYS, given).unmet((0,))] == [[BIG, 6, 7]]
    assert solve(RELAYS, given).duties == (Duty("Bourg 3", 11_000, True, False),)
    assert solve(RELAYS, inputs(BIG)).duties == (Duty("Bourg 3", 11_000, True, True),)


def test_a_relay_that_declares_the_commune_meets_its_duty_from_elsewhere() -> None:
    given = apart(inputs(12), (BIG,))
    assert [one.tolist() for one in ground(RELAYS, given).unmet()] == [[BIG]]
    for area in ("70003", "2"):
        told = PlanInputs(replace(given.facts, areas=(area,)), given.communes)
        assert ground(RELAYS, told).unmet() == ()


def test_an_epci_of_many_inhabitants_without_a_relay_is_named() -> None:
    given = apart(inputs(BIG), tuple(at for at in range(TOWNS) if at != BIG))
    many = tuple(replace(c, population=900) if c.epci == "2" else c for c in given.communes)
    found = solve(RELAYS, PlanInputs(given.facts, many))
    assert found.grouped == ("CC",)
    assert "aucun n’y est connu : CC." in " ".join(law_words.law(found))


def test_fewer_places_than_the_law_obliges_are_refused() -> None:
    moving_away = replace(RELAYS, adding=0, moving=0, budget=0)
    assert solve(replace(moving_away, adding=1), inputs(12)).refusal[0] == ""
    assert solve(moving_away, inputs(12)).refusal[0] == "rien"
    land = ground(RELAYS, inputs(12))
    two = replace(land, due=(due(np.array([BIG])), due(np.array([5]))))
    assert compute.refusal(replace(RELAYS, adding=1), two, 1) == ("obligation", 2.0, 1.0)


def test_the_relays_get_one_full_time_for_seventy_childminders() -> None:
    found = solve(RELAYS, inputs(12, minders=14.0))  # 224 in all: 3.2 full-time equivalents
    assert found.required == 3.2
    for proposal in found.proposals:
        added = sum(place.staff or 0 for place in proposal.places) + (proposal.reinforced or 0)
        assert added == pytest.approx(3.2)
        assert proposal.spent == 2 * 10_000 + 128_000


def test_what_today_s_relays_have_is_taken_off() -> None:
    found = solve(replace(RELAYS, today_tenths=20), inputs(12, minders=14.0))
    assert found.required == 1.2
    assert "au moins 1,2 de plus" in " ".join(law_words.law(found))
    enough = solve(replace(RELAYS, today_tenths=40), inputs(12, minders=14.0))
    assert "la cible est tenue" in " ".join(law_words.law(enough))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budget": 140_000}, "cela coûte 148 000 € par an et le budget est de 140 000 €"),
        ({"staff_tenths": 30}, "demande 3,2 temps plein de plus et vous pouvez en trouver 3,0"),
    ],
)
def test_means_under_what_the_law_asks_are_refused(changes: dict[str, int], said: str) -> None:
    found = solve(replace(RELAYS, **changes), inputs(12, minders=14.0))
    assert found.proposals == ()
    assert said in wordings.refusal(found).replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("budget", "staff", "opened"),
    [(59_999, 0, 1), (60_000, 0, 2), (90_000, 0, 3), (90_000, 14, 2), (29_999, 0, 0)],
)
def test_a_budget_and_a_pool_of_staff_say_how_many_places_open(
    budget: int, staff: int, opened: int
) -> None:
    plan = Plan(
        "70", adding=0, budget=budget, opening=10_000, wage=40_000, persons=50, tenths=5,
        staff_tenths=staff,
    )  # fmt: skip
    found = solve(plan, inputs(0))
    assert [len(p.places) for p in found.proposals] == ([opened] * 3 if opened else [])
    for proposal in found.proposals:
        staffed = [place.staff or 0 for place in proposal.places]
        assert min(staffed) >= 0.5
        assert (proposal.spent or 0) <= budget
        assert not staff or sum(staffed) <= staff / 10
        assert (proposal.served or 0) <= 50 * sum(staffed) + 1e-6


def test_those_without_a_car_are_the_households_that_have_none() -> None:
    given = inputs(0)
    shares = tuple((c.code, 0.5 if c.code == "70000" else 0.1) for c in given.communes)
    counted = PlanInputs(replace(given.facts, carless=shares), given.communes)
    everyone, some = (solve(Plan("70", adding=1), one) for one in (given, counted))
    assert not everyone.carless
    assert some.carless
    assert everyone.today
    assert some.today
    assert some.today.apart == everyone.today.apart / 2  # Bourg 0 alone, half of its people
    assert (some.today.apart_share or 0) > (everyone.today.apart_share or 0)


def test_the_maps_show_the_communes_of_the_plan_and_those_around() -> None:
    square = "M{x} {y}l20 0 0 20-20 0z"
    paths = {f"{x}-{y}": square.format(x=x, y=y) for x in range(0, 1000, 20) for y in (0, 20, 200)}
    whole = maps.Ground(Projection(0.0, 0.0, 1.0, 1.0, 240), paths, ())
    cut, shown = framed(whole, ["400-0", "420-0"])
    assert (shown.x, shown.width, shown.scale) == (360, 120, "0.120")
    assert shown.height == 100
    assert "440-20" in cut.paths
    assert "400-200" not in cut.paths
    assert "600-0" not in cut.paths
    assert framed(whole, paths)[0] is whole


def test_names_on_a_map_keep_out_of_each_other_s_way() -> None:
    frame = Frame(0, 0, 1000, 800, 1000)
    near = [(300, 300, "Buffignécourt"), (620, 308, "Ternuay-Melay")]
    first, second = labelled(frame, near, [])
    assert (first.left, first.down) == (False, 0)
    assert (second.left, second.down) == (False, 0)  # not over what stands on its left
    beside_a_dot = labelled(frame, [(700, 300, "Champagney")], [(600, 300)])[0]
    assert (beside_a_dot.left, beside_a_dot.down) == (False, 0)
    at_the_edge = labelled(frame, [(990, 300, "Champagney")], [(900, 300)])[0]
    assert at_the_edge.left
    assert at_the_edge.down != 0


@pytest.mark.django_db
def test_an_officer_writes_the_childminders_of_each_commune(client) -> None:
    toy.territory(minutes=False)
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = "/pilotage/scenarios/assistantes-maternelles/?departement=70"
    assert "70001,Aval," in officer.get(address).content.decode()
    wrong = "code,commune,assistantes_maternelles\n70001,Aval,peu\n25001,Halle,4\n"
    said = words(officer.post(address, {"year": 2026, "table": wrong}))
    assert "« peu » : un nombre entier est attendu." in said
    assert "cette commune n’est pas de ce département." in said
    right = "code;commune;assistantes_maternelles\n70001;Aval;84\n70002;Bourg;\n"
    assert officer.post(address, {"year": 2026, "table": right}).status_code == 302
    assert "70001,Aval,84" in officer.get(address).content.decode()
    found = actions.outcome(Plan("70", kind="rpe", adding=1))
    assert found.required == 1.2


def test_a_search_that_its_limit_stops_says_so_and_one_that_need_not_improve_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = Plan("70", adding=2, minutes=15)
    land = ground(plan, inputs(0, 6))
    median, limits = engine.p_median, []

    def stopped(*given: Any, **options: Any) -> engine.Siting:
        limits.append(options["time_limit"])
        found = median(*given, **options)
        return replace(found, bound=0.9 * found.objective, proven=False)

    assert not best("moyenne", plan, land, 2).cut_short
    monkeypatch.setattr(engine, "p_median", stopped)
    assert best("moyenne", plan, land, 2).cut_short
    assert best("moyenne", plan, replace(land, patience=4), 2).cut_short
    assert limits == [20.0, 80.0]
    found = _choose(_asked(land, beat=1.0), 2, None)
    assert not found.cut_short  # its bound says that nothing beats 1 person-minute
    assert _choose(_asked(land, beat=1e9), 2, None).cut_short


def _asked(land: Ground, beat: float) -> _Asked:
    return _Asked("moyenne", land.offered, land.today(), land.people, 15.0, beat=beat)
