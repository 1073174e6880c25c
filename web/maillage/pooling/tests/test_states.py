"""Whatever is tried, in whatever order, an agreement keeps its rules."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from maillage.core.errors import DomainError
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.pooling import actions
from maillage.pooling.actions import Answer
from maillage.pooling.models import Approval, PoolingAgreement
from maillage.pooling.spans import State
from maillage.pooling.tests import made

NEXT = {
    ("draft", "propose"): "proposed", ("proposed", "take_back"): "draft",
    ("refused", "take_back"): "draft", ("proposed", "no"): "refused",
}  # fmt: skip
names = st.sampled_from(list(made.TOWNS))


class Agreements(Undone):
    """A model of one agreement (its state, who said yes) beside the one in the database."""

    def begin(self):
        self.here = made.world()
        self.by = self.here.people["Gray"].pk
        self.found = actions.draft(made.terms(self.here), by=self.by)
        self.state, self.yes, self.ended = "draft", set(), None

    def tried(self, work):
        self.found.refresh_from_db()
        try:
            with transaction.atomic():
                work(self.found)
        except DomainError:
            return False
        return True

    @rule()
    def propose(self):
        done = self.tried(lambda one: actions.propose(one, one.edition, by=self.by))
        assert done == (self.state == "draft")
        self.state, self.yes = (
            NEXT.get((self.state, "propose"), self.state),
            (set() if done else self.yes),
        )

    @rule()
    def take_back(self):
        done = self.tried(lambda one: actions.take_back(one, one.edition, by=self.by))
        assert done == (self.state in {"proposed", "refused"})
        self.state = NEXT.get((self.state, "take_back"), self.state)

    @rule(name=names)
    def say_yes(self, name):
        done = self.tried(lambda one: self.decide(one, name, made.YES))
        assert done == (self.state == "proposed" and name not in self.yes)
        if done:
            self.yes.add(name)
            self.state = "approved" if len(self.yes) == 3 else "proposed"

    @rule(name=names)
    def say_no(self, name):
        no = Answer(accepted=False, reason="Non.")
        done = self.tried(lambda one: self.decide(one, name, no))
        assert done == (self.state == "proposed" and name not in self.yes)
        self.state = "refused" if done else self.state

    @rule(edition=st.integers(-3, -1))
    def use_an_old_page(self, edition):
        assert not self.tried(
            lambda one: actions.rewrite(
                one, made.terms(self.here, title="Volé"), one.edition + edition, by=self.by
            )
        )

    @rule()
    def rewrite(self):
        done = self.tried(
            lambda one: actions.rewrite(one, made.terms(self.here), one.edition, by=self.by)
        )
        assert done == (self.state == "draft")

    @precondition(lambda self: self.ended is None)
    @rule(day=st.dates(date(2026, 8, 1), date(2027, 12, 31)))
    def end(self, day):
        done = self.tried(
            lambda one: actions.end(one, day, one.edition, by=self.by, today=made.TODAY)
        )
        assert done == (self.state == "approved" and day >= date(2026, 9, 1))
        self.ended = day if done else None

    def decide(self, one, name, answer):
        party = one.parties.get(organization=self.here.parties[name])
        actions.decide(one, one.edition, party, answer, by=self.here.people[name].pk)

    @invariant()
    def the_database_says_the_same(self):
        self.found.refresh_from_db()
        assert (self.found.state, self.found.title) == (self.state, "Psychologue partagée")
        assert self.found.ends_on == self.ended
        if self.state == State.APPROVED:
            said = Approval.objects.filter(agreement=self.found, edition__lte=self.found.edition)
            assert said.filter(accepted=True).values("party").distinct().count() == 3
        held = PoolingAgreement.objects.in_force_on(date(2026, 9, 1)).filter(pk=self.found.pk)
        assert held.exists() == (self.state == "approved")


@pytest.mark.django_db
def test_an_agreement_keeps_its_rules_whatever_is_tried():
    run_in_any_order(Agreements, examples=12, steps=14)
