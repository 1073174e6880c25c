"""Rows that tests are made of: Nour, seen in Gray, is passed on to Vesoul or Luxeuil."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from maillage.agenda import actions as agenda
from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as appointments
from maillage.core import scope
from maillage.directory.models import Service
from maillage.directory.tests import made as directory
from maillage.families import links
from maillage.families.models import Consent, ContactLink
from maillage.organizations.models import Organization
from maillage.organizations.tests.staff import Role, manager, person
from maillage.people.models import User
from maillage.referrals import actions, receiver_links
from maillage.referrals.models import Candidate, Gap, Reception, Referral, ReferredFamily
from maillage.referrals.proposals import Agreement, Candidacy, Proposal

NOW = appointments.NOW
RECEIVERS = (("Espace écoute de Vesoul", "70550"), ("Médiation de Luxeuil", "70311"))


@dataclass(frozen=True, slots=True)
class Scene:
    """Who sends, who may receive, and the family between them."""

    appointment: Appointment
    sender: User
    services: tuple[Service, ...]
    receivers: tuple[User, ...]
    officer: User

    def proposal(self, **values: object) -> Proposal:
        """What the sender prepares: both services, the first one first."""
        given: dict[str, object] = {
            "key": uuid4(),
            "appointment_id": self.appointment.pk,
            "need": "separation",
            "why": "Nous aimerions parler à deux, avec quelqu’un.",
            "candidates": tuple(Candidacy(one.pk, 25) for one in self.services),
            "birth_month": appointments.TODAY.replace(year=2024, day=1),
            "availability": "le mercredi",
        }
        return Proposal(**given | values)  # type: ignore[arg-type]

    def prepared(self, **values: object) -> Referral:
        return actions.propose(self.proposal(**values), by=self.sender.pk, now=NOW)

    def proposed(self, now: datetime = NOW, **values: object) -> Referral:
        """The parent said yes to both, in front of the sender."""
        referral = self.prepared(**values)
        everyone = frozenset(referral.candidates.values_list("pk", flat=True))
        return actions.agree(
            referral, Agreement(everyone, Consent.Means.DESK, self.sender.pk), now=now
        )


def scene() -> Scene:
    """Build it in the system's scope, which the caller has entered."""
    town = directory.commune("70279")
    rule = appointments.availability(appointments.practitioner())
    wanted = appointments.booking(rule, appointments.at(1, 9), commune=town.pk)
    appointment = agenda.book(wanted, now=NOW)
    scope.hold_contact(None)
    sender = person("samuel.envoie@example.org", Role.PRACTITIONER, at=rule.organization)
    services, receivers = [], []
    for name, where in RECEIVERS:
        at = directory.organization(f"Association {name}")
        service = directory.service(
            name, organization=at, topics=["separation"], kind="family_mediation",
            joining="appointment", modes=["on_site", "phone"], email=f"{where}@example.org",
        )  # fmt: skip
        directory.place(service, where)
        services.append(service)
        receivers.append(manager(f"receveur.{where}@example.org", at=at))
    officer = person("claire.coordonne@example.org", Role.STEERING_OFFICER)
    return Scene(appointment, sender, tuple(services), tuple(receivers), officer)


def link(referral: Referral) -> str:
    """A token as the first service asked would find in its mail."""
    with scope.system():
        return receiver_links.make(first(referral), NOW)


def first(referral: Referral) -> Candidate:
    """The service asked first."""
    return referral.candidates.order_by("rank")[0]


def passed_on(appointment: Appointment) -> Candidate:
    """A referral that another association sent: one row of each table."""
    elsewhere = directory.organization("Une association qui oriente")
    to = directory.service(
        "Médiation", organization=directory.organization("Une association qui reçoit"),
        kind="family_mediation", email="mediation@example.org",
    )  # fmt: skip
    referral = Referral.objects.create(
        departement_id="70", organization=elsewhere, need="separation", created_at=NOW,
        created_by=person("envoie@example.org", Role.PRACTITIONER, at=elsewhere),
        state="proposed", proposed_at=NOW,
    )  # fmt: skip
    ReferredFamily.objects.create(
        referral=referral, household=appointment.household, contact=appointment.contact
    )
    consent = Consent.objects.create(
        contact=appointment.contact, departement_id="70", purpose="referral", means="online"
    )
    candidate = Candidate.objects.create(
        referral=referral, departement_id="70", service=to, organization=to.organization, rank=1,
        state="asked", asked_at=NOW, consent=consent,
    )  # fmt: skip
    Reception.objects.create(
        candidate=candidate, referral=referral, organization=to.organization, in_charge="Louise"
    )
    receiver_links.make(candidate, NOW)
    Gap.objects.create(
        departement_id="70", epci=directory.commune().epci, need="grief", raised_on=NOW.date()
    )
    return candidate


def addresses(appointment: Appointment, sender: User, receiver: Organization) -> dict[str, Any]:
    """What the addresses of referrals take: sent by one organization, asked of another."""
    to = directory.service(
        "Médiation", organization=receiver, kind="family_mediation", email="m@example.org"
    )
    now = timezone.now()
    wanted = Proposal(
        uuid4(), appointment.pk, "separation", "Parler à deux.", (Candidacy(to.pk, 12),)
    )
    referral = actions.propose(wanted, by=sender.pk, now=now)
    one = first(referral)
    given = Agreement(frozenset([one.pk]), Consent.Means.DESK, sender.pk)
    actions.agree(referral, given, now=now)
    gap = Gap.objects.create(
        departement_id="70", epci=directory.commune().epci, need="grief", raised_on=now.date()
    )
    token = links.make(appointment.contact, ContactLink.Opens.REFERRAL, referral.pk)
    family = ("follow", "agree", "withdraw", "choose", "say")
    return {f"referrals:{name}": [token] for name in family} | {
        "referrals:propose": [appointment.pk],
        "referrals:referral": [referral.pk],
        "referrals:step": [referral.pk],
        "referrals:received": [one.pk],
        "referrals:answer": [receiver_links.make(one, now)],
        "referrals:ask": [to.pk],
        "referrals:follow_gap": [gap.pk],
    }
