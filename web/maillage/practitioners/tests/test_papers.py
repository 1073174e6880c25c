"""R10, R25: whose papers are valid may be booked; who keeps them is warned before they end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.organizations.tests.staff import Role, manager, organization, person, sign_in
from maillage.practitioners import actions, lapsing
from maillage.practitioners.errors import AlreadyWorksHere
from maillage.practitioners.models import Credential, Employment, Practitioner

PERSON = {"name": "Ada  Martin", "profession": "psychologist"}
FOUR = {
    "diploma": "", "training": "2031-06-30", "fitness_certificate": "2028-12-31", "charter": "",
}  # fmt: skip
NOW = datetime(2027, 5, 10, 8, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


@pytest.fixture
def nadia(everyone):
    return sign_in(Client(), manager(at=organization()))


def add(client, **values):
    return client.post(
        reverse("practitioners:add"), PERSON | {"organization": organization().pk} | values
    )


def note(client, one, **values):
    typed = {"kind": "diploma", "issued_on": "2025-09-30", "checked_on": "2026-01-05"}
    return client.post(reverse("practitioners:person", args=[one.pk]), typed | values)


def test_a_manager_adds_someone_and_four_papers_open_booking(nadia):
    assert add(nadia).status_code == 302
    ada = Practitioner.objects.get()
    assert (ada.name, ada.skills, ada.bookable_until) == ("Ada Martin", [], None)
    assert Employment.objects.get().organization == organization()
    for kind, until in FOUR.items():
        assert note(nadia, ada, kind=kind, valid_until=until).status_code == 302
    ada.refresh_from_db()
    assert ada.bookable_until == date(2028, 12, 31)
    traces = AuditEntry.objects.order_by("at").values_list("verb", "acting_as")
    assert list(traces) == [
        ("practitioners.added", "structure_manager"),
        *[("practitioners.paper_seen", "structure_manager")] * 4,
    ]


def test_what_is_missing_is_said_before_what_is_right(nadia):
    add(nadia)
    ada = Practitioner.objects.get()
    note(nadia, ada)
    page = nadia.get(reverse("practitioners:people")).content.decode()
    assert "formation obligatoire : jamais vu" in page
    assert "diplôme ou titre : jamais vu" not in page
    assert "Personne ne peut réserver pour le moment." in page


def test_the_same_paper_noted_twice_is_one_and_a_mistake_is_taken_away(nadia):
    add(nadia)
    ada = Practitioner.objects.get()
    note(nadia, ada)
    note(nadia, ada)
    paper = Credential.objects.get()
    assert (paper.checked_on, paper.checked_by.email) == (date(2026, 1, 5), "nadia@example.org")
    nadia.post(reverse("practitioners:remove_paper", args=[paper.pk]))
    assert Credential.objects.count() == 0
    assert AuditEntry.objects.filter(verb="practitioners.paper_removed").count() == 1


@pytest.mark.parametrize(("values", "sentence"), [
    ({"kind": "training"}, "Donnez la date de fin de validité."),
    ({"kind": "fitness_certificate"}, "Donnez la date de fin de validité."),
    ({"valid_until": "2020-01-01"}, "La fin de validité doit suivre la date de délivrance."),
    ({"checked_on": "2024-01-01"}, "Un papier ne peut pas être vu avant d’être délivré."),
    ({"checked_on": "2999-01-01"}, "Un papier se note une fois vu, pas avant."),
    ({"issued_on": "hier"}, "Écrivez une date."),
])  # fmt: skip
def test_dates_out_of_order_are_told_and_nothing_is_noted(nadia, values, sentence):
    add(nadia)
    answer = note(nadia, Practitioner.objects.get(), **values)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert Credential.objects.count() == 0


def test_the_database_refuses_a_paper_seen_before_it_existed(everyone):
    ada = made.practitioner(papers=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.create(
            practitioner=ada, kind="charter", label="charte", issued_on=date(2026, 1, 2),
            checked_on=date(2026, 1, 1),
        )  # fmt: skip


def test_who_works_elsewhere_keeps_one_identity_and_is_told(nadia):
    account = person("ada@example.org", Role.PRACTITIONER, at=organization("Ailleurs"))
    ada = made.practitioner(user=account)
    assert add(nadia, email="ADA@example.org", name="Autre nom").status_code == 302
    assert Practitioner.objects.get() == ada
    assert ada.employments.get().organization == organization()
    with scope.system():
        mail = OutboxMessage.objects.get()
    assert mail.recipient == "ada@example.org"
    assert mail.subject == "Les Quatre Vents vous a ajouté·e à ses intervenants"


def test_an_account_that_does_not_exist_is_told_and_nobody_is_added(nadia):
    answer = add(nadia, email="personne@example.org")
    assert "Aucun compte ici à cette adresse" in answer.content.decode()
    assert Practitioner.objects.count() == 0


def test_the_account_of_someone_else_is_refused(nadia):
    made.practitioner(
        "Lou Petit", user=person("lou@example.org", Role.PRACTITIONER, at=organization())
    )
    add(nadia)
    ada = Practitioner.objects.get(name="Ada Martin")
    answer = nadia.post(
        reverse("practitioners:change", args=[ada.pk]), PERSON | {"email": "lou@example.org"}
    )
    assert "est déjà celui de Lou Petit" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.user is None


def test_a_correction_is_what_families_read(nadia):
    add(nadia)
    ada = Practitioner.objects.get()
    values = {"name": "Ada M.", "profession": "special_educator", "languages": ["fr", "fsl"]}
    answer = nadia.post(reverse("practitioners:change", args=[ada.pk]), values)
    assert answer.status_code == 302
    ada.refresh_from_db()
    assert (ada.name, ada.profession, ada.languages) == (
        "Ada M.",
        "special_educator",
        ["fr", "fsl"],
    )


def test_a_manager_of_another_structure_sees_nobody_of_this_one(nadia):
    add(nadia)
    ada = Practitioner.objects.get()
    other = sign_in(Client(), manager("zoe@example.org", at=organization("Une autre")))
    assert b"Ada Martin" not in other.get(reverse("practitioners:people")).content
    assert other.get(reverse("practitioners:person", args=[ada.pk])).status_code == 403


@pytest.mark.race
def test_two_managers_who_add_the_same_person_at_once_make_one(transactional_db):
    with transaction.atomic(), scope.system():
        here, by = organization(), manager(at=organization()).pk
    who = actions.Identity("Ada Martin", "psychologist", [])

    def work():
        with closing(connection), transaction.atomic(), scope.system():
            try:
                actions.add(who, here, by=by)
            except AlreadyWorksHere:
                return "refused"
            return "added"

    with ThreadPoolExecutor(4) as pool:
        results = [one.result(timeout=20) for one in [pool.submit(work) for _ in range(4)]]
    assert sorted(results) == ["added", "refused", "refused", "refused"]


def employed(**values):
    ada = made.practitioner(**values)
    made.employed(ada, organization())
    return ada


def test_the_person_and_the_manager_are_warned_once_for_each_paper(everyone):
    manager(at=organization())
    employed(user=person("ada@example.org", Role.PRACTITIONER, at=organization()))
    assert [lapsing.warn(NOW), lapsing.warn(NOW + timedelta(days=1))] == [1, 0]
    mails = OutboxMessage.objects.order_by("recipient")
    assert [(mail.recipient, mail.subject) for mail in mails] == [
        ("ada@example.org", "Ada Psychologue : un papier prend fin le 30 juin 2027"),
        ("nadia@example.org", "Ada Psychologue : un papier prend fin le 30 juin 2027"),
    ]
    assert "« attestation d’honorabilité »" in mails[0].body


@pytest.mark.parametrize(("day", "warned"), [
    (date(2027, 4, 30), 0), (date(2027, 5, 1), 1), (date(2027, 6, 30), 1), (date(2027, 7, 1), 0),
])  # fmt: skip
def test_the_warning_comes_sixty_days_before_the_end(everyone, day, warned):
    employed()
    assert lapsing.warn(datetime.combine(day, NOW.timetz())) == warned


def test_nobody_is_warned_of_a_paper_that_was_renewed(everyone):
    ada = employed()
    Credential.objects.create(
        practitioner=ada, kind="fitness_certificate", label="nouvelle", issued_on=date(2027, 4, 1),
        valid_until=date(2030, 4, 1), checked_on=date(2027, 4, 2),
    )  # fmt: skip
    assert lapsing.warn(NOW) == 0
    assert lapsing.gaps([ada], timezone.localdate(NOW)) == {ada.pk: []}


def test_a_lapsed_paper_closes_booking_by_itself(everyone):
    ada = employed()
    bookable = Practitioner.objects.bookable_on
    assert [bookable(date(2027, 6, day)).count() for day in (29, 30)] == [1, 1]
    assert bookable(date(2027, 7, 1)).count() == 0
    found = lapsing.gaps([ada], date(2027, 7, 1))[ada.pk]
    assert [(gap.kind, gap.is_over) for gap in found] == [("fitness_certificate", True)]
