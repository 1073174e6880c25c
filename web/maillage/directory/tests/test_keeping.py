"""Keepers edit, preview, verify, close and answer; nobody else does."""

import re
from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.directory.drafts import draft_of
from maillage.directory.models import ErrorReport, Opening, Schedule, Service
from maillage.directory.tests import made
from maillage.organizations.tests.staff import administrator, manager, person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Service:
    service = made.service(name="Accueil du mercredi", kind="laep", maximum_age=71)
    made.rule(made.place(service, organization=service.organization), "WE")
    return service


@pytest.fixture
def nadia(client: Client, entry: Service) -> Client:
    return sign_in(client, manager(at=entry.organization))


def typed(client: Client, service: Service | None, **changes: Any) -> dict[str, Any]:
    """What the browser sends back when nothing is changed, then the changes."""
    address = (
        reverse("directory:edit_service", args=[service.pk])
        if service
        else "/pro/services/nouveau/"
    )
    page = client.get(address)
    assert page.status_code == 200
    context = page.context
    data: dict[str, Any] = {"base": context["base"]}
    forms = [context["form"], *context["times"].forms, *context["exceptions"].forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if value not in (None, False, ""):
                data[bound.html_name] = "on" if value is True else value
    for key in ("times", "exceptions"):
        data |= {f"{key}-TOTAL_FORMS": len(context[key].forms), f"{key}-INITIAL_FORMS": 0}
    return data | changes


def send(client: Client, service: Service, action: str, **changes: Any) -> Any:
    data = typed(client, service, **changes) | {"action": action}
    return client.post(reverse("directory:edit_service", args=[service.pk]), data)


def test_publishing_without_a_change_changes_nothing_but_verifies(
    nadia: Client, entry: Service
) -> None:
    today = timezone.localdate()
    before = draft_of(entry, today)
    assert send(nadia, entry, "publish")["Location"] == "/pro/services/"
    entry.refresh_from_db()
    assert draft_of(entry, today) == before
    assert (entry.verified_on, entry.verified_by) == (today, entry.organization.name)
    with scope.system():
        trace = AuditEntry.objects.get()
    assert (trace.verb, trace.target_id, trace.departement, trace.acting_as) == (
        "directory.published", str(entry.pk), "70", "structure_manager",
    )  # fmt: skip


def test_new_hours_are_published_with_their_openings(nadia: Client, entry: Service) -> None:
    changes = {"times-0-opens_at": "14:00", "times-0-closes_at": "17:30", "name": "Accueil de Gray"}
    send(nadia, entry, "publish", **changes)
    rule = Schedule.objects.get()
    assert (rule.opens_at, rule.closes_at, rule.byday) == (time(14), time(17, 30), ["WE"])
    assert Service.objects.get().name == "Accueil de Gray"
    assert {one.opens_at for one in Opening.objects.all()} == {time(14)}


def test_the_preview_is_the_public_page_and_publishes_nothing(
    nadia: Client, entry: Service
) -> None:
    page = send(nadia, entry, "preview", name="Accueil de Gray", **{"times-0-opens_at": "10:00"})
    assert "<mark>Accueil de Gray</mark>" in page.text
    assert "<mark>Mercredi, 10 h – 12 h</mark>" in page.text
    assert Service.objects.get().name == "Accueil du mercredi"
    assert Schedule.objects.get().opens_at == time(9)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    hidden = {k: v for k, v in hidden.items() if k != "csrfmiddlewaretoken"}
    nadia.post(reverse("directory:edit_service", args=[entry.pk]), hidden | {"action": "publish"})
    assert Service.objects.get().name == "Accueil de Gray"
    assert Schedule.objects.get().opens_at == time(10)


def test_a_row_of_hours_is_added_and_removed_without_javascript(
    nadia: Client, entry: Service
) -> None:
    page = send(nadia, entry, "add_times", name="Pas encore publié")
    assert (page.status_code, len(page.context["times"].forms)) == (200, 2)
    assert page.context["form"]["name"].value() == "Pas encore publié"
    assert "Rien n’est perdu" not in page.text
    page = send(nadia, entry, "remove_times-0")
    assert len(page.context["times"].forms) == 0
    assert Schedule.objects.count() == 1


def test_ages_are_typed_in_years_and_stored_in_months(nadia: Client, entry: Service) -> None:
    page = nadia.get(reverse("directory:edit_service", args=[entry.pk]))
    form = page.context["form"]
    assert (form["age_until"].value(), form["age_until_unit"].value()) == (6, "12")
    changes = {"age_from": 18, "age_from_unit": "1", "age_until": 4, "age_until_unit": "12"}
    send(nadia, entry, "publish", **changes)
    entry.refresh_from_db()
    assert (entry.minimum_age, entry.maximum_age) == (18, 47)


def test_every_fault_is_said_at_once_and_nothing_is_published(
    nadia: Client, entry: Service
) -> None:
    changes = {
        "name": "", "cost": "paid", "age_from": 9, "age_until": 3, "website": "pas une adresse",
        "times-0-closes_at": "08:00", "times-0-byday": [],
    }  # fmt: skip
    page = send(nadia, entry, "publish", **changes)
    assert page.status_code == 400
    for sentence in [
        "L’âge minimum ne peut pas dépasser l’âge maximum.",
        "L’heure de fermeture doit suivre l’heure d’ouverture.",
        "Choisissez au moins un jour.",
        "Un lieu d’accueil enfants-parents est gratuit et sans inscription.",
    ]:
        assert sentence in page.text
    assert page.context["form"].errors.keys() >= {"name", "website", "age_until"}
    assert [where for where, _anchor, _text in page.context["faults"]].count(
        "Horaire 1 · Jours"
    ) == 1
    assert Service.objects.get().name == "Accueil du mercredi"


def test_a_new_place_and_a_day_apart_are_published_together(nadia: Client, entry: Service) -> None:
    made.commune("70550").keys.create(kind="code", key="70550", label="70550")
    day = date(2030, 7, 3)
    changes = {
        "new_place_name": "Salle des fêtes", "new_place_commune": "70550",
        "times-TOTAL_FORMS": 2, "times-1-place": "new", "times-1-byday": ["FR"],
        "times-1-opens_at": "09:00", "times-1-closes_at": "11:00", "times-1-rhythm": "MONTHLY 2",
        "exceptions-TOTAL_FORMS": 1, "exceptions-0-day": day.isoformat(),
        "exceptions-0-place": "new",
        "exceptions-0-note": "vacances",
    }  # fmt: skip
    assert send(nadia, entry, "publish", **changes).status_code == 302
    rule = Schedule.objects.get(freq="MONTHLY")
    assert rule.byday == ["2FR"]
    assert rule.service_at_location is not None
    assert rule.service_at_location.location.name == "Salle des fêtes"
    exception = rule.exceptions.get()
    assert (exception.day, exception.opens_at, exception.note) == (day, None, "vacances")
    draft = draft_of(entry, timezone.localdate())
    assert draft["exceptions"][0]["place"] == str(rule.service_at_location.location_id)


def test_hours_in_a_place_that_is_not_chosen_are_refused(nadia: Client, entry: Service) -> None:
    page = send(nadia, entry, "publish", places=[])
    assert page.status_code == 400
    assert "Cochez d’abord ce lieu plus haut" in page.text
    assert entry.at_locations.count() == 1


def test_the_second_of_two_editors_loses_nothing(nadia: Client, entry: Service) -> None:
    hers = typed(nadia, entry, name="Accueil de Nadia")
    Service.objects.update(phone="03 84 00 00 01", cost_note="café offert")
    address = reverse("directory:edit_service", args=[entry.pk])
    page = nadia.post(address, hers | {"action": "publish"})
    assert page.status_code == 409
    assert "Quelqu’un a modifié « Accueil du mercredi » pendant que vous écriviez." in page.text
    assert [c.after for c in page.context["their_changes"]] == ["café offert", "03 84 00 00 01"]
    assert [c.after for c in page.context["my_changes"]] == ["Accueil de Nadia"]
    assert Service.objects.get().name == "Accueil du mercredi"
    form = page.context["form"]
    assert (form["name"].value(), form["phone"].value()) == ("Accueil de Nadia", "03 84 00 00 01")


def test_one_tap_says_still_true(nadia: Client, entry: Service) -> None:
    address = reverse("directory:verify", args=[entry.pk])
    assert nadia.get(address).status_code == 405
    assert nadia.post(address, {"next": "https://ailleurs.example"})["Location"] == "/pro/services/"
    entry.refresh_from_db()
    assert entry.verified_on == timezone.localdate()


def test_closing_for_a_time_shows_the_message_and_removes_openings(
    nadia: Client, entry: Service
) -> None:
    send(nadia, entry, "publish")
    assert Opening.objects.exists()
    address = reverse("directory:status", args=[entry.pk])
    nadia.post(address, {"status": "temporarily closed", "alert": "Fermé jusqu’au 5 janvier."})
    assert not Opening.objects.exists()
    page = nadia.get(reverse("portal:service", args=[entry.pk]))
    assert "Fermé jusqu’au 5 janvier." in page.text
    with scope.system():
        verbs = list(AuditEntry.objects.order_by("at").values_list("verb", flat=True))
    assert verbs == ["directory.published", "directory.set_temporarily_closed"]


def test_a_report_is_answered_once(nadia: Client, entry: Service) -> None:
    with scope.system():
        report = ErrorReport.objects.create(
            service=entry, departement_id="70", message="Le téléphone est faux"
        )
    assert "Le téléphone est faux" in nadia.get("/pro/signalements/").text
    address = reverse("directory:close_report", args=[report.pk])
    assert nadia.post(address, {"answer": "Corrigé"}).status_code == 302
    assert nadia.post(address, {"answer": "Encore"}).status_code == 409
    with scope.system():
        assert ErrorReport.objects.get().answer == "Corrigé"


def test_a_manager_cannot_touch_another_organization(client: Client, entry: Service) -> None:
    other = made.organization("Une autre association")
    stranger = sign_in(client, manager("zoe@example.org", at=other))
    with scope.system():
        report = ErrorReport.objects.create(service=entry, departement_id="70", message="faux")
    before = draft_of(entry, timezone.localdate())
    for name in ("edit_service", "verify", "status"):
        address = reverse(f"directory:{name}", args=[entry.pk])
        assert stranger.post(address, {"action": "publish", "status": "defunct"}).status_code == 403
    answered = stranger.post(reverse("directory:close_report", args=[report.pk]), {"answer": "x"})
    assert answered.status_code == 403
    entry.refresh_from_db()
    assert draft_of(entry, timezone.localdate()) == before
    assert (entry.verified_on, entry.status) == (None, "active")
    with scope.system():
        assert ErrorReport.objects.get().closed_at is None


def test_a_practitioner_reads_what_the_team_offers_and_changes_nothing(
    client: Client, entry: Service
) -> None:
    sign_in(client, person("sam@example.org", "practitioner", at=entry.organization))
    assert "Accueil du mercredi" in client.get("/pro/").text
    assert client.post(reverse("directory:verify", args=[entry.pk])).status_code == 403
    entry.refresh_from_db()
    assert entry.verified_on is None


def test_a_service_is_created_for_the_one_organization_that_i_keep(
    nadia: Client, entry: Service
) -> None:
    facts = {
        "kind": "workshop", "name": "Atelier du jeudi", "description": "On cuisine ensemble.",
        "modes": ["phone"], "joining": "phone", "cost": "free", "action": "publish",
    }  # fmt: skip
    response = nadia.post("/pro/services/nouveau/", typed(nadia, None) | facts)
    assert response.status_code == 302
    created = Service.objects.get(name="Atelier du jeudi")
    assert (created.organization, created.departement_id) == (entry.organization, "70")
    assert created.verified_on == timezone.localdate()


def test_a_closure_of_several_days_closes_the_days_of_opening(
    nadia: Client, entry: Service
) -> None:
    place = str(entry.at_locations.get().location_id)
    changes = {
        "exceptions-TOTAL_FORMS": 1, "exceptions-0-day": "2030-07-01",
        "exceptions-0-until": "2030-07-21", "exceptions-0-place": place,
        "exceptions-0-note": "Pause d’été",
    }  # fmt: skip
    send(nadia, entry, "publish", **changes)
    days = draft_of(entry, timezone.localdate())["exceptions"]
    assert [one["day"] for one in days] == ["2030-07-03", "2030-07-10", "2030-07-17"]
    again = send(nadia, entry, "preview")
    assert "Rien ne change" in again.text
    too_long = {"exceptions-0-until": "2031-07-21"}
    assert send(nadia, entry, "publish", **too_long).status_code == 400


def test_a_long_list_is_cut_into_pages_and_searched_in_a_fixed_number_of_queries(
    client: Client, entry: Service, django_assert_num_queries: Any
) -> None:
    sign_in(client, administrator())
    for number in range(30):
        made.service(f"Atelier {number:02d}")
    with django_assert_num_queries(13):
        page = client.get("/pro/services/")
    assert len(page.context["kept"]) == 25
    assert len(client.get("/pro/services/?page=2").context["kept"]) == 6
    found = client.get("/pro/services/?q=mercredi").context["kept"]
    assert [one["service"].name for one in found] == ["Accueil du mercredi"]
    assert "Rien ne ressemble à « zzz »" in client.get("/pro/services/?q=zzz").text


def test_home_says_what_waits_in_a_fixed_number_of_queries(
    client: Client, entry: Service, django_assert_num_queries: Any
) -> None:
    sign_in(client, administrator())
    for number in range(12):
        made.service(f"Atelier {number:02d}")
    with django_assert_num_queries(17):
        page = client.get("/pro/")
    assert "13 fiches à vérifier" in page.text


def test_a_remote_service_says_where_it_helps_and_keeps_areas_that_the_form_cannot_offer(
    nadia: Client, entry: Service
) -> None:
    entry.areas.create(level="commune", code="70550")
    send(nadia, entry, "publish", areas=["commune:70550", "epci:247000011"])
    assert sorted(entry.areas.values_list("level", "code")) == [
        ("commune", "70550"), ("epci", "247000011"),
    ]  # fmt: skip
    page = send(nadia, entry, "preview", areas=["france:"])
    assert [(c.before, c.after) for c in page.context["changes"]] == [
        ("70550\nCC Val de Gray", "toute la France")
    ]
    assert send(nadia, entry, "publish", areas=["epci:999999999"]).status_code == 400
    assert entry.areas.count() == 2


def test_the_preview_shows_what_is_typed_as_text(nadia: Client, entry: Service) -> None:
    page = send(nadia, entry, "preview", name="<script>alert(1)</script>")
    assert "<mark>&lt;script&gt;alert(1)&lt;/script&gt;</mark>" in page.text
    assert "<script>alert" not in page.text


def test_an_administrator_sees_which_organizations_have_nobody_to_remind(
    client: Client, entry: Service
) -> None:
    made.service("Sans personne", organization=made.organization("Orpheline"))
    manager(at=entry.organization)
    sign_in(client, administrator())
    rows = client.get("/pro/departement/").context["rows"]
    assert {str(where): counts["managers"] for where, counts in rows} == {
        "Les Petits Pas": 1, "Orpheline": 0,
    }  # fmt: skip


def test_the_trail_says_as_whom_an_entry_was_changed(client: Client, entry: Service) -> None:
    hugo = administrator()
    sign_in(client, hugo).post(reverse("directory:verify", args=[entry.pk]))
    with scope.system():
        trace = AuditEntry.objects.get()
    assert (trace.actor_id, trace.acting_as) == (hugo.pk, "administrator")
    page = client.get("/pro/traces/").text
    assert "<code>administrator</code>" in page


@pytest.mark.parametrize(
    "number", ["03 84 00 00 01", "3230", "+33 3 84 00 00 01", "03.84.00.00.01"]
)
def test_a_number_that_can_be_called_is_kept(nadia: Client, entry: Service, number: str) -> None:
    send(nadia, entry, "publish", phone=number)
    assert Service.objects.get().phone == number


@pytest.mark.parametrize("number", ["abc", "le matin", "03 84 00 00 01 ou 02", "1"])
def test_a_number_that_cannot_be_called_is_refused(
    nadia: Client, entry: Service, number: str
) -> None:
    page = send(nadia, entry, "publish", phone=number)
    assert "Écrivez un numéro que l’on peut appeler" in page.text
    assert Service.objects.get().phone == entry.phone
