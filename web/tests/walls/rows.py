"""One row of Haute-Saône in every protected table: what the tests then try to see and to take."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from django.utils import timezone

from maillage.agenda.actions import book
from maillage.agenda.models import Absence, WaitingEntry
from maillage.agenda.tests import made as appointments
from maillage.complaints.tests import made as complaints
from maillage.core import audit, scope
from maillage.core.models import OutboxMessage
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
from maillage.fees.tests import made as fees
from maillage.notes.tests.made import leave_everything
from maillage.organizations.models import Membership
from maillage.organizations.tests import partners
from maillage.organizations.tests.staff import SINCE, departement, manager
from maillage.people.models import Session, User
from maillage.pooling.tests import made as pooling
from maillage.portal.tests import made as door
from maillage.practitioners.tests import made as trainings
from maillage.quality.tests import made as quality
from maillage.referrals.tests.made import passed_on
from maillage.steering.models import KeptDiagnosis
from maillage.steering.tests.made import target_read, toured
from maillage.support.tests.made import someone_supported
from maillage.territory.models import Epci
from maillage.workday.tests.made import call_back


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
        toured(nadia.pk)
        target_read(Epci.objects.create(siren="200000077", name="CC d’essai", kind="CC").pk, 2026)
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
    call_back(mine, User.objects.order_by("pk")[0], at=made.organization("Une autre"))
    scope.hold_contact(None)
