"""J1, J7, J8: from the search to a kept promise, one's own page, the other parent, the desk."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at_all_sides
from tests.journeys.signed_in import Visit, at_work

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import ContactCode
from maillage.families.tasks import send_code

SERVICE = "Rendez-vous parents à Rioz"
SEARCH = "/?commune=Rioz&need=doubt_as_parent"


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def let_codes_leave() -> None:
    """What the worker does in the background."""
    with scope.system():
        waiting = ContactCode.objects.exclude(address="").values_list("pk", flat=True)
        asked = [str(pk) for pk in waiting]
    for each in asked:
        send_code(each)


def last_letter(address: str) -> str:
    with scope.system():
        return OutboxMessage.objects.filter(recipient=address).order_by("-created_at")[0].body


def to_form(page: Page) -> None:
    page.get_by_role("link", name=f"Réserver {SERVICE}").click()
    page.locator("main section a.btn").last.click()


def fill(page: Page, name: str, address: str) -> None:
    page.get_by_label("Mois de naissance de l’enfant").fill("mars 2019")
    page.get_by_label("Votre prénom, ou un surnom").fill(name)
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill(address)


def come_in(page: Page, address: str) -> None:
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill(address)
    page.get_by_role("button", name="Recevoir un code").click()
    let_codes_leave()
    code = re.search(r"\d{3} \d{3}", last_letter(address))
    assert code
    page.get_by_label("Le code reçu").fill(code[0])
    page.get_by_role("button", name="Entrer").click()


def booked(visit: Visit, name: str, address: str, **options: object) -> Page:
    page = visit(SEARCH, **options)
    to_form(page)
    fill(page, name, address)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est noté")
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_mother_alone_goes_from_her_worry_to_a_confirmed_hour_in_four_screens(
    visit: Visit, scripts: bool
) -> None:
    page = visit(SEARCH, width=390, scripts=scripts)
    screens: list[str] = [page.url]
    page.on("load", lambda opened: screens.append(opened.url))
    to_form(page)
    fill(page, "Nour", f"{uuid4()}@example.org")
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est noté")
    assert len(dict.fromkeys(screens)) <= 5


def test_every_screen_of_a_booking_is_for_everyone(visit: Visit) -> None:
    page = visit(SEARCH)
    page.get_by_role("link", name=f"Réserver {SERVICE}").click()
    look_at_all_sides(page)
    page.locator("main section a.btn").last.click()
    page.get_by_label("Mois de naissance de l’enfant").fill("01/2004")
    page.get_by_label("Votre prénom, ou un surnom").fill("Nour")
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill("nour@example.org")
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.locator("main")).to_contain_text("moins de 22 ans")
    expect(page.get_by_label("Votre prénom, ou un surnom")).to_have_value("Nour")
    look_at_all_sides(page)
    page.get_by_role("link", name="Chercher une autre aide").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_couple_books_shares_and_parts_each_with_their_own_page(
    visit: Visit, scripts: bool
) -> None:
    nour, samir = (f"{uuid4()}@example.org" for _ in range(2))
    page = visit(SEARCH, width=390, scripts=scripts)
    to_form(page)
    page.get_by_label("en couple", exact=True).check()
    fill(page, "Nour", nour)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    page.get_by_role("link", name="Tous mes rendez-vous").click()
    come_in(page, nour)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour Nour")
    page.get_by_text("L’autre parent", exact=True).click()
    page.get_by_role("link", name="Écrire à l’autre parent").click()
    page.get_by_label("Son prénom, ou un surnom").fill("Samir")
    page.get_by_label("Son adresse électronique ou son téléphone").fill(samir)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.locator("#messages")).to_contain_text("rien n’est partagé")
    link = re.search(r"/parent/\S+", last_letter(samir))
    assert link
    other = visit(link[0], width=390, scripts=scripts)
    other.get_by_role("button", name="Oui, être reliés").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Vous êtes reliés")
    page.get_by_role("button", name="Voir, déplacer, annuler").click()
    page.get_by_role("button", name="Lui envoyer le rendez-vous").click()
    shared = re.search(r"/rendez-vous/\S+", last_letter(samir))
    assert shared
    seen = visit(shared[0], width=390, scripts=scripts)
    expect(seen.locator("main")).to_contain_text("L’autre parent a pris ce rendez-vous")
    expect(seen.locator("main")).not_to_contain_text("Nour")


def test_one_s_own_page_is_for_everyone_and_leaves_nothing_behind(visit: Visit) -> None:
    address = f"{uuid4()}@example.org"
    page = booked(visit, "Nour", address)
    look_at_all_sides(page)
    page.get_by_role("link", name="Tous mes rendez-vous").click()
    look_at_all_sides(page)
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill("06 12")
    page.get_by_role("button", name="Recevoir un code").click()
    expect(page.locator("main")).to_contain_text("ni une adresse ni un numéro")
    come_in(page, address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour Nour")
    page.wait_for_load_state()
    for fold in page.locator("details.fold > summary").all():
        fold.click()
    look_at_all_sides(page)
    for way in ("donnees/", "effacer/", "autre-parent/"):
        page.goto(page.url.partition("/mon-espace/")[0] + "/mon-espace/" + way)
        look_at_all_sides(page)
    page.goto(page.url.partition("/mon-espace/")[0] + "/mon-espace/")
    page.get_by_role("button", name="Sortir").click()
    page.go_back()
    expect(page.locator("main")).not_to_contain_text("Bonjour Nour")


def test_a_code_tried_ten_times_says_so_and_the_way_out_is_one_click_away(visit: Visit) -> None:
    page = visit("/mon-espace/")
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill(f"{uuid4()}@x.org")
    page.get_by_role("button", name="Recevoir un code").click()
    for _each in range(10):
        page.get_by_label("Le code reçu").fill("000000")
        page.get_by_role("button", name="Entrer").click()
    expect(page.locator("main")).to_contain_text("Ce code a été essayé cinq fois")
    look_at_all_sides(page)
    page.get_by_role("link", name="demandez un autre code").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Retrouver mes rendez-vous")


def test_a_dead_link_and_a_wrong_letter_say_so_and_show_a_way_on(visit: Visit) -> None:
    page = visit("/rendez-vous/inconnu/")
    expect(page.locator("main")).to_contain_text("Ce lien ne marche plus")
    look_at_all_sides(page)
    page = visit("/invitation/")
    page.get_by_label("Le code de la lettre").fill("ABCDE FGHJK")
    page.get_by_role("button", name="Choisir un moment").click()
    expect(page.locator("main")).to_contain_text("Ce code ne marche pas")
    look_at_all_sides(page)


def test_when_nothing_fits_a_family_waits(visit: Visit) -> None:
    page = visit(SEARCH)
    page.get_by_role("link", name=f"Réserver {SERVICE}").click()
    page.get_by_role("link", name="Rien ne me convient").click()
    look_at_all_sides(page)
    address = f"{uuid4()}@example.org"
    page.get_by_label("Votre prénom, ou un surnom").fill("Nour")
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill(address)
    page.get_by_role("button", name="M’inscrire").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("vous attendez une place")
    look_at_all_sides(page)
    link = re.search(r"/attente/\S+", last_letter(address))
    assert link
    page = visit(link[0])
    look_at_all_sides(page)
    page.get_by_role("button", name="Ne plus attendre").click()
    expect(page.locator("#messages")).to_contain_text("Vous n’attendez plus")


def test_an_agent_books_for_a_parent_and_invites_another(visit: Visit) -> None:
    page = at_work(visit, "Inès Colard")
    page.goto(page.url.partition("/pro")[0] + SEARCH)
    to_form(page)
    look_at_all_sides(page)
    page.get_by_label("Mois de naissance de l’enfant").fill("03/2019")
    page.get_by_label("Son prénom, ou un surnom").fill("Amina")
    page.get_by_label("Son adresse électronique ou son téléphone").fill("06 39 98 00 07")
    page.get_by_label("Anglais").check()
    page.get_by_label("sur place", exact=True).check()
    page.get_by_label(re.compile("Le parent veut que je prenne")).check()
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.locator("main")).to_contain_text("Amina")
    look_at_all_sides(page)
    page.get_by_role("link", name="Prévoir de rappeler ce parent").click()
    look_at_all_sides(page)
    page.get_by_label("au téléphone", exact=True).check()
    page.get_by_label(re.compile("La famille veut être rappelée")).check()
    page.get_by_role("button", name="Promettre cet appel").click()
    look_at_all_sides(page)
    line = page.locator("li", has_text="Amina")
    line.locator("summary").click()
    line.get_by_label("Plus besoin").check()
    line.get_by_role("button", name="C’est noté").click()
    expect(page.locator("section", has_text="Terminé cette semaine")).to_contain_text("Amina")
    page.goto(page.url.partition("/pro")[0] + "/pro/invitations/")
    look_at_all_sides(page)
