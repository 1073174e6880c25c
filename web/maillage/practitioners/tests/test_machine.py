"""Papers in any order: who may be booked is who has the four, seen and valid, on that very day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.organizations.tests.staff import manager, organization
from maillage.practitioners import actions, lapsing
from maillage.practitioners.models import Credential, Employment, Practitioner

KINDS = [kind.value for kind in Credential.MANDATORY]
WITHOUT_END = {"diploma", "charter"}
PARIS = ZoneInfo("Europe/Paris")
FOR_EVER = date(9999, 12, 31)
DAY = timedelta(days=1)


@dataclass
class Seen:
    """One paper that a manager saw."""

    row: Credential
    kind: str
    until: date
    warned: bool = False


class Papers(Undone):
    """A manager notes papers and takes some away; days pass; the job warns of what ends."""

    def begin(self) -> None:
        employer = organization()
        self.by = manager(at=employer).pk
        self.ada = Practitioner.objects.create(name="Ada", profession="psychologist")
        Employment.objects.create(
            practitioner=self.ada, organization=employer, departement=employer.departement,
            starts_on=timezone.localdate(),
        )  # fmt: skip
        self.today = timezone.localdate()
        self.seen: list[Seen] = []

    def until(self) -> date | None:
        """The last day with the four papers."""
        ends = [max((one.until for one in self.of(kind)), default=None) for kind in KINDS]
        known = [end for end in ends if end is not None]
        return min(known) if len(known) == len(KINDS) else None

    def of(self, kind: str) -> list[Seen]:
        return [one for one in self.seen if one.kind == kind]

    @rule(kind=st.sampled_from(KINDS), lasts=st.sampled_from([0, 30, 61, 400, None]))
    def note(self, kind: str, lasts: int | None) -> None:
        days = 400 if lasts is None and kind not in WITHOUT_END else lasts
        until = None if days is None else self.today + days * DAY
        paper = actions.Paper(kind, kind, self.today, until, self.today)
        row = actions.record_paper(self.ada, paper, by=self.by, departement="70")
        if all(one.row.pk != row.pk for one in self.seen):  # noted twice, it is one paper
            self.seen.append(Seen(row, kind, until or FOR_EVER))

    @rule(lasts=st.sampled_from([30, 400]))
    def note_the_four(self, lasts: int) -> None:
        """The whole way at once: long stories are reached in few steps."""
        for kind in KINDS:
            self.note(kind, lasts)

    @rule(number=st.integers(0, 9))
    def take_away(self, number: int) -> None:
        if self.seen:
            one = self.seen.pop(number % len(self.seen))
            actions.remove_paper(one.row, by=self.by, departement="70")

    @rule(days=st.sampled_from([1, 29, 31, 350]))
    def days_pass(self, days: int) -> None:
        self.today += days * DAY

    @rule()
    def the_job_warns(self) -> None:
        """Of the paper that counts, once; a shorter one of the same kind says nothing."""
        soon = self.today + lapsing.SOON
        counting = [max(self.of(kind), key=lambda one: one.until, default=None) for kind in KINDS]
        ending = [
            one for one in counting if one and not one.warned and self.today <= one.until <= soon
        ]
        now = datetime.combine(self.today, time(9), tzinfo=PARIS)
        assert lapsing.warn(now) == len(ending)
        for one in ending:
            one.warned = True
        assert lapsing.warn(now) == 0

    @invariant()
    def booking_is_open_until_the_first_of_the_four_ends(self) -> None:
        self.ada.refresh_from_db()
        last = self.until()
        assert self.ada.bookable_until == last
        for day in (self.today, self.today + 31 * DAY, last or self.today):
            found = Practitioner.objects.bookable_on(day).filter(pk=self.ada.pk)
            assert found.exists() is (last is not None and day <= last)

    @invariant()
    def what_is_missing_is_said(self) -> None:
        missing = {gap.kind for gap in lapsing.gaps([self.ada], self.today)[self.ada.pk]
                   if gap.is_over}  # fmt: skip
        assert missing == {
            kind for kind in KINDS if all(one.until < self.today for one in self.of(kind))
        }


@pytest.mark.django_db
def test_whatever_the_order_only_four_valid_papers_open_booking():
    run_in_any_order(Papers, examples=8, steps=16)
