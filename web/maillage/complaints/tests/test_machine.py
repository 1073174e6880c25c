"""A complaint in any order of what happens: answered once, looked at again once, then forgotten."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.complaints import actions
from maillage.complaints.errors import ComplaintIsAnswered, NothingToLookAtAgain
from maillage.complaints.models import Complaint
from maillage.complaints.tests import made
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.directory.tests import made as directory
from maillage.organizations.tests.staff import administrator

PICK = st.integers(0, 3)
HALF_WAY, WHOLE, KEPT = timedelta(days=15), timedelta(days=30), timedelta(days=730)


@dataclass
class Said:
    """One complaint, as whoever wrote it and whoever answers it know it."""

    row: Complaint
    due: date
    state: str = "received"
    answered_at: datetime | None = None
    first: str = ""
    answer: str = ""
    passed_on: bool = False
    reminded: bool = False
    erased: bool = False

    @property
    def waits(self) -> bool:
        return self.state != "answered"


class Complaints(Undone):
    """People complain, managers take and answer, people ask again, days pass, the job runs."""

    def begin(self) -> None:
        self.about = directory.service()
        self.by = administrator().pk
        self.now = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Paris"))
        self.said: list[Said] = []

    @property
    def today(self) -> date:
        return self.now.date()

    def one(self, number: int) -> Said | None:
        return self.said[number % len(self.said)] if self.said else None

    @rule()
    def complain(self) -> None:
        row, _code = actions.complain(made.grievance(self.about), now=self.now)
        self.said.append(Said(row, self.today + WHOLE))

    @rule(number=PICK)
    def take(self, number: int) -> None:
        if (one := self.one(number)) is None:
            return
        try:
            actions.take(one.row, by=self.by)
        except ComplaintIsAnswered:
            assert not one.waits
        else:
            assert one.waits
            one.state = "handled"

    @rule(number=PICK, words=st.sampled_from(["Nous nous excusons.", "Voici pourquoi."]))
    def answer(self, number: int, words: str) -> None:
        if (one := self.one(number)) is None:
            return
        try:
            actions.answer(one.row, words, by=self.by, now=self.now)
        except ComplaintIsAnswered:
            assert not one.waits
        else:
            assert one.waits
            one.state, one.answer, one.answered_at = "answered", words, self.now

    @rule(number=PICK)
    def ask_again(self, number: int) -> None:
        if (one := self.one(number)) is None:
            return
        try:
            actions.ask_departement(one.row, now=self.now)
        except NothingToLookAtAgain:
            assert one.waits or one.passed_on or one.erased
        else:
            assert not one.waits
            assert not one.passed_on
            assert not one.erased
            one.state, one.first, one.answer = "handled", one.answer, ""
            one.answered_at, one.passed_on, one.reminded = None, True, False
            one.due = self.today + WHOLE

    @rule(days=st.sampled_from([1, 14, 16, 31, 400, 731]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(number=PICK)
    def two_years_pass_after_an_answer(self, number: int) -> None:
        """The whole way at once: long stories are reached in few steps."""
        self.answer(number, "Voici.")
        self.days_pass(731)
        self.the_old_ones_are_forgotten()

    @rule()
    def the_job_runs(self) -> None:
        late = [one for one in self.said if one.waits and one.due < self.today]
        moved = [one for one in late if not one.passed_on]
        soon = [
            one
            for one in self.said
            if one.waits and not one.reminded and self.today <= one.due <= self.today + HALF_WAY
        ]
        assert actions.chase(self.now) == len(moved) + len(soon)
        for one in moved:
            one.passed_on, one.due = True, self.today + HALF_WAY
        for one in (*moved, *soon):
            one.reminded = True
        assert actions.chase(self.now) == 0

    @rule()
    def the_old_ones_are_forgotten(self) -> None:
        old = [
            one
            for one in self.said
            if one.answered_at is not None and one.answered_at < self.now - KEPT and not one.erased
        ]
        assert actions.forget(self.now) == len(old)
        for one in old:
            one.erased, one.first, one.answer = True, "", ""

    @invariant()
    def the_table_says_the_same(self) -> None:
        for one in self.said:
            row = Complaint.objects.get(pk=one.row.pk)
            assert (row.state, row.due_on, row.answer, row.first_answer) == (
                one.state, one.due, one.answer, one.first,
            )  # fmt: skip
            assert (row.escalated_at is not None) is one.passed_on
            assert (row.reminded_at is not None) is one.reminded
            assert (row.erased_at is not None, bool(row.text)) == (one.erased, not one.erased)
            assert (row.handled_by_id is not None) is (one.state != "received")

    @invariant()
    def what_waits_is_what_nobody_answered(self) -> None:
        waiting = set(Complaint.objects.open().values_list("pk", flat=True))
        assert waiting == {one.row.pk for one in self.said if one.waits}


@pytest.mark.django_db
def test_whatever_the_order_a_complaint_is_answered_and_looked_at_again_once():
    run_in_any_order(Complaints, examples=12, steps=20)
