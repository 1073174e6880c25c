"""Two keepers at once: the lock decides, nothing is lost, nothing is done twice."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from maillage.config import postgres
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.directory import keeping, reminders
from maillage.directory.drafts import draft_of
from maillage.directory.errors import ChangedMeanwhile, LinkHasExpired, ReportAlreadyAnswered
from maillage.directory.models import ConfirmLink, ErrorReport, Service
from maillage.directory.tests import made
from maillage.organizations import actions as organizations
from maillage.organizations.actions import Invitation
from maillage.organizations.errors import AlreadyMember, LastAdministrator
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import administrator, departement, manager
from maillage.people.models import User

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def at_once(
    first: Callable[[], Any], second: Callable[[], Any]
) -> tuple["Future[Any]", "Future[Any]"]:
    """Run `first` and keep its transaction open while `second` tries; both as the system."""
    first_has_written, second_is_done = Event(), Event()

    def holds() -> Any:
        with closing(connection), transaction.atomic(), scope.system():
            result = first()
            first_has_written.set()
            second_is_done.wait(timeout=0.5)  # with the lock, the second one is still waiting
            return result

    def tries() -> Any:
        with closing(connection):
            first_has_written.wait(timeout=5)
            try:
                with transaction.atomic(), scope.system():
                    return second()
            finally:
                second_is_done.set()

    with ThreadPoolExecutor(2) as pool:
        return pool.submit(holds), pool.submit(tries)


def read(question: Callable[[], Any]) -> Any:
    with scope.system():
        return question()


def test_the_second_editor_is_told_what_the_first_one_published() -> None:
    """Both started from the same entry; without the lock, the second would erase the first."""
    service = made.service()
    base = draft_of(service, timezone.localdate())
    ada, bea = base | {"phone": "03 84 00 00 01"}, base | {"name": "Accueil de Béa"}
    first, second = at_once(
        lambda: keeping.publish(service.pk, ada, base=base, by=1),
        lambda: keeping.publish(service.pk, bea, base=base, by=2),
    )
    first.result()
    with pytest.raises(ChangedMeanwhile) as refusal:
        second.result()
    assert refusal.value.facts["theirs"]["phone"] == "03 84 00 00 01"
    stored = Service.objects.get()
    assert (stored.phone, stored.name) == ("03 84 00 00 01", "Espace parents de Gray")
    assert read(AuditEntry.objects.count) == 1


def test_two_keepers_verify_at_once_and_both_are_right() -> None:
    service = made.service()
    first, second = at_once(
        lambda: keeping.verify(service.pk, by=1), lambda: keeping.verify(service.pk, by=2)
    )
    assert first.result().verified_on == second.result().verified_on == timezone.localdate()
    assert read(lambda: sorted(AuditEntry.objects.values_list("actor_id", flat=True))) == [1, 2]


def test_a_tap_during_an_edit_does_not_undo_it() -> None:
    service = made.service()
    base = draft_of(service, timezone.localdate())
    first, second = at_once(
        lambda: keeping.publish(service.pk, base | {"phone": "01"}, base=base, by=1),
        lambda: keeping.verify(service.pk, by=2),
    )
    first.result()
    second.result()
    assert Service.objects.get().phone == "01"


def test_one_report_gets_one_answer() -> None:
    service = made.service()
    report = read(
        lambda: ErrorReport.objects.create(service=service, departement_id="70", message="faux")
    )
    first, second = at_once(
        lambda: keeping.close_report(report, answer="Ada", by=1),
        lambda: keeping.close_report(report, answer="Béa", by=2),
    )
    first.result()
    with pytest.raises(ReportAlreadyAnswered):
        second.result()
    assert read(lambda: ErrorReport.objects.get().answer) == "Ada"


def test_one_link_tapped_twice_at_once_serves_once() -> None:
    nadia = manager(at=made.organization())
    service = made.service()
    now = timezone.now()
    read(lambda: ConfirmLink.objects.create(
        token_hash=reminders.fingerprint("t"), service=service, user=nadia, created_at=now,
        expires_at=now + reminders.LINK_LASTS,
    ))  # fmt: skip
    first, second = at_once(lambda: reminders.confirm("t"), lambda: reminders.confirm("t"))
    first.result()
    with pytest.raises(LinkHasExpired):
        second.result()
    assert read(AuditEntry.objects.count) == 1


def test_two_workers_write_one_reminder() -> None:
    nadia = manager(at=made.organization())
    made.service()
    now = timezone.now()
    first, second = at_once(
        lambda: reminders.remind(nadia.pk, now), lambda: reminders.remind(nadia.pk, now)
    )
    assert (first.result(), second.result()) == (True, False)


def invitation() -> Invitation:
    where = made.organization()
    return Invitation("lou@example.org", "Lou", "structure_manager", where.pk, "70")


def invited() -> tuple[int, int]:
    return read(lambda: (User.objects.count(), Membership.objects.count()))


def test_inviting_the_same_person_twice_at_once_makes_one_account_and_one_role() -> None:
    asked = invitation()
    first, second = at_once(
        lambda: organizations.invite(asked, by=1), lambda: organizations.invite(asked, by=2)
    )
    first.result()
    with pytest.raises(AlreadyMember):
        second.result()
    assert invited() == (1, 1)


def test_without_its_constraint_the_same_person_would_have_the_role_twice(
    postgres_server: postgres.EmbeddedServer, test_database_name: str
) -> None:
    """The negative control: the same race, the unique index taken away, then put back."""
    name = "one_open_membership_per_role_and_place"
    owner = psycopg.connect(
        host=str(postgres_server.socket), dbname=test_database_name, user=postgres.OWNER,
        autocommit=True,
    )  # fmt: skip
    asked = invitation()
    with owner:
        found = owner.execute("select indexdef from pg_indexes where indexname = %s", [name])
        definition = (found.fetchone() or ("",))[0]
        owner.execute(f"drop index {name}".encode())
        try:
            first, second = at_once(
                lambda: organizations.invite(asked, by=1), lambda: organizations.invite(asked, by=2)
            )
            first.result()
            second.result()
            assert invited() == (1, 2)
        finally:
            owner.execute(b"truncate organizations_membership")
            owner.execute(definition.encode())


def test_two_administrators_cannot_end_each_other() -> None:
    departement()
    hugo, renee = administrator(), administrator("renee@example.org")
    his, hers = read(lambda: [Membership.objects.get(user=one) for one in (hugo, renee)])
    first, second = at_once(
        lambda: organizations.end_membership(his, by=renee.pk),
        lambda: organizations.end_membership(hers, by=hugo.pk),
    )
    first.result()
    with pytest.raises(LastAdministrator):
        second.result()
    assert read(lambda: Membership.objects.filter(revoked_at=None).count()) == 1
