"""The pages of complaints: without an account, then at work."""

import pytest
from django.test import Client
from django.urls import reverse

from maillage.agenda.tests import made as times
from maillage.complaints.models import Complaint
from maillage.complaints.tests import made
from maillage.core import scope
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import administrator, manager, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def service() -> Service:
    found = directory.service()
    found.departement.loaded = True
    found.departement.save()
    return found


def test_a_family_complains_reads_its_code_then_its_answer(client, service):
    nadia = sign_in(Client(), manager(at=service.organization))
    about = reverse("complaints:write_about", args=[service.pk])
    page = client.get(about).text
    assert 'href="tel:119"' in page
    assert "N’écrivez rien ici" in page
    sent = client.post(about, {"text": "Trop d’attente.", "email": ""}, follow=True)
    address = sent.redirect_chain[0][0]
    code = address.rstrip("/").rsplit("/", 1)[-1]
    assert code in sent.text
    assert "Elle est reçue" in sent.text
    with scope.system():
        found = Complaint.objects.get()
    assert nadia.post(reverse("complaints:take", args=[found.pk])).status_code == 302
    assert "Quelqu’un s’en occupe" in client.get(address).text
    answered = {"text": "Nous ouvrirons plus tôt."}
    assert nadia.post(reverse("complaints:complaint", args=[found.pk]), answered).status_code == 302
    assert "Nous ouvrirons plus tôt." in client.get(address).text
    again = client.post(reverse("complaints:ask_departement", args=[code]), follow=True)
    assert "Passée au département" in again.text
    hugo = sign_in(Client(), administrator())
    assert (
        "Nous ouvrirons plus tôt."
        in hugo.get(reverse("complaints:complaint", args=[found.pk])).text
    )


def test_a_complaint_about_any_place_names_it_and_its_departement(client, service):
    address = reverse("complaints:write")
    empty = client.post(address, {"departement": "70"})
    assert empty.status_code == 400
    assert "Dites de quel lieu" in empty.text
    assert "Dites ce qui s’est passé" in empty.text
    typed = {
        "departement": "70",
        "place": "La mairie",
        "text": "Fermé.",
        "email": "pas-une-adresse",
    }
    assert "Cette adresse est incomplète" in client.post(address, typed).text
    assert client.post(address, typed | {"email": ""}).status_code == 302
    with scope.system():
        assert Complaint.objects.get().place == "La mairie"


def test_a_code_is_typed_as_one_can_and_a_wrong_one_says_so(client, service):
    _made, code = made.complaint(service)
    address = reverse("complaints:find")
    found = client.post(address, {"code": code.lower().replace("-", " ")})
    assert found.url == reverse("complaints:follow", args=[code])
    wrong = client.post(address, {"code": "2222-2222-2222-2222"})
    assert (wrong.status_code, "Aucune réclamation ne porte ce code" in wrong.text) == (400, True)
    unknown = client.get(reverse("complaints:follow", args=["2222-2222-2222-2222"]))
    assert (unknown.status_code, "Aucune réclamation" in unknown.text) == (404, True)


def test_a_person_may_be_named_and_then_does_not_read_it(client, service):
    nadia = manager(at=service.organization)
    with scope.system():
        about = times.practitioner(user=nadia)
        times.availability(about, service=service, employer=service.organization)
    address = reverse("complaints:write_about", args=[service.pk])
    assert "Ada Psychologue" in client.get(address).text
    client.post(address, {"text": "Elle a crié.", "practitioner": str(about.pk)})
    with scope.system():
        found = Complaint.objects.get()
    at_work = sign_in(Client(), nadia)
    assert at_work.get(reverse("complaints:complaint", args=[found.pk])).status_code == 403
    assert "Aucune réclamation n’attend" in at_work.get(reverse("complaints:complaints")).text


def test_an_empty_answer_is_refused(client, service):
    kept, _code = made.complaint(service)
    nadia = sign_in(client, manager(at=service.organization))
    answer = nadia.post(reverse("complaints:complaint", args=[kept.pk]), {"text": ""})
    assert (answer.status_code, "Écrivez une réponse." in answer.text) == (400, True)


def test_the_page_of_a_complaint_is_neither_indexed_nor_told_to_other_sites(client, service):
    _made, code = made.complaint(service)
    answer = client.get(reverse("complaints:follow", args=[code]))
    assert answer["Referrer-Policy"] == "same-origin"  # no-referrer would refuse its own forms
    assert 'name="robots" content="noindex"' in answer.text


def test_ten_complaints_an_hour_leave_from_one_place_and_no_more(client, service):
    about = reverse("complaints:write_about", args=[service.pk])
    answers = [client.post(about, {"text": "Trop d’attente.", "email": ""}) for _each in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Réessayez dans une heure" in answers[-1].text
    with scope.system():
        assert Complaint.objects.count() == 10
