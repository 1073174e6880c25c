"""Hours asked for and offered, per skill and EPCI: equal to what is worked out by hand."""

from datetime import date, timedelta

import pytest

from maillage.agenda.models import WaitingEntry
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.directory.feedback import UnmetNeed
from maillage.directory.needs import NEEDS
from maillage.directory.tests import made as directory
from maillage.families.models import Contact, Household
from maillage.pooling.gap import NEXT_WEEKS, PAST_WEEKS, lines
from maillage.pooling.tests import made
from maillage.practitioners.skills_of_needs import SKILL_OF
from maillage.territory.models import Epci

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(db):
    with scope.system():
        found = made.world(skills=["baby", "grief"])
        luxeuil = directory.commune("70311")
        luxeuil.epci = Epci.objects.create(siren="200000000", name="CC de Luxeuil", kind="CC")
        luxeuil.save()
        yield found


def read():
    return {
        (str(one.skill), one.epci.name if one.epci else ""): (
            round(one.demand * PAST_WEEKS, 6), round(one.capacity * NEXT_WEEKS, 6), one.people,
        )
        for one in lines("70", agenda.NOW)
    }  # fmt: skip


def test_the_gap_is_what_is_worked_out_by_hand(here):
    for day in (6, 13):
        made.held(here, "Gray", day, 9)
    made.held(here, "Luxeuil", 7, 9, state="no_show")
    made.held(here, "Luxeuil", 8, 9, state="cancelled", cancelled_at=agenda.NOW)
    made.held(here, "Gray", 1, 9, month=6)  # more than twelve weeks ago
    agenda.availability(here.ada, "TU", service=here.service)  # 3 hours in Gray, four Tuesdays
    UnmetNeed.objects.create(
        commune_id="70311", departement_id="70", need="grief", month=date(2026, 11, 1), count=5
    )
    UnmetNeed.objects.create(
        commune_id="70311", departement_id="70", need="holidays_leisure", month=date(2026, 11, 1),
        count=9,
    )  # fmt: skip
    gray, luxeuil = "CC Val de Gray", "CC de Luxeuil"
    assert read() == {
        ("baby", gray): (2, 12, 1), ("grief", gray): (2, 12, 1),
        ("baby", luxeuil): (1, 0, 0), ("grief", luxeuil): (6, 0, 0),
    }  # fmt: skip
    assert lines("70", agenda.NOW)[0].skill == "grief"  # what is shortest comes first
    assert lines("70", agenda.NOW)[0].gap == pytest.approx(-0.5)


def test_a_family_that_waits_asks_for_an_hour_of_each_skill_of_the_service(here):
    agenda.availability(here.ada, "TU", service=here.service)
    home = Household.objects.create(departement_id="70")
    contact = Contact.objects.create(
        household=home, departement_id="70", name="Nour", channel="email", email="n@example.org"
    )
    entry = WaitingEntry.objects.create(
        departement_id="70", service=here.service, household=home, contact=contact,
        communes=["70311"], modes=["on_site"],
    )  # fmt: skip
    WaitingEntry.objects.filter(pk=entry.pk).update(since=agenda.NOW - timedelta(days=3))
    assert read()["baby", "CC de Luxeuil"] == (1, 0, 0)


def test_whose_papers_ended_offers_nothing(here):
    agenda.availability(here.ada, "TU", service=here.service)
    here.ada.credentials.filter(kind="training").delete()
    assert read() == {}


def test_every_need_that_is_counted_is_one_that_parents_can_search():
    assert set(SKILL_OF) <= {need.code for need in NEEDS}
    assert len(SKILL_OF) == 26
