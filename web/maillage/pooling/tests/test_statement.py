"""A month: hours and kilometres that were, euros exact to the cent, fixed once issued."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.directory.tests import made as directory
from maillage.pooling import accounting, compute, exports, grids, ledger, statements
from maillage.pooling.accounting import Cost
from maillage.pooling.errors import (
    CorrectionNeedsAReason,
    MonthIsNotOver,
    StatementIsTheSame,
    VehicleIsOut,
)
from maillage.pooling.models import Statement, StatementShare, Vehicle
from maillage.pooling.shares import CENT, split
from maillage.pooling.tests import made

OCTOBER = date(2026, 10, 1)
cents = st.integers(-10_000_000, 10_000_000).map(lambda whole: whole * CENT)
weights = st.lists(st.integers(0, 100_000), min_size=2, max_size=8)


@given(cents, weights, st.data())
def test_shares_add_up_to_the_cent_whatever_is_shared(amount, worked, data):
    quotas = data.draw(st.lists(st.integers(1, 10_000), min_size=len(worked), max_size=len(worked)))
    parts = split(amount, worked, quotas)
    used = worked if any(worked) else quotas
    assert sum(parts) == amount
    for part, weight in zip(parts, used, strict=True):
        assert abs(part - amount * weight / sum(used)) < CENT
        assert part == part.quantize(CENT)
    if any(worked):
        assert all(part == 0 for part, weight in zip(parts, worked, strict=True) if weight == 0)


@given(cents, weights)
def test_who_worked_more_never_owes_less(amount, worked):
    parts = [abs(one) for one in split(amount, worked, [1] * len(worked))]
    if any(worked):
        more = [
            (one, other)
            for one in range(len(worked))
            for other in range(len(worked))
            if worked[one] > worked[other]
        ]
        assert all(parts[one] >= parts[other] for one, other in more)


@pytest.mark.parametrize(("case", "amount", "worked", "parts"), [
    ("thirds: the cent left goes to the first named", "100.00", [1, 1, 1], "33.34 33.33 33.33"),
    ("the largest remainder first, whatever the order", "0.10", [1, 2, 4], "0.01 0.03 0.06"),
    ("a credit is shared like a debit", "-100.00", [1, 1, 1], "-33.34 -33.33 -33.33"),
    ("nothing to share", "0.00", [3, 1, 1], "0.00 0.00 0.00"),
    ("nothing measured: the quotas stand in", "10.00", [0, 0, 0], "4.00 3.50 2.50"),
    ("one party did all", "7.77", [0, 5, 0], "0.00 7.77 0.00"),
])  # fmt: skip
def test_known_parts(case, amount, worked, parts):
    found = split(Decimal(amount), worked, [40_00, 35_00, 25_00])
    assert [str(one) for one in map(Decimal, parts.split())] == [
        str(one.quantize(CENT)) for one in found
    ]


@pytest.fixture
def here(db):
    with scope.system():
        yield made.world()


@pytest.fixture
def shared(here):
    return made.in_force(here)


def spend(here, shared, *costs):
    for kind, amount in costs:
        cost = Cost(OCTOBER, kind, kind, Decimal(amount))
        accounting.note_cost(shared, cost, by=here.people["Gray"].pk)


def computed(shared):
    return ledger.month_of(grids.ground(shared), OCTOBER)


def issue(here, shared, **values):
    values = {"by": here.people["Gray"].pk, "today": made.TODAY} | values
    return accounting.issue(shared, OCTOBER, **values)


def test_hours_are_those_held_or_waited_in_vain(here, shared):
    made.held(here, "Gray", 6, 9)
    made.held(here, "Gray", 6, 10, ends_at=agenda.at(6, 11, 30, month=10))
    made.held(here, "Vesoul", 7, 9, state="no_show")
    made.held(here, "Vesoul", 7, 10, state="excused")
    made.held(here, "Luxeuil", 8, 9, state="confirmed")
    made.held(here, None, 9, 9)  # at a distance, given by Gray
    made.held(here, None, 9, 11, organization=directory.organization("Une autre"))
    made.held(here, "Gray", 1, 9, month=11)
    found = computed(shared)
    assert [one.minutes for one in found.shares] == [60 + 90 + 60, 60, 0]
    assert found.unshared == 60


def test_hours_are_real_ones_where_they_were_noted_and_booked_lengths_elsewhere(here, shared):
    made.held(here, "Gray", 6, 9, real_minutes=75)
    made.held(here, "Gray", 6, 11)
    made.held(here, "Vesoul", 7, 9, real_minutes=40)
    found = computed(shared)
    assert [(one.minutes, one.noted_minutes) for one in found.shares] == [
        (75 + 60, 75), (40, 40), (0, 0),
    ]  # fmt: skip
    issued = issue(here, shared)
    assert (issued.minutes, issued.noted_minutes) == (175, 115)
    shares = issued.shares.select_related("party__organization").order_by("party__rank")
    said = exports.statement_csv(issued, list(shares)).decode("utf-8-sig").splitlines()
    names = said[0].split(";")[3:8]
    assert names == [
        "part_convenue_pct", "minutes", "dont_minutes_notees", "dont_minutes_reservees",
        "absences_comptees",
    ]  # fmt: skip
    assert said[1].split(";")[3:8] == ["40.00", "135", "75", "60", "oui"]
    assert statements.basis(shared, issued)[0].replace("\xa0", " ") == (
        "Heures : 1 h 55 d’après la durée notée à la clôture de l’entretien, 1 h 00 d’après"
        " la durée réservée, faute de durée notée."
    )


def test_an_agreement_may_leave_out_those_who_did_not_come(here):
    shared = made.in_force(here, counts_no_shows=False)
    made.held(here, "Gray", 6, 9)
    made.held(here, "Vesoul", 7, 9, state="no_show")
    assert [one.minutes for one in computed(shared).shares] == [60, 0, 0]
    said = statements.basis(shared, computed(shared))
    assert said[1] == "Un rendez-vous où personne n’est venu ne compte pas."


def test_a_trip_is_charged_to_the_town_it_leads_to_and_the_way_back_to_the_last(here, shared):
    made.held(here, "Vesoul", 6, 9)
    made.held(here, "Vesoul", 6, 10)
    made.held(here, "Luxeuil", 6, 15)
    made.held(here, "Gray", 7, 9)
    trips = compute.trips_between({"70279", "70550", "70311"}).metres
    found = computed(shared)
    assert [one.metres for one in found.shares] == [
        0, trips["70279", "70550"], trips["70550", "70311"] + trips["70311", "70279"],
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "amounts"), [
    ("hours", ["100.01", "50.00", "50.00"]),
    ("hours_km", ["50.01", "61.54", "88.46"]),
    ("fixed", ["100.01", "60.00", "40.00"]),
])  # fmt: skip
def test_each_key_shares_what_it_says(here, key, amounts):
    terms = made.terms(here)
    fixed = [
        type(one)(one.organization, one.quota, Decimal(part), one.places)
        for one, part in zip(terms.parties, (50, 30, 20), strict=True)
    ]
    shared = made.in_force(here, cost_key=key, parties=fixed)
    made.held(here, "Gray", 6, 9)
    made.held(here, "Gray", 6, 10)
    made.held(here, "Vesoul", 7, 9)
    made.held(here, "Luxeuil", 8, 9)
    spend(here, shared, ("staff", "90.01"), ("other", "10.00"), ("travel", "100.00"))
    found = computed(shared)
    assert sum(one.amount for one in found.shares) == found.total == Decimal("200.01")
    trips = compute.trips_between({"70279", "70550", "70311"}).metres
    if key == "hours_km":
        to_vesoul, to_luxeuil = trips["70279", "70550"], trips["70279", "70311"]
        part = Decimal(100 * to_vesoul) / (to_vesoul + to_luxeuil)
        assert found.shares[1].travel == part.quantize(CENT)
        assert found.shares[0].travel == 0
        assert [str(one.staff + one.other) for one in found.shares] == ["50.01", "25.00", "25.00"]
        return
    assert [str(one.amount) for one in found.shares] == amounts


def test_an_issued_month_is_fixed_and_corrected_by_a_new_version(here, shared):
    made.held(here, "Gray", 6, 9)
    spend(here, shared, ("staff", "3000.00"))
    first = issue(here, shared)
    assert (first.version, first.total, first.minutes) == (1, Decimal("3000.00"), 60)
    with pytest.raises(StatementIsTheSame):
        issue(here, shared, reason="encore")
    spend(here, shared, ("staff", "-200.00"))
    with pytest.raises(CorrectionNeedsAReason):
        issue(here, shared)
    second = issue(here, shared, reason="Salaire corrigé")
    assert (second.version, second.reason, second.total) == (
        2,
        "Salaire corrigé",
        Decimal("2800.00"),
    )
    first.refresh_from_db()
    assert first.total == Decimal("3000.00")
    assert first.content_hash != second.content_hash == computed(shared).content_hash
    for rows in (Statement.objects.all(), StatementShare.objects.all()):
        with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
            rows.update(minutes=1)
    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        shared.costs.update(amount=1)


def test_a_month_that_is_not_over_is_not_issued(here, shared):
    with pytest.raises(MonthIsNotOver):
        issue(here, shared, today=date(2026, 10, 31))
    assert issue(here, shared, today=date(2026, 11, 1)).total == 0


def test_a_shared_vehicle_counts_its_outings_and_is_out_once_at_a_time(here):
    van = Vehicle.objects.create(name="Le bus", organization=here.parties["Gray"])
    shared = made.in_force(here, shared=van, cost_key="hours_km")
    gray, vesoul, _luxeuil = shared.parties.order_by("rank")
    by = here.people["Gray"].pk
    out = (agenda.at(6, 9, month=10), agenda.at(6, 12, month=10))
    accounting.note_use(gray, out, 30_000, by=by)
    with pytest.raises(VehicleIsOut):
        accounting.note_use(vesoul, (agenda.at(6, 11, month=10), out[1]), 10_000, by=by)
    accounting.note_use(vesoul, (out[1], agenda.at(6, 13, month=10)), 10_000, by=by)
    spend(here, shared, ("travel", "40.00"))
    assert [(one.minutes, str(one.travel)) for one in computed(shared).shares] == [
        (180, "30.00"), (60, "10.00"), (0, "0.00"),
    ]  # fmt: skip


def test_a_shared_room_counts_the_hours_of_each_organization(here):
    room = agenda.Room.objects.create(
        location=here.places["Gray"].location, name="Bleue", capacity=4
    )
    shared = made.in_force(here, shared=room)
    made.held(here, "Gray", 6, 9, room=room)
    made.held(here, "Gray", 6, 10, room=room, organization=here.parties["Vesoul"])
    made.held(here, "Gray", 6, 14)
    assert [one.minutes for one in computed(shared).shares] == [60, 60, 0]
