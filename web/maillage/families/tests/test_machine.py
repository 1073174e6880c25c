"""Codes, visits, signed links and the other parent, in any order: nobody gets in by accident."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from maillage.core.models import OutboxMessage
from maillage.core.tests.machines import Undone, run_in_any_order
from maillage.families import codes, links, second_parent
from maillage.families.errors import AlreadyAsked, LinkIsDead
from maillage.families.models import (
    Contact,
    ContactCode,
    ContactLink,
    ContactSession,
    SecondParent,
)
from maillage.families.tasks import send_code
from maillage.families.tests import made

PHONE = "+33639980042"
ADDRESSES = [("email", "nour@example.org"), ("sms", PHONE), ("email", "inconnue@example.org")]
NOBODY = "x" * 32
EMAIL = Contact.Channel.EMAIL


@dataclass
class Door:
    """What is known of one code from outside."""

    token: str
    code_id: str
    people: int  # behind the address
    code: str = ""
    tries: int = 0
    proven: bool = False
    over: bool = False  # used, or too old

    @property
    def takes_a_try(self) -> bool:
        return not self.over and self.tries < codes.MOST_TRIES


class Doors(Undone):
    """One family alone at its address, two people who share a telephone, and a stranger."""

    def begin(self) -> None:
        self.nour = made.contact()
        sms = {"phone": PHONE, "email": "", "channel": "sms"}
        self.shared = [made.contact(name=name, **sms) for name in ("Ada", "Béa")]
        self.doors: list[Door] = []
        self.visits: dict[str, bool] = {}

    def door(self, number: int) -> Door | None:
        return self.doors[number % len(self.doors)] if self.doors else None

    @rule(which=st.integers(0, 2))
    def knock(self, which: int) -> None:
        channel, address = ADDRESSES[which]
        door = codes.knock(Contact.Channel(channel), address, "fr")
        self.doors.append(Door(door.token, str(door.code_id), (1, 2, 0)[which]))

    @rule(number=st.integers(0, 9))
    def the_job_runs(self, number: int) -> None:
        if (door := self.door(number)) is None:
            return
        before = OutboxMessage.objects.count()
        send_code(door.code_id)
        leaves = bool(door.people) and not door.code and not door.over
        assert OutboxMessage.objects.count() - before == int(leaves)
        if leaves:
            said = OutboxMessage.objects.order_by("-created_at")[0].body
            found = re.search(r"\d{3} \d{3}", said)
            assert found is not None
            door.code = found[0]

    @rule(number=st.integers(0, 9))
    def try_a_wrong_code(self, number: int) -> None:
        if (door := self.door(number)) is None:
            return
        wrong = "000 000" if door.code != "000 000" else "111 111"
        assert codes.try_code(door.token, wrong) is False
        door.tries += door.takes_a_try

    @rule(number=st.integers(0, 9))
    def try_the_code(self, number: int) -> None:
        if (door := self.door(number)) is None or not door.code:
            return
        opens = door.takes_a_try
        assert codes.try_code(door.token, door.code) is opens
        door.tries += opens
        door.proven |= opens

    @rule(number=st.integers(0, 9), name=st.sampled_from(["", "ada", "BEA", "Zoé"]))
    def come_in(self, number: int, name: str) -> None:
        if (door := self.door(number)) is None:
            return
        proven = door.proven and not door.over
        asked_who = proven and door.people == 2
        named = name in {"ada", "BEA"} and door.takes_a_try
        cookie = codes.enter(door.token, name)
        assert (cookie is not None) is (proven and (not asked_who or named))
        door.tries += asked_who and door.takes_a_try
        if cookie is not None:
            door.over = True
            self.visits[cookie] = True
            visit = codes.visit(cookie)
            expected = {"ada": self.shared[0], "BEA": self.shared[1]}
            who = expected[name] if asked_who else self.nour
            assert visit is not None
            assert visit.contacts == (who.pk,)

    @rule(number=st.integers(0, 9))
    def ten_minutes_pass(self, number: int) -> None:
        if (door := self.door(number)) is not None:
            ContactCode.objects.filter(pk=door.code_id).update(expires_at=timezone.now())
            door.over = True

    @rule(number=st.integers(0, 9), how=st.sampled_from(["leave", "half an hour"]))
    def a_visit_ends(self, number: int, how: str) -> None:
        if not self.visits:
            return
        cookie = list(self.visits)[number % len(self.visits)]
        if how == "leave":
            codes.leave(cookie)
        else:
            found = ContactSession.objects.filter(token_hash=codes.fingerprint(cookie))
            found.update(expires_at=timezone.now())
        self.visits[cookie] = False

    @invariant()
    def only_open_visits_are_recognised(self) -> None:
        for cookie, is_open in self.visits.items():
            assert (codes.visit(cookie) is not None) is is_open
        assert codes.visit(NOBODY) is None
        assert ContactSession.objects.count() == len(self.visits)

    @invariant()
    def no_code_is_tried_more_than_five_times(self) -> None:
        counted = dict(ContactCode.objects.values_list("pk", "attempts"))
        assert {str(pk): tries for pk, tries in counted.items()} == {
            door.code_id: door.tries for door in self.doors
        }
        assert all(tries <= codes.MOST_TRIES for tries in counted.values())


@dataclass
class Asked:
    """What one parent asked of another, from outside."""

    row: SecondParent
    token: str
    state: str = "invited"
    late: bool = False


class Parents(Undone):
    """One parent asks another, who accepts or not; either ends it; invitations grow old."""

    def begin(self) -> None:
        self.nour = made.contact()
        self.asked: list[Asked] = []

    @property
    def live(self) -> list[Asked]:
        return [one for one in self.asked if one.state in {"invited", "linked"}]

    def one(self, number: int) -> Asked | None:
        return self.asked[number % len(self.asked)] if self.asked else None

    @rule()
    def ask(self) -> None:
        for one in self.live:  # what is too old ends when another is asked
            if one.state == "invited" and one.late:
                one.state = "ended"
        number = len(self.asked)
        try:
            row, token = second_parent.ask(
                self.nour, f"Sami {number}", EMAIL, f"sami{number}@example.org"
            )
        except AlreadyAsked:
            assert self.live
        else:
            assert not self.live
            self.asked.append(Asked(row, token))

    @rule(number=st.integers(0, 5))
    def accept(self, number: int) -> None:
        if (one := self.one(number)) is None:
            return
        try:
            second_parent.accept(one.row)
        except LinkIsDead:
            assert one.state != "invited" or one.late
        else:
            assert one.state == "invited"
            assert not one.late
            one.state = "linked"

    @rule(number=st.integers(0, 5))
    def decline(self, number: int) -> None:
        if (one := self.one(number)) is not None:
            second_parent.decline(one.row)
            one.state = "declined" if one.state == "invited" else one.state

    @rule(number=st.integers(0, 5), by_inviter=st.booleans())
    def part(self, number: int, by_inviter: bool) -> None:
        if (one := self.one(number)) is not None:
            second_parent.part(one.row, self.nour if by_inviter else one.row.invited)
            one.state = "ended" if one in self.live else one.state

    @rule(number=st.integers(0, 5))
    def two_weeks_pass(self, number: int) -> None:
        one = self.one(number)
        if one is not None and one.state == "invited":
            past = timezone.now() - timedelta(seconds=1)
            SecondParent.objects.filter(pk=one.row.pk).update(expires_at=past)
            ContactLink.objects.filter(object_id=one.row.pk).update(expires_at=past)
            one.late = True

    @invariant()
    def one_household_exactly_while_both_agree(self) -> None:
        assert len(self.live) <= 1
        for one in self.asked:
            one.row.refresh_from_db()
            assert one.row.state == one.state
            other = Contact.objects.get(pk=one.row.invited_id)
            assert (other.household_id == self.nour.household_id) is (one.state == "linked")
            erased = one.state == "declined" or (one.state == "ended" and not other.verified_at)
            assert (other.erased_at is not None) is erased
            assert bool(other.email) is not erased

    @invariant()
    def a_link_opens_until_its_end_and_its_kind_only(self) -> None:
        for one in self.asked:
            erased = Contact.objects.get(pk=one.row.invited_id).erased_at is not None
            opens = not one.late and not erased
            assert self.follows(one.token, ContactLink.Opens.SECOND_PARENT) is opens
            assert not self.follows(one.token, ContactLink.Opens.APPOINTMENT)
        assert not self.follows(NOBODY, ContactLink.Opens.SECOND_PARENT)

    def follows(self, token: str, opens: ContactLink.Opens) -> bool:
        try:
            links.follow(token, opens)
        except LinkIsDead:
            return False
        return True


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Doors, Parents])
def test_whatever_the_order_nobody_gets_in_by_accident(machine):
    run_in_any_order(machine, examples=25, steps=25)
