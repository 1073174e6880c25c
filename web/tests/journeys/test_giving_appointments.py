"""J2, J8: those who give appointments say when, and book for parents who ask them to."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from playwright.sync_api import expect
from tests.journeys.looking import look_at_all_sides
from tests.journeys.signed_in import Visit, at_work, menu


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_practitioner_opens_new_times_changes_them_and_stops(visit: Visit, scripts: bool) -> None:
    page = at_work(visit, "Samuel Vautrin", width=390, scripts=scripts)
    page.get_by_role("link", name="Mon agenda", exact=True).click()
    page.get_by_role("link", name="Disponibilités : quand nous recevons").click()
    if scripts:
        look_at_all_sides(page)
    page.get_by_role("link", name="Ouvrir d’autres moments Samuel Vautrin").click()
    page.get_by_label("Pour quel service, et où").select_option(index=0)
    page.get_by_label("sur place").check()
    page.get_by_label("samedi").check()
    page.get_by_label("De", exact=True).first.fill("07:00")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est perdu")
    if scripts:
        look_at_all_sides(page)
    page.get_by_label("À", exact=True).first.fill("08:30")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#messages")).to_contain_text("C’est enregistré")
    page.get_by_role("link", name="Changer Samedi, 7 h – 8 h 30").click()
    page.get_by_text("Arrêter cette disponibilité").click()
    if scripts:
        look_at_all_sides(page)
    page.get_by_label("Dernier jour").fill("2026-01-01")
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#messages")).to_contain_text("C’est arrêté")
    expect(page.locator("main")).not_to_contain_text("7 h – 8 h 30")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_manager_adds_someone_and_notes_a_paper(visit: Visit, scripts: bool) -> None:
    page = at_work(visit, "Nadia Perrault", width=390, scripts=scripts)
    menu(page, "Ma structure")
    page.get_by_role("link", name="Intervenants").first.click()
    page.get_by_role("link", name="Ajouter quelqu’un").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Écrivez son nom.")
    if scripts:
        look_at_all_sides(page)
    page.get_by_label("Son nom, tel que les familles le liront").fill(f"Ada {uuid4()}")
    page.get_by_label("Son métier").select_option("psychologist")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("main")).to_contain_text("diplôme ou titre : jamais vu")
    page.get_by_label("Délivré le").fill("2024-06-30")
    page.get_by_role("button", name="Noter ce papier").click()
    expect(page.locator("#messages")).to_contain_text("C’est noté.")
    expect(page.locator("main")).not_to_contain_text("diplôme ou titre : jamais vu")
    if scripts:
        look_at_all_sides(page)
    page.get_by_role("link", name="← Intervenants").click()
    expect(page.locator("main")).to_contain_text("Personne ne peut réserver pour le moment.")
    if scripts:
        look_at_all_sides(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_desk_agent_books_for_a_parent_and_prints(visit: Visit, scripts: bool) -> None:
    page = at_work(visit, "Inès Colard", width=390, scripts=scripts)
    page.get_by_role("link", name="Site public").click()
    page.goto(page.url.partition("?")[0] + "?commune=Rioz&need=doubt_as_parent")
    page.get_by_role("link", name="Rendez-vous parents à Rioz", exact=True).first.click()
    page.get_by_role("link", name="Prendre rendez-vous").click()
    page.locator("main section a.btn").last.click()
    page.get_by_label("Mois de naissance de l’enfant").fill("03/2019")
    page.get_by_label("Son prénom, ou un surnom").fill("Nour")
    page.get_by_label("Son adresse électronique ou son téléphone").fill("06 39 98 00 01")
    page.get_by_label("au téléphone", exact=True).check()
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("alert")).to_contain_text("Sans l’accord du parent, rien n’est pris")
    if scripts:
        look_at_all_sides(page)
    page.get_by_label("Le parent veut que je prenne ce rendez-vous").check()
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rendez-vous de Nour")
    expect(page.locator("main")).to_contain_text("recueilli par Inès Colard")
    if scripts:
        look_at_all_sides(page)
