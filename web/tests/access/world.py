"""One entry of Haute-Saône, all that hangs on it, and the eight people who may come.

A capability that adds addresses makes its rows and their arguments in its own `tests/made.py`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from maillage.agenda import occurrences
from maillage.agenda.actions import book
from maillage.agenda.models import Absence, Appointment, Availability, Room
from maillage.agenda.slots import Asked, free_slots
from maillage.agenda.tests import made as appointments
from maillage.complaints.tests import made as complaints
from maillage.core import scope
from maillage.core.tokens import fingerprint
from maillage.directory.models import ConfirmLink, ErrorReport, MergeProposal, Service
from maillage.directory.tests import made
from maillage.families import links
from maillage.families.models import ContactLink
from maillage.fees.tests import made as fees
from maillage.notes.tests.made import asked_and_agreed
from maillage.organizations.models import Membership
from maillage.organizations.tests import partners
from maillage.organizations.tests.staff import Role, administrator, manager, person
from maillage.people.models import User
from maillage.pooling.tests import made as pooling
from maillage.portal.tests import made as door
from maillage.practitioners.models import Credential
from maillage.practitioners.tests import made as trainings
from maillage.quality.tests import made as quality
from maillage.referrals.tests import made as referrals
from maillage.steering import actions as steering
from maillage.steering import compute, inputs
from maillage.steering.question import default_question
from maillage.steering.tests.made import decided, target, toured
from maillage.support.tests import made as support
from maillage.territory.models import Epci
from maillage.workday.tests.made import call_back

PERSONAS = (
    "visitor", "outsider", "practitioner", "desk_agent", "manager", "other_manager", "steering",
    "administrator",
)  # fmt: skip

TOKEN = "a-link-sent-by-mail"
LETTERS = ("leave", "take_back", "ours", "ask")  # what a parent does with words, by their link


@dataclass(frozen=True)
class World:
    """One entry of Haute-Saône, what hangs on it, and everyone who may come."""

    service: Service
    people: dict[str, User]
    arguments: dict[str, list[Any]]


def make_world() -> World:
    with scope.system():
        service = made.service()
        place = made.place(service, organization=service.organization)
        made.rule(place, "WE")
        place.location.commune.departement.loaded = True
        place.location.commune.departement.save()
        made.departement("79")
        people = _people(service)
        report = ErrorReport.objects.create(service=service, departement_id="70", message="faux")
        proposal = MergeProposal.objects.create(
            departement_id="70", kept=place.location, other=made.location(), score=0.9
        )
        colleague = Membership.objects.get(user=people["practitioner"])
        promise = _promise(service, people["practitioner"])
        of_fees = fees.arguments(promise.appointment)
        of_quality = quality.addresses(promise.appointment, people["steering"])
        of_complaints = complaints.arguments(service)
        of_partners = partners.arguments(service.organization, people["administrator"].pk)
        of_trainings = trainings.arguments(promise.practitioner, people["administrator"].pk)
        of_support = support.addresses(promise.appointment, service)
        other = made.organization("Une autre")
        passed_on = referrals.addresses(promise.appointment, people["practitioner"], other)
        of_pooling = pooling.addresses(service, promise.practitioner, people["manager"])
        asked = default_question("70")
        told, agreed = asked_and_agreed(promise.appointment)
        found = compute.diagnose(asked, inputs.read(asked))
        kept = steering.keep(found, title="LAEP", note="", actor_id=people["steering"].pk)
        decision = decided(people["steering"].pk)
        with_tour = toured(people["steering"].pk)
        epci = Epci.objects.get_or_create(siren="200000077", name="CC d’essai", kind="CC")[0]
        promised = target(epci.pk, 2026)
        now = timezone.now()
        ConfirmLink.objects.create(
            token_hash=fingerprint(TOKEN), service=service, user=people["manager"],
            created_at=now, expires_at=now + timezone.timedelta(days=1),
        )  # fmt: skip
    of_service = ("portal:service", "portal:report", "portal:service_ics", "directory:edit_service",
                  "directory:verify", "directory:status")  # fmt: skip
    arguments: dict[str, list[Any]] = {name: [service.pk] for name in of_service} | {
        "portal:slots": [service.pk],
        "portal:book": [service.pk, *promise.other],
        "portal:move_appointment_to": [promise.token, *promise.other],
        "portal:desk_confirmation": [promise.appointment.pk],
        "portal:desk_sheet": [promise.appointment.pk],
        **of_quality,
        "agenda:close": [promise.appointment.pk],
        "agenda:confirm": [promise.appointment.pk],
        "agenda:other_person": [promise.appointment.pk],
        "agenda:change_to": [promise.appointment.pk, *promise.other],
        "agenda:change_room": [promise.room],
        "portal:book_together": [*promise.other],
        "agenda:cancel": [promise.appointment.pk],
        "agenda:end_absence": [promise.absence.pk],
        "agenda:add_rule": [promise.practitioner],
        "agenda:change_rule": [promise.other[0]],
        "agenda:end_rule": [promise.other[0]],
        "agenda:end_employment": [promise.practitioner],
        "practitioners:person": [promise.practitioner],
        "practitioners:change": [promise.practitioner],
        "practitioners:remove_paper": [promise.paper],
        "notes:session": [promise.appointment.pk],
        "notes:remove": [promise.appointment.pk],
        "notes:answer": [told.pk],
        "notes:read": [promise.token, told.pk],
        "notes:withdraw": [promise.token, agreed.pk],
        "fees:ask_nothing": [promise.appointment.pk],
        "workday:call_back_after": [promise.appointment.pk],
        "workday:call_back_referred": passed_on["referrals:referral"],
        "workday:call_note": [call_back(promise.appointment, people["desk_agent"]).pk],
        "workday:close": [promise.appointment.pk],
        "workday:next": [promise.appointment.pk],
        "workday:book_next": [promise.appointment.pk, *promise.other],
        "portal:commune": ["70279"],
        "portal:sheet": ["70279"],
        "portal:ground": ["70", "2025-536-1"],
        "portal:departement": ["70"],
        "portal:venue": [place.location_id],
        "portal:venue_ics": [place.location_id],
        "steering:download": ["communes.csv"],
        "steering:figure": ["couverture"],
        "steering:kept": [kept.pk],
        "steering:publish": [kept.pk],
        "steering:withdraw": [kept.pk],
        "steering:discard": [kept.pk],
        "steering:target_withdraw": [promised.pk],
        "steering:scenario_file": ["lieux.csv"],
        "steering:rebalancing_file": ["lieux.csv"],
        "steering:decide": ["moyenne"],
        "steering:tour": [with_tour.pk],
        "steering:tour_again": [with_tour.pk],
        "steering:tour_keep": [with_tour.pk],
        "steering:tour_file": [with_tour.pk, "tournee.csv"],
        "steering:decision_file": [decision.pk, "lieux.csv"],
        "steering:decision": [decision.pk],
        "steering:decision_observe": [decision.pk],
        "steering:decision_publish": [decision.pk],
        "steering:decision_withdraw": [decision.pk],
        "steering:decision_discard": [decision.pk],
        "organizations:end_membership": [colleague.pk],
        "directory:close_report": [report.pk],
        "directory:decide_merge": [proposal.pk],
        "directory:confirm": [TOKEN],
    }
    arguments |= {f"notes:{name}": [promise.token] for name in LETTERS}
    with scope.system():
        arguments |= door.arguments_of(
            promise.appointment, promise.token, promise.other, people["practitioner"]
        )
    for name in ("appointment", "appointment_ics", "cancel_appointment", "move_appointment"):
        arguments[f"portal:{name}"] = [promise.token]
    arguments |= (
        of_fees | of_complaints | of_partners | of_trainings | of_support | passed_on | of_pooling
    )
    return World(service, people, arguments)


@dataclass(frozen=True)
class Promise:
    """An appointment of a family with the practitioner, its link, and another free time."""

    appointment: Appointment
    absence: Absence
    token: str
    other: tuple[UUID, str]

    @property
    def practitioner(self) -> UUID:
        return self.absence.practitioner_id

    @property
    def room(self) -> UUID:
        with scope.system():
            rule = Availability.objects.select_related("service").get(pk=self.other[0])
            place = rule.service.at_locations.order_by("pk")[0].location
            return Room.objects.get_or_create(
                location=place, name="Salle", defaults={"capacity": 4}
            )[0].pk

    @property
    def paper(self) -> int:
        with scope.system():
            found = Credential.objects.filter(practitioner=self.practitioner).order_by("pk")
            return found.values_list("pk", flat=True)[0]


def _promise(service: Service, practitioner: User) -> Promise:
    now = timezone.now()
    samuel = appointments.practitioner(user=practitioner)
    every_day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    rule = appointments.availability(
        samuel, *every_day, service=service, town=None, open_on_public_holidays=True
    )
    occurrences.rebuild([samuel.pk], today=timezone.localdate())
    span = (now + timedelta(days=2), now + timedelta(days=9))
    first, other, *_ = free_slots(Asked([service.pk], *span, now))
    found = book(appointments.booking(rule, first.starts_at))
    token = links.make(found.contact, ContactLink.Opens.APPOINTMENT, found.pk)
    absence = Absence.objects.create(
        practitioner=samuel, starts_at=span[1], ends_at=span[1] + timedelta(days=1)
    )
    scope.hold_contact(None)
    return Promise(found, absence, token, (rule.pk, f"{other.starts_at:%Y%m%dT%H%MZ}"))


def _people(service: Service) -> dict[str, User]:
    at = service.organization
    administrator("renee@example.org")  # so that ending one leaves one
    return {
        "outsider": administrator("olivier@example.org", "79"),
        "practitioner": person("samuel@example.org", Role.PRACTITIONER, at=at),
        "desk_agent": person("ines@example.org", Role.DESK_AGENT, at=at),
        "manager": manager("nadia@example.org", at=at),
        "other_manager": manager("zoe@example.org", at=made.organization("Une autre")),
        "steering": person("claire@example.org", Role.STEERING_OFFICER),
        "administrator": administrator("hugo@example.org"),
    }
