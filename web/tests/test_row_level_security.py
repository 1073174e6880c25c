"""The second wall: whatever the pages forget, the database does not show or take another's rows."""

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from procrastinate.contrib.django import app as queue
from tests.walls.rows import fill
from tests.walls.tables import (
    NOT_EVEN_SYSTEM,
    OPEN_PREFIXES,
    OPEN_TABLES,
    PUBLIC_FACE,
    SYSTEM_SCOPE,
)

from maillage.config import postgres
from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.directory.models import (
    ErrorReport,
    MergeProposal,
    UnmetNeed,
)
from maillage.directory.tests import made
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import SINCE, Role
from maillage.people.models import User

PACKAGE = Path(__file__).resolve().parents[1] / "maillage"
STRANGER = 987_654_321  # the account of nobody


@pytest.fixture
def haute_saone(db: None) -> User:
    """One row of Haute-Saône in every protected table."""
    return fill()


def ask(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def protected() -> list[str]:
    return [str(row[0]) for row in ask("select distinct tablename from pg_policies order by 1")]


def seen() -> dict[str, int]:
    """How many rows of each protected table the present context shows."""
    return {
        table: int(str(ask(f"select count(*) from {table}")[0][0]))
        for table in protected()
        if table not in PUBLIC_FACE
    }


def hidden() -> set[str]:
    """The protected tables of which the present context shows no row."""
    return {table for table, rows in seen().items() if rows == 0}


def nothing() -> dict[str, int]:
    return dict.fromkeys((table for table in protected() if table not in PUBLIC_FACE), 0)


def a_reader_from(place: str) -> None:
    scope.enter("member", departements={place}, administers={place}, user_id=STRANGER)


@pytest.mark.django_db
def test_every_table_is_protected_or_open_for_a_stated_reason() -> None:
    found = ask("select tablename from pg_tables where schemaname = 'public'")
    tables = {str(row[0]) for row in found}
    kept_apart = {
        name for name in tables
        if name in OPEN_TABLES or any(name.startswith(start) for start in OPEN_PREFIXES)
    }  # fmt: skip
    assert tables - kept_apart == set(protected())


@pytest.mark.django_db
def test_every_protected_table_holds_its_owner_too_and_says_four_things() -> None:
    both = "relrowsecurity and relforcerowsecurity"
    forced = ask(f"select oid::regclass::text from pg_class where {both}")
    assert {str(row[0]) for row in forced} == set(protected())
    counts = ask("select tablename, count(distinct cmd) from pg_policies group by 1")
    assert {str(table): number for table, number in counts} == dict.fromkeys(protected(), 4)


@pytest.mark.usefixtures("haute_saone")
def test_every_protected_table_has_a_row_to_hide() -> None:
    with scope.system():
        assert hidden() == set(NOT_EVEN_SYSTEM)
    with scope.keys():
        assert all(seen()[table] for table in NOT_EVEN_SYSTEM)


@pytest.mark.usefixtures("haute_saone")
def test_a_professional_of_another_departement_sees_nothing() -> None:
    with transaction.atomic():
        a_reader_from("79")
        assert seen() == nothing()


@pytest.mark.usefixtures("haute_saone")
def test_an_anonymous_page_sees_nothing() -> None:
    with transaction.atomic():
        scope.enter("public")
        assert seen() == nothing()


@pytest.mark.usefixtures("haute_saone")
def test_a_job_that_enters_no_scope_sees_nothing() -> None:
    with transaction.atomic():
        scope.enter("public")
        with connection.cursor() as cursor:
            for name in (*scope._WHO, "session", "link"):
                cursor.execute("select set_config(%s, '', true)", [f"maillage.{name}"])
        assert seen() == nothing()


@pytest.mark.usefixtures("haute_saone")
def test_a_colleague_sees_the_departement_and_no_session_letter_or_link() -> None:
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=STRANGER)
        found = seen()
    assert {table for table, rows in found.items() if rows} == {
        "agenda_absence", "agenda_appointment", "agenda_appointment_practitioners", "agenda_claim",
        "agenda_offer", "agenda_shortage", "agenda_waitingentry", "complaints_complaint",
        "core_declined", "core_stoplink", "directory_errorreport", "directory_mergeproposal",
        "directory_unmetneed", "families_child", "families_consent", "families_contact",
        "families_contactlink", "families_household", "families_secondparent", "fees_cost",
        "fees_fee", "fees_funding", "organizations_accreditation", "organizations_chartersignature",
        "organizations_finding", "organizations_membership", "organizations_venuecheck",
        "people_user", "portal_invitation", "practitioners_credential", "practitioners_employment",
        "practitioners_enrolment", "practitioners_training", "practitioners_trainingsession",
        "quality_supervisionmeeting", "referrals_gap", "steering_keptdiagnosis",
        "steering_keptscenario", "steering_kepttour", "support_enrolmentcount",
    }  # fmt: skip


def test_one_sees_oneself_wherever_one_works(haute_saone: User) -> None:
    with transaction.atomic():
        scope.enter("public", user_id=haute_saone.pk)
        found = seen()
    assert {table for table, rows in found.items() if rows} == {
        "account_emailaddress", "core_auditentry", "directory_confirmlink",
        "organizations_membership", "people_session", "people_user",
    }  # fmt: skip


@pytest.mark.usefixtures("haute_saone")
def test_signing_in_finds_the_one_account_of_the_address_typed() -> None:
    with scope.system():
        User.objects.create_user("autre@example.org", "Autre")
    with transaction.atomic():
        scope.enter("sign_in", address="Nadia@example.org")
        assert [user.email for user in User.objects.all()] == ["nadia@example.org"]
        found = seen()
    assert {table for table, rows in found.items() if rows} == {
        "account_emailaddress",
        "people_user",
    }
    with transaction.atomic():
        scope.enter("sign_in")
        assert seen() == nothing()


@pytest.mark.usefixtures("haute_saone")
def test_a_cookie_opens_its_own_session_and_a_link_its_own_row() -> None:
    with transaction.atomic():
        scope.enter("public")
        scope.hold_session("nadia-session")
        scope.hold_link("hash-of-nadia")
        assert {table for table, rows in seen().items() if rows} == {
            "people_session", "directory_confirmlink",
        }  # fmt: skip
        scope.hold_session("another")
        scope.hold_link("another")
        assert seen() == nothing()


def given_roles() -> list[tuple[int, str, str]]:
    """Every role that anyone has."""
    with scope.system():
        found = Membership.objects.order_by("pk")
        return list(found.values_list("user", "role", "departement"))


@contextmanager
def refused(reason: type[Exception] = ProgrammingError) -> Iterator[None]:
    with pytest.raises(reason), transaction.atomic():
        yield


def test_nobody_gives_a_role_outside_the_departements_they_administer(haute_saone: User) -> None:
    organization = made.organization()
    before = given_roles()
    with transaction.atomic():
        a_reader_from("79")
        with refused():
            Membership.objects.create(
                user=haute_saone, role=Role.ADMINISTRATOR, departement_id="70", starts_on=SINCE
            )
        with refused(IntegrityError):  # an organization of Haute-Saône, staffed from Deux-Sèvres
            Membership.objects.create(
                user=haute_saone, role=Role.STRUCTURE_MANAGER, organization=organization,
                departement_id="79", starts_on=SINCE,
            )  # fmt: skip
    assert given_roles() == before


def test_a_manager_cannot_make_themself_administrator(haute_saone: User) -> None:
    before = given_roles()
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=haute_saone.pk)
        with refused():
            Membership.objects.create(
                user=haute_saone, role=Role.ADMINISTRATOR, departement_id="70", starts_on=SINCE
            )
        mine = Membership.objects.filter(user=haute_saone)
        assert mine.update(role=Role.ADMINISTRATOR) == 0
        assert mine.delete()[0] == 0
    assert given_roles() == before
    assert [role for user, role, _place in before if user == haute_saone.pk] == [
        "structure_manager"
    ]


def test_a_colleague_is_read_and_never_changed(haute_saone: User) -> None:
    with transaction.atomic():
        scope.enter("member", departements={"70"}, administers={"70"}, user_id=STRANGER)
        assert User.objects.filter(pk=haute_saone.pk).update(email="vol@example.org") == 0
        with refused():
            User.objects.create_user("nouveau@example.org")


def test_another_departement_s_rows_are_neither_written_nor_moved(haute_saone: User) -> None:
    with scope.system():
        report = ErrorReport.objects.get()
        proposal = MergeProposal.objects.get()
    with transaction.atomic():
        a_reader_from("79")
        assert ErrorReport.objects.filter(pk=report.pk).update(answer="x") == 0
        assert MergeProposal.objects.filter(pk=proposal.pk).delete()[0] == 0
        with refused():
            UnmetNeed.objects.create(
                commune=made.commune(), departement_id="70", need="sleep", month=SINCE
            )
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=STRANGER)
        with refused():  # given away to a département that one does not serve
            ErrorReport.objects.filter(pk=report.pk).update(departement_id="79")


@pytest.mark.usefixtures("haute_saone")
def test_the_trail_is_neither_corrected_nor_erased() -> None:
    with scope.system():
        for change in ("update core_auditentry set verb = 'x'", "delete from core_auditentry"):
            with refused():
                ask(change)
        with refused(Exception), connection.cursor() as cursor:
            cursor.execute("select maillage_forget_trail(now() - interval '11 months')")
        before = AuditEntry.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("select maillage_forget_trail(now() - interval '13 months')")
        assert AuditEntry.objects.count() == before > 0


@pytest.mark.django_db(transaction=True)
def test_a_context_does_not_outlive_its_transaction() -> None:
    fill()
    with transaction.atomic():
        scope.enter("member", departements={"70"}, administers={"70"}, user_id=STRANGER)
        scope.hold_session("nadia-session")
        assert sum(seen().values()) > 0
    assert seen() == nothing()
    with scope.system():
        pass
    assert seen() == nothing()


@pytest.mark.django_db(transaction=True)
def test_a_context_is_given_back_when_the_system_has_done_its_work_or_failed() -> None:
    fill()
    with transaction.atomic():
        a_reader_from("79")
        with scope.system():
            assert hidden() == set(NOT_EVEN_SYSTEM)
        assert seen() == nothing()
        with pytest.raises(ZeroDivisionError), scope.system():
            raise ZeroDivisionError
        assert seen() == nothing()
        assert ask("select current_setting('maillage.departements')") == [("79",)]


@pytest.mark.django_db(transaction=True)
def test_without_its_policies_each_table_would_show_its_rows(
    postgres_server: postgres.EmbeddedServer, test_database_name: str
) -> None:
    """The negative control: the same reader, the wall taken away by the owner, then put back."""
    fill()
    tables = [table for table in protected() if table not in PUBLIC_FACE]
    owner = psycopg.connect(
        host=str(postgres_server.socket), dbname=test_database_name, user=postgres.OWNER
    )
    with owner, owner.cursor() as cursor:
        for name, value in [("scope", "member"), ("departements", "79"), ("user", str(STRANGER))]:
            cursor.execute("select set_config(%s, %s, true)", [f"maillage.{name}", value])
        for table in tables:
            cursor.execute(f"select count(*) from {table}".encode())
            assert cursor.fetchone() == (0,), table
            cursor.execute(f"alter table {table} disable row level security".encode())
            cursor.execute(f"select count(*) from {table}".encode())
            assert (cursor.fetchone() or (0,))[0] > 0, table
            # Put back at once: one table's wall may stand on another's.
            cursor.execute(f"alter table {table} enable row level security".encode())
        owner.rollback()
    assert seen() == nothing()


def test_a_scope_is_entered_inside_a_transaction_only() -> None:
    assert connection.in_atomic_block is False
    with pytest.raises(transaction.TransactionManagementError):
        scope.enter("public")


def test_working_for_everyone_is_listed_with_its_reason() -> None:
    found = {
        str(file.relative_to(PACKAGE))
        for file in PACKAGE.rglob("*.py")
        if "tests" not in file.parts and "migrations" not in file.parts and _enters_system(file)
    }
    assert found == set(SYSTEM_SCOPE)


def _enters_system(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "scope.system":
            return True
        if isinstance(node, ast.Constant) and node.value == "system" and file.name != "scope.py":
            return True
    return False


def test_jobs_take_ids_and_never_a_name_or_an_address() -> None:
    arguments = {
        name: set(inspect.signature(task.func).parameters) - {"timestamp"}
        for name, task in queue.tasks.items()
        if task.func.__module__.startswith("maillage")
    }
    assert len(arguments) > 3
    given = {key for keys in arguments.values() for key in keys}
    assert {key for key in given if not key.endswith(("_id", "_ids"))} == set()
