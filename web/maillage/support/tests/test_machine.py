"""Every path through an episode, in any order: what was promised stays true (state machine)."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from maillage.agenda.models import Appointment
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.families.models import Consent
from maillage.people.models import User
from maillage.support import actions, adjusting, merging
from maillage.support.actions import Outcome
from maillage.support.errors import (
    EpisodeIsClosed,
    HouseholdsStayApart,
    ProgrammeIsClosed,
    ProgrammeIsFull,
    SessionDoesNotCount,
    SessionsAreStillToCome,
    SixthSession,
)
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Session
from maillage.support.tests import made
from maillage.support.vocabulary import ClosingReason

QUOTA = 2
OUTCOMES = {
    "attended": Outcome("attended", ("listen",), 60, "alone", "another_session"),
    "excused": Outcome("excused"),
    "no_show": Outcome("no_show"),
}


class Support(Undone):
    """Three families, two places: book, cancel, move, note, correct, end, merge, close."""

    def begin(self):
        self.programme = made.programme(quotas={"70": QUOTA})
        self.given = made.service(self.programme)
        self.families = [made.family(name=name) for name in ("Ada", "Béa", "Chloé")]
        self.by = User.objects.create_user("ada@example.org", "Ada").pk
        self.practitioner = made.agenda.practitioner()
        self.closed = False

    def pick(self, number):
        found = self.families[number % len(self.families)]
        found.refresh_from_db()
        return found

    def sessions(self):
        return list(Session.objects.order_by("appointment__starts_at", "pk"))

    def one(self, number):
        found = self.sessions()
        return found[number % len(found)] if found else None

    @rule(number=st.integers(0, 2))
    def book(self, number):
        who = self.pick(number)
        open_before = Episode.objects.open().filter(household=who.household).exists()
        known = Enrolment.objects.counted().filter(household=who.household).first()
        held = 0 if known is None else known.sessions.holding().count()
        entered = Enrolment.objects.counted().count()
        booked = made.appointment(self.given, who, by=self.practitioner)
        try:
            session = actions.count_in(booked, now=made.NOW)
        except SixthSession:
            assert held == 5
        except ProgrammeIsFull:
            assert known is None
            assert entered == QUOTA
        except ProgrammeIsClosed:
            assert self.closed
            assert not open_before
        else:
            assert held < 5
            assert session.number is not None
            assert known is not None or (entered < QUOTA and not self.closed)

    @rule(number=st.integers(0, 20))
    def cancel(self, number):
        session = self.one(number)
        if session is not None and session.appointment.state == "confirmed":
            Appointment.objects.filter(pk=session.appointment_id).update(
                state="cancelled", cancelled_at=made.NOW
            )
            session.refresh_from_db()
            assert session.number is None

    @rule(number=st.integers(0, 20))
    def move(self, number):
        session = self.one(number)
        if session is not None and session.appointment.state == "confirmed":
            before = session.number
            former = session.appointment
            later = made.appointment(
                self.given, former.contact, by=self.practitioner,
                starts_at=former.starts_at + timedelta(minutes=1),
            )  # fmt: skip
            Appointment.objects.filter(pk=former.pk).update(state="moved", moved_to=later)
            session.refresh_from_db()
            assert (session.appointment, session.number) == (later, before)

    @rule(number=st.integers(0, 20), how=st.sampled_from(sorted(OUTCOMES)))
    def note(self, number, how):
        session = self.one(number)
        if session is None:
            return
        try:
            noted = actions.close_session(session, OUTCOMES[how], by=self.by)
        except SessionDoesNotCount:
            assert session.appointment.state == "cancelled"
        except SixthSession:
            assert how == "attended"
            assert session.number is None
        else:
            assert noted.attended is (how == "attended")

    @rule(number=st.integers(0, 5), why=st.sampled_from(ClosingReason.values))
    def end(self, number, why):
        found = list(Episode.objects.order_by("opened_at", "pk"))
        if not found:
            return
        episode = found[number % len(found)]
        waiting = episode.sessions.filter(appointment__state="confirmed").exists()
        try:
            actions.close_episode(episode, why, by=self.by)
        except EpisodeIsClosed:
            assert not episode.is_open
        except SessionsAreStillToCome:
            assert waiting
        else:
            assert episode.is_open
            assert not waiting

    @rule(one=st.integers(0, 2), other=st.integers(0, 2))
    def merge(self, one, other):
        first, second = self.pick(one).household_id, self.pick(other).household_id
        before = Enrolment.objects.counted().count()
        both = Enrolment.objects.counted().filter(household__in={first, second}).count() == 2
        try:
            merging.unite(first, second, means=Consent.Means.PHONE, by=self.by)
        except HouseholdsStayApart:
            assert first == second
        else:
            assert Enrolment.objects.counted().count() == before - both

    @precondition(lambda self: not self.closed)
    @rule()
    def close_the_programme(self):
        adjusting.close_programme(self.programme)
        self.closed = True

    @invariant()
    def what_was_promised_stays_true(self):
        if not hasattr(self, "programme"):
            return
        counted = list(Enrolment.objects.counted())
        held = EnrolmentCount.objects.filter(programme=self.programme).values_list(
            "enrolled", flat=True
        )
        assert sum(held) == len(counted) <= QUOTA
        households = [each.household_id for each in counted]
        assert len(set(households)) == len(households)
        for each in counted:
            numbers = list(each.sessions.holding().values_list("number", flat=True))
            assert len(set(numbers)) == len(numbers) <= 5
            assert all(1 <= number <= 5 for number in numbers)
            assert Episode.objects.open().filter(enrolment=each).count() <= 1
        lost = Session.objects.holding().exclude(enrolment__merged_into=None)
        assert lost.count() == 0


@pytest.mark.django_db
def test_whatever_the_order_of_what_happens_the_promise_is_kept():
    run_in_any_order(Support, examples=25, steps=25)
