"""The second wall: whatever the pages forget, the database does not show or take another's rows."""

import ast
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from maillage.agenda.actions import book
from maillage.agenda.models import Absence, WaitingEntry
from maillage.agenda.tests import made as appointments
from maillage.complaints.tests import made as complaints
from maillage.config import postgres
from maillage.core import audit, scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.directory.models import (
    ConfirmLink,
    ErrorReport,
    MergeProposal,
    Service,
    UnmetNeed,
)
from maillage.directory.tests import made
from maillage.families import links
from maillage.families.models import Child, Consent, ContactLink
from maillage.notes.tests.made import leave_everything
from maillage.fees.tests import made as fees
from maillage.organizations.models import Membership
from maillage.organizations.tests import partners
from maillage.organizations.tests.staff import SINCE, Role, departement, manager
from maillage.people.models import Session, User
from maillage.practitioners.tests import made as trainings
from maillage.pooling.tests import made as pooling
from maillage.referrals.tests.made import passed_on
from maillage.portal.tests import made as door
from maillage.quality.tests import made as quality
from maillage.steering.models import KeptDiagnosis
from maillage.support.tests.made import someone_supported

PACKAGE = Path(__file__).resolve().parents[1] / "maillage"
STRANGER = 987_654_321  # the account of nobody

# Every other table is listed with the reason why everyone may read it.
OPEN_TABLES = {
    "auth_group": "rights of the framework, unused",
    "auth_group_permissions": "rights of the framework, unused",
    "auth_permission": "rights of the framework, unused",
    "cache": "counts of tries by fingerprint, no address (people/adapter.py)",
    "directory_linkcheck": "the public directory",
    "directory_location": "the public directory",
    "directory_opening": "the public directory",
    "directory_schedule": "the public directory",
    "directory_scheduleexception": "the public directory",
    "directory_service": "the public directory",
    "directory_servicearea": "the public directory",
    "directory_serviceatlocation": "the public directory",
    "django_content_type": "names of tables",
    "django_migrations": "names of migrations",
    "organizations_criteriagrid": "what a partner is asked, shown to everyone",
    "organizations_criterion": "what a partner is asked, shown to everyone",
    "organizations_organization": "the public directory",
    "agenda_availability": "when practitioners receive, shown to everyone",
    "agenda_availabilityexception": "when practitioners receive, shown to everyone",
    "agenda_occurrence": "when practitioners receive, shown to everyone",
    "agenda_room": "rooms of public places",
    "fees_band": "scales of fees, shown to everyone",
    "fees_confirmation": "scales of fees: what may bill; an account's number only",
    "fees_schedule": "scales of fees, shown to everyone",
    "fees_scheduleversion": "scales of fees, shown to everyone",
    "fees_tariff": "scales of fees, shown to everyone",
    "steering_frozenresult": "figures made of published data, without a person",
}
# Protected against change, but with a face that families read when they choose.
PUBLIC_FACE = {
    "notes_readerkey": "public keys: anyone seals for their holder",
    "practitioners_heldskill": "the skills that they proved, and until when",
    "practitioners_practitioner": "name, profession and skills of who receives",
    "support_programme": "the rules of a public programme",
    "support_programmeservice": "which services give a public programme",
    "support_programmeterms": "the rules of a public programme",
    "support_programmeterritory": "the rules of a public programme",
}
OPEN_PREFIXES = {
    "procrastinate_": "the queue: jobs take ids only",
    "territory_": "published facts about places",
}
# What jobs and commands that work for everyone do not see either.
NOT_EVEN_SYSTEM = {"notes_wrappedkey": "private keys: their holder only, and who wraps them"}

# Where the code works for everyone, and why it must.
SYSTEM_SCOPE = {
    "referrals/actions.py": "a service that answers may not see the others, nor the family",
    "referrals/asking.py": "the next service is asked when one declines, whoever says so",
    "referrals/candidates.py": "how many wait, and who can answer: numbers and yes or no",
    "referrals/deadlines.py": "reminders, escalation and expiry are a job's",
    "referrals/pathways.py": "counts of referrals by place, published by fives",
    "referrals/queries.py": "counts of referrals for the quality board",
    "referrals/receiver_links.py": "links that expired are removed by a job",
    "referrals/telling.py": "whoever acts may not read whom the message goes to",
    "agenda/travel.py": "a trip lies between two families' appointments; only 'it fits' comes back",
    "agenda/absences.py": "how many appointments an absence meets, whatever the employer",
    "agenda/freed.py": "time that comes back is offered to other families who wait",
    "agenda/shortage.py": "a visitor who finds nothing alerts staff whom they may not read",
    "agenda/waiting.py": "slots held too long pass to other families by a job",
    "complaints/actions.py": "late complaints are passed on, old ones erased, by a job",
    "complaints/telling.py": "a visitor's complaint is announced to those who should answer it",
    "agenda/ical.py": "one practitioner's calendar, whatever the employer; no family in it",
    "core/management/commands/outbox.py": "the operator lists what did not leave or arrive",
    "core/receipts.py": "a provider says what became of a message, by its number",
    "core/stuck.py": "how many messages did not leave or arrive",
    "core/tasks.py": "the outbox is sent and erased by jobs",
    "families/replies.py": "STOP from a number concerns whoever gave it",
    "quality/asking.py": "families whose support is over are asked by a job",
    "quality/counting.py": "counts for the quality board; no row comes back",
    "quality/views.py": "how many items of feedback a published change cites",
    "demo/actions.py": "the demonstration opens its own accounts",
    "demo/scale.py": "the benchmark builds départements by the hundred",
    "directory/duplicates.py": "an import proposes duplicates in every département it meets",
    "directory/reminders.py": "reminders are written by a job; a link proves its keeper's role",
    "notes/access.py": "who may hold notes about a parent is found by ids; nothing is opened",
    "notes/changes.py": "a job tells parents whose word no longer reaches who gives the session",
    "notes/handing.py": "copies made with an agreement are destroyed when the parent takes it back",
    "notes/leaving.py": "a job notices departures and erases notes whose time is over; it opens none",
    "organizations/trust_ending.py": "managers are warned of an end by a job",
    "organizations/actions.py": "an invited address may have an account in another département",
    "pooling/actions.py": "the last party to approve may not have signed the version that ends",
    "portal/tasks.py": "reminders are written by a job",
    "portal/retention.py": "invitations that ended are deleted by a job",
    "support/actions.py": "a family is counted once, whatever the employer",
    "support/adjusting.py": "a programme belongs to no département; each change is traced",
    "support/experiment.py": "a closed programme of ten départements is recorded",
    "support/merging.py": "two households that the caller sees are joined, whoever serves them",
    "support/tasks.py": "words of forgotten families are erased by a job",
    "support/reading.py": "how many sessions a family had, whatever the employer: a number",
    "practitioners/lapsing.py": "people and managers are warned of papers by a job",
    "families/codes.py": "a proven code finds whoever gave the address, and them alone",
    "families/second_parent.py": "one parent accepts, ends or shares what the other one started",
    "families/tasks.py": "a code leaves for whoever gave the address, by a job",
    "families/retention.py": "families silent for two years are forgotten by a job",
    "people/retention.py": "unused accounts are closed by a job",
    "people/views.py": "the letter box of a demonstration, absent elsewhere",
}


@pytest.fixture
def haute_saone(db: None) -> User:
    """One row of Haute-Saône in every protected table."""
    return fill()


def fill() -> User:
    with scope.system():
        service = made.service()
        place = made.place(service, organization=service.organization)
        other = made.location()
        nadia = manager(at=service.organization)
        now = timezone.now()
        address = EmailAddress.objects.create(user=nadia, email=nadia.email, verified=True)
        EmailConfirmation.objects.create(email_address=address, key="k" * 60)
        Session.objects.create(
            session_key="nadia-session", session_data="x", user=nadia, expire_date=now
        )
        audit.record(nadia.pk, "tests.did", service, departement="70")
        OutboxMessage.objects.create(recipient=nadia.email, subject="x", body="x")
        KeptDiagnosis.objects.create(
            departement_id="70", title="Un brouillon", packed=b"", data_hash="0", code_version="0"
        )
        UnmetNeed.objects.create(
            commune=place.location.commune, departement_id="70", need="sleep",
            month=SINCE.replace(day=1),
        )  # fmt: skip
        ErrorReport.objects.create(service=service, departement_id="70", message="faux")
        MergeProposal.objects.create(
            departement_id="70", kept=place.location, other=other, score=0.9
        )
        ConfirmLink.objects.create(
            token_hash="hash-of-nadia", service=service, user=nadia, created_at=now,
            expires_at=now + timedelta(days=1),
        )  # fmt: skip
        departement("79")
        someone_who_booked(service)
        pooling.everything(nadia)
    return nadia


def someone_who_booked(service: Service) -> None:
    """A family of Haute-Saône with all that it may leave behind."""
    rule = appointments.availability(appointments.practitioner(), service=service)
    mine = book(appointments.booking(rule, appointments.at(1, 9)), now=appointments.NOW)
    who: dict[str, Any] = {"contact": mine.contact, "departement_id": "70"}
    links.make(mine.contact, ContactLink.Opens.APPOINTMENT, mine.pk)
    leave_everything(mine)
    Child.objects.create(
        household=mine.household, departement_id="70", birth_month=SINCE.replace(day=1)
    )
    door.someone_inside(mine, User.objects.order_by("pk")[0])
    Consent.objects.create(purpose=Consent.Purpose.REFERRAL, means=Consent.Means.ONLINE, **who)
    away = {"starts_at": appointments.at(8, 0), "ends_at": appointments.at(9, 0)}
    Absence.objects.create(practitioner=rule.practitioner, **away)
    entry = WaitingEntry.objects.create(service=service, household=mine.household, **who)
    appointments.offer_and_shortage(entry, rule)
    fees.fill(mine)
    complaints.complaint(service)
    trainings.arguments(rule.practitioner_id, Membership.objects.order_by("pk")[0].user_id)
    partners.arguments(service.organization, Membership.objects.order_by("pk")[0].user_id)
    quality.one_of_each(mine, User.objects.order_by("pk")[0])
    scope.hold_link("")
    someone_supported(service, mine.contact)
    passed_on(mine)
    scope.hold_contact(None)


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
        assert [table for table, rows in seen().items() if rows == 0] == [*NOT_EVEN_SYSTEM]
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
        "agenda_offer", "agenda_shortage", "agenda_waitingentry", "complaints_complaint", "core_declined",
        "core_stoplink", "directory_errorreport", "directory_mergeproposal",
        "directory_unmetneed", "families_child", "families_consent", "families_contact",
        "families_contactlink", "families_household", "families_secondparent",
        "fees_cost", "fees_fee", "fees_funding", "organizations_accreditation",
        "organizations_chartersignature", "organizations_finding", "organizations_membership",
        "organizations_venuecheck", "people_user",
        "practitioners_credential", "practitioners_enrolment", "practitioners_training",
        "practitioners_trainingsession",
        "portal_invitation", "practitioners_employment", "quality_supervisionmeeting",
        "referrals_gap", "steering_keptdiagnosis",
        "support_enrolmentcount",
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


@contextmanager
def refused(reason: type[Exception] = ProgrammingError) -> Iterator[None]:
    with pytest.raises(reason), transaction.atomic():
        yield


def test_nobody_gives_a_role_outside_the_departements_they_administer(haute_saone: User) -> None:
    organization = made.organization()
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
    with scope.system():
        assert Membership.objects.count() == 1


def test_a_manager_cannot_make_themself_administrator(haute_saone: User) -> None:
    with transaction.atomic():
        scope.enter("member", departements={"70"}, user_id=haute_saone.pk)
        with refused():
            Membership.objects.create(
                user=haute_saone, role=Role.ADMINISTRATOR, departement_id="70", starts_on=SINCE
            )
        mine = Membership.objects.filter(user=haute_saone)
        assert mine.update(role=Role.ADMINISTRATOR) == 0
        assert mine.delete()[0] == 0
    with scope.system():
        assert Membership.objects.get().role == Role.STRUCTURE_MANAGER


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
            assert seen()["families_contact"] == 1
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
