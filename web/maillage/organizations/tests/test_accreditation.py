"""R20 to R22: a dated decision by a grid, a charter that ends, what families then see."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.organizations import accrediting, trust_ending
from maillage.organizations.accrediting import Decision, Question
from maillage.organizations.errors import (
    AlreadyApplied,
    GridInThePast,
    GridIsNotFilled,
    NoGrid,
    NotStanding,
    RequiredCriterionNotMet,
    ValidityLeavesAGap,
)
from maillage.organizations.models import Organization
from maillage.organizations.partnership import (
    Accreditation,
    CharterSignature,
    CriteriaGrid,
    Criterion,
    VenueCheck,
)
from maillage.organizations.tests import partners
from maillage.organizations.tests.staff import (
    Role,
    administrator,
    manager,
    organization,
    person,
    sign_in,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def partner() -> Organization:
    return organization()


@pytest.fixture
def hugo(partner: Organization) -> int:
    return administrator().pk


@pytest.fixture
def everyone(hugo: int):
    with scope.system():
        yield


@pytest.fixture
def criteria(everyone, hugo: int) -> CriteriaGrid:
    return partners.grid(hugo)


def charter(partner: Organization, by: int, days: int = 500) -> CharterSignature:
    until = TODAY + days * DAY
    return accrediting.sign_charter(partner, "Charte", until, by=by, today=TODAY)


def shown(partner: Organization, day: date = TODAY) -> bool:
    return Organization.objects.accredited_on(day).filter(pk=partner.pk).exists()


def test_withdrawing_takes_back_the_renewals_that_follow_and_leaves_no_gap(criteria, partner, hugo):
    charter(partner, hugo)
    given = [partners.accredited(partner, hugo, days=10)]
    for first in (11, 21):
        asked = partners.filled(partners.application(partner, hugo), hugo)
        days = Decision(True, "Suite.", TODAY + first * DAY, TODAY + (first + 9) * DAY)
        given.append(accrediting.decide(asked, days, by=hugo, today=TODAY))
    assert [shown(partner, TODAY + n * DAY) for n in (10, 11, 30, 31)] == [True, True, True, False]
    accrediting.withdraw(given[1], "Plus d’équipe.", by=hugo, today=TODAY)
    states = [Accreditation.objects.get(pk=one.pk).state for one in given]
    assert states == ["accredited", "withdrawn", "withdrawn"]
    assert [shown(partner, TODAY + n * DAY) for n in (10, 11, 30)] == [True, False, False]


def test_a_partner_is_accredited_by_a_decision_and_a_charter_between_two_days(
    criteria, partner, hugo
):
    found = partners.accredited(partner, hugo, days=365)
    assert (found.state, found.decided_by_id, found.decided_on) == ("accredited", hugo, TODAY)
    assert shown(partner) is False
    charter(partner, hugo, days=100)
    days = [TODAY - DAY, TODAY, TODAY + 100 * DAY, TODAY + 101 * DAY]
    assert [shown(partner, day) for day in days] == [False, True, True, False]
    charter_again = accrediting.sign_charter(
        partner, "Charte", TODAY + 900 * DAY, by=hugo, today=TODAY + DAY
    )
    assert charter_again.valid_until == TODAY + 900 * DAY
    assert [shown(partner, TODAY + n * DAY) for n in (365, 366)] == [True, False]


def test_every_decision_leaves_its_date_and_grid_in_the_trail(criteria, partner, hugo):
    partners.accredited(partner, hugo)
    trail = AuditEntry.objects.filter(target_kind="organizations.accreditation").order_by("at")
    assert [(one.verb, one.actor_id, one.departement) for one in trail] == [
        ("organizations.applied", hugo, "70"),
        ("organizations.grid_filled", hugo, "70"),
        ("organizations.accredited", hugo, "70"),
    ]
    assert accrediting.score(Accreditation.objects.get()) == (6, 6)


def test_a_grid_left_open_or_a_required_criterion_that_fails_stops_a_yes(criteria, partner, hugo):
    manager(at=partner)
    asked = partners.application(partner, hugo)
    yes = Decision(True, "Oui.", TODAY, TODAY + DAY)
    with pytest.raises(GridIsNotFilled, match=r"^3 critères de la grille attendent"):
        accrediting.decide(asked, yes, by=hugo, today=TODAY)
    partners.filled(asked, hugo, False, True, True)
    with pytest.raises(RequiredCriterionNotMet):
        accrediting.decide(asked, yes, by=hugo, today=TODAY)
    refused = accrediting.decide(asked, Decision(False, "Pas d’équipe."), by=hugo, today=TODAY)
    letter = OutboxMessage.objects.get()
    assert (letter.recipient, "Pas d’équipe." in letter.body) == ("nadia@example.org", True)
    assert (refused.state, refused.valid_from, accrediting.score(refused)) == (
        "refused",
        None,
        (3, 6),
    )
    with pytest.raises(NotStanding):
        accrediting.decide(asked, yes, by=hugo, today=TODAY)
    with pytest.raises(NotStanding):
        partners.filled(asked, hugo)


def test_applying_twice_is_one_application_and_without_a_grid_none(everyone, partner, hugo):
    with pytest.raises(NoGrid):
        partners.application(partner, hugo)
    partners.grid(hugo)
    partners.application(partner, hugo)
    with pytest.raises(AlreadyApplied):
        partners.application(partner, hugo)
    assert Accreditation.objects.count() == 1


def test_a_renewal_takes_over_without_a_gap_or_an_overlap(criteria, partner, hugo):
    first = partners.accredited(partner, hugo, days=30)
    charter(partner, hugo, days=900)
    again = partners.filled(partners.application(partner, hugo), hugo)
    late = Decision(True, "Oui.", TODAY + 32 * DAY, TODAY + 400 * DAY)
    with pytest.raises(ValidityLeavesAGap):
        accrediting.decide(again, late, by=hugo, today=TODAY)
    on_time = Decision(True, "Oui.", TODAY + 20 * DAY, TODAY + 400 * DAY)
    accrediting.decide(again, on_time, by=hugo, today=TODAY)
    first.refresh_from_db()
    assert first.valid_until == TODAY + 19 * DAY
    assert [shown(partner, TODAY + n * DAY) for n in (0, 19, 20, 400, 401)] == [True] * 4 + [False]


def test_a_withdrawal_is_explained_and_hides_the_partner_at_once(criteria, partner, hugo):
    given = partners.accredited(partner, hugo)
    charter(partner, hugo)
    assert shown(partner)
    accrediting.withdraw(given, "Locaux fermés.", by=hugo, today=TODAY)
    partner.refresh_from_db()
    assert (shown(partner), partner.accredited_until) == (False, None)
    with pytest.raises(NotStanding):
        accrediting.withdraw(given, "Encore.", by=hugo, today=TODAY)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "accredited"},
        {"state": "refused", "decided_on": TODAY},
        {"state": "withdrawn", "decided_on": TODAY, "reason": "x"},
    ],
)
def test_the_database_wants_a_decision_dated_signed_and_explained(criteria, partner, hugo, change):
    asked = partners.application(partner, hugo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accreditation.objects.filter(pk=asked.pk).update(**change)


def test_a_grid_that_served_is_never_changed_and_the_next_one_starts_later(criteria, partner, hugo):
    partners.application(partner, hugo)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Criterion.objects.update(weight=1)
    with pytest.raises(GridInThePast):
        accrediting.publish_grid("70", [Question("x")], TODAY, by=hugo, today=TODAY)
    with pytest.raises(GridInThePast):
        accrediting.publish_grid("70", [Question("x")], TODAY - DAY, by=hugo, today=TODAY)
    newer = accrediting.publish_grid("70", [Question("x")], TODAY + DAY, by=hugo, today=TODAY)
    criteria.refresh_from_db()
    assert (criteria.valid_to, newer.valid_from) == (TODAY, TODAY + DAY)


def test_families_see_individual_support_of_trusted_partners_only(everyone, hugo):
    trusted = directory.organization("Agréée")
    support = {"kind": "individual_support", "joining": "appointment"}
    directory.service("Soutien agréé", organization=trusted, **support)
    directory.service("Soutien sans agrément", **support)
    directory.service("Un atelier")

    def seen() -> list[str]:
        return sorted(Service.objects.public().values_list("name", flat=True))

    assert len(seen()) == 3  # no criteria here yet: nobody is hidden
    partners.grid(hugo)
    assert seen() == ["Un atelier"]
    partners.accredited(trusted, hugo)
    charter(trusted, hugo)
    assert seen() == ["Soutien agréé", "Un atelier"]
    CharterSignature.objects.update(valid_until=TODAY + DAY, signed_on=TODAY - 9 * DAY)
    assert seen() == ["Soutien agréé", "Un atelier"]
    CharterSignature.objects.update(valid_until=TODAY - DAY)
    assert seen() == ["Un atelier"]
    assert Service.objects.published().count() == 3


def test_managers_are_told_once_before_an_end_and_not_of_what_is_renewed(criteria, partner, hugo):
    now = timezone.now()
    partners.accredited(partner, hugo, days=61)
    manager(at=partner)
    charter(partner, hugo, days=59)
    assert trust_ending.warn(now) == 1
    assert trust_ending.warn(now) == 0
    letter = OutboxMessage.objects.get()
    assert (letter.recipient, "prend fin bientôt" in letter.subject) == ("nadia@example.org", True)
    accrediting.sign_charter(partner, "x", TODAY + 900 * DAY, by=hugo, today=TODAY + DAY)
    assert trust_ending.warn(now + 3 * DAY) == 1  # the accreditation, now
    assert OutboxMessage.objects.count() == 2


def test_a_partner_applies_and_signs_and_the_caf_decides(client, partner, hugo):
    with scope.system():
        partners.grid(hugo)
        caf = Organization.objects.create(kind="caf", name="Caf", departement=partner.departement)
        claire = person("claire@example.org", Role.STEERING_OFFICER, at=caf)
        nobody = person("jean@example.org", Role.STEERING_OFFICER)
    nadia = sign_in(client, manager(at=partner))
    empty = nadia.post(reverse("organizations:apply", args=[partner.pk]), {"presentation": ""})
    assert (empty.status_code, "Présentez votre structure" in empty.text) == (400, True)
    nadia.post(reverse("organizations:apply", args=[partner.pk]), {"presentation": "Dix ans."})
    nadia.post(reverse("organizations:sign_charter", args=[partner.pk]), {})
    nadia.post(reverse("organizations:sign_charter", args=[partner.pk]), {"read": "on"})
    with scope.system():
        asked = Accreditation.objects.get()
        assert CharterSignature.objects.count() == 1
        keys = [str(pk) for pk in asked.grid.criteria.values_list("pk", flat=True)]
    caf_page = sign_in(Client(), claire)
    address = reverse("organizations:accreditation", args=[asked.pk])
    assert sign_in(Client(), nobody).get(address).status_code == 403
    decision = {
        "what": "decision", "accredited": "yes", "reason": "Solide.",
        "valid_from": f"{TODAY}", "valid_until": f"{TODAY + 365 * DAY}",
    }  # fmt: skip
    early = caf_page.post(address, decision)
    assert (early.status_code, "attendent encore un oui ou un non" in early.text) == (400, True)
    answers = {f"met_{key}": "yes" for key in keys} | {"what": "answers"}
    assert caf_page.post(address, answers).status_code == 302
    assert caf_page.post(address, decision).status_code == 302
    assert "montrés aux familles jusqu’au" in nadia.get(reverse("organizations:partnership")).text
    seen = {"what": "venue", "place": "Salle bleue", "seen_on": f"{TODAY + DAY}"}
    too_soon = caf_page.post(address, seen)
    assert (too_soon.status_code, "une fois vu, pas avant" in too_soon.text) == (400, True)
    assert (
        caf_page.post(address, seen | {"seen_on": f"{TODAY}", "closed_door": "on"}).status_code
        == 302
    )
    with scope.system():
        check = VenueCheck.objects.get()
    assert (check.closed_door, check.waiting_place) == (True, False)
    taken_back = caf_page.post(address, {"what": "withdrawal", "reason": "Fermé."})
    assert taken_back.status_code == 302
    assert "ne sont pas montrés" in nadia.get(reverse("organizations:partnership")).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "au moins un critère"),
        ("Question *9\n* 2", "Ligne 1 : un poids de 1 à 5"),
        ("! Une vraie *x", "un poids de 1 à 5"),
        ("x" * 260, "250 signes au plus"),
    ],
)
def test_a_badly_written_grid_says_every_fault(client, hugo, typed, said):
    user = administrator("renee@example.org")
    page = sign_in(client, user).post(
        reverse("organizations:grid"),
        {"departement": "70", "valid_from": f"{TODAY}", "questions": typed},
    )
    assert (page.status_code, said in page.text) == (400, True)


def test_a_grid_is_typed_one_line_for_each_question(client, hugo):
    user = administrator("renee@example.org")
    typed = "! L’équipe accompagne déjà *3\nUn lieu discret\n"
    answer = sign_in(client, user).post(
        reverse("organizations:grid"),
        {"departement": "70", "valid_from": f"{TODAY}", "questions": typed},
    )
    assert answer.status_code == 302
    kept = Criterion.objects.values_list("question", "weight", "required")
    assert list(kept) == [("L’équipe accompagne déjà", 3, True), ("Un lieu discret", 1, False)]
