"""Whatever is tried, in whatever order, a rotation keeps its rules, and the agenda follows it."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from maillage.agenda.models import Availability
from maillage.core.errors import DomainError
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.pooling import grids, rotating
from maillage.pooling.actions import Answer
from maillage.pooling.models import Approval, Rotation
from maillage.pooling.tests import made

OTHER = ("Vesoul Vesoul", "Gray Gray", "Luxeuil Luxeuil", "Gray Gray", "Vesoul Vesoul")
BROKEN = ("Gray Gray",) * 5  # all of it in one town: no quota holds
names = st.sampled_from(list(made.TOWNS))
weeks_later = st.integers(0, 2)


class Rotations(Undone):
    """A model of the rotation under discussion, and of those agreed on, beside the database's."""

    def begin(self):
        self.here = made.world()
        self.shared = made.in_force(self.here)
        self.by = self.here.people["Gray"].pk
        self.agreed = []  # (first day, its week), in order
        self.draft(made.WEEK, 0)

    def draft(self, week, later):
        self.week, self.start = week, made.START + timedelta(weeks=later)
        wanted = made.wanted(self.shared, week, starts_on=self.start)
        self.found = rotating.begin(self.shared, wanted, by=self.by)
        self.state, self.yes = "draft", set()

    def tried(self, work):
        self.found.refresh_from_db()
        try:
            with transaction.atomic():
                work(self.found)
        except DomainError:
            return False
        return True

    @rule(week=st.sampled_from([made.WEEK, OTHER, BROKEN]), later=weeks_later)
    def rewrite(self, week, later):
        start = made.START + timedelta(weeks=later)
        wanted = made.wanted(self.shared, week, starts_on=start)
        done = self.tried(lambda one: rotating.rewrite(one, wanted, one.edition, by=self.by))
        assert done == (self.state == "draft")
        if done:
            self.week, self.start = week, start

    @rule()
    def propose(self):
        done = self.tried(
            lambda one: rotating.propose(one, one.edition, by=self.by, today=made.TODAY)
        )
        follows = not self.agreed or self.agreed[-1][0] < self.start
        assert done == (self.state == "draft" and self.week != BROKEN and follows)
        if done:
            self.state, self.yes = "proposed", set()

    @rule()
    def take_back(self):
        done = self.tried(lambda one: rotating.take_back(one, one.edition, by=self.by))
        assert done == (self.state in {"proposed", "refused"})
        self.state = "draft" if done else self.state

    @rule(name=names)
    def say_yes(self, name):
        done = self.tried(lambda one: self.decide(one, name, made.YES))
        assert done == (self.state == "proposed" and name not in self.yes)
        if done:
            self.yes.add(name)
        if done and len(self.yes) == 3:
            self.state = "approved"
            self.agreed.append((self.start, self.week))

    @precondition(lambda self: self.state == "proposed")
    @rule()
    def all_say_yes(self):
        for name in [name for name in made.TOWNS if name not in self.yes]:
            self.say_yes(name)

    @rule(name=names)
    def say_no(self, name):
        no = Answer(accepted=False, reason="Pas le jeudi.")
        done = self.tried(lambda one: self.decide(one, name, no))
        assert done == (self.state == "proposed" and name not in self.yes)
        self.state = "refused" if done else self.state

    @rule(behind=st.integers(1, 3))
    def use_an_old_page(self, behind):
        wanted = made.wanted(self.shared, BROKEN, starts_on=self.start)
        assert not self.tried(
            lambda one: rotating.rewrite(one, wanted, one.edition - behind, by=self.by)
        )

    @precondition(lambda self: self.state in {"draft", "approved"})
    @rule(later=weeks_later)
    def begin_another(self, later):
        if self.state == "draft":
            assert self.tried(lambda one: rotating.discard(one, one.edition, by=self.by))
        self.draft(OTHER, later)

    def decide(self, one, name, answer):
        party = self.shared.parties.get(organization=self.here.parties[name])
        by = self.here.people[name].pk
        rotating.decide(one, one.edition, party, answer, by=by, today=made.TODAY)

    @invariant()
    def the_database_says_the_same(self):
        self.found.refresh_from_db()
        assert (self.found.state, self.found.starts_on) == (self.state, self.start)
        assert grids.grid_of(self.found) == made.grid(self.shared, self.week)
        said = Approval.objects.filter(rotation=self.found, edition=self.found.edition)
        if self.state in {"proposed", "approved"}:
            assert said.filter(accepted=True).count() == len(self.yes)

    @invariant()
    def what_is_agreed_holds_one_after_the_other_and_nothing_else_does(self):
        kept = Rotation.objects.filter(agreement=self.shared, state="approved")
        ends = [start - timedelta(days=1) for start, _week in self.agreed[1:]] + [None]
        spans = list(kept.order_by("starts_on").values_list("starts_on", "ends_on"))
        assert spans == [
            (start, end) for (start, _week), end in zip(self.agreed, ends, strict=False)
        ]

    @invariant()
    def families_can_book_what_was_agreed_and_only_that(self):
        if not self.agreed:
            assert not Availability.objects.filter(practitioner=self.here.ada).exists()
            return
        start, week = self.agreed[-1]
        rules = Availability.objects.filter(practitioner=self.here.ada, until=None)
        land = grids.ground(self.shared)
        assert grids.from_rules(land, list(rules), start) == made.grid(self.shared, week)


@pytest.mark.django_db
def test_a_rotation_keeps_its_rules_whatever_is_tried():
    run_in_any_order(Rotations, examples=6, steps=12)
