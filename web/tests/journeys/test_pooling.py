"""J2: a manager approves the rotation that was proposed, and the agenda follows."""

import pytest
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at_all_sides
from tests.journeys.signed_in import Visit, at_work

from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.pooling.models import Rotation


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def of_the_demonstration(state: str) -> Rotation | None:
    with transaction.atomic(), scope.system():
        found = Rotation.objects.filter(agreement__is_demonstration=True, state=state)
        return found.order_by("starts_on").last()


def seen(reader: Page, address: str) -> None:
    reader.goto(address)
    look_at_all_sides(reader)


def test_nadia_approves_the_rotation_and_the_agenda_follows_without_scripts(visit: Visit) -> None:
    proposed = of_the_demonstration("proposed")
    assert proposed is not None, "the demonstration leaves a rotation to answer"
    page = at_work(visit, "Nadia Perrault", scripts=False)
    reader = at_work(visit, "Nadia Perrault")  # axe needs scripts: it looks at the same pages
    page.goto(page.url.split("/pro/")[0] + "/pro/mutualisation/")
    page.get_by_role("link", name="Psychologue partagée entre trois bourgs").first.click()
    expect(page.get_by_role("heading", name="Les parts sont-elles tenues ?")).to_be_visible()
    seen(reader, page.url)
    page.get_by_role("link", name="Rotation à partir du").first.click()
    expect(page.locator("body")).to_contain_text("L’attente dans chaque commune")
    seen(reader, page.url)
    page.get_by_role("button", name="Approuver").click()
    expect(page.locator("#messages")).to_contain_text("Tous ont approuvé")
    seen(reader, page.url)
    agreed = of_the_demonstration("approved")
    assert agreed is not None
    assert agreed.pk == proposed.pk
    with transaction.atomic(), scope.system():
        rules = Availability.objects.filter(pk__in=agreed.rules.values("pk"))
        assert rules.count() > 0
        assert all(one.dtstart >= agreed.starts_on for one in rules)
