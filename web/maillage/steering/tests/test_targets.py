"""Equity targets: what an EPCI should reach, and what each year really gave."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import actions, target_actions, targets
from maillage.steering.errors import TargetAlreadyWritten
from maillage.steering.models import Target, TargetReading
from maillage.steering.tests import made, toy
from maillage.steering.tests.test_pages import words
from maillage.territory.models import Departement

pytestmark = pytest.mark.django_db
PAGE = "/pilotage/objectifs/"
NEW = f"{PAGE}nouveau/?departement=70"
READ = f"{PAGE}releve/?departement=70"
YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def _served(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("transactional_db" if "race" in request.keywords else "db")
    toy.territory()
    toy.both_drop_ins()
    Departement.objects.create(code="79", name="Deux-Sèvres", region="NA", loaded=True)


@pytest.fixture
def officer(client: Client) -> Client:
    return sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))


def fields(**changes: Any) -> dict[str, Any]:
    """From 60 % two years ago to 90 % in two years: the path stands at 75 % this year."""
    return {
        "epci": toy.HILLS, "service": "laep", "public": "moins-de-6-ans", "deplacement": "car",
        "minutes": 30, "mesure": "couverture", "start_year": YEAR - 2, "start_value": "60",
        "end_year": YEAR + 2, "end_value": "90",
    } | changes  # fmt: skip


def target(**changes: Any) -> Target:
    with scope.system():
        return made.target(toy.HILLS, YEAR, **changes)


def reading(**changes: Any) -> TargetReading:
    facts = {"value": Decimal(80), "people": 50.0, "year": YEAR} | changes
    return TargetReading(**facts)


def stored() -> list[tuple[int, Decimal, Decimal, Decimal, float]]:
    with scope.system():
        rows = TargetReading.objects.order_by("year")
        return [(row.year, row.value, row.lowest, row.highest, row.people) for row in rows]


def test_the_straight_path_goes_from_the_start_to_the_aim_and_stays_there() -> None:
    one, years = target(), (YEAR - 3, YEAR - 1, YEAR, YEAR + 2, YEAR + 9)
    found = [targets.path(one, year) for year in years]
    assert found == [60, Decimal("67.5"), 75, 90, 90]


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("90", "atteint"), ("75", "tenu"), ("74.999", "en retard"), ("89.999", "tenu")],
)
def test_a_year_is_reached_kept_or_late(value: str, verdict: str) -> None:
    assert str(targets.step(target(), reading(value=Decimal(value))).verdict) == verdict


def test_what_is_missing_is_said_in_people_or_in_supply() -> None:
    share = target()
    assert targets.missing(share, reading()) == 5.0  # 10 % of 50 children
    score = Target(
        departement_id="70", kind="laep", audience="moins-de-6-ans", mode="car", minutes=30,
        gauge="acces-moyen", end_value=Decimal(10),
    )  # fmt: skip
    assert targets.missing(score, reading(value=Decimal(6))) == 0.2  # 4 per 1,000, for 50
    assert targets.missing(share, reading(value=Decimal(95))) == 0


def test_an_officer_promises_reads_and_everyone_sees_target_and_actual(officer: Client) -> None:
    assert officer.post(NEW, fields()).status_code == 302
    assert officer.post(READ).status_code == 302
    assert stored() == [(YEAR, 80, 80, 100, 50.0)]
    said = words(Client().get(f"{PAGE}?departement=70"))
    assert f"60,0 % en {YEAR - 2}" in said
    assert "80,0 %, tenu (chemin : 75,0 %)" in said
    assert "5 enfants de moins de 6 ans à mettre à portée" in said
    assert f"{YEAR} 80,0 % 100,0 % 20,0 points" in said
    assert "Écrire un objectif" not in said
    with scope.system():
        verbs = AuditEntry.objects.filter(verb__startswith="steering.target").values_list("verb")
        assert sorted(verbs) == [("steering.target_read",), ("steering.target_written",)]


def test_a_reading_carries_the_print_of_the_diagnosis_it_comes_from(officer: Client) -> None:
    target()
    officer.post(READ)
    shown = Client().get("/pilotage/diagnostic/fichiers/communes.csv?departement=70&service=laep")
    with scope.system():
        assert TargetReading.objects.get().data_hash == shown["X-Data-Hash"]


def test_a_second_tap_rewrites_nothing_even_when_the_offer_changed(officer: Client) -> None:
    target()
    officer.post(READ)
    toy.drop_in("70004")
    assert "Rien de nouveau" in words(officer.post(READ, follow=True))
    assert stored() == [(YEAR, 80, 80, 100, 50.0)]


def test_the_database_lets_no_officer_rewrite_or_remove_a_reading(officer: Client) -> None:
    target()
    officer.post(READ)
    with transaction.atomic():
        scope.enter("member", departements=["70"])
        assert TargetReading.objects.count() == 1
        assert TargetReading.objects.update(value=99) == 0
        with connection.cursor() as cursor:
            cursor.execute("delete from steering_targetreading")
            assert cursor.rowcount == 0


def test_an_empty_start_is_what_today_gives(officer: Client) -> None:
    officer.post(NEW, fields(start_value="", start_year=YEAR))
    with scope.system():
        assert Target.objects.get().start_value == 80


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_year": YEAR - 2}, "L’année visée vient après l’année de départ."),
        ({"end_value": "101"}, "Une part du public va de 0 à 100 pour cent."),
        ({"end_value": "60"}, "La valeur visée est plus haute que celle de départ"),
        ({"end_value": "beaucoup"}, "Écrivez un nombre, comme 62,5."),
        ({"epci": toy.ABROAD}, "Intercommunalité"),
        ({"minutes": 500}, "120"),
    ],
)
def test_an_impossible_target_is_told_and_not_kept(
    officer: Client, changes: dict[str, Any], sentence: str
) -> None:
    answer = officer.post(NEW, fields(**changes))
    assert answer.status_code == 200
    assert sentence in words(answer)
    with scope.system():
        assert Target.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"end_year": YEAR - 2}, "a_target_comes_after_its_start"),
        ({"end_year": 2101}, "a_target_is_between_2000_and_2100"),
        ({"end_value": 60}, "a_target_asks_for_more_than_its_start"),
        ({"end_value": 101}, "a_share_aimed_at_is_at_most_100"),
        ({"minutes": 4}, "the_threshold_of_a_target_is_5_to_120_minutes"),
    ],
)
def test_the_database_refuses_it_too(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        target(**changes)


def test_one_target_for_an_epci_a_question_and_a_gauge_until_it_is_withdrawn(
    officer: Client,
) -> None:
    first = target()
    assert "a déjà un objectif" in words(officer.post(NEW, fields()))
    again = target_of(first)
    with scope.system(), pytest.raises(TargetAlreadyWritten):
        target_actions.promise(again, actor_id=1_000)
    assert officer.post(f"{PAGE}{first.pk}/retirer/").status_code == 302
    assert officer.post(NEW, fields()).status_code == 302
    with scope.system():
        assert Target.objects.count() == 2


def target_of(first: Target) -> Target:
    names = [field.attname for field in Target._meta.concrete_fields if not field.primary_key]
    return Target(**{name: getattr(first, name) for name in names})


def test_a_stranger_reads_and_changes_nothing() -> None:
    first = target()
    outsider = sign_in(Client(), person("zoe@example.org", Role.STEERING_OFFICER, "79"))
    for path in ("nouveau/?departement=70", "releve/?departement=70", f"{first.pk}/retirer/"):
        assert outsider.post(f"{PAGE}{path}", fields()).status_code == 403
    with transaction.atomic():
        scope.enter("member", departements=["79"])
        assert Target.objects.update(minutes=60) == 0
    assert stored() == []


def test_the_file_has_one_row_for_each_year_read(officer: Client) -> None:
    target()
    officer.post(READ)
    lines = Client().get(f"{PAGE}objectifs.csv?departement=70").content.decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(
        f"{toy.HILLS},CC des Monts,laep,moins-de-6-ans,car,30,couverture,{YEAR - 2},60.000,"
        f"{YEAR + 2},90.000,{YEAR},80.000,75.000,tenu,80.000,100.000,50,"
    )


def test_the_comparison_of_epcis_and_the_home_lead_to_the_targets(client: Client) -> None:
    for address in ("/pilotage/diagnostic/intercommunalites/?departement=70", "/pilotage/"):
        assert f'href="{PAGE}' in client.get(address).content.decode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_leave_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    actions.answer(targets.question_of(target()))  # frozen: neither waits for the other there
    both_have_looked = Barrier(2)
    store = target_actions._store

    def late(rows: list[TargetReading], actor_id: int) -> int:
        both_have_looked.wait(timeout=20)  # each has found no reading of the year
        return store(rows, actor_id)

    monkeypatch.setattr(target_actions, "_store", late)

    def tap() -> int:
        try:
            with transaction.atomic(), scope.system():
                return target_actions.read("70", YEAR, actor_id=1_000)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(work.result(timeout=30) for work in [pool.submit(tap), pool.submit(tap)])
    assert told == [0, 1]
    assert len(stored()) == 1
