"""What each person finds on their page, and what a page never says to another."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families import links
from maillage.families.models import Child, ContactLink
from maillage.organizations.tests.staff import sign_in
from maillage.referrals import actions
from maillage.referrals.models import Candidate, Gap, Referral
from maillage.referrals.tests import made


@pytest.fixture
def stage(db):
    with scope.system():
        found = made.scene()
    scope.hold_contact(None)
    return found


def proposed(stage):
    with scope.system():
        return stage.proposed(now=timezone.now())


def state(referral):
    with scope.system():
        return Referral.objects.values_list("state", flat=True).get(pk=referral.pk)


def family_link(stage, referral):
    with scope.system():
        return links.make(stage.appointment.contact, ContactLink.Opens.REFERRAL, referral.pk)


def form(stage, **values):
    later = timezone.now() + timedelta(days=3)
    given = {
        "key": "3f1c7f0e-3c5f-4d57-9c2e-3a1f0d7ab001",
        "services": [str(one.pk) for one in stage.services],
        "why": "Nous voulons parler à deux.",
        "agreed": "on",
        "availability": "le mercredi",
        "handover": "receiver_calls",
        "handover_at": f"{later:%Y-%m-%dT%H:%M}",
        "means": "desk",
    }
    return given | values


def proposal(stage):
    return reverse("referrals:propose", args=[stage.appointment.pk]) + "?besoin=separation"


def test_a_professional_proposes_from_an_appointment_and_the_first_service_is_asked(client, stage):
    sign_in(client, stage.sender)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(proposal(stage))
    assert len(queries) <= 45, "the services cost a dozen queries, the page the rest"
    assert "Espace écoute de Vesoul" in page.text
    assert "Rien sur la santé" in page.text
    answer = client.post(proposal(stage), form(stage), follow=True)
    assert "proposée, en attente de réponse" in answer.text.lower()
    with scope.system():
        assert Referral.objects.get().candidates.filter(state="asked").count() == 1


def test_the_same_form_sent_twice_makes_one_referral(client, stage):
    sign_in(client, stage.sender)
    for _again in range(2):
        client.post(proposal(stage), form(stage))
    with scope.system():
        assert Referral.objects.count() == 1


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"services": []}, "Choisissez au moins un service."),
    ({"why": ""}, "Écrivez une phrase avec le parent."),
    ({"agreed": ""}, "Relisez ces mots avec le parent, puis cochez."),
    ({"handover_at": ""}, "Dites quand le passage de relais aura lieu."),
    ({"handover_at": "2020-01-01T10:00"}, "Cette date est passée"),
])  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_written(client, stage, wrong, sentence):
    sign_in(client, stage.sender)
    answer = client.post(proposal(stage), form(stage, **wrong))
    assert answer.status_code == 400
    assert sentence in answer.text
    with scope.system():
        assert Referral.objects.count() == 0


def test_a_child_is_chosen_by_its_month_among_the_family_s(client, stage):
    with scope.system():
        Child.objects.create(
            household=stage.appointment.household, departement_id="70",
            birth_month=made.NOW.date().replace(year=2024, day=1),
        )  # fmt: skip
    sign_in(client, stage.sender)
    client.post(proposal(stage), form(stage, child="2024-11-01"))
    with scope.system():
        assert f"{Referral.objects.get().birth_month}" == "2024-11-01"


def test_opening_the_mail_s_link_changes_nothing_and_shows_no_family(client, stage):
    referral = proposed(stage)
    token = made.link(referral)
    for _scanner in range(3):
        page = client.get(reverse("referrals:answer", args=[token]))
        assert page.status_code == 200
    assert state(referral) == "proposed"
    assert "Nous nous séparons" in page.text
    assert "Gray" in page.text
    assert "le mercredi" in page.text
    for hidden in ("Nour", "nour@example.org", "parler à deux", "Médiation de Luxeuil"):
        assert hidden not in page.text
    assert page["Referrer-Policy"] == "same-origin"  # no-referrer would refuse its own forms


def test_a_service_accepts_by_the_link_and_reads_how_to_call_the_family(client, stage):
    referral = proposed(stage)
    address = reverse("referrals:answer", args=[made.link(referral)])
    page = client.post(address, {"what": "accept", "in_charge": "Louise"}, follow=True)
    assert state(referral) == "accepted"
    assert "nour@example.org" in page.text
    assert "parler à deux" in page.text
    today = f"{timezone.localdate()}"
    client.post(address, {"what": "contact", "on": today})
    page = client.post(address, {"what": "outcome", "outcome": "yes", "words": ""}, follow=True)
    assert state(referral) == "closed"
    assert "oui, le besoin a trouvé une réponse" in page.text


def test_a_first_contact_to_come_is_refused_with_a_sentence(client, stage):
    referral = proposed(stage)
    address = reverse("referrals:answer", args=[made.link(referral)])
    client.post(address, {"what": "accept", "in_charge": "Louise"})
    tomorrow = f"{timezone.localdate() + timedelta(days=1)}"
    answer = client.post(address, {"what": "contact", "on": tomorrow})
    assert (answer.status_code, state(referral)) == (400, "accepted")
    assert "Cette date est à venir" in answer.text


def test_a_service_declines_by_the_link_and_then_reads_nothing_of_the_family(client, stage):
    referral = proposed(stage)
    address = reverse("referrals:answer", args=[made.link(referral)])
    wrong = client.post(address, {"what": "decline", "reason": "other", "words": ""})
    assert "Dites la raison en quelques mots." in wrong.text
    page = client.post(address, {"what": "decline", "reason": "full", "words": ""}, follow=True)
    assert "Vous avez répondu que ce n’était pas possible" in page.text
    assert "Gray" not in page.text
    with scope.system():
        states = Candidate.objects.order_by("rank").values_list("state", flat=True)
        assert list(states) == ["declined", "asked"]


def test_a_service_that_answers_after_the_family_took_back_reads_one_sentence(client, stage):
    referral = proposed(stage)
    address = reverse("referrals:answer", args=[made.link(referral)])
    with scope.system():
        actions.withdraw(referral)
    assert "Rien d’elle n’est plus visible" in client.get(address).text
    answer = client.post(address, {"what": "accept", "in_charge": "Louise"})
    assert answer.status_code == 409
    assert "La famille a repris son accord." in answer.text
    for what in ("contact", "outcome", "decline"):
        data = {"what": what, "on": f"{timezone.localdate()}", "outcome": "yes", "reason": "full"}
        assert client.post(address, data).status_code == 409


def test_a_link_of_nobody_says_where_to_go(client, db):
    answer = client.get(reverse("referrals:answer", args=["invente"]))
    assert answer.status_code == 410
    assert "Connectez-vous" in answer.text


def test_the_inbox_of_a_receiver_names_no_family_and_the_sender_s_no_receiver(client, stage):
    referral = proposed(stage)
    sign_in(client, stage.receivers[0])
    inbox = client.get(reverse("referrals:inbox")).text
    assert "1 famille attend votre réponse" in inbox
    assert "Nour" not in inbox
    one = made_first(referral)
    client.post(
        reverse("referrals:received", args=[one]), {"what": "accept", "in_charge": "Louise"}
    )
    sign_in(client, stage.sender)
    page = client.get(reverse("referrals:referral", args=[referral.pk])).text
    assert "a accepté" in page
    assert "Louise" not in page


def made_first(referral):
    with scope.system():
        return made.first(referral).pk


def test_the_parent_agrees_follows_and_says_how_it_ended(client, stage):
    with scope.system():
        referral = stage.prepared()
        actions.ask_consent(referral, by=stage.sender.pk)
        [first, _second] = referral.candidates.order_by("rank").values_list("pk", flat=True)
    token = family_link(stage, referral)
    page = client.get(reverse("referrals:follow", args=[token])).text
    assert "Rien ne part sans votre accord" in page
    client.post(reverse("referrals:agree", args=[token]), {"services": [str(first)]})
    assert state(referral) == "proposed"
    with scope.system():
        actions.accept(Candidate.objects.get(pk=first), "Louise")
    page = client.get(reverse("referrals:follow", args=[token])).text
    assert "<strong>Louise</strong> vous accueillera" in page
    answer = client.post(
        reverse("referrals:say", args=[token]), {"outcome": "yes", "words": "Merci."}, follow=True
    )
    assert "Vous avez dit : oui, le besoin a trouvé une réponse" in answer.text


def test_the_parent_takes_consent_back_in_one_tap(client, stage):
    referral = proposed(stage)
    token = family_link(stage, referral)
    page = client.post(reverse("referrals:withdraw", args=[token]), follow=True)
    assert "plus aucun service ne voit votre demande" in page.text
    assert state(referral) == "withdrawn"


def test_a_parent_asks_to_be_called_back_without_an_account(client, stage):
    service = stage.services[0]
    address = reverse("referrals:ask", args=[service.pk])
    data = {
        "key": "3f1c7f0e-3c5f-4d57-9c2e-3a1f0d7ab002", "need": "separation", "name": "Inès",
        "reach": "06 12 34 56 78", "availability": "le soir", "consent": "on",
    }  # fmt: skip
    refused = client.post(address, data | {"consent": ""})
    assert refused.status_code == 400
    assert "Sans votre accord, rien n’est transmis." in refused.text
    page = client.post(address, data, follow=True)
    assert "Votre demande est partie" in page.text
    client.post(address, data)
    with scope.system():
        [referral] = Referral.objects.filter(asked_by_family=True)
        assert (referral.state, referral.commune_id) == ("proposed", "70550")
        assert referral.family.contact.phone == "+33612345678"
        told = OutboxMessage.objects.order_by("recipient").values_list("recipient", flat=True)
        assert "70550@example.org" in told


def test_a_service_nobody_could_answer_for_says_how_to_reach_it_instead(client, stage):
    with scope.system():
        service = stage.services[0]
        service.email = ""
        service.save()
        service.organization.memberships.all().delete()
    page = client.get(reverse("referrals:ask", args=[service.pk]))
    assert "Ce service ne reçoit pas de demandes ici" in page.text
    assert "<form class" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_an_officer_takes_a_gap_on_with_a_date(client, stage):
    with scope.system():
        epci = made.directory.commune().epci
        gap = Gap.objects.create(
            departement_id="70",
            epci=epci,
            need="employ_childminder",
            raised_on=timezone.localdate(),
        )
    sign_in(client, stage.officer)
    address = reverse("referrals:follow_gap", args=[gap.pk])
    client.post(address, {"due_on": ""})
    with transaction.atomic(), scope.system():
        gap.refresh_from_db()
        assert gap.followed_by is None
    client.post(address, {"due_on": "2027-01-15", "note": "Voir la Caf"})
    page = client.get(reverse("referrals:pathways")).text
    assert "suivi par Claire.coordonne, pour le 15 janvier 2027" in page
    assert "Voir la Caf" in page


def test_a_number_is_called_back_by_five_requests_an_hour_and_no_more(client, stage):
    address = reverse("referrals:ask", args=[stage.services[0].pk])
    data = {"need": "separation", "name": "Inès", "reach": "06 12 34 56 78", "consent": "on"}
    keys = [f"3f1c7f0e-3c5f-4d57-9c2e-3a1f0d7ab1{number:02}" for number in range(6)]
    answers = [client.post(address, data | {"key": key}) for key in keys]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "réessayez dans une heure, ou appelez le service" in answers[-1].text
    with scope.system():
        assert Referral.objects.filter(asked_by_family=True).count() == 5
