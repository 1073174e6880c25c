"""Who gets what at each address: this table is the test and the documentation.

Columns, in order: a visitor without an account; an administrator of another département; a
practitioner and a desk agent of the organization; its manager; the manager of another organization
of the same département; a steering officer and an administrator of the département. 302 leads to
sign-in. An address that is missing here fails the build.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
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
from maillage.organizations.tests.staff import Role, administrator, manager, person, sign_in
from maillage.people.models import User
from maillage.portal.tests import made as door
from maillage.practitioners.models import Credential
from maillage.practitioners.tests import made as trainings
from maillage.pooling.tests import made as pooling
from maillage.referrals.tests import made as referrals
from maillage.quality.tests import made as quality
from maillage.steering import actions as steering
from maillage.steering import compute, inputs
from maillage.steering.question import default_question
from maillage.support.tests import made as support

PERSONAS = (
    "visitor", "outsider", "practitioner", "desk_agent", "manager", "other_manager", "steering",
    "administrator",
)  # fmt: skip

#                                       visit outs. pract desk  mana. other steer admin
MATRIX = """
portal:search                     GET   200   200   200   200   200   200   200   200
portal:suggestions                GET   200   200   200   200   200   200   200   200
portal:communes_geojson           GET   200   200   200   200   200   200   200   200
portal:ground                     GET   200   200   200   200   200   200   200   200
portal:venues_geojson             GET   200   200   200   200   200   200   200   200
portal:communes                   GET   200   200   200   200   200   200   200   200
portal:commune                    GET   200   200   200   200   200   200   200   200
portal:sheet                      GET   200   200   200   200   200   200   200   200
portal:departement                GET   200   200   200   200   200   200   200   200
portal:service                    GET   200   200   200   200   200   200   200   200
portal:report                     POST  400   400   400   400   400   400   400   400
portal:service_ics                GET   200   200   200   200   200   200   200   200
portal:venue                      GET   200   200   200   200   200   200   200   200
portal:venue_ics                  GET   200   200   200   200   200   200   200   200
portal:numbers                    GET   200   200   200   200   200   200   200   200
portal:accessibility              GET   200   200   200   200   200   200   200   200
portal:data                       GET   200   200   200   200   200   200   200   200
portal:site_map                   GET   200   200   200   200   200   200   200   200
portal:robots                     GET   200   200   200   200   200   200   200   200
portal:sitemap                    GET   200   200   200   200   200   200   200   200
portal:theme                      POST  302   302   302   302   302   302   302   302
portal:parts                      GET   200   200   200   200   200   200   200   200
set_language                      POST  302   302   302   302   302   302   302   302
steering:home                     GET   200   200   200   200   200   200   200   200
steering:diagnosis                GET   200   200   200   200   200   200   200   200
steering:keep                     GET   302   403   403   403   403   403   200   200
steering:kept                     GET   404   404   404   404   404   404   200   200
steering:publish                  POST  302   404   403   403   403   403   302   302
steering:withdraw                 POST  302   404   403   403   403   403   302   302
steering:discard                  POST  302   404   403   403   403   403   302   302
steering:epcis                    GET   200   200   200   200   200   200   200   200
steering:priorities               GET   200   200   200   200   200   200   200   200
steering:comparison               GET   200   200   200   200   200   200   200   200
steering:communes                 GET   200   200   200   200   200   200   200   200
steering:download                 GET   200   200   200   200   200   200   200   200
steering:figures                  GET   200   200   200   200   200   200   200   200
steering:figure                   GET   200   200   200   200   200   200   200   200
account_login                     GET   200   302   302   302   302   302   302   302
account_request_login_code        GET   200   302   302   302   302   302   302   302
account_confirm_login_code        GET   302   302   302   302   302   302   302   302
account_logout                    POST  302   302   302   302   302   302   302   302
account_inactive                  GET   200   200   200   200   200   200   200   200
account_signup                    GET   404   404   404   404   404   404   404   404
people:demo_messages              GET   200   200   200   200   200   200   200   200
people:account                    GET   302   200   200   200   200   200   200   200
people:sign_out_everywhere        POST  302   302   302   302   302   302   302   302
organizations:own_data            GET   302   200   200   200   200   200   200   200
organizations:members             GET   302   200   403   403   403   403   403   200
organizations:invite              GET   302   200   403   403   403   403   403   200
organizations:end_membership      POST  302   404   403   403   403   403   403   302
organizations:partnership         GET   302   403   403   403   200   200   403   403
organizations:apply               POST  302   403   403   403   400   403   403   403
organizations:sign_charter        POST  302   403   403   403   302   403   403   403
organizations:accreditations      GET   302   200   403   403   403   403   403   200
organizations:accreditation       GET   302   403   403   403   403   403   403   200
organizations:grid                GET   302   200   403   403   403   403   403   200
organizations:trail               GET   302   200   403   403   403   403   403   200
portal:slots                      GET   200   200   200   200   200   200   200   200
portal:book                       GET   200   200   200   200   200   200   200   200
portal:appointment                GET   200   200   200   200   200   200   200   200
portal:appointment_ics            GET   200   200   200   200   200   200   200   200
portal:cancel_appointment         POST  302   302   302   302   302   302   302   302
portal:move_appointment           GET   200   200   200   200   200   200   200   200
portal:desk_confirmation          GET   302   403   200   200   200   404   403   403
portal:wait                       GET   200   200   200   200   200   200   200   200
portal:change_practitioner        GET   200   200   200   200   200   200   200   200
portal:change_practitioner_to     POST  409   409   409   409   409   409   409   409
portal:share_appointment          POST  410   410   410   410   410   410   410   410
portal:again                      GET   200   200   200   200   200   200   200   200
portal:book_again                 GET   200   200   200   200   200   200   200   200
portal:offer                      GET   200   200   200   200   200   200   200   200
portal:accept_offer               POST  200   200   200   200   200   200   200   200
portal:decline_offer              POST  302   302   302   302   302   302   302   302
portal:invitation                 GET   200   200   200   200   200   200   200   200
portal:follow_invitation          GET   302   302   302   302   302   302   302   302
portal:invitations                GET   302   403   200   200   200   200   403   403
portal:revoke_invitation          POST  302   403   302   302   302   404   403   403
portal:other_parent_asked         GET   200   200   200   200   200   200   200   200
portal:other_parent_answer        POST  200   200   200   200   200   200   200   200
portal:space                      GET   200   200   200   200   200   200   200   200
portal:space_code                 GET   302   302   302   302   302   302   302   302
portal:space_name                 GET   302   302   302   302   302   302   302   302
portal:space_leave                POST  302   302   302   302   302   302   302   302
portal:space_appointment          POST  302   302   302   302   302   302   302   302
portal:space_messages             POST  302   302   302   302   302   302   302   302
portal:space_choose_messages      POST  302   302   302   302   302   302   302   302
portal:space_take_back            POST  302   302   302   302   302   302   302   302
portal:space_offer                POST  302   302   302   302   302   302   302   302
portal:space_wait_no_more         POST  302   302   302   302   302   302   302   302
portal:space_referral             POST  302   302   302   302   302   302   302   302
portal:space_calendar             POST  302   302   302   302   302   302   302   302
portal:space_data                 GET   302   302   302   302   302   302   302   302
portal:space_erase                GET   302   302   302   302   302   302   302   302
portal:other_parent               GET   302   302   302   302   302   302   302   302
portal:part                       POST  302   302   302   302   302   302   302   302
portal:desk_sheet                 GET   302   403   200   200   200   404   403   403
portal:move_appointment_to        POST  302   302   302   302   302   302   302   302
support:episodes                  GET   302   403   200   403   200   200   403   403
support:episode                   GET   302   403   200   403   200   403   403   403
support:words                     POST  302   403   302   403   403   403   403   403
support:next_step                 POST  302   403   400   403   400   403   403   403
support:hand_over                 POST  302   403   400   403   400   403   403   403
support:close                     POST  302   403   400   403   400   403   403   403
support:same_family               GET   302   403   200   403   200   403   403   403
support:session                   GET   302   403   200   403   200   403   403   403
support:programmes                GET   302   200   403   403   403   403   200   200
core:sms_receipt                  POST  403   403   403   403   403   403   403   403
core:sms_receipt_at               POST  403   403   403   403   403   403   403   403
core:stop                         GET   200   200   200   200   200   200   200   200
families:sms_reply                POST  403   403   403   403   403   403   403   403
families:sms_reply_at             POST  403   403   403   403   403   403   403   403
agenda:feed                       GET   200   200   200   200   200   200   200   200
agenda:calendar                   GET   302   403   200   403   403   403   403   403
agenda:open_calendar              POST  302   403   200   403   403   403   403   403
agenda:close_calendar             POST  302   403   302   403   403   403   403   403
quality:feedback                  GET   200   200   200   200   200   200   200   200
quality:staff_feedback            GET   302   403   200   200   200   200   403   403
quality:you_said                  GET   200   200   200   200   200   200   200   200
quality:supervision               GET   302   403   403   403   200   200   403   403
quality:board                     GET   302   200   403   403   200   200   200   200
quality:board_csv                 GET   302   200   403   403   200   200   200   200
quality:voices                    GET   302   200   403   403   403   403   200   200
quality:moderate                  POST  302   403   403   403   403   403   302   302
quality:write_change              GET   302   200   403   403   403   403   200   200
quality:publish_change            POST  302   403   403   403   403   403   302   302
quality:withdraw_change           POST  302   403   403   403   403   403   302   302
agenda:agenda                     GET   302   403   200   200   200   200   403   403
agenda:close                      POST  302   403   302   302   302   403   403   403
agenda:cancel                     POST  302   403   302   302   302   403   403   403
agenda:confirm                    POST  302   403   302   302   302   403   403   403
agenda:other_person               GET   302   403   200   200   200   403   403   403
agenda:change_to                  POST  302   403   409   409   409   403   403   403
agenda:together                   GET   302   403   200   200   200   200   403   403
agenda:rooms                      GET   302   403   403   403   200   200   403   403
agenda:change_room                GET   302   403   403   403   200   403   403   403
portal:book_together              GET   302   403   200   200   200   403   403   403
agenda:take_absence               POST  302   403   400   400   400   400   403   403
agenda:end_absence                POST  302   403   302   403   403   403   403   403
agenda:rules                      GET   302   403   200   200   200   200   403   403
agenda:add_rule                   GET   302   403   200   403   200   403   403   403
agenda:change_rule                GET   302   403   200   403   200   403   403   403
agenda:end_rule                   POST  302   403   302   403   302   403   403   403
workday:landing                   GET   302   302   302   302   302   302   302   302
workday:day                       GET   302   403   200   403   403   403   403   403
workday:close                     POST  302   403   400   403   403   403   403   403
workday:next                      GET   302   403   200   403   403   403   403   403
workday:book_next                 POST  302   403   302   403   403   403   403   403
notes:home                        GET   302   403   200   403   403   403   403   403
notes:session                     GET   302   403   200   403   403   403   403   403
notes:remove                      POST  302   403   302   403   403   403   403   403
notes:hand_over                   GET   302   403   200   403   403   403   403   403
notes:answer                      GET   302   403   200   403   403   403   403   403
notes:leave                       GET   200   200   200   200   200   200   200   200
notes:take_back                   POST  302   302   302   302   302   302   302   302
notes:ours                        GET   200   200   200   200   200   200   200   200
notes:ask                         POST  200   200   200   200   200   200   200   200
notes:read                        POST  400   400   400   400   400   400   400   400
notes:withdraw                    POST  302   302   302   302   302   302   302   302
practitioners:people              GET   302   403   403   403   200   200   403   403
practitioners:add                 GET   302   403   403   403   200   200   403   403
practitioners:person              GET   302   403   403   403   200   403   403   403
practitioners:change              GET   302   403   403   403   200   403   403   403
practitioners:remove_paper        POST  302   403   403   403   302   403   403   403
practitioners:trainings           GET   302   200   200   200   200   200   403   200
practitioners:add_training        GET   302   200   403   403   403   403   403   200
practitioners:enrol               POST  302   403   403   403   403   403   403   403
practitioners:attendance          GET   302   403   403   403   403   403   403   200
practitioners:cancel_enrolment    POST  302   403   302   403   302   403   403   403
agenda:end_employment             GET   302   403   403   403   200   403   403   403
complaints:write                  GET   200   200   200   200   200   200   200   200
complaints:write_about            GET   200   200   200   200   200   200   200   200
complaints:find                   GET   200   200   200   200   200   200   200   200
complaints:follow                 GET   200   200   200   200   200   200   200   200
complaints:ask_departement        POST  409   409   409   409   409   409   409   409
complaints:complaints             GET   302   200   403   403   200   200   403   200
complaints:complaint              GET   302   403   403   403   200   403   403   200
complaints:take                   POST  302   403   403   403   302   403   403   302
fees:schedules                    GET   302   200   403   403   200   200   403   200
fees:add_schedule                 GET   302   200   403   403   200   200   403   200
fees:schedule                     GET   302   403   403   403   200   403   403   200
fees:add_version                  GET   302   403   403   403   200   403   403   200
fees:confirm                      POST  302   403   403   403   400   403   403   400
fees:apply                        POST  302   403   403   403   400   403   403   400
fees:funding                      GET   302   200   403   403   200   200   200   200
fees:funding_csv                  GET   302   200   403   403   200   200   200   200
fees:accounts                     GET   302   403   403   403   200   403   200   200
fees:add_cost                     POST  302   403   403   403   400   403   400   400
pooling:home                      GET   302   200   200   200   200   200   200   200
pooling:add                       GET   302   403   403   403   200   200   403   403
pooling:vehicles                  GET   302   403   403   403   200   200   403   403
pooling:agreement                 GET   302   403   200   200   200   403   403   403
pooling:change                    GET   302   403   403   403   200   403   403   403
pooling:step                      POST  302   403   403   403   302   403   403   403
pooling:decide                    POST  302   403   403   403   403   403   403   403
pooling:begin                     POST  302   403   302   403   302   403   403   403
pooling:rotation                  GET   302   403   200   200   200   403   403   403
pooling:rotation_step             POST  302   403   302   403   302   403   403   403
pooling:rotation_decide           POST  302   403   403   403   403   403   403   403
pooling:month                     GET   302   403   403   403   200   403   403   403
pooling:note_cost                 POST  302   403   403   403   400   403   403   403
pooling:note_use                  POST  302   403   403   403   400   403   403   403
pooling:issue                     POST  302   403   403   403   302   403   403   403
pooling:statement                 GET   302   403   200   200   200   403   403   403
pooling:statement_pdf             GET   302   403   200   200   200   403   403   403
pooling:statement_csv             GET   302   403   200   200   200   403   403   403
pooling:gap                       GET   302   200   403   403   200   200   200   200
referrals:inbox                   GET   302   200   200   200   200   200   200   200
referrals:propose                 GET   302   403   200   200   200   403   403   403
referrals:referral                GET   302   403   200   200   200   403   403   403
referrals:step                    POST  302   403   302   302   302   403   403   403
referrals:received                GET   302   403   403   403   403   200   403   403
referrals:answer                  GET   200   200   200   200   200   200   200   200
referrals:follow                  GET   200   200   200   200   200   200   200   200
referrals:agree                   POST  409   409   409   409   409   409   409   409
referrals:withdraw                POST  302   302   302   302   302   302   302   302
referrals:choose                  POST  302   302   302   302   302   302   302   302
referrals:say                     POST  400   400   400   400   400   400   400   400
referrals:ask                     GET   200   200   200   200   200   200   200   200
referrals:pathways                GET   302   200   200   200   200   200   200   200
referrals:pathways_csv            GET   302   200   200   200   200   200   200   200
referrals:follow_gap              POST  302   403   403   403   403   403   302   302
directory:home                    GET   302   200   200   200   200   200   200   200
directory:my_services             GET   302   200   403   403   200   200   403   200
directory:create_service          GET   302   200   403   403   200   200   403   200
directory:edit_service            GET   302   403   403   403   200   403   403   200
directory:verify                  POST  302   403   403   403   302   403   403   302
directory:status                  GET   302   403   403   403   200   403   403   200
directory:error_reports           GET   302   200   403   403   200   200   403   200
directory:close_report            POST  302   404   403   403   302   403   403   302
directory:merge_proposals         GET   302   200   403   403   403   403   403   200
directory:decide_merge            POST  302   404   403   403   403   403   403   302
directory:departement             GET   302   200   403   403   403   403   403   200
directory:confirm                 GET   200   200   200   200   200   200   200   200
"""

Row = tuple[str, str, dict[str, int]]
ROWS: list[Row] = [
    (name, method, dict(zip(PERSONAS, map(int, statuses), strict=True)))
    for name, method, *statuses in map(str.split, MATRIX.strip().splitlines())
]
TOKEN = "a-link-sent-by-mail"
LETTERS = ("leave", "take_back", "ours", "ask")  # what a parent does with words, by their link


@dataclass(frozen=True)
class World:
    """One entry of Haute-Saône, what hangs on it, and everyone who may come."""

    service: Service
    people: dict[str, User]
    arguments: dict[str, list[Any]]


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.SMS = replace(settings.SMS, secret="given-by-the-operator")
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


def addresses() -> Iterator[str]:
    """Every name of an address that exists, libraries' included."""
    yield from _named(get_resolver(), "")


def _named(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            inside = f"{namespace}{found.namespace}:" if found.namespace else namespace
            yield from _named(found, inside)
        elif isinstance(found, URLPattern):
            yield f"{namespace}{found.name}"


def browser(world: World, persona: str, **more: Any) -> Client:
    client = Client(**more)
    return client if persona == "visitor" else sign_in(client, world.people[persona])


def ask(client: Client, world: World, name: str, method: str, **data: str) -> int:
    """The status of one request, whose effects are then undone."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        address = reverse(name, args=world.arguments.get(name, []))
        answer = client.get(address) if method == "GET" else client.post(address, data)
        transaction.set_rollback(True)
    client.cookies = cookies
    return int(answer.status_code)


def test_every_address_is_in_the_matrix_and_no_other() -> None:
    assert sorted(name for name, _method, _statuses in ROWS) == sorted(addresses())


@pytest.mark.parametrize("persona", PERSONAS)
def test_each_persona_gets_what_the_matrix_says(world: World, persona: str) -> None:
    client = browser(world, persona)
    got = {
        name: ask(client, world, name, method, answer="corrigé", decision="distinct")
        for name, method, _statuses in ROWS
    }
    wanted = {name: statuses[persona] for name, _method, statuses in ROWS}
    assert {n: s for n, s in got.items() if s != wanted[n]} == {}


def test_what_asks_for_a_post_answers_nothing_else(world: World) -> None:
    client = browser(world, "administrator")
    posted = [name for name, method, _s in ROWS if method == "POST" and name != "account_logout"]
    got = {name: ask(client, world, name, "GET") for name in posted}
    assert {name for name, status in got.items() if status not in (302, 405)} == set()
    # A report refused and read again in another language goes back to its service.
    assert {n for n, s in got.items() if s == 302} <= {"set_language", "portal:report"}


@pytest.mark.parametrize("name", [row[0] for row in ROWS if row[1] == "POST"] + [
    "directory:edit_service", "directory:status", "directory:create_service", "directory:confirm",
    "organizations:invite", "people:account", "account_login",
])  # fmt: skip
def test_a_post_without_its_csrf_token_is_refused(world: World, name: str) -> None:
    client = browser(world, "administrator", enforce_csrf_checks=True)
    assert ask(client, world, name, "POST") == 403
