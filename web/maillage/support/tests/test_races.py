"""R17: whoever asks at once, caps, quotas and five sessions are never exceeded."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from maillage.core import scope
from maillage.people.models import User
from maillage.support import actions, adjusting
from maillage.support.errors import (
    ProgrammeIsFull,
    SixthSession,
    TermsChangedMeanwhile,
    TermsDoNotFit,
)
from maillage.support.models import Enrolment, EnrolmentCount, Programme, Session
from maillage.support.tests import made

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def seen_by_the_system(question: Callable[[], Any]) -> Any:
    with transaction.atomic(), scope.system():
        return question()


def together(*tries: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with its own connection, all starting at the same time."""
    start = Barrier(len(tries))

    def run(one: Callable[[], Any]) -> Any:
        with closing(connection):
            start.wait(timeout=20)
            with transaction.atomic(), scope.system():
                return one()

    def told(one: Callable[[], Any]) -> Any:
        try:
            return run(one)
        except (ProgrammeIsFull, SixthSession, TermsDoNotFit, TermsChangedMeanwhile) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(told, tries))


def families_who_ask(quota: int, asking: int) -> tuple[Programme, list[Callable[[], Any]]]:
    with transaction.atomic(), scope.system():
        programme = made.programme(quotas={"70": quota})
        given = made.service(programme)
        booked = [made.appointment(given, made.family()) for _ in range(asking)]
    return programme, [lambda each=each: actions.count_in(each, now=made.NOW) for each in booked]


def test_ten_families_who_ask_at_once_share_the_three_places_left():
    programme, tries = families_who_ask(quota=3, asking=10)
    answers = together(*tries)
    assert answers.count(ProgrammeIsFull) == 7
    counted = seen_by_the_system(
        lambda: (
            Enrolment.objects.count(),
            EnrolmentCount.objects.get(programme=programme).enrolled,
        )
    )
    assert counted == (3, 3)


def test_without_the_count_kept_by_the_database_too_many_would_enter(owner):
    """The negative control: the trigger taken away, nothing else stops the fourth family."""
    _programme, tries = families_who_ask(quota=3, asking=5)
    owner.execute("alter table support_enrolment disable trigger count_in")
    try:
        answers = together(*tries)
    finally:
        owner.execute("alter table support_enrolment enable trigger count_in")
    assert ProgrammeIsFull not in answers
    assert seen_by_the_system(Enrolment.objects.count) == 5


def test_eight_appointments_of_one_family_at_once_make_one_entry_and_five_sessions():
    with transaction.atomic(), scope.system():
        programme = made.programme()
        given, nour = made.service(programme), made.family()
        booked = [made.appointment(given, nour) for _ in range(8)]
    answers = together(*(lambda each=each: actions.count_in(each, now=made.NOW) for each in booked))
    assert answers.count(SixthSession) == 3
    counted = seen_by_the_system(
        lambda: (
            Enrolment.objects.count(),
            sorted(Session.objects.values_list("number", flat=True)),
            EnrolmentCount.objects.get(programme=programme).enrolled,
        )
    )
    assert counted == (1, [1, 2, 3, 4, 5], 1)


def test_quotas_cut_while_families_enter_never_let_more_in_than_the_cap():
    programme, tries = families_who_ask(quota=10, asking=6)
    with transaction.atomic(), scope.system():
        terms = programme.terms.get()
        kept = adjusting.rules_of(terms)
        less = adjusting.Rules(
            **{name: getattr(kept, name) for name in made.RULES}
            | {"household_cap": 3, "quotas": {"70": 3}}
        )
    answers = together(*tries, lambda: adjusting.adjust(programme, less))
    entered = seen_by_the_system(Enrolment.objects.count)
    cut_was_refused = answers[-1] is TermsDoNotFit
    assert entered == (6 if cut_was_refused else 3)


def test_of_two_officers_who_confirm_at_once_the_second_reads_first():
    with transaction.atomic(), scope.system():
        programme = made.programme()
        by = User.objects.create_user("claire@example.org", "Claire").pk
        kept, read = adjusting.rules_of(programme.terms.get()), adjusting.standing(programme)
        wanted = [
            adjusting.Revision(replace(kept, max_sessions=most), frozenset(), frozenset(), read)
            for most in (3, 4)
        ]
    answers = together(
        *(lambda one=one: adjusting.revise(programme, one, by=by, on=made.TODAY) for one in wanted)
    )
    assert sorted(answers, key=str) == [TermsChangedMeanwhile, True]
    chosen = wanted[answers.index(True)].rules.max_sessions
    terms = seen_by_the_system(lambda: list(programme.terms.values_list("version", "max_sessions")))
    assert sorted(terms) == [(1, 5), (2, chosen)]
