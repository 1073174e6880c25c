"""What a family answers, and what it is asked: never more than shown, never a refusal."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from maillage.agenda import actions as agenda
from maillage.agenda.models import Appointment, Availability
from maillage.agenda.tests import made as times
from maillage.core import scope
from maillage.fees import actions, quotes
from maillage.fees.actions import Answer
from maillage.fees.models import Fee
from maillage.fees.tests import made
from maillage.organizations.tests.staff import manager, sign_in

pytestmark = pytest.mark.django_db
FIRST, SECOND = times.at(1, 9), times.at(1, 10)


@pytest.fixture
def rule() -> Availability:
    with scope.system():
        return times.availability(times.practitioner())


def booked(rule: Availability, **values) -> Appointment:
    """As a visitor: what follows runs under row-level security."""
    scope.enter("public")
    return agenda.book(times.booking(rule, FIRST, **values), now=times.NOW)


def test_a_service_without_a_scale_asks_nothing(rule):
    assert quotes.quote(rule.service, FIRST.date()) is None
    assert actions.set_fee(booked(rule), Answer()) is None


def test_a_quote_shows_every_band_and_the_lowest(rule):
    made.scaled(rule.service)
    shown = quotes.quote(rule.service, FIRST.date())
    assert [(line.starts_at, line.up_to, line.least) for line in shown.lines] == [
        (0, 800, 0), (800, 1300, 2), (1300, 1800, 4), (1800, 2500, 7), (2500, None, 10),
    ]  # fmt: skip
    assert (shown.lowest, shown.highest, shown.per) == (0, 10, "session")


def test_a_visitor_chooses_a_band_and_the_amount_is_kept_with_the_version(rule):
    version = made.scaled(rule.service)
    appointment = booked(rule)
    third = quotes.quote(rule.service, FIRST.date()).lines[2].band
    fee = actions.set_fee(appointment, Answer(Fee.Kind.BAND, third))
    assert (fee.amount, fee.version, fee.band.position) == (4, version, 3)
    assert fee.valued_on == FIRST.date()


def test_an_income_is_used_then_forgotten(rule):
    made.scaled(rule.service)
    fee = actions.set_fee(booked(rule), Answer(Fee.Kind.BAND, income=Decimal("2100.55")))
    assert (fee.amount, fee.band.position) == (7, 4)
    kept = {field.name for field in Fee._meta.concrete_fields}
    assert kept == {
        "appointment", "version", "band", "answer", "valued_on", "payers", "unit_amount", "amount",
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer("nonsense"),
        Answer(Fee.Kind.BAND),
        Answer(Fee.Kind.BAND, uuid4()),
        Answer(Fee.Kind.BAND, income=Decimal("NaN")),
        Answer(Fee.Kind.BAND, income=Decimal(-5)),
    ],
)
def test_who_prefers_not_to_say_or_is_not_understood_pays_the_lowest(rule, answer):
    made.scaled(rule.service, rows=((1000, 3, 0), (None, 8, 0)))
    fee = actions.set_fee(booked(rule), answer)
    assert (fee.answer, fee.band, fee.amount) == ("undisclosed", None, 3)


def test_a_waiver_needs_no_proof_and_may_come_later(rule):
    made.scaled(rule.service)
    fee = actions.set_fee(booked(rule), Answer(Fee.Kind.BAND, income=Decimal(3000)))
    assert fee.amount == 10
    actions.waive(fee)
    assert actions.waive(fee).amount == 0
    assert Fee.objects.get().answer == "waiver"


def test_answering_twice_keeps_one_fee_the_last(rule):
    made.scaled(rule.service)
    appointment = booked(rule)
    actions.set_fee(appointment, Answer(Fee.Kind.BAND, income=Decimal(3000)))
    actions.set_fee(appointment, Answer(Fee.Kind.WAIVER))
    assert [fee.amount for fee in Fee.objects.all()] == [0]


@pytest.mark.parametrize(
    ("composition", "amount"), [("alone", 4), ("with_children", 4), ("couple", 8), ("family", 8)]
)
def test_per_person_each_adult_pays_and_no_child(rule, composition, amount):
    own = made.schedule(rule.service.organization, per="person")
    made.applied(rule.service, own)
    made.version(own)
    chosen = booked(rule, composition=Appointment.Composition(composition))
    fee = actions.set_fee(chosen, Answer(Fee.Kind.BAND, income=Decimal(1500)))
    assert (fee.unit_amount, fee.amount) == (4, amount)


def test_the_fee_follows_an_appointment_that_the_family_moves(rule):
    made.scaled(rule.service)
    appointment = booked(rule)
    actions.set_fee(appointment, Answer(Fee.Kind.BAND, income=Decimal(1500)))
    moved = agenda.move(appointment, rule.pk, SECOND)
    assert Fee.objects.get().appointment == moved
    assert Fee.objects.get().amount == 4


def test_another_visitor_reads_no_fee(rule):
    made.scaled(rule.service)
    actions.set_fee(booked(rule), Answer())
    scope.hold_contact(uuid4())
    assert Fee.objects.count() == 0


def test_staff_waive_what_a_family_cannot_pay_from_the_agenda_and_nobody_asks_why(client, rule):
    nadia = manager(at=rule.organization)
    made.scaled(rule.service)
    with scope.system():
        appointment = agenda.book(times.booking(rule, FIRST), now=times.NOW)
        actions.set_fee(appointment, Answer(Fee.Kind.BAND, lines(rule)[3]))
        scope.hold_contact(None)
    staff = sign_in(client, nadia)
    address = reverse("fees:ask_nothing", args=[appointment.pk])
    assert address in staff.get(reverse("agenda:agenda")).text
    assert staff.post(address)["Location"] == reverse("agenda:agenda")
    with scope.system():
        fee = Fee.objects.get()
    assert (fee.answer, fee.amount) == ("waiver", Decimal(0))
    assert address not in staff.get(reverse("agenda:agenda")).text


def lines(rule):
    return [line.band for line in quotes.quote(rule.service, FIRST.date()).lines]
