"""Invitations in any order: a code opens one booking, once, until it ends or is taken back."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.families.errors import LinkIsDead
from maillage.organizations.tests.staff import person
from maillage.portal import invitations, letters, retention
from maillage.portal.models import Invitation
from maillage.support.tests import made

REACH = {"email": "nour@example.org", "sms": "+33639980042", "letter": ""}
WAYS_TO_TYPE = (str, str.lower, invitations.shown, lambda code: f" {'-'.join(code)} ")
PICK = st.integers(0, 5)


@dataclass
class Sent:
    """What is known of one invitation from outside."""

    row: Invitation
    code: str
    state: str = "open"  # open, used, revoked: the last two are for ever
    late: bool = False
    gone: bool = False

    @property
    def opens(self) -> bool:
        return self.state == "open" and not self.late and not self.gone


class Invitations(Undone):
    """Two services; someone invites, takes back, waits; parents type, follow, book."""

    def begin(self) -> None:
        self.services = [agenda.support(name) for name in ("Écoute", "Conseil")]
        self.by = person("ines@example.org").pk
        self.sent: list[Sent] = []

    def one(self, number: int) -> Sent | None:
        kept = [each for each in self.sent if not each.gone]
        return kept[number % len(kept)] if kept else None

    def held(self, one: Sent, service: int) -> Invitation | None:
        """What a browser that kept this code is recognised by, as a visitor."""
        request = RequestFactory().get("/", headers={"cookie": f"invitation={one.code}"})
        with self.outside():
            return invitations.held(request, self.services[service].pk)

    def outside(self) -> "Outside":
        return Outside()

    @rule(means=st.sampled_from(sorted(REACH)), service=st.integers(0, 1))
    def invite(self, means: str, service: int) -> None:
        before = OutboxMessage.objects.count()
        asked = invitations.Asked(self.services[service], None, means, "Nour", REACH[means])
        row, code = invitations.invite(asked, by=self.by)
        if means != "letter":
            letters.send(row, f"https://example.org/invitation/{code}/")
        assert OutboxMessage.objects.count() - before == int(means != "letter")
        self.sent.append(Sent(row, code))

    @rule(number=PICK, how=st.sampled_from(WAYS_TO_TYPE))
    def open_it(self, number: int, how) -> None:
        if (one := self.one(number)) is not None:
            assert self.follows(how(one.code)) is one.opens

    @rule(wrong=st.text(alphabet="23456789ABCDEFGH oO01-", max_size=12))
    def type_another_code(self, wrong: str) -> None:
        assert not self.follows(wrong)

    @rule(number=PICK, same=st.booleans())
    def book(self, number: int, same: bool) -> None:
        if (one := self.one(number)) is None:
            return
        mine = self.services.index(one.row.service)
        chosen = mine if same else 1 - mine
        recognised = self.held(one, chosen) is not None
        assert recognised is (one.opens and same)
        taken = made.appointment(self.services[chosen], made.family())
        request = RequestFactory().get("/", headers={"cookie": f"invitation={one.code}"})
        with self.outside():
            answer = invitations.answered(request, HttpResponse(), taken)
        assert ("invitation" in answer.cookies) is recognised  # the browser is told to forget it
        if recognised:
            one.state = "used"

    @rule(number=PICK)
    def take_back(self, number: int) -> None:
        if (one := self.one(number)) is not None:
            invitations.revoke(one.row, by=self.by)
            one.state = "revoked" if one.state == "open" else one.state

    @rule(number=PICK)
    def two_months_pass(self, number: int) -> None:
        if (one := self.one(number)) is not None:
            Invitation.objects.filter(pk=one.row.pk).update(expires_at=timezone.now())
            one.late = True

    @rule()
    def a_month_more_passes(self) -> None:
        """What ended is forgotten, and what was answered; what still opens is not."""
        over = [one for one in self.sent if not one.gone and not one.opens]
        assert retention.forget(timezone.now() + timedelta(days=31)) == len(over)
        for one in over:
            one.gone = True

    @invariant()
    def the_table_says_the_same(self) -> None:
        kept = {one.row.pk: one for one in self.sent if not one.gone}
        rows = {row.pk: row for row in Invitation.objects.all()}
        assert rows.keys() == kept.keys()
        for key, one in kept.items():
            row = rows[key]
            assert (row.appointment_id is not None) is (one.state == "used")
            assert (row.revoked_at is not None) is (one.state == "revoked")
            assert one.code not in {str(value) for value in row.__dict__.values()}
        open_now = Invitation.objects.open(timezone.now())
        assert set(open_now.values_list("pk", flat=True)) == {
            key for key, one in kept.items() if one.opens
        }

    @invariant()
    def each_step_left_one_trace(self) -> None:
        traces = AuditEntry.objects.filter(verb__startswith="portal.invit")
        revoked = sum(one.state == "revoked" for one in self.sent)
        assert traces.count() == len(self.sent) + revoked

    def follows(self, typed: str) -> bool:
        try:
            with self.outside():
                invitations.follow(typed)
        except LinkIsDead:
            return False
        return True


class Outside:
    """A visitor's scope for a moment: the code, and nothing else, opens the row."""

    def __enter__(self) -> None:
        scope.enter("public")
        scope.hold_link("")

    def __exit__(self, *_error: object) -> None:
        scope.enter("system")
        scope.hold_link("")


@pytest.mark.django_db
def test_whatever_the_order_a_code_opens_one_booking_once():
    run_in_any_order(Invitations, examples=10, steps=18)
