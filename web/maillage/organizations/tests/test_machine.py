"""Accreditations in any order: a partner is trusted on the days that someone decided, no other."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.organizations import accrediting
from maillage.organizations.accrediting import Decision, Found
from maillage.organizations.errors import (
    AlreadyApplied,
    GridIsNotFilled,
    NotStanding,
    RequiredCriterionNotMet,
    ValidityLeavesAGap,
)
from maillage.organizations.models import Organization
from maillage.organizations.partnership import Accreditation
from maillage.organizations.tests import partners
from maillage.organizations.tests.staff import administrator, organization

DAY = timedelta(days=1)
IN_DAYS = st.sampled_from([0, 1, 10, 11, 20, 21, 30, 31])
ALL_MET = {0: True, 1: True, 2: True}
SAMPLE = (0, 1, 10, 11, 20, 21, 30, 31, 40, 60)


@dataclass
class Asked:
    """One application, as the partner follows it."""

    row: Accreditation
    state: str = "submitted"
    since: date = date.min
    until: date = date.min

    def holds(self, day: date) -> bool:
        return self.state == "accredited" and self.since <= day <= self.until


class Accreditations(Undone):
    """One partner applies, is looked at, decided on, renewed, withdrawn; it signs the charter."""

    def begin(self) -> None:
        self.partner, self.by = organization(), administrator().pk
        self.today = timezone.localdate()
        self.criteria = list(partners.grid(self.by).criteria.order_by("position"))
        self.asked: list[Asked] = []
        self.found: dict[int, bool] = {}
        self.charter = date.min
        self.renew(0)

    @property
    def waiting(self) -> Asked | None:
        return next((one for one in self.asked if one.state == "submitted"), None)

    @property
    def standing(self) -> list[Asked]:
        return [one for one in self.asked if one.state == "accredited"]

    @rule()
    def apply(self) -> None:
        try:
            row = partners.application(self.partner, self.by)
        except AlreadyApplied:
            assert self.waiting
        else:
            assert not self.waiting
            self.asked.append(Asked(row))
            self.found = {}

    @rule(met=st.just(ALL_MET) | st.dictionaries(st.integers(0, 2), st.booleans()))
    def look(self, met: dict[int, bool]) -> None:
        if (one := self.waiting) is not None:
            found = [Found(self.criteria[at].pk, is_met) for at, is_met in met.items()]
            accrediting.fill_grid(one.row, found, by=self.by)
            self.found |= met

    @rule(yes=st.booleans(), starts=IN_DAYS, lasts=st.integers(0, 30))
    def decide(self, yes: bool, starts: int, lasts: int) -> None:
        if not self.asked:
            return
        one = self.waiting or self.asked[-1]
        since = self.today + starts * DAY
        until = since + lasts * DAY
        last = max(self.standing, key=lambda each: each.until, default=None)
        gap = last is not None and (since > last.until + DAY or since <= last.since)
        try:
            with transaction.atomic():
                decision = Decision(yes, "Vu.", since, until)
                accrediting.decide(one.row, decision, by=self.by, today=self.today)
        except NotStanding:
            assert one.state != "submitted"
        except GridIsNotFilled:
            assert len(self.found) < len(self.criteria)
        except RequiredCriterionNotMet:
            assert yes
            assert not self.found[0]
        except ValidityLeavesAGap:
            assert yes
            assert gap
        else:
            assert one.state == "submitted"
            assert len(self.found) == len(self.criteria)
            assert not yes or (self.found[0] and not gap)
            if yes and last is not None and last.until >= since:
                last.until = since - DAY
            one.state = "accredited" if yes else "refused"
            one.since, one.until = since, until

    @rule(overlaps=st.integers(0, 2))
    def renew(self, overlaps: int) -> None:
        """The whole way at once: long stories are reached in few steps."""
        last = max((each.until for each in self.standing), default=self.today - DAY)
        self.apply()
        self.look(ALL_MET)
        self.decide(True, (last - self.today).days + 1 - overlaps, 9)

    @rule(number=st.integers(0, 5))
    def withdraw(self, number: int) -> None:
        """Whatever renews what is withdrawn goes with it."""
        if not self.asked:
            return
        one = self.asked[number % len(self.asked)]
        try:
            accrediting.withdraw(one.row, "Fermé.", by=self.by, today=self.today)
        except NotStanding:
            assert one.state != "accredited"
        else:
            assert one.state == "accredited"
            for each in self.standing:
                if each.since >= one.since:
                    each.state = "withdrawn"

    @rule(days=st.integers(1, 50))
    def sign(self, days: int) -> None:
        until = self.today + days * DAY
        accrediting.sign_charter(self.partner, "Charte", until, by=self.by, today=self.today)
        if self.charter == date.min:  # twice the same day is the first one
            self.charter = until

    @invariant()
    def each_decision_is_as_it_was_taken(self) -> None:
        for one in self.asked:
            one.row.refresh_from_db()
            assert one.row.state == one.state
            if one.state in {"accredited", "withdrawn"}:
                assert (one.row.valid_from, one.row.valid_until) == (one.since, one.until)

    @invariant()
    def trusted_on_the_days_decided_while_the_charter_holds(self) -> None:
        for days in SAMPLE:
            day = self.today + days * DAY
            trusted = Organization.objects.accredited_on(day).filter(pk=self.partner.pk).exists()
            assert trusted is (any(one.holds(day) for one in self.asked) and day <= self.charter)


@pytest.mark.django_db
def test_whatever_the_order_a_partner_is_trusted_on_the_days_that_were_decided():
    run_in_any_order(Accreditations, examples=20, steps=18)
