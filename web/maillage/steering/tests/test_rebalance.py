"""New places shared: today's beside, the total and the limit held, what cannot be is named.

Two sites: Aval's reaches Aval and Bourg (150 children), Cime's reaches Cime and Dent (50).
"""

from itertools import product
from operator import mul

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import actions as diagnoses
from maillage.steering import tasks
from maillage.steering.scenarios import rebalance_actions
from maillage.steering.scenarios.rebalance_actions import answer
from maillage.steering.scenarios.rebalancing import Equity, Rebalanced, Rebalancing
from maillage.steering.scenarios.runs import SHARING_TASK
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words
from maillage.territory.models import TravelTime

pytestmark = pytest.mark.django_db
PAGE = "/pilotage/scenarios/reequilibrer/"
NEAR, FAR = 5, 90
REACHES = {"70001": ("70001", "70002"), "70003": ("70003", "70004")}
ASKED = Rebalancing("70", kind="laep", audience="moins-de-6-ans", places=6)


@pytest.fixture(autouse=True)
def _territory() -> None:
    toy.territory(minutes=False)


def two_sites(aval: int | None = 30, cime: int | None = 4) -> None:
    source = toy.dataset("matrix")
    for site, capacity in (("70001", aval), ("70003", cime)):
        toy.drop_in(site, capacity=capacity)
        for code, *_rest in toy.COMMUNES:
            minutes = NEAR if code in REACHES[site] else FAR
            TravelTime.objects.create(
                origin_id=code, destination_id=site, mode="car", minutes=minutes, dataset=source
            )


def asked(**changes: object) -> Rebalanced:
    return answer(Rebalancing(**{"departement": "70", "kind": "laep",
                                 "audience": "moins-de-6-ans", "places": 6} | changes))  # type: ignore[arg-type]  # fmt: skip


def shown(officer: Client, query: str) -> str:
    """Ask the page, let the worker answer, and read it."""
    waiting = officer.get(f"{PAGE}?{query}")
    assert waiting["Refresh"] == "2"
    job = ProcrastinateJob.objects.filter(task_name=SHARING_TASK).latest("id")
    tasks.share_places(**job.args)
    return words(officer.get(f"{PAGE}?{query}"))


def added(found: Rebalanced) -> dict[str, int]:
    return {one.commune_name: one.added for one in found.receivers}


@pytest.mark.parametrize("aim", Equity.values)
def test_six_places_make_everyone_equal_and_that_is_proven(aim: str) -> None:
    two_sites()
    found = asked(aim=aim)
    assert found.before
    assert found.after
    assert (found.before.least, found.before.least_at) == (8.0, "Cime")
    assert found.before.gini == pytest.approx(0.75 * 0.25 * 0.12 / 0.17, abs=1e-6)
    assert added(found) == {"Aval": 0, "Cime": 6}
    assert (found.after.least, found.after.gini) == (20.0, 0.0)
    assert found.proven
    assert found.is_better


def test_whole_places_are_the_best_whole_ones_and_the_bound_is_told() -> None:
    two_sites()
    found = asked(places=8)  # 6.5 and 1.5 would give 21; 7 and 1 give 31 for 150
    assert added(found) == {"Aval": 1, "Cime": 7}
    assert found.after
    assert found.after.least == pytest.approx(100 * 31 / 150, abs=1e-6)
    assert (found.bound, found.proven) == (21.0, False)


def test_the_total_and_the_limit_of_each_site_hold() -> None:
    two_sites()
    found = asked(most=4)
    assert added(found) == {"Aval": 2, "Cime": 4}
    assert found.after
    assert (found.after.least, found.proven) == (16.0, True)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"most": 2}, ("plafond", 6.0, 4.0)),
        ({"budget": 100_000, "cost": 30_000}, ("budget", 180_000.0, 100_000.0)),
        ({"places": 0, "budget": 10_000, "cost": 30_000}, ("budget", 30_000.0, 10_000.0)),
        ({"places": 0}, ("nombre", 0.0, 0.0)),
        ({"kind": "eaje"}, ("lieux", 0.0, 0.0)),
    ],
)
def test_what_makes_it_impossible_is_named(
    changes: dict[str, object], refusal: tuple[str, float, float]
) -> None:
    two_sites()
    found = asked(**changes)
    assert found.refusal == refusal
    assert found.receivers == ()


@pytest.mark.parametrize("aim", Equity.values)
def test_the_sharing_is_the_best_of_all_whole_ones_tried_one_by_one(aim: str) -> None:
    source = toy.dataset("matrix")
    for site, _name, *_rest in toy.COMMUNES[:4]:
        toy.drop_in(site, capacity=int(site[-1]) * 3)
        for at, (code, *_facts) in enumerate(toy.COMMUNES):
            TravelTime.objects.create(
                origin_id=code, destination_id=site, mode="car", dataset=source,
                minutes=12 * abs(int(site[-1]) - 1 - at),
            )  # fmt: skip
    found = asked(aim=aim, most=3, places=5)
    tried = []
    for share in product(range(4), repeat=4):
        if sum(share) == 5:
            tried.append(_measured(found, share, aim))
    assert len(tried) == 40
    assert found.after
    reached = -found.after.least if aim == Equity.WORST_OFF else found.after.gini
    assert reached == pytest.approx(min(tried), abs=1e-6)


def _measured(found: Rebalanced, share: tuple[int, ...], aim: str) -> float:
    """What a sharing is worth, worked out apart from the product: the smaller the better."""
    weight = [[{0: 1.0, 12: 0.68, 24: 0.22}.get(12 * abs(to - at), 0.0) for to in range(4)]
              for at in range(4)]  # fmt: skip
    people = [town.people for town in found.towns]
    own = [sum(people[at] * weight[at][to] for at in range(4)) for to in range(4)]
    access = [
        town.before + 100 * sum(weight[at][to] * share[to] / own[to] for to in range(4))
        for at, town in enumerate(found.towns)
    ]
    if aim == Equity.WORST_OFF:
        return -min(access)
    total = sum(people)
    mean = sum(map(mul, people, access)) / total
    pairs = product(range(4), repeat=2)
    apart = sum(people[i] * people[j] * abs(access[i] - access[j]) for i, j in pairs)
    return apart / (2 * total**2 * mean)


def test_a_budget_pays_as_many_places_as_it_can() -> None:
    two_sites()
    found = asked(places=0, budget=100_000, cost=30_000)
    assert added(found) == {"Aval": 0, "Cime": 3}


def test_a_sharing_that_would_widen_the_gap_is_not_proposed() -> None:
    two_sites(cime=20)  # Cime has 40 for 100, Aval 20: three places each would part them more
    found = asked(most=3, aim=Equity.GINI.value)
    assert found.refusal[0] == "mesure"
    assert found.after is None


def test_a_site_whose_places_are_not_known_stays_out_and_is_said(client: Client) -> None:
    two_sites(cime=None)
    found = asked()
    assert (added(found), found.silent) == ({"Aval": 6}, 1)
    assert [town.name for town in found.towns if not town.in_reach] == ["Cime", "Dent"]
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    said = words(officer.get(f"{PAGE}?{ASKED.query()}"))
    assert "1 lieu n’a pas de nombre de places connu" in said
    assert "2 communes" in said


def test_the_access_of_today_is_the_diagnosis_s_and_neighbours_receive_nothing() -> None:
    toy.matrix(toy.dataset("matrix"))
    toy.both_drop_ins()
    found = asked()
    made = diagnoses.answer(found.asked.question()).diagnosis
    assert [town.before for town in found.towns] == pytest.approx([c.score for c in made.communes])
    assert added(found) == {"Aval": 6}


def test_the_page_says_before_after_the_proof_and_gives_both_files(client: Client) -> None:
    two_sites()
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    assert "Partager les places" in words(officer.get(PAGE))
    said = shown(officer, ASKED.query())
    assert "avait 8,0 places pour 100 enfants de moins de 6 ans (Cime)" in said
    assert "Prouvé : aucun partage ne ferait mieux, même avec des fractions de place." in said
    eight = shown(officer, ASKED.query().replace("places=6", "places=8"))
    assert "aucun partage ne fait mieux que 21,00 places pour 100 enfants" in eight
    assert "2 communes gagnent, où vivent 50 enfants" in said
    sites = officer.get(f"{PAGE}fichiers/lieux.csv?{ASKED.query()}").content.decode()
    assert sites.splitlines()[2].endswith("Cime,CC des Monts,4.0,6")
    towns = officer.get(f"{PAGE}fichiers/communes.csv?{ASKED.query()}").content.decode()
    assert "70004,Dent,CC des Monts,10,8.0,20.0,1" in towns.splitlines()


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("places=-3", "Écrivez un nombre entier de 0 à 2000"),
        ("plafond=0", "Écrivez un nombre entier de 1 à 200"),
        ("places=6&budget=1000", "Donnez le budget et le coût d’une place, les deux."),
        ("equite=autre", "« autre » n’est pas dans la liste"),
        ("service=laep&places=", "Écrivez un nombre de places, ou un budget"),
    ],
)
def test_a_wrong_input_is_told_in_a_sentence(client: Client, query: str, told: str) -> None:
    two_sites()
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    assert told in words(officer.get(f"{PAGE}?{query}"))


def test_the_page_asks_a_worker_once_and_computes_nothing_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_sites()
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    with monkeypatch.context() as patch:
        patch.setattr(rebalance_actions, "rebalance", None)  # a page that computed would fail
        waits = [officer.get(f"{PAGE}?{ASKED.query()}") for _click in range(2)]
    assert ["Le calcul est en cours" in words(page) for page in waits] == [True, True]
    assert {page["Cache-Control"] for page in waits} == {"no-store"}
    jobs = ProcrastinateJob.objects.filter(task_name=SHARING_TASK)
    assert jobs.count() == 1
    file = officer.get(f"{PAGE}fichiers/lieux.csv?{ASKED.query()}")
    assert (file.status_code, file["Location"]) == (302, f"{PAGE}?{ASKED.query()}")
    tasks.share_places(**jobs.get().args)
    monkeypatch.setattr(rebalance_actions, "rebalance", None)
    tasks.share_places(**jobs.get().args)  # done twice, the second finds it made
    assert "Refresh" not in officer.get(f"{PAGE}?{ASKED.query()}")


def test_a_sharing_that_failed_says_so_and_can_be_asked_again(client: Client) -> None:
    two_sites()
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = f"{PAGE}?{ASKED.query()}"
    officer.get(address)
    ProcrastinateJob.objects.filter(task_name=SHARING_TASK).update(status="failed")
    refused = officer.get(address)
    assert "Le calcul s’est arrêté sans réponse" in words(refused)
    assert "Refresh" not in refused
    for _click in range(2):
        asked_again = officer.post(address.replace("/?", "/encore/?"))
        assert asked_again["Location"] == address
    states = ProcrastinateJob.objects.filter(task_name=SHARING_TASK).order_by("id")
    assert list(states.values_list("status", flat=True)) == ["failed", "todo"]
    tasks.share_places(**states[1].args)
    assert "avait 8,0 places" in words(officer.get(address))


def test_what_needs_no_territory_is_refused_at_once(client: Client) -> None:
    two_sites()
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    said = words(officer.get(f"{PAGE}?service=laep&places=6&budget=100&cout=100"))
    assert "ces places coûtent 600 €, le budget est de 100 €" in said
    assert not ProcrastinateJob.objects.filter(task_name=SHARING_TASK).exists()
