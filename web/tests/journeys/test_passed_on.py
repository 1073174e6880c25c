"""J7: a couple that books together is heard, passed on with its consent, met, and asked."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.journeys.looking import look_at
from tests.journeys.signed_in import Visit, at_work

from maillage.agenda.models import Appointment, Claim
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.quality import asking

SERVICE = "Rendez-vous parents à Rioz"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_former_tries(site: str) -> None:
    cache.clear()


def last_link(way: str, to: str = "") -> str:
    """The newest link of this kind that a message carries."""
    with scope.system():
        told = OutboxMessage.objects.filter(body__contains=way, recipient__contains=to)
        found = re.search(rf"{way}\S+", told.order_by("-created_at", "-pk")[0].body)
    assert found
    return found[0]


def book_together(visit: Visit, name: str, address: str) -> None:
    page = visit("/?commune=Rioz&need=doubt_as_parent", width=390)
    page.get_by_role("link", name=f"Réserver {SERVICE}").click()
    page.locator("main section a.btn").last.click()
    page.get_by_label("en couple", exact=True).check()
    page.get_by_label("Mois de naissance de l’enfant").fill("mars 2019")
    page.get_by_label("Votre prénom, ou un surnom").fill(name)
    page.get_by_label("Votre adresse électronique ou votre téléphone").fill(address)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C’est noté")


def the_hour_has_come(address: str) -> None:
    """Lay the appointment in the days just past, where its practitioner was free."""
    with scope.system():
        booked = Appointment.objects.get(contact__email=address)
        [samuel] = booked.practitioners.all()
        mine = Claim.objects.filter(appointment=booked)
        mine.exclude(kind=Claim.Kind.SESSION).delete()
        start = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
        busy = Claim.objects.filter(practitioner=samuel, live=True)
        while busy.filter(period__overlap=(start - 2 * HOUR, start + 3 * HOUR)).exists():
            start -= 6 * HOUR
        mine.update(period=(start, start + HOUR))
        Appointment.objects.filter(pk=booked.pk).update(starts_at=start, ends_at=start + HOUR)


def close_and_pass_on(page: Page, name: str) -> None:
    form = page.locator("#to-close details.fold", has_text=name)
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    form.get_by_label("écouter").check()
    form.get_by_label("La suite").select_option("referral")
    form.get_by_role("button", name="C’est noté").click()
    page.get_by_label("De quoi s’agit-il ?").select_option("separation")
    page.get_by_role("button", name="Voir les services").click()
    page.locator("input[name=services]").first.check()
    page.get_by_label("Pourquoi, dans les mots du parent").fill("Nous voulons parler à deux.")
    page.get_by_label("Le parent a relu ces mots et les veut ainsi").check()
    page.get_by_label("le service appelle la famille").check()
    later = timezone.localtime() + timedelta(days=5)
    page.get_by_label("Pour le passage de relais").fill(f"{later:%Y-%m-%dT%H:%M}")
    page.get_by_label(re.compile("le lui demander par message")).check()
    look_at(page)
    page.get_by_role("button", name="Préparer cette orientation").click()


def test_a_couple_is_heard_passed_on_met_and_asked(visit: Visit) -> None:
    name, address = f"Nour{uuid4().hex[:6]}", f"{uuid4()}@example.org"
    book_together(visit, name, address)
    the_hour_has_come(address)
    sender = at_work(visit, "Samuel Vautrin")
    close_and_pass_on(sender, name)
    sent = sender.url

    parent = visit(last_link("/suivi/", address), width=390)
    expect(parent.locator("main")).to_contain_text("Rien ne part sans votre accord")
    look_at(parent)
    parent.get_by_role("button", name="Je suis d’accord").click()
    expect(parent.locator("#messages")).to_contain_text("à ces services seulement")

    receiver = visit(last_link("/orientation/repondre/"))
    expect(receiver.locator("main")).not_to_contain_text(name)
    look_at(receiver)
    receiver.get_by_label("Qui accueillera la famille").fill("Louise")
    receiver.get_by_role("button", name="Accepter cette famille").click()
    expect(receiver.locator("main")).to_contain_text(name)
    receiver.get_by_label("Premier contact le").fill(f"{timezone.localdate():%Y-%m-%d}")
    receiver.get_by_role("button", name="Noter le premier contact").click()

    parent.goto(parent.url)
    expect(parent.locator("main")).to_contain_text("Premier contact le")
    parent.get_by_label("oui, le besoin a trouvé une réponse").check()
    parent.get_by_role("button", name="Donner mon avis").click()
    expect(parent.locator("#messages")).to_contain_text("votre avis compte")
    sender.goto(sent)
    expect(sender.locator("main")).to_contain_text("Oui, le besoin a trouvé une réponse")

    asking.ask_all(timezone.now() + asking.AFTER_THE_LAST + timedelta(days=15))
    page = visit(last_link("/avis/", address), width=390)
    page.wait_for_load_state()
    for each in page.get_by_label("tout à fait").all():
        each.check()
    look_at(page)
    page.get_by_role("button", name="Envoyer mon avis").click()
    expect(page.locator("main")).to_contain_text("erci")
