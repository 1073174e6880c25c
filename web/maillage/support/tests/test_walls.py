"""Who sees what of an episode: the database decides, whatever the pages forget."""

from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, transaction

from maillage.agenda.tests import made as appointments
from maillage.core import scope
from maillage.families.models import Contact
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import SINCE, Role, manager, person
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Goals, Session
from maillage.support.tests import made

TABLES = (Enrolment, Episode, Session, Goals, EnrolmentCount)


@pytest.fixture
def world(db):
    """A family followed by Samuel in Nadia's structure; another employer next door."""
    with scope.system():
        programme = made.programme()
        given = made.service(programme)
        there = appointments.directory.organization("Autre")
        samuel = person("samuel@example.org", Role.PRACTITIONER, at=given.organization)
        found = SimpleNamespace(
            samuel=samuel,
            nadia=manager("nadia@example.org", at=given.organization),
            ines=person("ines@example.org", Role.DESK_AGENT, at=given.organization),
            louise=person("louise@example.org", Role.PRACTITIONER, at=given.organization),
            zoe=manager("zoe@example.org", at=there),
            claire=person("claire@example.org", Role.STEERING_OFFICER),
            nour=made.family(),
        )
        found.session = made.session(
            given, found.nour, goals="Dormir.",
            by=appointments.practitioner("Samuel", user=samuel),
        )  # fmt: skip
        found.sami = Contact.objects.create(
            household=found.nour.household, departement_id="70", name="Sami",
            email="sami@example.org", channel="email",
        )  # fmt: skip
    return found


def seen():
    return tuple(model.objects.count() for model in TABLES)


def as_member(user):
    scope.enter("member", departements={"70"}, user_id=user.pk)


@pytest.mark.parametrize(
    ("who", "rows"),
    [
        ("samuel", (1, 1, 1, 1, 1)),
        ("nadia", (1, 1, 1, 0, 1)),
        ("ines", (0, 0, 0, 0, 1)),
        ("louise", (0, 0, 0, 0, 1)),
        ("zoe", (0, 0, 0, 0, 1)),
        ("claire", (0, 0, 0, 0, 1)),
    ],
)
def test_each_professional_sees_what_is_theirs(world, who, rows):
    """A manager never reads the parents' words; another employer and steering see counts only."""
    with transaction.atomic():
        as_member(getattr(world, who))
        assert seen() == rows


def test_a_manager_whose_role_ended_sees_nothing_more(world):
    with scope.system():
        Membership.objects.filter(user=world.nadia).update(ends_on=SINCE)
    with transaction.atomic():
        as_member(world.nadia)
        assert seen() == (0, 0, 0, 0, 1)


def test_a_parent_sees_their_own_words_and_sessions_and_not_the_other_parent_s(world):
    with transaction.atomic():
        scope.enter("public")
        scope.hold_contact(world.nour.pk)
        assert seen() == (1, 1, 1, 1, 0)
        scope.hold_contact(world.sami.pk)
        assert seen() == (1, 1, 0, 0, 0)
        scope.hold_contact(None)
        assert seen() == (0, 0, 0, 0, 0)


def test_a_practitioner_who_handed_over_still_sees_the_sessions_that_they_gave(world):
    with scope.system():
        Episode.objects.update(practitioner=appointments.practitioner("Karim"))
    with transaction.atomic():
        as_member(world.samuel)
        assert seen() == (0, 0, 1, 0, 1)


def test_nobody_but_the_program_writes_the_rules_or_the_counts(world):
    with transaction.atomic():
        as_member(world.nadia)
        assert EnrolmentCount.objects.update(enrolled=0) == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            EnrolmentCount.objects.create(
                programme_id=world.session.enrolment.programme_id, departement_id="70", enrolled=1
            )


def test_without_its_policy_another_employer_would_read_the_words(world, owner):
    """The negative control."""
    owner.execute("alter table support_goals disable row level security")
    try:
        with transaction.atomic():
            as_member(world.zoe)
            assert Goals.objects.count() == 1
    finally:
        owner.execute("alter table support_goals enable row level security")
