"""Rotations: checked as they are written, approved by each party, and then real in the agenda."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from maillage.agenda.actions import book
from maillage.agenda.models import Appointment, Availability
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.pooling import checks, compute, grids, rotating
from maillage.pooling.actions import Answer, PlaceTerms
from maillage.pooling.errors import (
    ChangedMeanwhile,
    NoAgreementInForce,
    NoRotationPossible,
    NotADraft,
    RotationCannotBeKept,
    RotationIsEmpty,
    RotationStartsInThePast,
    RotationStartsTooEarly,
)
from maillage.pooling.models import HalfDay
from maillage.pooling.spans import State
from maillage.pooling.tests import made

pytestmark = pytest.mark.django_db
# Gray 4 half-days of 10, Vesoul 4, Luxeuil 2: 40, 40 and 20 %.
TIRING = ("Gray Vesoul", "Gray Vesoul", "Luxeuil Luxeuil", "Gray Vesoul", "Gray Vesoul")


@pytest.fixture
def here(db):
    with scope.system():
        yield made.world()


@pytest.fixture
def shared(here):
    return made.in_force(here)


def looked(shared, *weeks, **frame):
    wanted = made.wanted(shared, *weeks, **frame)
    land = grids.ground(shared)
    return checks.look(land, wanted.frame, wanted.grid, checks.taken(land, wanted.frame))


def rules(here):
    found = Availability.objects.filter(practitioner=here.ada).order_by(
        "opens_at", "dtstart", "byday"
    )
    return [
        (one.service_at_location.location.commune.name, ",".join(one.byday), one.opens_at.hour,
         one.interval, one.dtstart, one.until)
        for one in found.select_related("service_at_location__location__commune")
    ]  # fmt: skip


def test_a_week_is_counted_in_kilometres_hours_and_points(shared):
    found = looked(shared)
    trips = compute.trips_between({"70279", "70550", "70311"})
    vesoul, luxeuil = trips.metres["70279", "70550"], trips.metres["70279", "70311"]
    # The base is Gray, where the holder is: two days in Vesoul, one in Luxeuil, there and back.
    assert found.kilometres == pytest.approx((4 * vesoul + 2 * luxeuil) / 1000)
    assert [(one.hours, round(one.share, 1), round(one.gap, 1)) for one in found.parties] == [
        (12, 40.0, 0.0), (12, 40.0, 5.0), (6, 20.0, -5.0),
    ]  # fmt: skip
    assert (found.hours, found.faults) == (30, [])


def test_kilometres_are_the_crow_s_with_the_detour_of_the_model(db):
    with scope.system():
        made.world()
    metres = compute.trips_between({"70279", "70550"}).metres
    assert metres["70279", "70550"] == metres["70550", "70279"] == 60714
    assert metres["70279", "70279"] == 0


def test_each_fault_is_said_in_the_order_of_the_week(shared):
    week = ("Vesoul Gray", "Luxeuil Gray", "Gray Gray", "Gray Gray", "Gray Gray")
    found = looked(shared, week)
    assert found.faults[:2] == [
        "lundi : de Vesoul à Gray il faut 61 min, il en reste 60 à midi",
        "mardi : de Luxeuil-les-Bains à Gray il faut 86 min, il en reste 60 à midi",
    ]
    assert found.wrong == {grids.Slot(0, 0, 1), grids.Slot(0, 1, 1)}
    assert found.faults[-3:] == [
        "Mairie de Gray : 80,0 % des heures pour 40,0 % convenus, plus de 5 points d’écart",
        "Mairie de Vesoul : 10,0 % des heures pour 35,0 % convenus, plus de 5 points d’écart",
        "Mairie de Luxeuil : 10,0 % des heures pour 25,0 % convenus, plus de 5 points d’écart",
    ]


def test_a_place_that_gets_less_than_its_least_is_said(here):
    terms = made.terms(here)
    first = terms.parties[2]
    least = [PlaceTerms(here.places["Luxeuil"], Decimal(7))]
    parties = [*terms.parties[:2], type(first)(first.organization, first.quota, None, least)]
    found = looked(made.in_force(here, parties=parties))
    assert found.faults == ["Luxeuil-les-Bains : 6,0 h par semaine, il en faut 7,0 au moins"]


def test_a_room_that_someone_else_has_is_said(here, shared):
    other = agenda.availability(agenda.practitioner("Bea"), "MO", town=None, service=here.service,
                                employer=here.parties["Gray"])  # fmt: skip
    other.service_at_location = here.places["Gray"]
    room = agenda.room(other)
    agenda.occurrences.rebuild([other.practitioner_id], today=made.TODAY)
    terms = made.terms(here)
    first = terms.parties[0]
    roomy = type(first)(
        first.organization, first.quota, None, [PlaceTerms(here.places["Gray"], room=room)]
    )
    by = here.people["Gray"].pk
    shared = made.actions.draft(made.terms(here, parties=[roomy, *terms.parties[1:]]), by=by)
    assert looked(shared).faults == ["lundi matin : la salle de Gray est déjà prise"]


def test_hours_kept_for_another_employer_are_said(here, shared):
    agenda.availability(here.ada, "WE", town="70285", opens_at=time(14), closes_at=time(16))
    assert looked(shared).faults == [
        "mercredi après-midi : d’autres disponibilités sont déjà notées (Héricourt)"
    ]


def test_the_last_approval_makes_the_rotation_real(here, shared):
    agenda.availability(here.ada, "TU", service=here.service, town=None)
    old = Availability.objects.get(practitioner=here.ada)
    old.service_at_location, old.slot_minutes = here.places["Gray"], 45
    old.modes = ["on_site"]
    old.save()
    found = made.rotation(here, shared)
    made.agreed(here, found, "Gray", "Vesoul")
    assert len(rules(here)) == 1
    made.agreed(here, found, "Luxeuil")
    start, eve = made.START, date(2026, 12, 6)
    assert rules(here) == [
        ("Gray", "TU", 9, 1, date(2026, 9, 1), eve),
        ("Gray", "MO,FR", 9, 1, start, None),
        ("Vesoul", "TU,TH", 9, 1, start, None),
        ("Luxeuil-les-Bains", "WE", 9, 1, start, None),
        ("Gray", "MO,FR", 13, 1, start, None),
        ("Vesoul", "TU,TH", 13, 1, start, None),
        ("Luxeuil-les-Bains", "WE", 13, 1, start, None),
    ]
    new = Availability.objects.filter(dtstart=start)
    assert {rule.slot_minutes for rule in new} == {45}
    assert set(found.rules.all()) == set(new)
    assert (found.state, found.is_in_force(start)) == (State.APPROVED, True)


def test_two_weeks_that_differ_turn_with_each_other(here, shared):
    other = ("Gray Gray", "Vesoul Vesoul", "Luxeuil Luxeuil", "Vesoul Vesoul", "Luxeuil Gray")
    found = looked(shared, made.WEEK, other)
    assert [round(one.share, 1) for one in found.parties] == [35.0, 40.0, 25.0]
    shown = [rule for rule in _two_weeks(here, shared, other) if rule[3] == 2]
    assert shown == [
        ("Gray", "FR", 9, 2, made.START, None),
        ("Luxeuil-les-Bains", "FR", 9, 2, date(2026, 12, 14), None),
    ]  # fmt: skip


def _two_weeks(here, shared, other):
    frame = {"pause_minutes": 0, "spans": ((time(9), time(12)), (time(14), time(17)))}
    made.agreed(here, made.rotation(here, shared, made.WEEK, other, **frame))
    return rules(here)


def test_booked_appointments_stay_and_those_to_move_are_listed(here, shared):
    rule = agenda.availability(here.ada, "TU", "WE", service=here.service)
    here.places["Gray"] = rule.service_at_location
    stays = book(agenda.booking(rule, agenda.at(1, 9)), now=agenda.NOW)  # before the change
    moves = book(agenda.booking(rule, agenda.at(8, 10)), now=agenda.NOW)  # a Tuesday, then Vesoul
    scope.hold_contact(None)
    land = grids.ground(made.in_force(made.world(), title="Autre"))
    land = grids.ground(shared)
    wanted = made.wanted(shared)
    # The appointment was given in another venue of Gray: it is not of the agreement's places.
    assert checks.to_move(land, wanted.frame, wanted.grid, agenda.NOW) == []
    Appointment.objects.filter(pk__in=[stays.pk, moves.pk]).update(
        service_at_location=land.places[0].service_at_location
    )
    found = checks.to_move(land, wanted.frame, wanted.grid, agenda.NOW)
    assert [(one.appointment, one.where) for one in found] == [(moves, "Gray")]
    moves.refresh_from_db()
    assert moves.state == "confirmed"


def test_the_engine_proposes_fewer_kilometres_within_the_quotas(shared):
    land = grids.ground(shared)
    now = made.wanted(shared, TIRING, pause_minutes=0)
    proposal = compute.propose(land, now.frame, now.grid, {})
    before = checks.look(land, now.frame, now.grid, checks.Taken({}, {}))
    after = checks.look(land, now.frame, proposal.grid, checks.Taken({}, {}))
    assert (proposal.proven, after.faults, len(proposal.grid)) == (True, [], 10)
    assert after.kilometres < before.kilometres
    again = made.wanted(shared)
    best = checks.look(land, again.frame, again.grid, checks.Taken({}, {}))
    assert after.kilometres <= best.kilometres


def test_a_rotation_that_cannot_be_is_refused_by_name(here):
    terms = made.terms(here)
    greedy = [
        type(one)(
            one.organization,
            one.quota,
            None,
            [PlaceTerms(one.places[0].service_at_location, Decimal(20))],
        )
        for one in terms.parties
    ]
    shared = made.in_force(here, parties=greedy)
    now = made.wanted(shared)
    with pytest.raises(NoRotationPossible, match="heures minimales par lieu dépassent"):
        compute.propose(grids.ground(shared), now.frame, now.grid, {})
    with pytest.raises(NoRotationPossible, match="aucune demi-journée"):
        compute.propose(grids.ground(shared), now.frame, {}, {})


def test_what_stands_today_is_read_from_the_rules_until_one_is_agreed(here, shared):
    rule = agenda.availability(here.ada, "TU", "TH", service=here.service)
    rule.service_at_location = here.places["Vesoul"]
    rule.save()
    land = grids.ground(shared)
    place = land.by_location[here.places["Vesoul"].location_id].pk
    now = rotating.at_present(land, made.FRAME, made.TODAY)
    assert now.grid == {grids.Slot(0, 1, 0): place, grids.Slot(0, 3, 0): place}
    made.agreed(here, made.rotation(here, shared))
    assert rotating.at_present(land, made.FRAME, made.START).grid == made.grid(shared)


@pytest.mark.parametrize(("change", "refusal", "said"), [
    ({"starts_on": date(2026, 11, 16)}, RotationStartsInThePast, "16 novembre 2026"),
    ({"starts_on": date(2026, 8, 31), "today": date(2026, 8, 1)}, NoAgreementInForce, "Psycho"),
    ({"spans": ((time(9), time(12)), (time(12), time(16)))}, None, ""),
])  # fmt: skip
def test_a_rotation_that_begins_when_it_may_not_is_refused(here, shared, change, refusal, said):
    today = change.pop("today", made.TODAY)
    found = rotating.begin(shared, made.wanted(shared, **change), by=here.people["Gray"].pk)
    if refusal is None:
        rotating.propose(found, found.edition, by=1, today=today)
        return
    with pytest.raises(refusal, match=said):
        rotating.propose(found, found.edition, by=1, today=today)
    found.refresh_from_db()
    assert found.state == State.DRAFT


def test_a_rotation_with_a_fault_or_nothing_in_it_is_not_proposed(here, shared):
    by = here.people["Gray"].pk
    for weeks, refusal in ((("Gray Gray",) * 5, RotationCannotBeKept), (("- -",), RotationIsEmpty)):
        found = rotating.begin(shared, made.wanted(shared, weeks), by=by)
        with pytest.raises(refusal):
            rotating.propose(found, found.edition, by=by, today=made.TODAY)


def test_a_second_rotation_begins_after_the_first(here, shared):
    made.agreed(here, made.rotation(here, shared))
    with pytest.raises(RotationStartsTooEarly, match="7 décembre 2026"):
        made.rotation(here, shared)
    later = date(2027, 1, 4)
    first = shared.rotations.get(state="approved")
    made.agreed(here, made.rotation(here, shared, TIRING, starts_on=later, pause_minutes=0))
    first.refresh_from_db()
    assert (first.ends_on, first.is_in_force(date(2027, 1, 3))) == (date(2027, 1, 3), True)
    assert {rule[5] for rule in rules(here) if rule[4] == made.START} == {date(2027, 1, 3)}


def test_a_refused_rotation_changes_nothing(here, shared):
    found = made.rotation(here, shared)
    party = shared.parties.get(organization=here.parties["Vesoul"])
    no = Answer(accepted=False, reason="Pas le jeudi.")
    rotating.decide(found, found.edition, party, no, by=here.people["Vesoul"].pk, today=made.TODAY)
    found.refresh_from_db()
    assert (found.state, rules(here)) == (State.REFUSED, [])
    rotating.take_back(found, found.edition, by=here.people["Gray"].pk)
    found.refresh_from_db()
    assert found.state == State.DRAFT


def test_what_is_proposed_is_not_rewritten(here, shared):
    found = made.rotation(here, shared)
    with pytest.raises(NotADraft):
        rotating.rewrite(found, made.wanted(shared), found.edition, by=1)
    with pytest.raises(ChangedMeanwhile):
        rotating.rewrite(found, made.wanted(shared), found.edition - 1, by=1)
    with pytest.raises(IntegrityError, match="not rewritten"), transaction.atomic():
        HalfDay.objects.filter(rotation=found).update(week=1)
    with pytest.raises(IntegrityError, match="a_rotation_starts_on_a_monday"), transaction.atomic():
        rotating.begin(shared, made.wanted(shared, starts_on=date(2026, 12, 8)), by=1)
