"""R32: who searched for a need that a skill answers is shown those who proved it, then anyone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.agenda import occurrences
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.directory.needs import NEEDS
from maillage.practitioners.skills_of_needs import SKILL_OF

EVERY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@pytest.fixture
def service(db):
    """Ada proved that she knows grief; Zoé did not. Both receive every day, from home."""
    with scope.system():
        given = made.support()
        for one in (made.practitioner("Ada", skills=["grief"]), made.practitioner("Zoé")):
            made.availability(
                one, *EVERY_DAY, town=None, service=given, open_on_public_holidays=True
            )
            occurrences.rebuild([one.pk], today=timezone.localdate())
        return given


def shown(client, service, query=""):
    page = client.get(reverse("portal:slots", args=[service.pk]) + query)
    return page, {line["with"] for _day, lines in page.context["days"] for line in lines}


def test_only_those_who_proved_the_skill_are_offered_for_its_need(client, service):
    page, people = shown(client, service, "?besoin=grief")
    assert people == {"Ada"}
    assert "deuil" in page.text
    assert '<input type="hidden" name="besoin" value="grief">' in page.text
    assert "besoin=grief" in page.context["later"]


def test_one_tap_shows_everyone(client, service):
    page, _people = shown(client, service, "?besoin=grief&mode=phone")
    assert page.context["anyone"] == "mode=phone"
    assert shown(client, service, "?mode=phone")[1] == {"Ada", "Zoé"}


def test_when_nobody_who_holds_it_is_free_everyone_is_shown_and_the_page_says_so(client, service):
    page, people = shown(client, service, "?besoin=separation")
    assert people == {"Ada", "Zoé"}
    assert "Personne de formé à « séparation » n’a de moment libre ici." in page.text
    assert "besoin" not in page.context["later"]


@pytest.mark.parametrize("need", ["holidays", "' or 1=1", ""])
def test_a_need_that_no_skill_answers_keeps_everyone(client, service, need):
    assert shown(client, service, f"?besoin={need}")[1] == {"Ada", "Zoé"}


def test_a_need_of_the_table_is_one_that_families_can_search(db):
    assert set(SKILL_OF) <= {need.code for need in NEEDS}


def test_the_need_is_kept_when_another_time_is_wanted(client, service):
    page, _people = shown(client, service, "?besoin=grief")
    line = page.context["days"][0][1][0]
    address = (
        reverse("portal:book", args=[service.pk, line["rule"], line["stamp"]]) + "?besoin=grief"
    )
    assert f'href="{address}"' in page.text
    back = reverse("portal:slots", args=[service.pk]) + "?besoin=grief"
    assert f'href="{back}"' in client.get(address).text
