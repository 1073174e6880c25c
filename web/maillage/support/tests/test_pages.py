"""The pages of who follows a family, of a manager and of who steers."""

from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.tests import made as appointments
from maillage.core import scope
from maillage.families.models import Household
from maillage.organizations.tests.staff import Role, manager, person, sign_in
from maillage.support import experiment
from maillage.support.models import Enrolment, Episode, Goals, Session
from maillage.support.tasks import forget
from maillage.support.tests import made

HELD = {
    "state": "attended", "purposes": ["listen", "orient"], "minutes": "55",
    "composition": "couple", "next_step": "referral",
}  # fmt: skip


@pytest.fixture
def world(db):
    """Samuel follows Nour, who had two sessions; Nadia manages the structure."""
    with scope.system():
        programme = made.programme()
        given = made.service(programme)
        samuel = person("samuel@example.org", Role.PRACTITIONER, at=given.organization)
        me = appointments.practitioner("Samuel", user=samuel)
        found = SimpleNamespace(
            programme=programme, given=given, samuel=samuel, me=me,
            nadia=manager("nadia@example.org", at=given.organization),
            ines=person("ines@example.org", Role.DESK_AGENT, at=given.organization),
            claire=person("claire@example.org", Role.STEERING_OFFICER),
            nour=made.family(),
        )  # fmt: skip
        for _ in range(2):
            found.session = made.session(given, found.nour, by=me, goals="Dormir sans cris.")
        found.episode = found.session.episode
    return found


def page(client, user, name, *arguments):
    return sign_in(client, user).get(reverse(f"support:{name}", args=arguments))


def send(client, user, name, *arguments, **data):
    return sign_in(client, user).post(reverse(f"support:{name}", args=arguments), data)


def fresh(row):
    with scope.system():
        row.refresh_from_db()
    return row


def test_my_families_are_listed_with_what_remains_and_what_to_note(client, world):
    text = page(client, world.samuel, "episodes").text
    assert "Nour" in text
    assert "2 entretiens sur 5" in text
    assert "2 entretiens à noter" in text


def test_a_manager_reads_counts_and_never_the_words(client, world):
    listed = page(client, world.nadia, "episodes").text
    shown = page(client, world.nadia, "episode", world.episode.pk).text
    assert "Accompagnements en cours" in listed
    assert "Nour" in listed
    assert "Dormir sans cris." not in listed + shown
    assert "n’est lu que par eux et par la personne qui les suit" in shown


def test_a_manager_of_a_structure_that_gives_no_support_is_told_so(client, world):
    with scope.system():
        there = appointments.directory.organization("Autre")
    text = page(client, manager("zoe@example.org", at=there), "episodes").text
    assert "Aucun accompagnement dans votre structure" in text
    assert "Entretiens qui ont eu lieu" not in text


def test_who_follows_the_family_reads_and_writes_its_words(client, world):
    assert "Dormir sans cris." in page(client, world.samuel, "episode", world.episode.pk).text
    field = f"{world.nour.pk}-words"
    answer = send(
        client, world.samuel, "words", world.episode.pk, world.nour.pk, **{field: "Dormir un peu."}
    )
    assert answer.status_code == 302
    with scope.system():
        assert Goals.objects.get().words == "Dormir un peu."


def test_words_too_long_are_kept_on_the_page_with_a_sentence(client, world):
    field = f"{world.nour.pk}-words"
    answer = send(
        client, world.samuel, "words", world.episode.pk, world.nour.pk, **{field: "x" * 2001}
    )
    assert answer.status_code == 400
    assert "2 000 caractères au plus" in answer.text
    assert "x" * 2001 in answer.text


def test_a_session_is_noted_in_one_page_and_corrected(client, world):
    form = page(client, world.samuel, "session", world.session.pk).text
    assert 'value="60"' in form
    answer = send(client, world.samuel, "session", world.session.pk, **HELD)
    assert answer.headers["Location"] == reverse("support:episode", args=[world.episode.pk])
    assert (fresh(world.session).minutes, world.session.purposes) == (55, ["listen", "orient"])
    again = page(client, world.samuel, "session", world.session.pk).text
    assert "Corriger un entretien" in again
    assert 'value="55"' in again


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"purposes": []}, "Cochez au moins une réponse."),
        ({"minutes": ""}, "Écrivez combien de minutes il a duré."),
        ({"minutes": "2"}, "5 minutes au moins"),
        ({"minutes": "beaucoup"}, "Écrivez un nombre de minutes."),
        ({"composition": ""}, "Choisissez qui était là."),
        ({"state": ""}, "Dites si l’entretien a eu lieu."),
    ],
)
def test_what_is_missing_is_asked_for_in_one_sentence(client, world, change, sentence):
    answer = send(client, world.samuel, "session", world.session.pk, **HELD | change)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert fresh(world.session).closed_at is None


def test_a_missed_appointment_asks_for_nothing_more(client, world):
    answer = send(client, world.samuel, "session", world.session.pk, state="no_show")
    assert answer.status_code == 302
    assert (fresh(world.session).attended, world.session.number) == (False, None)


def test_one_remaining_is_said_then_the_onward_step_is_prepared(client, world):
    with scope.system():
        for _ in range(2):
            made.session(world.given, world.nour, by=world.me)
    assert "Il reste un entretien." in page(client, world.samuel, "episode", world.episode.pk).text
    with scope.system():
        last = made.session(world.given, world.nour, by=world.me)
    text = page(client, world.samuel, "episode", world.episode.pk).text
    assert "Préparez l’orientation avec la famille" in text
    assert reverse("referrals:propose", args=[last.appointment_id]) in text


def test_the_next_step_the_relay_and_the_end(client, world):
    send(client, world.samuel, "next_step", world.episode.pk, next_step="group")
    assert fresh(world.episode).next_step == "group"
    refused = send(client, world.samuel, "close", world.episode.pk, reason="enough")
    assert (refused.status_code, fresh(world.episode).state) == (400, "open")
    assert "n’est pas noté" in refused.text
    with scope.system():
        karim = appointments.practitioner("Karim")
        appointments.employed(karim, world.given.organization)
        sessions = list(Session.objects.all())
    for each in sessions:
        send(client, world.samuel, "session", each.pk, **HELD)
    assert send(client, world.samuel, "close", world.episode.pk, reason="x").status_code == 400
    send(client, world.nadia, "hand_over", world.episode.pk, practitioner=str(karim.pk))
    assert fresh(world.episode).practitioner_id == karim.pk
    assert page(client, world.samuel, "episode", world.episode.pk).status_code == 403
    send(client, world.nadia, "close", world.episode.pk, reason="referred")
    assert fresh(world.episode).closing_reason == "referred"
    assert "Terminé le" in page(client, world.nadia, "episode", world.episode.pk).text


def test_who_handed_over_still_notes_the_session_that_they_gave(client, world):
    with scope.system():
        Episode.objects.update(practitioner=appointments.practitioner("Karim"))
    assert page(client, world.samuel, "session", world.session.pk).status_code == 200
    answer = send(client, world.samuel, "session", world.session.pk, **HELD)
    assert answer.headers["Location"] == reverse("support:episodes")
    assert fresh(world.session).attended is True


def test_a_session_said_to_have_taken_place_from_the_agenda_is_still_to_note(client, world):
    sign_in(client, world.samuel).post(
        reverse("agenda:close", args=[world.session.appointment_id]), {"state": "attended"}
    )
    assert fresh(world.session).closed_at is None
    assert "2 entretiens à noter" in page(client, world.samuel, "episodes").text


def test_a_desk_agent_books_and_opens_no_episode(client, world):
    assert page(client, world.ines, "episodes").status_code == 403
    assert page(client, world.ines, "episode", world.episode.pk).status_code == 403


def test_two_households_are_joined_with_everyone_s_word(client, world):
    with scope.system():
        sami = made.family(name="Sami")
        made.session(world.given, sami, by=world.me)
    text = page(client, world.samuel, "same_family", world.episode.pk).text
    assert "Sami" in text
    data = {"household": str(sami.household_id), "means": "phone"}
    without = send(client, world.samuel, "same_family", world.episode.pk, **data)
    assert "Il faut l’accord de chaque adulte." in without.text
    send(client, world.samuel, "same_family", world.episode.pk, agreed="on", **data)
    with scope.system():
        assert Enrolment.objects.counted().count() == 1
        assert Household.objects.filter(merged_into__isnull=False).count() == 1


def test_a_household_that_one_never_received_is_not_proposed(client, world):
    with scope.system():
        elsewhere = made.family(name="Zoé")
        made.appointment(made.service(), elsewhere)
        made.appointment(world.given, made.family(name="Sami"), by=world.me)
    text = page(client, world.samuel, "same_family", world.episode.pk).text
    assert "Sami" in text
    assert "Zoé" not in text
    answer = send(
        client, world.samuel, "same_family", world.episode.pk,
        household=str(elsewhere.household_id), means="phone", agreed="on",
    )  # fmt: skip
    assert "Vous ne connaissez pas ce foyer." in answer.text


def test_steering_reads_rounded_counts_and_never_small_ones(client, world):
    with scope.system():
        experiment.record()
        for _ in range(3):
            made.session(world.given, made.family(), by=world.me)
    text = page(client, world.claire, "programmes").text
    assert "moins de 5" in text
    with scope.system():
        for _ in range(4):
            made.session(world.given, made.family(), by=world.me)
    text = page(client, world.claire, "programmes").text
    assert "moins de 5" not in text
    assert ">10<" in text
    assert "13000" in text.replace("\u202f", "").replace("\xa0", "").replace(" ", "")
    assert "Partage égal fait par nous" in text


def test_the_words_of_a_forgotten_family_are_erased(world):
    with scope.system():
        assert forget() == 0
        world.nour.name, world.nour.email, world.nour.erased_at = "", "", timezone.now()
        world.nour.save()
    assert forget() == 1
    with scope.system():
        assert (Goals.objects.count(), Episode.objects.count()) == (0, 1)


def test_a_list_page_costs_a_stated_number_of_queries(client, world, django_assert_max_num_queries):
    sign_in(client, world.samuel)
    with django_assert_max_num_queries(30):
        client.get(reverse("support:episodes"))
