"""Parts judged over the period of the agreement, and what a rotation changes for who waits."""

from datetime import date, timedelta

import pytest

from maillage.agenda.models import Claim, WaitingEntry
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.families.models import Contact, Household
from maillage.pooling import quotas, rotating
from maillage.pooling.errors import NotADraft
from maillage.pooling.grids import ground
from maillage.pooling.models import Rotation
from maillage.pooling.quotas import Span
from maillage.pooling.tests import made
from maillage.pooling.waits import waits

OTHER_WEEK = ("Vesoul Vesoul", "Gray Gray", "Luxeuil Luxeuil", "Vesoul Vesoul", "Gray Gray")


@pytest.fixture
def here(db):
    with scope.system():
        yield made.world()


@pytest.mark.parametrize(("period", "day", "span"), [
    ("month", date(2026, 10, 31), (date(2026, 10, 1), date(2026, 11, 1))),
    ("quarter", date(2026, 12, 31), (date(2026, 10, 1), date(2027, 1, 1))),
    ("quarter", date(2026, 9, 2), (date(2026, 9, 1), date(2026, 10, 1))),  # it began in September
    ("year", date(2027, 5, 5), (date(2027, 1, 1), date(2028, 1, 1))),
])  # fmt: skip
def test_a_period_is_a_calendar_one_within_the_agreement(here, period, day, span):
    shared = made.proposed(here, period=period)
    assert quotas.period_of(shared, day) == Span(*span)


def test_parts_of_a_quarter_are_added_up_and_judged_within_five_points(here):
    shared = made.in_force(here)  # 40, 35 and 25 %
    for day in range(5, 9):
        made.held(here, "Gray", day, 9)
    for day in range(5, 8):
        made.held(here, "Vesoul", day, 14, month=11)
    made.held(here, "Luxeuil", 9, 9)
    made.held(here, "Luxeuil", 10, 9)
    made.held(here, "Luxeuil", 10, 14, real_minutes=90)
    quarter = Span(date(2026, 10, 1), date(2027, 1, 1))
    found = quotas.judged(ground(shared), quarter, made.TODAY)
    assert [one.minutes for one in found.parts] == [240, 180, 210]
    assert [round(one.gap, 1) for one in found.parts] == [-1.9, -6.4, 8.3]
    assert [one.is_kept for one in found.parts] == [True, False, False]
    assert [one.owed for one in found.parts] == [12, 40, -52]
    assert not found.is_over


def test_exactly_five_points_is_kept(here):
    party = made.in_force(here).parties.get(rank=1)  # 40 %
    assert quotas.Part(party, 45, 100).is_kept
    assert not quotas.Part(party, 46, 100).is_kept


def test_the_present_period_comes_first_then_the_one_before(here):
    land = ground(made.in_force(here))
    assert [one.span for one in quotas.to_show(land, made.TODAY)] == [
        Span(date(2026, 10, 1), date(2027, 1, 1)), Span(date(2026, 9, 1), date(2026, 10, 1)),
    ]  # fmt: skip


def wait_for(here, *communes):
    home = Household.objects.create(departement_id="70")
    contact = Contact.objects.create(
        household=home, departement_id="70", name="Nour", channel="email", email="n@example.org"
    )
    WaitingEntry.objects.create(
        departement_id="70", service=here.service, household=home, contact=contact,
        communes=list(communes),
    )  # fmt: skip


def test_a_rotation_says_who_waits_and_the_first_free_day_before_and_after(here):
    shared = made.in_force(here)
    land = ground(shared)
    for _each in range(5):
        wait_for(here, made.TOWNS["Vesoul"])
    wait_for(here)  # anywhere
    # Monday 7 December is taken whole.
    Claim.objects.create(
        practitioner=here.ada, kind="group",
        period=(agenda.at(7, 8, month=12), agenda.at(7, 18, month=12)),
    )  # fmt: skip
    present = (made.FRAME, made.grid(shared))
    wanted = (made.FRAME, made.grid(shared, OTHER_WEEK))
    found = waits(land, present, wanted, agenda.at(23, 8, month=11))
    assert [(one.commune.name, one.families, one.before, one.after) for one in found] == [
        ("Gray", None, date(2026, 12, 11), date(2026, 12, 8)),
        ("Vesoul", 6, date(2026, 12, 8), date(2026, 12, 10)),
        ("Luxeuil-les-Bains", None, date(2026, 12, 9), date(2026, 12, 9)),
    ]


def test_a_half_day_without_a_whole_free_hour_is_not_free(here):
    shared = made.in_force(here)
    for start in (9, 11):
        Claim.objects.create(
            practitioner=here.ada, kind="group",
            period=(agenda.at(9, start, 30, month=12) - timedelta(minutes=30),
                    agenda.at(9, start, 30, month=12) + timedelta(minutes=30)),
        )  # fmt: skip
    Claim.objects.create(
        practitioner=here.ada, kind="group",
        period=(agenda.at(9, 10, 30, month=12), agenda.at(9, 11, month=12)),
    )  # fmt: skip
    land, both = ground(shared), (made.FRAME, made.grid(shared))
    luxeuil = waits(land, both, both, agenda.at(9, 8, month=12))[2]
    assert luxeuil.before == date(2026, 12, 9)  # the afternoon is free
    Claim.objects.create(
        practitioner=here.ada, kind="group",
        period=(agenda.at(9, 13, month=12), agenda.at(9, 16, month=12)),
    )  # fmt: skip
    assert waits(land, both, both, agenda.at(9, 8, month=12))[2].before == date(2026, 12, 16)


def test_a_draft_is_thrown_away_and_nothing_else(here):
    shared = made.in_force(here)
    by = here.people["Gray"].pk
    draft = rotating.begin(shared, made.wanted(shared), by=by)
    rotating.discard(draft, draft.edition, by=by)
    assert not Rotation.objects.exists()
    proposed = made.rotation(here, shared)
    with pytest.raises(NotADraft):
        rotating.discard(proposed, proposed.edition, by=by)
    assert Rotation.objects.count() == 1
