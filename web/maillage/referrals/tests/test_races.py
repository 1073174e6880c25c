"""Two people answer at once: real threads, and what each guard is for."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from threading import Barrier, Event

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.core import scope
from maillage.families.models import Consent
from maillage.referrals import actions, asking
from maillage.referrals.errors import AnotherServiceAccepted, ConsentWasTakenBack, ReferralHasMoved
from maillage.referrals.models import Candidate, Referral
from maillage.referrals.tests import made

LONG_ENOUGH = 0.6  # for the other one to finish, if nothing holds it back
REFUSALS = (AnotherServiceAccepted, ConsentWasTakenBack, ReferralHasMoved, DatabaseError)

pytestmark = pytest.mark.race


@pytest.fixture
def referral(transactional_db):
    """Escalated: both services are asked, and the first to accept takes the family."""
    with transaction.atomic(), scope.system():
        found = made.scene().proposed()
        actions.escalate(found, made.NOW)
    return found


def by_the_system(question):
    with transaction.atomic(), scope.system():
        return question()


def candidates(referral):
    return by_the_system(lambda: list(Candidate.objects.filter(referral=referral).order_by("rank")))


def told(name, work, said):
    """Run in a thread and a transaction of its own, in the system's scope; say how it ended."""

    def run():
        with closing(connection):
            try:
                with transaction.atomic(), scope.system():
                    work()
            except REFUSALS as refusal:
                said.append(type(refusal).__name__)
            else:
                said.append(name)

    return run


def together(*works):
    with ThreadPoolExecutor(len(works)) as pool:
        for one in [pool.submit(work) for work in works]:
            one.result(timeout=20)


def without_lock(monkeypatch):
    monkeypatch.setattr(actions, "lock_referral", lambda key: None)


@pytest.fixture
def both_have_read(monkeypatch):
    """Let each of two services pass the check before either writes."""
    save, gate, passed = asking.save, Barrier(2), []

    def wait_then_save(row, **values):
        if values.get("state") == "accepted" and isinstance(row, Candidate) and len(passed) < 2:
            passed.append(row)
            gate.wait(timeout=10)
        save(row, **values)

    monkeypatch.setattr(asking, "save", wait_then_save)


def accepted():
    return Candidate.objects.filter(state="accepted").count()


def test_of_two_services_that_accept_at_once_one_takes_the_family(referral):
    said, gate = [], Barrier(2)
    first, second = candidates(referral)

    def accept(one):
        def work():
            gate.wait(timeout=10)
            actions.accept(one, "Louise")

        return told("accepted", work, said)

    together(accept(first), accept(second))
    assert sorted(said) == ["AnotherServiceAccepted", "accepted"]
    assert by_the_system(accepted) == 1


@pytest.mark.usefixtures("both_have_read")
@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("the constraint alone", ["AnotherServiceAccepted", "accepted"]),
        ("neither lock nor constraint", ["accepted", "accepted"]),
    ],
)
def test_without_the_lock_the_constraint_alone_keeps_one(referral, monkeypatch, owner, guard, said):
    """The negative control: take both away, and two services take the same family."""
    without_lock(monkeypatch)
    monkeypatch.setattr(asking, "release", lambda *a, **k: None)  # it would wait for the other
    both = candidates(referral)
    got = []
    unguarded = without_index(owner) if guard.startswith("neither") else nullcontext()
    with unguarded:
        together(*(told("accepted", accepting(one), got) for one in both))
        assert sorted(got) == said
        assert by_the_system(accepted) == said.count("accepted")


def accepting(one):
    return lambda: actions.accept(one, "Louise")


@contextmanager
def without_index(owner):
    name = "one_service_takes_the_family"
    found = owner.execute("select indexdef from pg_indexes where indexname = %s", [name])
    [definition] = found.fetchone()
    owner.execute(f"drop index {name}")
    try:
        yield
    finally:
        owner.execute("truncate referrals_candidate cascade")
        owner.execute(definition)


@contextmanager
def without_check(owner):
    name = "a_consent_taken_back_has_its_date"
    found = owner.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [name]
    )
    [definition] = found.fetchone()
    owner.execute(f"alter table referrals_referral drop constraint {name}")
    try:
        yield
    finally:
        owner.execute("truncate referrals_referral cascade")
        owner.execute(f"alter table referrals_referral add constraint {name} {definition}")


@pytest.fixture
def paused(monkeypatch):
    """A service has checked that it may accept; the family then takes its consent back."""
    save, checked, withdrawn = asking.save, Event(), Event()

    def wait_then_save(row, **values):
        if values.get("state") == "accepted" and isinstance(row, Candidate):
            checked.set()
            withdrawn.wait(timeout=LONG_ENOUGH)
        save(row, **values)

    monkeypatch.setattr(asking, "save", wait_then_save)
    return checked, withdrawn


def race_of_withdrawal(referral, paused):
    checked, withdrawn = paused
    said = []
    [first, _second] = candidates(referral)

    def withdraw():
        checked.wait(timeout=10)
        told("withdrawn", lambda: actions.withdraw(referral), said)()
        withdrawn.set()

    together(told("accepted", lambda: actions.accept(first, "Louise"), said), withdraw)
    return said


def in_force():
    state = Referral.objects.values_list("state", flat=True).get()
    return state, accepted(), Consent.objects.filter(purpose="referral").in_force().count()


def test_a_consent_taken_back_while_a_service_accepts_waits_and_wins(referral, paused):
    assert race_of_withdrawal(referral, paused) == ["accepted", "withdrawn"]
    assert by_the_system(in_force) == ("withdrawn", 0, 0)


def test_without_the_lock_the_database_still_refuses_to_lose_a_consent_taken_back(
    referral, paused, monkeypatch
):
    without_lock(monkeypatch)
    assert race_of_withdrawal(referral, paused) == ["withdrawn", "IntegrityError"]
    assert by_the_system(in_force) == ("withdrawn", 0, 0)


def test_without_lock_nor_constraint_a_service_keeps_a_family_that_took_its_consent_back(
    referral, paused, monkeypatch, owner
):
    """The negative control: the two tests above would see it."""
    without_lock(monkeypatch)
    with without_check(owner):
        assert race_of_withdrawal(referral, paused) == ["withdrawn", "accepted"]
        assert by_the_system(in_force) == ("accepted", 1, 0)
