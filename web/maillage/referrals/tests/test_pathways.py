"""R31: for every need and intercommunality, a next step exists or a gap is raised."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.core import scope
from maillage.directory.models import Service, ServiceArea
from maillage.directory.needs import NEEDS
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.referrals import pathways
from maillage.referrals.models import Gap, Referral
from maillage.referrals.tests import made
from maillage.territory.models import Epci

TODAY = date(2026, 11, 23)


@pytest.fixture
def two_places(db):
    """Gray and Luxeuil, 80 km apart, each its own intercommunality."""
    with transaction.atomic(), scope.system():
        gray = directory.commune("70279")
        far = Epci.objects.create(siren="200000002", name="CC de Luxeuil", kind="CC")
        directory.commune("70311", epci=far, population=10_000)
        yield gray.epci, far


def cell(epci, need):
    found = pathways.survey("70", TODAY)
    return next(one for one in found if one.epci == epci and one.need.code == need)


def test_every_need_of_every_intercommunality_has_its_cell(two_places):
    found = pathways.survey("70", TODAY)
    assert len(found) == 2 * len(NEEDS) == len({(one.epci.pk, one.need.code) for one in found})
    assert {one.step for one in found} == {"gap"}


def test_a_place_near_enough_for_half_the_people_is_a_step_there_and_nowhere_else(two_places):
    near, far = two_places
    directory.place(directory.service(kind="family_mediation", topics=["separation"]), "70279")
    here, there = cell(near, "separation"), cell(far, "separation")
    assert (here.step, here.on_site, here.share) == ("on_site", 1, 1.0)
    assert (there.step, there.on_site, there.share) == ("gap", 0, 0.0)
    assert here.nearest == 3.0
    assert there.nearest is not None
    assert there.nearest > 60


def test_a_service_by_telephone_is_a_step_where_it_helps(two_places):
    near, far = two_places
    line = directory.service("Écoute", kind="remote_listening", modes=["phone"], topics=["grief"])
    assert cell(far, "grief").step == "remote"
    ServiceArea.objects.create(service=line, level="epci", code=near.pk)
    assert (cell(near, "grief").step, cell(far, "grief").step) == ("remote", "gap")


def test_a_closed_service_is_no_step(two_places):
    near, _far = two_places
    service = directory.service(kind="family_mediation", topics=["separation"])
    directory.place(service, "70279")
    Service.objects.filter(pk=service.pk).update(status="inactive")
    assert cell(near, "separation").step == "gap"


def test_gaps_are_raised_once_and_resolved_when_a_service_opens(two_places):
    near, _far = two_places
    assert pathways.survey_gaps("70", TODAY) == (2 * len(NEEDS), 0)
    assert pathways.survey_gaps("70", TODAY) == (0, 0)
    directory.place(directory.service(kind="family_mediation", topics=["separation"]), "70279")
    assert pathways.survey_gaps("70", date(2026, 11, 30)) == (0, 1)
    resolved = Gap.objects.exclude(resolved_on=None).get()
    assert (resolved.epci, resolved.need, resolved.resolved_on) == (
        near, "separation", date(2026, 11, 30),
    )  # fmt: skip


def test_a_survey_as_of_an_earlier_day_fills_no_gap_before_it_was_raised(two_places):
    pathways.survey_gaps("70", TODAY)
    directory.place(directory.service(kind="family_mediation", topics=["separation"]), "70279")
    assert pathways.survey_gaps("70", date(2026, 11, 18)) == (0, 1)
    assert Gap.objects.exclude(resolved_on=None).get().resolved_on == TODAY


@pytest.mark.parametrize(("count", "shown"), [
    (0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15),
])  # fmt: skip
def test_counts_of_families_are_hidden_under_five_and_rounded_to_five(count, shown):
    assert pathways.published(count) == shown


def test_referrals_are_counted_in_the_cell_of_their_commune_and_need(db):
    with transaction.atomic(), scope.system():
        stage = made.scene()
        for _each in range(5):
            stage.proposed()
        epci = directory.commune("70279").epci
        stage.prepared()  # not sent: not counted
        assert Referral.objects.count() == 6
        assert cell(epci, "separation").referrals == 5
        assert cell(epci, "grief").referrals == 0


@pytest.fixture
def officer(two_places):
    return person("claire@example.org", Role.STEERING_OFFICER)


def test_the_page_shows_one_need_on_the_map_and_in_the_table(client, officer):
    with scope.system():
        directory.place(directory.service(kind="family_mediation", topics=["separation"]), "70279")
    sign_in(client, officer)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("referrals:pathways"), {"besoin": "separation"}).text
    assert len(queries) <= 30
    assert "« Nous nous séparons » : et ensuite ?" in page
    assert "CC de Luxeuil" in page
    assert "aucune" in page


def test_the_file_has_one_line_for_each_cell(client, officer):
    sign_in(client, officer)
    lines = client.get(reverse("referrals:pathways_csv")).text.splitlines()
    assert len(lines) == 1 + 2 * len(NEEDS)
    assert lines[0].startswith("departement,epci,intercommunalite,besoin,etape")
    assert lines[1].split(",")[:5] == ["70", "247000011", "CC Val de Gray", "pregnancy", "gap"]
