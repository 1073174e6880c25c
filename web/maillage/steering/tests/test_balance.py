"""A team shared among places: every compromise keeps its presence, today's is the baseline."""

from dataclasses import replace

import pytest
from django.http import QueryDict

from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering.scenarios import actions, balance_page, exports, paper
from maillage.steering.scenarios.forms import PlanForm
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome, unpack
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words
from maillage.steering.tests.test_siting_choice import inputs, solve

TEAM = Plan("70", adding=1, minutes=15, team="10 5", apart=25)


@pytest.fixture(scope="module")
def found() -> Outcome:
    return solve(TEAM, inputs(0))


def test_no_compromise_is_below_its_presence_nor_beaten_by_another(found: Outcome) -> None:
    assert found.balance
    assert found.balance.complete
    kept = found.balance.compromises
    for one in kept:
        assert one.proven
        assert min(post.presence for post in one.posts) >= one.floor
        assert len(one.posts) == one.sites
        for person_at, tenths in ((0, 10), (1, 5)):
            mine = [post.presence for post in one.posts if post.person == person_at]
            assert sum(round(10 * presence) for presence in mine) <= tenths
            assert len(mine) <= 3
        better = [
            two for two in kept
            if two != one and two.sites <= one.sites and two.floor >= one.floor
            and two.mean <= one.mean
        ]  # fmt: skip
        assert better == []


def test_one_place_alone_is_the_shortest_mean_trip_that_one_place_gives(found: Outcome) -> None:
    assert found.balance
    alone = [one for one in found.balance.compromises if one.sites == 1]
    assert [one.floor for one in alone] == [1.0]
    assert alone[0].mean == pytest.approx(found.proposals[0].after.mean, abs=0.001)


def test_the_least_presence_that_is_asked_is_never_gone_under() -> None:
    asked = solve(replace(TEAM, tenths=5), inputs(0)).balance
    assert asked
    assert min(one.floor for one in asked.compromises) == 0.5
    none = solve(replace(TEAM, tenths=20), inputs(0))
    assert none.balance
    assert none.balance.compromises == ()
    said = balance_page.said(none)
    assert said
    assert "ne peut tenir la présence demandée" in said["sentence"]


def test_today_s_network_stands_first_in_the_table_and_in_the_chart(found: Outcome) -> None:
    said = balance_page.said(found)
    assert said
    assert found.today
    first = [cell.text for cell in said["rows"][0]]
    assert first[0] == "0"
    assert first[2] == f"{found.today.mean:.1f}\N{NO-BREAK SPACE}min".replace(".", ",")
    assert said["proof"] == "Prouvé : il n’y en a pas d’autre."
    assert all(line.d.startswith("M70 ") for line in said["chart"]["chart"].lines)


def test_the_compromises_are_kept_and_exported_unchanged(found: Outcome) -> None:
    again = unpack(found.pack())
    assert again == found
    lines = exports.balance_csv(found).decode("utf-8-sig").splitlines()
    assert found.balance
    assert len(lines) == 1 + sum(one.sites for one in found.balance.compromises)
    assert "--team '10 5'" in exports.command(found.plan)


@pytest.mark.parametrize(
    ("typed", "team"),
    [("1 ; 0,5 ; 0,5", "10 5 5"), ("0.5+1", "10 5"), ("0,5", "5"), ("", "")],
)
@pytest.mark.django_db
def test_a_team_is_written_as_people_write_it(typed: str, team: str) -> None:
    form = PlanForm(QueryDict(f"equipe={typed.replace('+', '%2B')}"), [("70", "Haute-Saône")], "70")
    assert form.errors == {}
    assert form.plan.team == team


@pytest.mark.parametrize(
    ("field", "typed"),
    [("equipe", "beaucoup"), ("equipe", "1;2"), ("equipe", "0"), ("etp_lieu", "0,55"),
     ("etp_lieu", "-1"), ("etp_possibles", "101")],
)  # fmt: skip
@pytest.mark.django_db
def test_a_post_that_cannot_be_is_told_and_left_aside(field: str, typed: str) -> None:
    form = PlanForm(QueryDict(f"{field}={typed}"), [("70", "Haute-Saône")], "70")
    assert "avec une décimale au plus" in str(form.errors[field])
    assert form.plan == Plan("70")


@pytest.mark.django_db
def test_an_officer_sees_the_compromises_beside_today_s(client) -> None:
    toy.territory(minutes=False)
    toy.drop_in("70001")
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    plan = Plan("70", adding=1, team="10 5")
    made = actions.outcome(plan)
    page = words(officer.get(f"/pilotage/scenarios/?{plan.query()}"))
    assert "Moins de lieux, plus de présence, moins de trajet" in page
    assert "Les compromis de l’équipe (CSV)" in page
    assert paper.pdf(made).startswith(b"%PDF")
