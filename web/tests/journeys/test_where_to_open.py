"""J10: an officer asks where to open, compares, shares with the neighbour, decides, looks back."""

import pytest
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at, look_at_all_sides
from tests.journeys.signed_in import Visit, at_work

from maillage.core import scope
from maillage.demo import scenarios
from maillage.steering.models import KeptScenario

TITLE = "Trois étapes entre Gray et Gy"


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()
    with transaction.atomic(), scope.system():
        KeptScenario.objects.filter(title=TITLE).delete()


def seen(reader: Page, address: str) -> None:
    reader.goto(address)
    look_at_all_sides(reader)


def test_claire_decides_where_a_van_stops_without_scripts(visit: Visit) -> None:
    page = at_work(visit, "Claire Humbert", scripts=False)
    reader = at_work(visit, "Claire Humbert")  # axe needs scripts: it looks at the same pages
    site = page.url.split("/pro/")[0]
    seen(reader, f"{site}/pilotage/scenarios/")
    page.goto(f"{site}/pilotage/scenarios/?{scenarios.PLAN.query()}")
    page.locator("summary", has_text="Changer la question").click()
    expect(page.get_by_label("Budget par an (€)")).to_have_value("60000")
    expect(page.get_by_label("Véhicules itinérants")).to_have_value("1")
    page.get_by_role("button", name="Comparer trois propositions").click()
    for name in ("Le trajet moyen le plus court", "Les plus éloignés", "Le plus de monde à portée"):
        expect(page.get_by_role("heading", name=name).first).to_be_visible()
    expect(page.get_by_text("Prouvé le meilleur")).to_have_count(3)
    expect(page.get_by_role("row", name="Sans voiture (à vélo) : trajet moyen")).to_be_visible()
    seen(reader, page.url)
    page.get_by_role("link", name="Retenir : Le plus de monde à portée").click()
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("Pourquoi ce choix").fill("Le plus de familles, pour le même prix.")
    page.get_by_label("À l’usage").check()
    page.get_by_role("button", name="Garder la décision").click()
    expect(page.locator("main")).to_contain_text(
        "Partage avec le voisin. À l’usage : CC Val de Gray"
    )
    page.get_by_role("button", name="Publier").click()
    page.locator("summary", has_text="Écrire ce qui est réellement venu").click()
    page.get_by_label("Ouvert le").fill("2026-01-12")
    page.get_by_label("Personnes venues la première année").fill("4")
    page.get_by_role("button", name="Enregistrer la fréquentation").click()
    expect(page.locator("main")).to_contain_text("Fréquentation : 4, moins que les")
    reader.set_viewport_size({"width": 390, "height": 844})
    reader.goto(page.url)
    look_at(reader)
    paper = page.request.get(f"{page.url}fichiers/dossier.pdf")
    assert paper.body().startswith(b"%PDF")


def test_claire_reads_the_tour_of_the_van_without_scripts(visit: Visit) -> None:
    page = at_work(visit, "Claire Humbert", scripts=False)
    reader = at_work(visit, "Claire Humbert")
    site = page.url.split("/pro/")[0]
    page.goto(f"{site}/pilotage/decisions/{scenarios.DECISION}/")
    page.get_by_role("link", name="La tournée : quelle étape quel jour").click()
    expect(page.get_by_role("heading", name="Le calendrier de quatre semaines")).to_be_visible()
    seen(reader, page.url)
    tour = f"{site}/pilotage/decisions/{scenarios.DECISION}/tournee/"
    sheet = page.request.get(f"{tour}fichiers/tournee.pdf")
    assert sheet.body().startswith(b"%PDF")
