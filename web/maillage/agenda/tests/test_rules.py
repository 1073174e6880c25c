"""R9, R37: who receives says when, in plain words; nobody is offered in two places at once."""

from datetime import date, time, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda import actions, availabilities, occurrences, tasks
from maillage.agenda.errors import RuleIsOver, RulesMeet
from maillage.agenda.models import Appointment, Availability, Occurrence, Room
from maillage.agenda.rule_forms import AvailabilityForm
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.organizations.tests.staff import Role, manager, person, sign_in

DAY = {"days-TOTAL_FORMS": "1", "days-INITIAL_FORMS": "0"}


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def ada_at_work(everyone):
    rule = made.availability(made.practitioner(user=person("ada@example.org")))
    at = rule.organization
    ada = rule.practitioner.user
    ada.memberships.create(
        role=Role.PRACTITIONER, organization=at, departement=at.departement,
        starts_on=date(2025, 1, 1),
    )  # fmt: skip
    return rule


def typed(rule, **values):
    place = rule.service_at_location_id or ""
    return DAY | {
        "place": f"{rule.service_id}:{place}", "modes": ["on_site"], "byday": ["TH"],
        "opens_at": "14:00", "closes_at": "17:00", "rhythm": "WEEKLY 2",
        "school_period": "term", "slot_minutes": "45", "buffer_minutes": "15",
        "notice_hours": "48", "horizon_days": "60",
    } | values  # fmt: skip


def as_ada(rule):
    return sign_in(Client(), rule.practitioner.user)


def add(client, rule, **values):
    address = reverse("agenda:add_rule", args=[rule.practitioner_id])
    return client.post(address, typed(rule, **values))


def test_a_practitioner_opens_times_and_families_see_them_at_once(ada_at_work):
    answer = add(as_ada(ada_at_work), ada_at_work)
    assert answer.status_code == 302
    rule = Availability.objects.exclude(pk=ada_at_work.pk).get()
    assert (rule.freq, rule.interval, rule.byday) == ("WEEKLY", 2, ["TH"])
    assert (rule.opens_at, rule.closes_at, rule.slot_minutes) == (time(14), time(17), 45)
    assert (rule.buffer_minutes, rule.notice_hours, rule.horizon_days) == (15, 48, 60)
    assert rule.school_period == "term"
    assert (rule.organization, rule.departement_id) == (ada_at_work.organization, "70")
    assert Occurrence.objects.filter(availability=rule).count() > 0
    trace = AuditEntry.objects.get(verb="agenda.rule_added")
    assert (trace.target_id, trace.acting_as) == (str(rule.pk), "")


def test_the_list_says_each_rule_in_plain_words(ada_at_work):
    page = as_ada(ada_at_work).get(reverse("agenda:rules"))
    assert "<strong>Mardi, 9 h – 12 h</strong>" in page.content.decode()


def test_a_rule_is_shown_in_its_form_as_it_was_typed(ada_at_work):
    client = as_ada(ada_at_work)
    add(client, ada_at_work, rhythm="MONTHLY -1", byday=["TH", "FR"])
    rule = Availability.objects.get(freq="MONTHLY")
    assert rule.byday == ["-1TH", "-1FR"]
    form = client.get(reverse("agenda:change_rule", args=[rule.pk])).context["form"]
    shown = {name: form[name].value() for name in ("rhythm", "byday", "place", "modes")}
    assert shown == {
        "rhythm": "MONTHLY -1", "byday": ["TH", "FR"], "modes": ["on_site"],
        "place": f"{rule.service_id}:{rule.service_at_location_id}",
    }  # fmt: skip


def test_the_same_form_sent_twice_opens_one_rule(ada_at_work):
    client = as_ada(ada_at_work)
    assert [add(client, ada_at_work).status_code for _ in range(2)] == [302, 400]
    assert Availability.objects.count() == 2


def test_a_room_that_nobody_knew_is_made_with_the_rule(ada_at_work):
    add(as_ada(ada_at_work), ada_at_work, new_room="Salle verte", new_room_capacity="5")
    room = Room.objects.get()
    location = ada_at_work.service_at_location.location
    assert (room.name, room.capacity, room.location) == ("Salle verte", 5, location)
    assert Availability.objects.get(room=room).byday == ["TH"]


def test_a_day_apart_is_closed_or_has_its_own_hours(ada_at_work):
    client, today = as_ada(ada_at_work), timezone.localdate()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 + 7)
    later = tuesday + timedelta(days=7)
    rows = {
        "days-TOTAL_FORMS": "2", "days-0-day": f"{tuesday}", "days-1-day": f"{later}",
        "days-1-opens_at": "18:00", "days-1-closes_at": "19:00",
    }  # fmt: skip
    address = reverse("agenda:change_rule", args=[ada_at_work.pk])
    form = typed(ada_at_work, byday=["TU"], opens_at="09:00", closes_at="12:00", rhythm="WEEKLY 1",
                 school_period="always", open_on_public_holidays="on", **rows)  # fmt: skip
    assert client.post(address, form).status_code == 302
    zone = made.PARIS
    around = Occurrence.objects.filter(starts_at__date__range=(tuesday, later))
    spans = [(o.starts_at.astimezone(zone), o.ends_at.astimezone(zone).hour) for o in around]
    assert [(start.date(), start.hour, end) for start, end in spans] == [(later, 18, 19)]


@pytest.mark.parametrize(("values", "sentence"), [
    ({"closes_at": "13:00"}, "L’heure de fermeture doit suivre"),
    ({"modes": ["video"], "place": "at a distance"}, "Choisissez le service et le lieu."),
    ({"modes": []}, "Choisissez au moins une façon de recevoir."),
    ({"modes": ["mobile"]}, "Ce service est donné ainsi"),
    ({"byday": []}, "Choisissez au moins un jour."),
    ({"slot_minutes": "5"}, "supérieure ou égale à 10"),
    ({"horizon_days": "700"}, "inférieure ou égale à 366"),
    ({"until": "2020-01-01"}, "La fin doit suivre le début."),
    ({"new_room": "Salle verte"}, "Dites combien de personnes y tiennent."),
    ({"days-0-day": "2031-01-01", "days-0-opens_at": "10:00"}, "Donnez deux heures dans l’ordre"),
    ({"days-0-day": "hier"}, "date valide"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_written(ada_at_work, values, sentence):
    if values.get("place"):
        values = values | {"place": ""}
    answer = add(as_ada(ada_at_work), ada_at_work, **values)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Availability.objects.count() == 1


def test_two_places_at_once_are_refused_in_one_sentence(ada_at_work):
    vesoul = made.directory.place(ada_at_work.service, "70550")
    answer = add(as_ada(ada_at_work), ada_at_work, byday=["TU"], opens_at="11:00",
                 place=f"{ada_at_work.service_id}:{vesoul.pk}")  # fmt: skip
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "d’autres disponibilités sont déjà notées (Maison des familles de Gray)" in text
    assert Availability.objects.count() == 1


def test_rules_that_meet_only_on_a_day_apart_are_refused_too(everyone):
    ada = made.practitioner()
    gray = made.availability(ada)
    vesoul = made.availability(ada, "WE", town="70550")
    with pytest.raises(RulesMeet, match="Mercredi 2 décembre 2026"):
        availabilities.keep(gray, {date(2026, 12, 2): (time(11), time(13))}, by=0, today=made.TODAY)
    assert vesoul.occurrences.filter(starts_at=made.at(2, 9)).count() == 1


def test_every_other_week_in_two_towns_meets_nowhere(everyone):
    ada, traced = made.practitioner(), person("ada@example.org")
    made.availability(ada, interval=2)
    rule = made.availability(ada, "TU", town="70550", interval=2, dtstart=date(2026, 9, 8))
    availabilities.keep(rule, {}, by=traced.pk, today=made.TODAY)
    assert availabilities.in_words(rule, made.TODAY) == "mardi, 9 h – 12 h, une semaine sur deux"


def test_what_is_booked_stays_when_the_rule_changes_and_is_told(ada_at_work):
    soon = timezone.localdate() + timedelta(days=3)
    Availability.objects.filter(pk=ada_at_work.pk).update(
        byday=["MO", "TU", "WE", "TH", "FR", "SA", "SU"], open_on_public_holidays=True
    )
    occurrences.rebuild([ada_at_work.practitioner_id], today=timezone.localdate())
    first = Occurrence.objects.filter(starts_at__date=soon).get().starts_at
    booked = actions.book(made.booking(ada_at_work, first))
    client = as_ada(ada_at_work)
    ending = {"last_day": f"{timezone.localdate()}"}
    answer = client.post(reverse("agenda:end_rule", args=[ada_at_work.pk]), ending, follow=True)
    assert "1 rendez-vous déjà pris reste en dehors de ces heures" in answer.content.decode()
    booked.refresh_from_db()
    assert booked.state == Appointment.State.CONFIRMED
    assert Occurrence.objects.filter(starts_at__gt=timezone.now() + timedelta(days=1)).count() == 0


def test_ending_twice_is_harmless_and_what_never_started_is_removed(everyone):
    by = person("ada@example.org").pk
    rule = made.availability(made.practitioner())
    for _ in range(2):
        availabilities.end(rule, date(2026, 12, 1), by=by, today=made.TODAY)
    rule.refresh_from_db()
    assert rule.until == date(2026, 12, 1)
    assert AuditEntry.objects.filter(verb="agenda.rule_ended").count() == 1
    later = made.availability(made.practitioner("Lou"), dtstart=date(2027, 1, 1))
    availabilities.end(later, date(2026, 12, 1), by=by, today=made.TODAY)
    assert not Availability.objects.filter(pk=later.pk).exists()


def test_a_rule_that_is_over_is_not_brought_back(everyone):
    rule = made.availability(made.practitioner(), until=date(2026, 10, 1))
    rule.until = None
    with pytest.raises(RuleIsOver):
        availabilities.keep(rule, {}, by=0, today=made.TODAY)


def test_a_manager_keeps_the_rules_of_where_they_manage_and_no_other(ada_at_work):
    other_employer = made.support("Ailleurs", organization=made.directory.organization("Autre"))
    elsewhere = made.availability(ada_at_work.practitioner, "FR", service=other_employer)
    client = sign_in(Client(), manager(at=ada_at_work.organization))
    assert add(client, ada_at_work).status_code == 302
    assert AuditEntry.objects.get(verb="agenda.rule_added").acting_as == "structure_manager"
    assert client.get(reverse("agenda:change_rule", args=[ada_at_work.pk])).status_code == 200
    assert client.get(reverse("agenda:change_rule", args=[elsewhere.pk])).status_code == 403
    offered = client.get(reverse("agenda:add_rule", args=[ada_at_work.practitioner_id]))
    assert {key.partition(":")[0] for key in offered.context["form"].offered} == {
        str(ada_at_work.service_id)
    }


@pytest.mark.parametrize("change", [{"byday": ["1TU"]}, {"horizon_days": 700}])
def test_the_database_itself_refuses_a_rule_without_sense(everyone, change):
    rule = made.availability(made.practitioner())
    with pytest.raises(IntegrityError), transaction.atomic():
        Availability.objects.filter(pk=rule.pk).update(**change)


def test_each_night_one_more_day_of_every_agenda_is_opened(everyone, capsys):
    made.availability(made.practitioner(), horizon_days=30)
    Occurrence.objects.all().delete()
    tasks.extend_agendas(timestamp=0)
    opened = Occurrence.objects.count()
    assert opened >= 4
    call_command("extend_agendas")
    assert capsys.readouterr().out == f"1 agendas, {opened} stretches of availability\n"


def test_every_field_of_a_rule_is_in_its_form():
    kept = {"practitioner", "organization", "departement", "service", "service_at_location"}
    written = {field.name for field in Availability._meta.concrete_fields} - kept
    shown = set(AvailabilityForm.base_fields) | {"id", "freq", "interval"}
    assert written - shown == set()
