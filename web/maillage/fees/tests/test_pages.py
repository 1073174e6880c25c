"""The pages of fees and funding, as a manager and a steering officer use them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.fees.models import Cost, Funding, Schedule, ScheduleVersion, Tariff
from maillage.fees.tests import made
from maillage.organizations.tests.staff import Role, manager, person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    return directory.service(cost="by_income")


@pytest.fixture
def nadia(client: Client, service: Service) -> Client:
    return sign_in(client, manager(at=service.organization))


def bands(*rows: tuple[str, str, str]) -> dict[str, str]:
    typed = {"bands-TOTAL_FORMS": str(len(rows)), "bands-INITIAL_FORMS": "0"}
    for number, (top, base, percent) in enumerate(rows):
        typed |= {
            f"bands-{number}-up_to": top,
            f"bands-{number}-base": base,
            f"bands-{number}-percent": percent,
        }
    return typed


def decision(**values: str) -> dict[str, str]:
    return {
        "valid_from": f"{timezone.localdate():%Y-%m-%d}", "source": "Conseil du 3 juin",
        "rounding": "1.00", "floor": "0", "ceiling": "10",
    } | values  # fmt: skip


def named(nadia: Client, service: Service, **values: str) -> str:
    typed = {"organization": str(service.organization_id), "name": "Maison", "per": "session"}
    answer = nadia.post(reverse("fees:add_schedule"), typed | values)
    assert answer.status_code == 302
    return answer.url


def test_a_scale_is_written_looked_at_and_published_and_a_service_applies_it(nadia, service):
    address = named(nadia, service)
    rows = bands(("800", "0", ""), ("1 500,50", "2,50", "0,1"), ("", "10", ""), ("", "", ""))
    seen = nadia.post(address, decision() | rows | {"preview": "1"})
    assert seen.status_code == 200
    assert "Publier cette version" in seen.text
    assert ScheduleVersion.objects.count() == 0
    assert nadia.post(address, decision() | rows | {"publish": "1"}).status_code == 302
    version = ScheduleVersion.objects.get()
    assert [(b.up_to, b.base, b.percent) for b in version.bands.all()] == [
        (800, 0, 0), (Decimal("1500.50"), Decimal("2.50"), Decimal("0.1")), (None, 10, 0),
    ]  # fmt: skip
    since = f"{timezone.localdate():%Y-%m-%d}"
    typed = {"schedule": str(version.schedule_id), "since": since}
    assert nadia.post(reverse("fees:apply", args=[service.pk]), typed).status_code == 302
    assert Tariff.objects.get().service == service
    assert (
        "de 0 € à 10 € par séance"
        in nadia.get(reverse("fees:schedules")).text.replace("\xa0", " ").lower()
    )


@pytest.mark.parametrize(
    ("rows", "values", "said"),
    [
        ([("800", "0", ""), ("700", "2", ""), ("", "4", "")], {}, "doit dépasser celle d’avant"),
        ([("800", "0", ""), ("900", "2", "")], {}, "laissez son revenu vide"),
        ([("", "0", ""), ("", "2", "")], {}, "Seule la dernière tranche"),
        ([], {}, "au moins une tranche"),
        ([("", "beaucoup", "")], {}, "Écrivez un nombre"),
        ([("", "3", "")], {"ceiling": "1", "floor": "2"}, "Le maximum doit dépasser"),
        ([("", "3", "")], {"valid_from": "2020-01-01"}, "est déjà passé"),
        ([("900", "5", ""), ("", "4", "")], {}, "on paierait moins"),
        ([("", "3", "")], {"source": ""}, "quel texte ou quelle décision"),
    ],
)
def test_a_faulty_version_says_so_and_keeps_what_was_typed(nadia, service, rows, values, said):
    address = named(nadia, service)
    answer = nadia.post(address, decision(**values) | bands(*rows) | {"publish": "1"})
    assert answer.status_code == 400
    assert said in answer.text
    assert ScheduleVersion.objects.count() == 0


def test_a_national_scale_starts_from_its_parameter_and_waits_for_a_confirmation(nadia, service):
    address = named(nadia, service, parameter="fees.family_mediation", per="person")
    page = nadia.get(address).text
    assert "651,69" in page
    assert "Smic net" in page
    rows = bands(("651,69", "2", ""), ("1450", "5", ""), ("", "5", "0,3"))
    assert nadia.post(address, decision(ceiling="131") | rows | {"publish": "1"}).status_code == 302
    version = ScheduleVersion.objects.get()
    shown = nadia.get(reverse("fees:schedule", args=[version.schedule_id])).text
    assert "ne demande rien à personne" in shown
    confirm = reverse("fees:confirm", args=[version.pk])
    assert nadia.post(confirm, {"compared_with": ""}).status_code == 400
    assert nadia.post(confirm, {"compared_with": "circulaire"}).status_code == 302
    shown = nadia.get(reverse("fees:schedule", args=[version.schedule_id])).text
    assert "Confirmé par" in shown
    assert "comparé avec : circulaire" in shown


def test_a_scale_without_a_version_says_what_to_do(nadia, service):
    named(nadia, service)
    scale = Schedule.objects.get()
    assert "Aucune version" in nadia.get(reverse("fees:schedule", args=[scale.pk])).text
    assert "Aucune version en vigueur" in nadia.get(reverse("fees:schedules")).text


def test_a_manager_reaches_no_scale_nor_service_of_another(nadia):
    with scope.system():
        theirs = directory.service(organization=directory.organization("Autre"), cost="paid")
        version = made.scaled(theirs)
    reached = [
        nadia.get(reverse("fees:schedule", args=[version.schedule_id])),
        nadia.get(reverse("fees:add_version", args=[version.schedule_id])),
        nadia.post(reverse("fees:confirm", args=[version.pk])),
        nadia.post(reverse("fees:apply", args=[theirs.pk])),
        nadia.get(reverse("fees:accounts", args=[theirs.pk, 2026])),
    ]
    assert [answer.status_code for answer in reached] == [403] * 5


def test_a_service_that_never_began_may_become_free_again(nadia, service):
    with scope.system():
        own = made.schedule(service.organization)
        made.applied(service, own, timezone.localdate() + timedelta(days=3))
    today = f"{timezone.localdate():%Y-%m-%d}"
    nadia.post(reverse("fees:apply", args=[service.pk]), {"schedule": "", "since": today})
    assert Tariff.objects.count() == 0
    address = reverse("fees:apply", args=[service.pk])
    assert nadia.post(address, {"since": "hier"}).status_code == 400


def test_shares_and_costs_are_written_and_taken_away(client, service):
    claire = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = reverse("fees:accounts", args=[service.pk, 2026])
    wrong = claire.post(address, {"caf": "70", "state": "20"})
    assert (wrong.status_code, "font 90 %" in wrong.text) == (400, True)
    assert claire.post(address, {"caf": "85", "state": "15"}).status_code == 302
    spent = {"spent_on": "2026-03-01", "kind": "staff", "label": "Mars", "amount": "1000,01"}
    assert claire.post(reverse("fees:add_cost", args=[service.pk, 2026]), spent).status_code == 302
    bad = claire.post(reverse("fees:add_cost", args=[service.pk, 2026]), spent | {"amount": "x"})
    assert (bad.status_code, "Écrivez un nombre" in bad.text) == (400, True)
    with scope.system():
        assert (Funding.objects.count(), Cost.objects.count()) == (2, 1)
    page = claire.get(reverse("fees:funding"), {"year": "2026"}).text
    assert "La part de la Caf est de 85 %" in page
    file = claire.get(reverse("fees:funding_csv", args=[2026]))
    assert file.text.splitlines() == [
        "departement,organization,service,year,spent,funder,percent,amount",
        "70,Les Petits Pas,Espace parents de Gray,2026,1000.01,caf,85.000,850.01",
        "70,Les Petits Pas,Espace parents de Gray,2026,1000.01,state,15.000,150.00",
    ]


def test_the_list_of_scales_costs_the_same_whatever_their_number(
    nadia, service, django_assert_num_queries
):
    for number in range(8):
        made.version(made.schedule(service.organization, f"n° {number}"))
        if number in {1, 7}:
            with django_assert_num_queries(18):
                nadia.get(reverse("fees:schedules"))
