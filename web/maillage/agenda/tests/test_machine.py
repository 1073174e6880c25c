"""Every way through the life of appointments, in any order: what is taken is always what stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run

from maillage.agenda import absences, actions, waiting
from maillage.agenda.booking import Who
from maillage.agenda.models import Absence, Appointment, Claim, Offer, WaitingEntry
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.errors import DomainError
from maillage.families.models import Contact
from maillage.organizations.tests.staff import person

HOURS = (made.at(1, 9), made.at(1, 10), made.at(1, 11))
ENDS = ("attended", "excused", "no_show")
PICK = st.integers(0, 2)
FINAL = {"cancelled", "moved"}


class Appointments(RuleBasedStateMachine):
    """Ada and Bob give one help in one room each; families book, wait, move, leave."""

    taken = Bundle("taken")
    families = Bundle("families")

    @initialize()
    def open_the_agendas(self) -> None:
        self.now = made.NOW
        self.rules = made.shared({"Ada": "psychologist", "Bob": "psychologist"})
        self.together = made.availability(
            made.practitioner("Ève"), town=None, modes=["video"], service=self.rules[0].service
        )
        self.by = person(f"{uuid4()}@example.org").pk
        self.away: list[Absence] = []
        self.former: dict[object, str] = {}

    @contextmanager
    def attempted(self) -> Iterator[None]:
        """A refusal is an answer; then nothing of it is kept."""
        before = self._state()
        with patch.object(timezone, "now", lambda: self.now):
            try:
                with transaction.atomic():
                    yield
            except DomainError:
                assert self._state() == before

    @rule(target=taken, who=PICK, hour=PICK, both=st.booleans())
    def book(self, who: int, hour: int, both: bool) -> object:
        lead = (*self.rules, self.together)[who]
        others = (self.rules[1].practitioner_id,) if both and who != 1 else ()
        wanted = made.booking(lead, HOURS[hour], others=others)
        with self.attempted():
            return actions.book(wanted).pk
        return multiple()

    @rule(pk=taken, who=PICK, hour=PICK)
    def move(self, pk: object, who: int, hour: int) -> None:
        lead = (*self.rules, self.together)[who]
        with self.attempted():
            actions.move(self._find(pk), lead.pk, HOURS[hour])

    @rule(pk=taken, who=PICK, hour=PICK)
    def change(self, pk: object, who: int, hour: int) -> None:
        lead = (*self.rules, self.together)[who]
        with self.attempted():
            actions.change_practitioner(self._find(pk), lead.pk, HOURS[hour])

    @rule(pk=taken)
    def cancel(self, pk: object) -> None:
        with self.attempted():
            actions.cancel(self._find(pk))

    @rule(pk=taken, state=st.sampled_from(ENDS))
    def close(self, pk: object, state: str) -> None:
        with self.attempted():
            actions.close(self._find(pk), state, by=self.by)

    @rule(target=families)
    def join(self) -> object:
        who = Who("Inès", Contact.Channel.EMAIL, "ines@example.org")
        with self.attempted():
            newcomer = waiting.Newcomer(uuid4(), who)
            return waiting.join_new(newcomer, self.rules[0].service).pk
        return multiple()

    @rule(target=taken, pk=families)
    def accept(self, pk: object) -> object:
        with self.attempted():
            return waiting.accept(WaitingEntry.objects.get(pk=pk)).pk
        return multiple()

    @rule(pk=families)
    def leave(self, pk: object) -> None:
        with self.attempted():
            waiting.leave(WaitingEntry.objects.get(pk=pk))

    @rule(who=st.integers(0, 1), hour=PICK)
    def be_away(self, who: int, hour: int) -> None:
        span = (HOURS[hour], HOURS[hour] + timedelta(hours=1))
        with self.attempted():
            person_away = self.rules[who].practitioner
            self.away.append(absences.take_absence(person_away, *span, by=self.by))

    @rule()
    def come_back(self) -> None:
        if self.away:
            with self.attempted():
                absences.end_absence(self.away.pop(), by=self.by)

    @rule(hours=st.sampled_from([1, 26, 24 * 7]))
    def time_passes(self, hours: int) -> None:
        self.now = min(self.now + timedelta(hours=hours), made.at(1, 10, 30))
        waiting.pass_on_unanswered(self.now)

    @invariant()
    def what_stands_is_what_is_taken(self) -> None:
        if not hasattr(self, "now"):
            return
        for one in Appointment.objects.annotate(people=Count("practitioners")):
            live = Claim.objects.filter(appointment=one, live=True, practitioner__isnull=False)
            held = one.people if one.state in Appointment.LIVE else 0
            assert live.count() == held, one.state

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        claims = list(Claim.objects.filter(live=True, practitioner__isnull=False))
        for position, one in enumerate(claims):
            for other in claims[position + 1 :]:
                apart = one.practitioner_id != other.practitioner_id
                follow = (
                    one.period.upper <= other.period.lower or other.period.upper <= one.period.lower
                )
                assert apart or follow

    @invariant()
    def what_is_held_has_an_open_offer_and_the_other_way_round(self) -> None:
        held = Claim.objects.filter(kind="hold", live=True).values_list("offer", flat=True)
        assert set(held) == set(Offer.objects.filter(state="open").values_list("pk", flat=True))
        offered = WaitingEntry.objects.filter(state="offered").values_list("pk", flat=True)
        open_offers = Offer.objects.filter(state="open", entry__state="offered")
        assert set(open_offers.values_list("entry", flat=True)) == set(offered)

    @invariant()
    def what_is_over_stays_so(self) -> None:
        if not hasattr(self, "former"):
            return
        now = dict(Appointment.objects.values_list("pk", "state"))
        for key, state in self.former.items():
            assert state not in FINAL or now[key] == state
        self.former = now

    def _find(self, pk: object) -> Appointment:
        return Appointment.objects.get(pk=pk)

    def _state(self) -> object:
        claims = Claim.objects.filter(live=True).values_list("practitioner", "period", "kind")
        states = Appointment.objects.values_list("pk", "state")
        return sorted(map(str, claims)), sorted(map(str, states))


@pytest.mark.django_db
def test_whatever_happens_in_any_order_what_is_taken_is_what_stands():
    class Undone(Appointments):
        """Each example in a transaction that is undone."""

        def __init__(self):
            self.whole = transaction.atomic()
            self.whole.__enter__()
            super().__init__()
            scope.enter("system")

        def teardown(self):
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    run(
        Undone,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
