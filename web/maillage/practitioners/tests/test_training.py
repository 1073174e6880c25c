"""R10, R32: a training gives a dated paper; a skill counts only when it is proven."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.tests import made
from maillage.core import scope
from maillage.organizations.tests.staff import (
    Role,
    administrator,
    departement,
    manager,
    organization,
    person,
    sign_in,
)
from maillage.practitioners import training
from maillage.practitioners.errors import SessionIsFull, SessionIsNotOver, SessionIsOver
from maillage.practitioners.models import (
    Credential,
    Enrolment,
    HeldSkill,
    Practitioner,
    Training,
    TrainingSession,
)

TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def session(
    days: int = 10, *, skill: str = "", capacity: int = 2, months: int = 24
) -> TrainingSession:
    departement()
    taught = Training.objects.create(
        departement_id="70", title=f"Écouter {skill}", skill=skill, valid_months=months
    )
    return TrainingSession.objects.create(
        training=taught, departement_id="70", starts_on=TODAY + days * DAY,
        ends_on=TODAY + (days + 1) * DAY, place="Vesoul", capacity=capacity,
    )  # fmt: skip


def admin() -> int:
    return administrator().pk


def test_who_came_leaves_with_a_dated_paper_and_who_did_not_without(everyone):
    hugo, found = admin(), session()
    ada, bea = made.practitioner("Ada", papers=False), made.practitioner("Béa", papers=False)
    for one in (ada, bea):
        training.enrol(found, one, by=hugo, today=TODAY)
    with pytest.raises(SessionIsNotOver):
        training.certify(found, [ada.pk], by=hugo, today=found.starts_on)
    (paper,) = training.certify(found, [ada.pk], by=hugo, today=found.ends_on)
    assert (paper.kind, paper.label, paper.issued_on) == ("training", "Écouter ", found.ends_on)
    assert paper.valid_until == date(found.ends_on.year + 2, found.ends_on.month, found.ends_on.day)
    states = Enrolment.objects.order_by("practitioner__name").values_list("state", flat=True)
    assert list(states) == ["attended", "absent"]
    training.certify(found, [bea.pk], by=hugo, today=found.ends_on)
    assert [one.practitioner for one in Credential.objects.all()] == [bea]


def test_a_lapsed_training_closes_booking_and_a_new_one_opens_it(everyone):
    hugo, found = admin(), session()
    ada = made.practitioner()
    Credential.objects.filter(kind="training").update(valid_until=TODAY - DAY)
    Credential.objects.filter(kind="fitness_certificate").update(
        issued_on=TODAY - DAY, checked_on=TODAY, valid_until=TODAY + 900 * DAY
    )
    Credential.objects.get(kind="training").save()
    assert not Practitioner.objects.bookable_on(TODAY).exists()
    training.enrol(found, ada, by=hugo, today=TODAY)
    training.certify(found, [ada.pk], by=hugo, today=found.ends_on)
    assert Practitioner.objects.bookable_on(TODAY + 30 * DAY).get() == ada


def test_a_skill_counts_from_its_paper_to_the_end_of_it(everyone):
    hugo, found = admin(), session(skill="grief", months=12)
    ada = made.practitioner()
    assert (ada.skills, HeldSkill.objects.count()) == ([], 0)
    training.enrol(found, ada, by=hugo, today=TODAY)
    (paper,) = training.certify(found, [ada.pk], by=hugo, today=found.ends_on)
    ada.refresh_from_db()
    assert ada.skills == ["grief"]
    days = [paper.valid_until, paper.valid_until + DAY]
    assert [Practitioner.objects.holding("grief", day).exists() for day in days] == [True, False]
    assert not Practitioner.objects.holding("baby", TODAY).exists()
    paper.delete()
    assert not Practitioner.objects.holding("grief", TODAY).exists()


def test_a_place_is_given_once_and_given_back_before_the_first_day(everyone):
    hugo, found = admin(), session(capacity=1)
    ada, bea = made.practitioner("Ada", papers=False), made.practitioner("Béa", papers=False)
    first = training.enrol(found, ada, by=hugo, today=TODAY)
    assert training.enrol(found, ada, by=hugo, today=TODAY) == first
    with pytest.raises(SessionIsFull):
        training.enrol(found, bea, by=hugo, today=TODAY)
    training.cancel(first, by=hugo, today=TODAY)
    training.cancel(first, by=hugo, today=TODAY)
    training.enrol(found, bea, by=hugo, today=TODAY)
    late = found.starts_on + DAY
    with pytest.raises(SessionIsOver):
        training.enrol(found, ada, by=hugo, today=late)
    with pytest.raises(SessionIsOver):
        training.cancel(first, by=hugo, today=late)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_not_given_twice():
    with scope.system():
        hugo, found = admin(), session(capacity=1)
        people = [made.practitioner(name, papers=False) for name in ("Ada", "Béa")]

    def enrol(one: Practitioner) -> str:
        try:
            with transaction.atomic():
                scope.enter("system")
                training.enrol(found, one, by=hugo, today=TODAY)
        except SessionIsFull as refusal:
            return refusal.code
        finally:
            connection.close()
        return "enrolled"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enrol, people)) == ["enrolled", "training_session_is_full"]
    with scope.system():
        assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("issued", "seen", "until", "name"),
    [
        (date(2026, 1, 1), date(2026, 7, 4), date(2028, 1, 1), "is_recent_when_it_is_shown"),
        (date(2026, 1, 1), date(2026, 2, 1), date(2029, 2, 2), "again_every_three_years"),
    ],
)
def test_the_database_refuses_an_old_attestation_or_one_that_is_never_seen_again(
    everyone, issued, seen, until, name
):
    ada = made.practitioner(papers=False)
    facts = {"practitioner": ada, "kind": "fitness_certificate", "label": "x"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Credential.objects.create(issued_on=issued, checked_on=seen, valid_until=until, **facts)
    fine = {"checked_on": min(seen, date(2026, 7, 3)), "valid_until": min(until, date(2029, 2, 1))}
    Credential.objects.create(issued_on=issued, **fine, **facts)


def test_a_skill_paper_names_its_skill_and_no_other_paper_does(everyone):
    ada = made.practitioner(papers=False)
    for kind, skill in (("skill", ""), ("diploma", "grief")):
        with pytest.raises(IntegrityError, match="names_the_skill"), transaction.atomic():
            Credential.objects.create(
                practitioner=ada, kind=kind, skill=skill, label="x", issued_on=TODAY
            )


def test_a_manager_enrols_their_people_and_an_administrator_says_who_came(client, db):
    with scope.system():
        ada = made.practitioner("Ada")
        made.employed(ada, organization())
        other = made.practitioner("Béa")
    hugo = sign_in(Client(), administrator())
    typed = {
        "departement": "70", "title": "Écouter", "gives": "baby", "valid_months": "12",
        "starts_on": f"{TODAY}", "ends_on": f"{TODAY}", "place": "Vesoul", "capacity": "3",
    }  # fmt: skip
    wrong = hugo.post(reverse("practitioners:add_training"), typed | {"ends_on": "2020-01-01"})
    assert (wrong.status_code, "La fin doit suivre le début." in wrong.text) == (400, True)
    assert hugo.post(reverse("practitioners:add_training"), typed).status_code == 302
    with scope.system():
        found = TrainingSession.objects.get()
    nadia = sign_in(client, manager(at=organization()))
    assert "3 places libres" in nadia.get(reverse("practitioners:trainings")).text
    enrol = reverse("practitioners:enrol", args=[found.pk])
    assert nadia.post(enrol, {"person": str(other.pk)}).status_code == 403
    assert nadia.post(enrol, {"person": str(ada.pk)}).status_code == 302
    attendance = reverse("practitioners:attendance", args=[found.pk])
    assert nadia.get(attendance).status_code == 403
    assert "Ada" in hugo.get(attendance).text
    assert hugo.post(attendance, {"came": [str(ada.pk)]}).status_code == 302
    with scope.system():
        assert Credential.objects.get(kind="skill").skill == "baby"


def test_someone_enrols_themself_and_gives_the_place_back(client, db):
    samuel = person("samuel@example.org", Role.PRACTITIONER, at=organization())
    with scope.system():
        me = made.practitioner("Samuel", user=samuel)
        found = session()
    page = sign_in(client, samuel)
    assert (
        page.post(
            reverse("practitioners:enrol", args=[found.pk]), {"person": str(me.pk)}
        ).status_code
        == 302
    )
    with scope.system():
        mine = Enrolment.objects.get()
    assert page.post(reverse("practitioners:cancel_enrolment", args=[mine.pk])).status_code == 302
    with scope.system():
        assert Enrolment.objects.get().state == "cancelled"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "skill"}, "Dites quelle compétence ce papier prouve."),
        (
            {"kind": "fitness_certificate", "issued_on": "2025-06-01", "valid_until": "2027-01-01"},
            "a plus de six mois",
        ),
        ({"kind": "fitness_certificate", "valid_until": "2029-01-10"}, "tous les trois ans"),
    ],
)
def test_a_paper_out_of_rule_is_told_and_not_noted(client, db, values, sentence):
    with scope.system():
        ada = made.practitioner(papers=False)
        made.employed(ada, organization())
    nadia = sign_in(client, manager(at=organization()))
    typed = {"kind": "diploma", "issued_on": "2025-12-30", "checked_on": "2026-01-05"}
    answer = nadia.post(reverse("practitioners:person", args=[ada.pk]), typed | values)
    assert (answer.status_code, sentence in answer.text) == (400, True)
    with scope.system():
        assert Credential.objects.count() == 0
