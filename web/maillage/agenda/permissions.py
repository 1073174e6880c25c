"""Which appointments a professional may see and change: their own, and those of where they work."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from maillage.agenda.models import Absence, Appointment, AppointmentQuerySet, Availability, Room
from maillage.directory.models import Location, Service
from maillage.directory.openings import time_zone
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, Rights
from maillage.practitioners.models import Employment, Practitioner, PractitionerQuerySet


def keeps_an_agenda(rights: Rights) -> bool:
    """Whether this person works somewhere that receives families."""
    return bool(rights.works_in)


def own_practitioner(request: AtWork) -> Practitioner | None:
    """The practitioner that this account is, if any."""
    return Practitioner.objects.filter(user=request.user.pk).first()


def clock_of(practitioner: Practitioner) -> ZoneInfo:
    """The clock by which this person says when they are away: that of where they receive."""
    places = Availability.objects.filter(practitioner=practitioner).order_by("-dtstart", "pk")
    jobs = Employment.objects.filter(practitioner=practitioner).order_by("-starts_on", "pk")
    found = places.values_list("departement", flat=True).first()
    return time_zone(found or jobs.values_list("departement", flat=True).first() or "")


def appointments_of(request: AtWork) -> AppointmentQuerySet:
    """Those that I give, whatever the employer, and those of the organizations where I work."""
    mine = Q(practitioners__user=request.user.pk) | Q(organization__in=request.rights.works_in)
    return Appointment.objects.filter(mine).distinct()


def appointment_of(request: AtWork, appointment_id: UUID) -> Appointment:
    """Load one of them, or refuse without saying whether it exists."""
    found = appointments_of(request).filter(pk=appointment_id).first()
    if found is None:
        raise NotAllowed
    return found


def absence_of(request: AtWork, absence_id: UUID) -> Absence:
    """Load one of my own absences, or refuse."""
    found = Absence.objects.filter(pk=absence_id, practitioner__user=request.user.pk).first()
    if found is None:
        raise NotAllowed
    return found


def rules_of(request: AtWork) -> QuerySet[Availability]:
    """My own rules, whatever the employer, and those of the organizations where I work."""
    mine = Q(practitioner__user=request.user.pk) | Q(organization__in=request.rights.works_in)
    return Availability.objects.filter(mine)


def may_keep(request: AtWork, rule: Availability) -> bool:
    """Whether this rule is mine, or of an organization that I manage."""
    mine = rule.practitioner.user_id == request.user.pk
    return mine or rule.organization_id in request.rights.manages


def rule_to_keep(request: AtWork, rule_id: UUID) -> Availability:
    """Load one rule to change it, or refuse without saying whether it exists."""
    found = rules_of(request).select_related("practitioner", "service", "room")
    rule = found.filter(pk=rule_id).first()
    if rule is None or not may_keep(request, rule):
        raise NotAllowed
    return rule


def planned_people(request: AtWork, day: date) -> PractitionerQuerySet:
    """Those whose availability I may write: myself, and who works where I manage."""
    here = Employment.objects.filter(organization__in=request.rights.manages).on(day)
    mine = Q(user=request.user.pk) | Q(pk__in=here.values("practitioner"))
    return Practitioner.objects.filter(mine, stopped_on=None)


def person_to_plan(request: AtWork, practitioner_id: UUID, day: date) -> Practitioner:
    """Load one of them, or refuse."""
    found = planned_people(request, day).filter(pk=practitioner_id).first()
    if found is None:
        raise NotAllowed
    return found


def services_to_plan(request: AtWork, person: Practitioner, day: date) -> list[Service]:
    """The services of this person's employers: all of mine, of my organizations for others."""
    jobs = Employment.objects.filter(practitioner=person).on(day)
    if person.user_id != request.user.pk:
        jobs = jobs.filter(organization__in=request.rights.manages)
    found = Service.objects.filter(
        organization__in=jobs.values("organization"), status=Service.Status.ACTIVE, merged_into=None
    )
    return list(found.select_related("organization").order_by("name", "pk"))


def known_practitioners(request: AtWork, day: date) -> PractitionerQuerySet:
    """Everyone who receives in the départements where I work, whatever the employer."""
    jobs = Employment.objects.filter(departement__in=request.rights.departements).on(day)
    people = Practitioner.objects.bookable_on(day).filter(pk__in=jobs.values("practitioner"))
    return people.order_by("name", "pk")


def services_here(request: AtWork) -> list[Service]:
    """The services by appointment of the organizations where I work, and those I give."""
    received = rules_of(request).values("service")
    found = Service.objects.filter(status=Service.Status.ACTIVE, pk__in=received)
    return list(found.select_related("organization").order_by("name", "pk"))


def keeps_rooms(rights: Rights) -> bool:
    """Whether this person manages somewhere."""
    return bool(rights.manages)


def places_kept(request: AtWork) -> list[Location]:
    """The places where the services that I manage are given."""
    mine = Q(services__service__organization__in=request.rights.manages)
    found = Location.objects.filter(mine | Q(organization__in=request.rights.manages))
    return list(found.select_related("commune").distinct().order_by("name", "pk"))


def rooms_of(request: AtWork) -> QuerySet[Room]:
    """The rooms of the places where the services of my organizations are given."""
    mine = Q(location__services__service__organization__in=request.rights.works_in)
    found = Room.objects.filter(mine | Q(location__organization__in=request.rights.works_in))
    rooms = found.select_related("location__commune").distinct()
    return rooms.order_by("location__name", "name", "pk")


def room_to_keep(request: AtWork, room_id: UUID) -> Room:
    """Load one room to change it, or refuse."""
    places = [one.pk for one in places_kept(request)]
    found = Room.objects.filter(pk=room_id, location__in=places).select_related("location").first()
    if found is None:
        raise NotAllowed
    return found
