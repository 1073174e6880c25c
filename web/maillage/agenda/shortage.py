"""R13: nothing free any more. The need is counted without a person, and the service is told.

A visitor who finds nothing may neither read nor write what its staff see: this works for everyone,
and tells the visitor nothing.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from maillage.agenda import telling
from maillage.agenda.models import Availability, Shortage
from maillage.agenda.slots import Asked, next_slots
from maillage.core import scope
from maillage.directory.actions import count_no_slot
from maillage.directory.models import Service, ServiceAtLocation
from maillage.directory.openings import time_zone
from maillage.organizations.models import Membership
from maillage.people.models import User
from maillage.territory.models import Commune

STOPPED_FOR_GOOD = timedelta(days=30)  # a service without a rule for so long is not short of time
ALERT = """
insert into agenda_shortage (service_id, departement_id, since, noticed_on, alerted_on)
values (%(service)s, %(departement)s, %(today)s, %(today)s, %(today)s)
on conflict (service_id) do update
   set noticed_on = excluded.noticed_on, alerted_on = excluded.alerted_on
 where agenda_shortage.alerted_on is null or agenda_shortage.alerted_on < excluded.alerted_on
returning service_id
"""


def noticed(
    service: Service, commune: Commune | None = None, *, need: str = "", now: datetime
) -> bool:
    """Count the need of somebody who found no slot, and alert the service, once a day at most.

    Call it when a search over the whole horizon shows nothing, or when somebody joins the waiting
    list. Returns whether the service was alerted this time; nothing is done while slots are left.
    """
    if has_slots(service.pk, now):
        return False
    today = now.astimezone(time_zone(service.departement_id)).date()
    where = commune or _commune_of(service)
    if where is not None:
        count_no_slot(where, need or service.kind, today)
    return _alert(service, today)


def look(now: datetime) -> int:
    """Each morning: alert every service that receives and has nothing left; return how many."""
    today = timezone.localdate(now)
    alerted = 0
    with scope.system():
        lately = Q(until=None) | Q(until__gte=today - STOPPED_FOR_GOOD)
        receiving = Availability.objects.filter(lately, practitioner__stopped_on=None)
        services = Service.objects.filter(
            pk__in=receiving.values("service"), status=Service.Status.ACTIVE
        )
        for service in services.select_related("organization").order_by("pk"):
            if has_slots(service.pk, now):
                Shortage.objects.filter(service=service).delete()
            else:
                alerted += _alert(service, today)
    return alerted


def of_organizations(organizations: Collection[UUID], now: datetime) -> list[Service]:
    """Return the services of these organizations in which families find nothing free."""
    noted = Service.objects.filter(organization__in=organizations, shortage__isnull=False)
    return [one for one in noted.order_by("name", "pk") if not has_slots(one.pk, now)]


def has_slots(service_id: UUID, now: datetime) -> bool:
    """Whether one slot at least can be booked."""
    end = timezone.localtime(now) + Availability.FARTHEST
    return bool(next_slots(Asked([service_id], now, end, now), limit=1, each=1).slots)


def _alert(service: Service, today: date) -> bool:
    facts: dict[str, Any] = {
        "service": service.pk,
        "departement": service.departement_id,
        "today": today,
    }
    with scope.system():
        with connection.cursor() as cursor:
            cursor.execute(ALERT, facts)
            first_today = cursor.fetchone() is not None
        for user in _managers(service, today) if first_today else ():
            telling.no_slot_left(user, service)
    return first_today


def _managers(service: Service, today: date) -> Iterable[User]:
    held = Membership.objects.filter(
        organization=service.organization_id, role=Membership.Role.STRUCTURE_MANAGER
    ).on(today)
    found = {one.user_id: one.user for one in held.select_related("user").order_by("user")}
    return [user for user in found.values() if user.is_active]


def _commune_of(service: Service) -> Commune | None:
    """Where the help was asked for, when the family's own commune is not known."""
    places = ServiceAtLocation.objects.filter(service=service).order_by("pk")
    place = places.select_related("location__commune").first()
    return place.location.commune if place is not None else None
