"""Every step in any order: a model of the states beside the real ones, compared after each step."""

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from maillage.core import scope
from maillage.core.errors import DomainError
from maillage.families.models import Consent
from maillage.referrals import actions
from maillage.referrals.models import Candidate, Reception, Referral
from maillage.referrals.proposals import Agreement, Candidacy
from maillage.referrals.tests import made
from maillage.referrals.vocabulary import LIVE, OVER, Standing, State

# From each state, where each step may lead; what is missing is refused and changes nothing.
MAY = {
    "ask_consent": {"draft": {"consent_asked"}},
    "agree": {"draft": {"proposed"}, "consent_asked": {"proposed"}},
    "accept": {"proposed": {"accepted"}, "accepted": {"accepted"}},
    "decline": {"proposed": {"proposed", "declined"}, "accepted": {"proposed", "declined"}},
    "choose": {
        "proposed": {"proposed"},
        "accepted": {"proposed", "accepted"},
        "declined": {"proposed"},
    },
    "add_services": {"declined": {"consent_asked"}},
    "contact": {"accepted": {"contacted"}},
    "close": {"contacted": {"closed"}},
    "say": {"accepted": {"closed"}, "contacted": {"closed"}, "closed": {"closed"}},
    "withdraw": {state: {"withdrawn"} for state in set(State.values) - {"closed", "expired"}},
    "expire": {state: {"expired"} for state in set(State.values) - set(OVER)},
}


class Life(RuleBasedStateMachine):
    """One referral and whoever acts on it."""

    stage: made.Scene

    def __init__(self):
        super().__init__()
        self.now = made.NOW
        self.referral = self.stage.prepared()

    def do(self, step, work):
        before = self.state()
        self.now += timedelta(hours=1)
        done = False
        with suppress(DomainError), transaction.atomic():
            work()
            done = True
        after = self.state()
        if done and after != before:
            assert after in MAY[step].get(before, set()), (step, before, after)
        if not done:
            assert after == before

    def state(self):
        return Referral.objects.values_list("state", flat=True).get(pk=self.referral.pk)

    def fresh(self):
        return Referral.objects.get(pk=self.referral.pk)

    def candidate(self, rank):
        rows = list(self.referral.candidates.exclude(asked_at=None).order_by("rank"))
        return rows[rank % len(rows)] if rows else None

    @rule()
    def ask_consent(self):
        self.do("ask_consent", lambda: actions.ask_consent(self.fresh(), by=self.stage.sender.pk))

    @rule(some=st.integers(0, 2))
    def agree(self, some):
        waiting = self.referral.candidates.filter(state="waiting").order_by("rank")
        chosen = frozenset(waiting.values_list("pk", flat=True)[:some])
        self.do("agree", lambda: actions.agree(self.fresh(), Agreement(chosen), now=self.now))

    @rule(rank=st.integers(0, 5))
    def accept(self, rank):
        if (one := self.candidate(rank)) is not None:
            self.do("accept", lambda: actions.accept(one, "Louise", now=self.now))

    @rule(rank=st.integers(0, 5), reason=st.sampled_from(["full", "age", "times"]))
    def decline(self, rank, reason):
        if (one := self.candidate(rank)) is not None:
            self.do("decline", lambda: actions.decline(one, reason, "", now=self.now))

    @rule(which=st.integers(0, 1))
    def choose(self, which):
        wanted = Candidacy(self.stage.services[which].pk)
        self.do("choose", lambda: actions.choose(self.fresh(), wanted, now=self.now))

    @rule(which=st.integers(0, 1))
    def add_services(self, which):
        wanted = [Candidacy(self.stage.services[which].pk)]
        by = self.stage.sender.pk
        self.do("add_services", lambda: actions.add_services(self.fresh(), wanted, by=by))

    @rule()
    def contact(self):
        self.do("contact", lambda: actions.note_first_contact(self.fresh(), self.now.date()))

    @rule(rank=st.integers(0, 5))
    def close(self, rank):
        if (one := self.candidate(rank)) is not None:
            self.do("close", lambda: actions.close(one, "yes", "", now=self.now))

    @rule(outcome=st.sampled_from(["yes", "partly", "no", "unknown"]))
    def say(self, outcome):
        self.do("say", lambda: actions.say(self.fresh(), outcome, "", now=self.now))

    @rule()
    def withdraw(self):
        self.do("withdraw", lambda: actions.withdraw(self.fresh(), now=self.now))

    @rule()
    def expire(self):
        if self.state() not in OVER:
            self.do("expire", lambda: actions.expire(self.fresh(), self.now))

    @rule()
    def escalate(self):
        if self.state() in {"proposed", "declined", "accepted"}:
            state = self.state()
            actions.escalate(self.fresh(), self.now)
            assert self.state() == state

    @invariant()
    def one_service_at_most_takes_the_family(self):
        assert self.referral.candidates.filter(state=Standing.ACCEPTED).count() <= 1

    @invariant()
    def accepted_means_that_a_service_accepted(self):
        taken = self.referral.candidates.filter(state=Standing.ACCEPTED).exists()
        state = self.state()
        if state in {"accepted", "contacted", "closed"}:
            assert taken
        else:
            assert not taken

    @invariant()
    def nobody_is_asked_or_welcomes_without_a_consent_in_force(self):
        asked = self.referral.candidates.filter(state__in=LIVE)
        assert not asked.exclude(consent__revoked_at=None).exists()
        assert not asked.filter(consent=None).exists()

    @invariant()
    def proposed_means_that_someone_is_asked(self):
        if self.state() == "proposed":
            assert self.referral.candidates.filter(state=Standing.ASKED).exists()
        if self.state() in {"declined", "withdrawn", "expired"}:
            assert not self.referral.candidates.filter(state__in=LIVE).exists()

    @invariant()
    def what_ended_leaves_no_consent_behind(self):
        if self.state() in {"withdrawn", "expired", "declined"}:
            given = Consent.objects.filter(candidate__referral=self.referral)
            assert not given.in_force().exists()

    @invariant()
    def who_welcomes_is_known_while_a_service_has_accepted(self):
        taken = Candidate.objects.filter(referral=self.referral, state=Standing.ACCEPTED)
        if (one := taken.first()) is not None:
            assert Reception.objects.filter(candidate=one).exists()

    def teardown(self):
        Referral.objects.all().delete()
        Consent.objects.filter(purpose="referral").delete()


def test_no_order_of_steps_leads_where_it_should_not(db):
    with transaction.atomic(), scope.system():
        Life.stage = made.scene()
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=60, stateful_step_count=20, deadline=None,
                suppress_health_check=list(HealthCheck), derandomize=True,
            ),
        )  # fmt: skip
