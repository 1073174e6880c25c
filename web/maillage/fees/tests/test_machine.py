"""Scales in any order: drafted, published, confirmed, applied, withdrawn, superseded, billed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as agenda
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.families.tests import made as families
from maillage.fees import publishing, quotes
from maillage.fees.actions import Answer, set_fee, waive
from maillage.fees.errors import NeedsNoConfirmation, ScaleFalls, VersionInThePast, VersionOverlaps
from maillage.fees.models import Fee, Schedule, ScheduleVersion, Tariff
from maillage.fees.publishing import Draft
from maillage.fees.scale import Scale, Step
from maillage.fees.tests import made
from maillage.organizations.tests.staff import manager

A_DAY = timedelta(days=1)
IN_DAYS = st.integers(-2, 12)
PICK = st.integers(0, 5)
NATIONAL = "fees.family_mediation"


@dataclass
class Known:
    """A version as it was published, and its end if another came after."""

    row: ScheduleVersion
    lowest: int
    since: date
    until: date | None = None
    checked: bool = True

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass
class Applied:
    """Which scale the service asks by, between two days."""

    schedule: Schedule
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class Scales(Undone):
    """One's own scale and a national one that nobody checked, and a service that applies them."""

    def begin(self) -> None:
        self.today = timezone.localdate()
        self.service = agenda.support()
        employer = self.service.organization
        self.by = manager(at=employer).pk
        self.scales = [
            made.schedule(employer, "Barème maison"),
            made.schedule(employer, "Barème national", parameter=NATIONAL),
        ]
        self.versions: list[Known] = []
        self.tariffs: list[Applied] = []
        self.asked: dict[Fee, tuple[ScheduleVersion, Decimal]] = {}

    def of(self, schedule: Schedule) -> list[Known]:
        return [one for one in self.versions if one.row.schedule_id == schedule.pk]

    def owed(self, day: date) -> Known | None:
        """The version that may be asked on a day."""
        applied = next((one for one in self.tariffs if one.holds(day)), None)
        if applied is None:
            return None
        found = (one for one in self.of(applied.schedule) if one.holds(day) and one.checked)
        return next(found, None)

    @rule(which=st.integers(0, 1), days=IN_DAYS, lowest=st.integers(0, 9), falls=st.booleans())
    def publish(self, which: int, days: int, lowest: int, falls: bool) -> None:
        schedule, since = self.scales[which], self.today + timedelta(days=days)
        amounts = (lowest + 1, lowest) if falls else (lowest, lowest + 1)
        steps = [
            Step(top, True, Decimal(base), Decimal(0))
            for top, base in zip((Decimal(900), None), amounts, strict=True)
        ]
        draft = Draft(since, "Conseil", "", Scale(steps, Decimal(1), Decimal(0), Decimal(99)),
                      ["", ""])  # fmt: skip
        standing = self.of(schedule)
        met = [one for one in standing if one.since >= since or (one.until and one.until >= since)]
        try:
            row = publishing.publish(schedule, draft, by=self.by, today=self.today)
        except VersionInThePast:
            assert days < 0
        except VersionOverlaps:
            assert met
        except ScaleFalls:
            assert falls
        else:
            assert days >= 0
            assert not met
            assert not falls
            for one in standing:
                one.until = one.until or since - A_DAY
            self.versions.append(Known(row, lowest, since, checked=which == 0))

    @rule(number=PICK)
    def confirm(self, number: int) -> None:
        if not self.versions:
            return
        one = self.versions[number % len(self.versions)]
        try:
            publishing.confirm(one.row, "circulaire", by=self.by)
        except NeedsNoConfirmation:
            assert one.checked
        else:
            assert not one.checked
            one.checked = True

    @rule(which=st.integers(0, 2), days=IN_DAYS)
    def apply_or_withdraw(self, which: int, days: int) -> None:
        schedule = self.scales[which] if which < 2 else None
        since = self.today + timedelta(days=days)
        try:
            publishing.apply(self.service, schedule, since, by=self.by, today=self.today)
        except VersionInThePast:
            assert days < 0
            return
        assert days >= 0
        self.tariffs = [one for one in self.tariffs if one.since < since]
        for one in self.tariffs:
            if one.holds(since):
                one.until = since - A_DAY
        if schedule is not None:
            self.tariffs.append(Applied(schedule, since))

    @rule(days=st.integers(0, 14), nothing=st.booleans())
    def ask(self, days: int, nothing: bool) -> None:
        """A family says nothing of its income, and perhaps asks to pay nothing after all."""
        taken = self.appointment(self.today + timedelta(days=days))
        owed = self.owed(self.today + timedelta(days=days))
        fee = set_fee(taken, Answer())
        assert (fee is None) is (owed is None)
        if fee is None or owed is None:
            return
        assert (fee.version, fee.amount) == (owed.row, owed.lowest)
        if nothing:
            fee = waive(fee)
        self.asked[fee] = (owed.row, fee.amount)

    def appointment(self, day: date) -> Appointment:
        starts = datetime.combine(day, time(9), tzinfo=agenda.PARIS)
        who = families.contact()
        return Appointment.objects.create(
            departement_id="70", organization=self.service.organization, service=self.service,
            household=who.household, contact=who, starts_at=starts,
            ends_at=starts + timedelta(hours=1), mode="phone", composition="alone",
        )  # fmt: skip

    @rule(number=PICK, change=st.sampled_from(["source", "floor", "valid_from", "valid_to"]))
    def rewrite_the_past(self, number: int, change: str) -> None:
        if not self.versions:
            return
        one = self.versions[number % len(self.versions)]
        value = {"source": "x", "floor": 1}.get(change, self.today - 9 * A_DAY)
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            ScheduleVersion.objects.filter(pk=one.row.pk).update(**{change: value})

    @invariant()
    def versions_follow_each_other_and_stay_as_published(self) -> None:
        rows = ScheduleVersion.objects.values_list("pk", "valid_from", "valid_to")
        assert sorted(rows, key=str) == sorted(
            ((one.row.pk, one.since, one.until) for one in self.versions), key=str
        )
        for schedule in self.scales:
            assert sum(one.until is None for one in self.of(schedule)) <= 1

    @invariant()
    def what_is_asked_is_what_was_decided(self) -> None:
        applied = Tariff.objects.values_list("schedule", "valid_from", "valid_to")
        assert sorted(applied, key=str) == sorted(
            ((one.schedule.pk, one.since, one.until) for one in self.tariffs), key=str
        )
        for days in (0, 3, 40):
            day = self.today + timedelta(days=days)
            shown, owed = quotes.quote(self.service, day), self.owed(day)
            assert (shown and (shown.version, shown.lowest)) == (owed and (owed.row, owed.lowest))

    @invariant()
    def what_was_asked_once_is_worth_the_same_for_ever(self) -> None:
        for fee in Fee.objects.select_related("version__schedule"):
            version, amount = self.asked[fee]
            assert (fee.version, fee.amount) == (version, amount)
            assert quotes.replay(fee) == (amount, amount)


@pytest.mark.django_db
def test_whatever_the_order_a_scale_is_never_rewritten_and_bills_on_its_days_only():
    run_in_any_order(Scales, examples=8, steps=14)
