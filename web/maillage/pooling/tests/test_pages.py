"""The pages: who sees what, and a whole agreement from its draft to its printed statement."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Availability
from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.pooling import accounting, rotating
from maillage.pooling.models import (
    Approval,
    CostEntry,
    PoolingAgreement,
    Rotation,
    Statement,
    Vehicle,
    VehicleUse,
)
from maillage.pooling.rotation_forms import as_typed, key
from maillage.pooling.spans import State
from maillage.pooling.tests import made

pytestmark = pytest.mark.django_db
NOW = timezone.now
MONDAY = date(2027, 1, 4)


@pytest.fixture
def here(db):
    with scope.system():
        found = made.world()
        found.shared = made.in_force(found)
        found.ada.user = person("ada@example.org", Role.PRACTITIONER, at=found.parties["Gray"])
        found.ada.save()
    return found


@pytest.fixture
def browse(client, here):
    def as_someone(name):
        client.logout()
        return sign_in(client, here.ada.user if name == "Ada" else here.people[name])

    return as_someone


def address(name, *arguments):
    return reverse(f"pooling:{name}", args=arguments)


def typed(wanted, edition, **more):
    found = {name: str(value) for name, value in as_typed(wanted, edition).items()}
    return found | {"note": "Moins de route"} | more


def drafted(here, *weeks):
    with scope.system():
        wanted = made.wanted(here.shared, *weeks, starts_on=MONDAY)
        return rotating.begin(here.shared, wanted, by=here.people["Gray"].pk), wanted


@pytest.mark.parametrize("name", ["Gray", "Vesoul", "Ada"])
def test_each_party_and_the_person_shared_see_the_agreement(browse, here, name):
    client = browse(name)
    assert "Psychologue partagée" in client.get(address("home")).text
    page = client.get(address("agreement", here.shared.pk)).text
    assert "Mairie de Luxeuil</strong> – 25 % des heures" in page
    assert page.count("approuvé</span>") == 3


def test_nobody_else_sees_it(client, here):
    sign_in(
        client,
        person("zoe@example.org", Role.STRUCTURE_MANAGER, at=made.directory.organization("Autre")),
    )
    assert "Psychologue partagée" not in client.get(address("home")).text
    assert client.get(address("agreement", here.shared.pk)).status_code == 403


def test_an_agreement_is_typed_proposed_and_answered(browse, here):
    client = browse("Gray")
    van = Vehicle(name="Le bus", organization=here.parties["Gray"])
    answer = client.post(
        address("vehicles"), {"name": "Le bus", "organization": str(van.organization.pk)}
    )
    assert answer.status_code == 302
    again = client.post(
        address("vehicles"), {"name": "Le bus", "organization": str(van.organization.pk)}
    )
    assert (again.status_code, "déjà noté" in again.text) == (400, True)
    with scope.system():
        van = Vehicle.objects.get()
    form = {
        "title": "Le bus des parents", "shared": f"vehicle:{van.pk}", "period": "year",
        "holder": str(here.parties["Gray"].pk), "starts_on": "2026-10-01", "cost_key": "hours_km",
        "parties-TOTAL_FORMS": "2", "parties-INITIAL_FORMS": "0",
    }  # fmt: skip
    for number, (name, quota) in enumerate([("Gray", "60"), ("Vesoul", "30")]):
        form |= {
            f"parties-{number}-organization": str(here.parties[name].pk),
            f"parties-{number}-quota": quota,
            f"parties-{number}-places": [str(here.places[name].pk)],
        }
    assert client.get(address("add")).status_code == 200
    assert client.post(address("add"), form).status_code == 302
    with scope.system():
        found = PoolingAgreement.objects.get(title="Le bus des parents")
    step = {"step": "propose", "edition": found.edition}
    page = client.post(address("step", found.pk), step, follow=True)
    assert "le total fait 90.00 %" in page.text
    form |= {"parties-1-quota": "40", "edition": str(found.edition)}
    assert client.get(address("change", found.pk)).text.count("Le bus des parents") == 1
    assert client.post(address("change", found.pk), form).status_code == 302
    stale = client.post(address("change", found.pk), form)
    assert "Quelqu’un a modifié" in stale.text
    step["edition"] += 1
    client.post(address("step", found.pk), step)
    with scope.system():
        found.refresh_from_db()
        parties = {one.organization.name[10:]: one for one in found.parties.all()}
    assert found.state == State.PROPOSED
    reply = {"party": parties["Gray"].pk, "edition": found.edition, "accepted": "yes"}
    client.post(address("decide", found.pk), reply)
    assert (
        client.post(
            address("decide", found.pk), reply | {"party": parties["Vesoul"].pk}
        ).status_code
        == 403
    )
    client = browse("Vesoul")
    assert "Répondre à la convention" in client.get(address("home")).text
    no = reply | {"party": parties["Vesoul"].pk, "accepted": "no"}
    refused = client.post(address("decide", found.pk), no)
    assert (refused.status_code, "Dites pourquoi" in refused.text) == (400, True)
    client.post(address("decide", found.pk), no | {"accepted": "yes"})
    with scope.system():
        found.refresh_from_db()
        assert (found.state, Approval.objects.filter(agreement=found).count()) == (
            State.APPROVED,
            2,
        )


def test_a_rotation_is_checked_saved_proposed_and_made_real(browse, here):
    rotation, wanted = drafted(here, made.WEEK)
    client, where = browse("Ada"), address("rotation", rotation.pk)
    page = client.get(where).text
    assert "Elle tient" in page
    assert "Gray gagne 12,0 h par semaine" in page
    assert "Heures par semaine dans chaque lieu" in page
    sent = typed(wanted, rotation.edition, action="check")
    sent[key(made.Slot(0, 0, 1))] = sent[key(made.Slot(0, 1, 0))]  # Gray, then Vesoul
    part = client.post(where, sent, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Lundi : de Gray à Vesoul il faut 61 min, il en reste 60 à midi" in part.text
    with scope.system():
        rotation.refresh_from_db()
        assert rotation.edition == 1  # nothing is saved by looking
    sent = typed(wanted, rotation.edition, action="propose")
    assert "C’est proposé" in client.post(where, sent, follow=True).text
    with scope.system():
        rotation.refresh_from_db()
        parties = list(here.shared.parties.order_by("rank"))
    assert (rotation.state, rotation.note) == (State.PROPOSED, "Moins de route")
    for name, party in zip(made.TOWNS, parties, strict=True):
        client = browse(name)
        assert "Répondre à la nouvelle rotation" in client.get(address("home")).text
        page = client.get(where).text
        assert f"Votre réponse pour Mairie de {name}" in page
        assert ("Il ne manque que votre réponse" in page) == (name == "Luxeuil")
        reply = {"party": party.pk, "edition": rotation.edition, "accepted": "yes"}
        page = client.post(address("rotation_decide", rotation.pk), reply, follow=True).text
    assert "Tous ont approuvé" in page
    with scope.system():
        assert Availability.objects.filter(practitioner=here.ada, dtstart=MONDAY).count() == 6


def test_a_refused_rotation_says_who_why_and_that_nothing_changes(browse, here):
    with scope.system():
        found = made.rotation(here, here.shared)
        party = here.shared.parties.get(organization=here.parties["Vesoul"])
    reply = {"party": party.pk, "edition": found.edition, "accepted": "no", "reason": "Pas jeudi."}
    where = address("rotation", found.pk)
    page = browse("Vesoul").post(address("rotation_decide", found.pk), reply, follow=True)
    assert "Votre réponse est notée" in page.text
    said = "Mairie de Vesoul a refusé : « Pas jeudi. » Rien ne change"
    assert said in browse("Luxeuil").get(where).text
    assert "Reprenez-la en brouillon" in browse("Gray").get(where).text


def test_the_shortest_rotation_is_proposed_in_words(browse, here):
    week = ("Gray Vesoul", "Gray Vesoul", "Luxeuil Luxeuil", "Gray Vesoul", "Gray Vesoul")
    rotation, wanted = drafted(here, week)
    client = browse("Gray")
    sent = typed(wanted, rotation.edition, action="best", pause_minutes="0")
    page = client.post(address("rotation", rotation.pk), sent).text
    assert "c’est prouvé. 4 demi-journées changent de lieu." in page
    assert "Elle tient" in page
    begun = client.post(address("begin", here.shared.pk), {"from": "best"}, follow=True).text
    assert "aucune demi-journée n’est travaillée" in begun


def test_a_typed_fault_keeps_what_was_typed(browse, here):
    rotation, wanted = drafted(here, made.WEEK)
    client, where = browse("Gray"), address("rotation", rotation.pk)
    sent = typed(wanted, rotation.edition, action="save", starts_on="2027-01-05")
    page = client.post(where, sent)
    assert (page.status_code, "Choisissez un lundi." in page.text) == (400, True)
    late = client.post(where, typed(wanted, 0, action="save"))
    assert (late.status_code, "Quelqu’un a modifié" in late.text) == (409, True)
    assert browse("Vesoul").post(where, typed(wanted, 1, action="save")).status_code == 302


def test_a_month_is_noted_issued_and_downloaded(browse, here):
    with scope.system():
        made.held(here, "Gray", 6, 9)
        made.held(here, "Vesoul", 7, 9)
    client = browse("Gray")
    month = (here.shared.pk, "2026-10")
    cost = {"kind": "staff", "label": "Salaire", "amount": "3000,01"}
    assert client.post(address("note_cost", *month), cost).status_code == 302
    wrong = client.post(address("note_cost", *month), cost | {"amount": "0"})
    assert (wrong.status_code, "Donnez un montant." in wrong.text) == (400, True)
    page = client.get(address("month", *month)).text
    assert "1 500,01" in page.replace("\u202f", " ").replace("\xa0", " ")
    page = client.post(address("issue", *month), follow=True)
    assert "Le relevé est émis" in page.text
    with scope.system():
        issued = Statement.objects.get()
    csv = client.get(address("statement_csv", issued.pk)).content.decode("utf-8-sig")
    rows = [line.split(";") for line in csv.splitlines()]
    assert [(row[2], row[4], row[9]) for row in rows[1:]] == [
        ("Mairie de Gray", "60", "1500.01"), ("Mairie de Vesoul", "60", "1500.00"),
        ("Mairie de Luxeuil", "0", "0.00"),
    ]  # fmt: skip
    pdf = client.get(address("statement_pdf", issued.pk)).content
    assert pdf[:5] == b"%PDF-"
    assert client.get(address("statement_pdf", issued.pk)).content == pdf


def test_a_party_reads_its_own_share_only(browse, here):
    with scope.system():
        made.held(here, "Gray", 6, 9)
        cost = accounting.Cost(date(2026, 10, 1), "staff", "Salaire", Decimal(100))
        accounting.note_cost(here.shared, cost, by=here.people["Gray"].pk)
        issued = accounting.issue(
            here.shared, date(2026, 10, 1), by=here.people["Gray"].pk, today=made.TODAY
        )
    client = browse("Vesoul")
    page = client.get(address("statement", issued.pk)).text
    assert ("Mairie de Vesoul" in page, "Mairie de Gray" in page) == (True, False)
    assert "Mairie de Gray" not in client.get(address("statement_csv", issued.pk)).content.decode()
    assert client.get(address("month", here.shared.pk, "2026-10")).status_code == 403
    assert "Mairie de Gray" not in browse("Ada").get(address("home")).text


def test_a_vehicle_goes_out_once_at_a_time(browse, here):
    with scope.system():
        van = Vehicle.objects.create(name="Le bus", organization=here.parties["Gray"])
        shared = made.in_force(here, shared=van)
        party = shared.parties.order_by("rank").first()
    client = browse("Gray")
    out = {"party": str(party.pk), "day": "2026-10-06", "left_at": "09:00", "back_at": "12:00",
           "kilometres": "41,5"}  # fmt: skip
    month = (shared.pk, "2026-10")
    assert client.post(address("note_use", *month), out).status_code == 302
    twice = client.post(address("note_use", *month), out)
    assert (twice.status_code, "déjà sorti" in twice.text) == (409, True)
    with scope.system():
        assert VehicleUse.objects.get().metres == 41_500
        assert CostEntry.objects.count() == 0


def test_an_agreement_is_revised_and_ended_from_its_page(browse, here):
    client = browse("Gray")
    step = {"edition": here.shared.edition, "step": "revise"}
    assert client.post(address("step", here.shared.pk), step).status_code == 400
    page = client.post(address("step", here.shared.pk), step | {"day": "2027-09-01"}, follow=True)
    assert "version 2" in page.text
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    client.post(address("step", here.shared.pk), step | {"step": "end", "day": day})
    with scope.system():
        here.shared.refresh_from_db()
        assert here.shared.ends_on == date.fromisoformat(day)
        assert Rotation.objects.count() == 0


def test_the_list_costs_the_same_queries_whatever_is_shared(
    browse, here, django_assert_max_num_queries
):
    client = browse("Gray")
    with django_assert_max_num_queries(14):
        client.get(address("home"))
